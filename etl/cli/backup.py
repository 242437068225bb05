"""`etl backup` and `etl restore`: everything that could not be made again, in a folder, and back."""

from pathlib import Path
from typing import Annotated

import typer

from etl.cli.app import app
from etl.cli.printing import end, print_rows, progress
from etl.settings import Settings


@app.command("backup")
def make_backup(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet, or empty.", metavar="DIR")],
) -> None:
    """Write warehouse, logins, landing area, Airflow's database and keys, corrections and rules into a folder.

    Loads may go on meanwhile. Ends with 3 where a document's bytes are missing or damaged, which stderr names.
    """
    from etl.backup.make import backup

    with progress() as step:
        manifest = backup(Settings(), folder, step)
    print_rows(
        f"Backed up into {folder}",
        [
            {"what": "last load", "value": manifest.last_load_id},
            {"what": "tables", "value": len(manifest.tables)},
            {"what": "rows", "value": sum(table.rows for table in manifest.tables.values())},
            {"what": "files of the landing area", "value": manifest.landed_files},
            {"what": "batches not loaded yet", "value": len(manifest.batch_folders)},
            {"what": "Airflow", "value": "yes" if manifest.has_airflow else "there is none"},
            {"what": "files", "value": manifest.file_count},
            {"what": "bytes", "value": manifest.byte_count},
        ],
    )
    anew = "grant it anew after a restore: only a superuser may read what proves a password"
    end(
        [f"document {sha256}: its bytes are missing from the landing area" for sha256 in manifest.missing]
        + [f"document {sha256}: its bytes in the landing area are damaged" for sha256 in manifest.damaged]
        + [f"login {name}: {anew}" for name in manifest.logins_without_password]
    )


@app.command("restore")
def restore_backup(
    folder: Annotated[Path, typer.Argument(help="A folder that `etl backup` wrote.", metavar="DIR", exists=True)],
    replace: Annotated[bool, typer.Option("--replace", help="Give up the content that is here.")] = False,
    rules: Annotated[bool, typer.Option("--rules", help="Put back corrections and rules that differ, too.")] = False,
) -> None:
    """Make this installation what a backup is of, and prove that it is.

    Every file's hash is checked before anything is touched. Ends with 3 where something is left to do, which stderr
    names.
    """
    from etl.backup.restore import restore

    with progress() as step:
        done = restore(Settings(), folder.absolute(), step, replace=replace, with_rules=rules)
    manifest = done.manifest
    print_rows(
        f"Restored from {folder}, made {manifest.made_at:%Y-%m-%d %H:%M} UTC",
        [
            {"what": "last load", "value": manifest.last_load_id},
            {"what": "tables with the rows and content that they had", "value": len(manifest.tables)},
            {"what": "files of the landing area", "value": manifest.landed_files},
            {"what": "batches not loaded yet", "value": len(manifest.batch_folders)},
            {"what": "Airflow", "value": "yes" if manifest.has_airflow else "there was none"},
            {"what": "purged again", "value": len(done.purged_again)},
        ],
    )
    other = "is another here than in the backup: `--rules` puts it back"
    end(
        [f"login {name}: `etl warehouse grant` it anew" for name in done.logins_to_grant]
        + [f"{path.name} {other}" for path in done.rules_that_differ]
    )
