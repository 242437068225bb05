"""`etl storage`: where documents, batches and packs lie."""

from typing import Annotated

import typer

from etl.cli.app import app, migrated
from etl.cli.printing import end, print_rows, progress
from etl.settings import Settings
from etl.terminal import visible

group = typer.Typer(no_args_is_help=True, help="Where documents, batches and packs lie.")
app.add_typer(group, name="storage")


@group.command()
def move(
    source: Annotated[str, typer.Argument(help="The storage of before: a folder, or s3://bucket/…", metavar="FROM")],
    target: Annotated[str, typer.Argument(help="The storage from now on, as ETL_STORAGE names it.", metavar="TO")],
) -> None:
    """Move all documents, batches and packs from one storage to another; then set ETL_STORAGE to the second.

    Every file is copied and proven by its hash before the first is removed; a move that was stopped is gone on with by
    the same command. Loads wait meanwhile: pause the DAGs, and let runs end that wait for an approval, for they know
    the old address. Ends with 3, and names the files, where something had to be left.
    """
    from etl.storage_move import move

    settings = Settings()
    before, after = (settings.model_copy(update={"etl_storage": address}) for address in (source, target))
    with progress() as step:
        moved = move(migrated(settings), before, after, step("move").one_of)
    print_rows(f"Moved to {target}", [{"files": moved.files, "bytes": moved.bytes, "left": len(moved.left)}])
    end([visible(f"left: {path}") for path in moved.left])
