"""`etl purge`: one document's personal data taken out for good."""

from typing import Annotated

import typer

from etl.cli.app import app, migrated
from etl.cli.printing import end, print_rows
from etl.settings import Settings


@app.command()
def purge(
    document: Annotated[str, typer.Argument(help="Its sha256, or the address it was pulled from.", metavar="DOCUMENT")],
    reason: Annotated[str | None, typer.Option(help="Why: kept with the time, and without the data.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take the personal data of one document out of warehouse and storage, for good; its bytes go with it.

    What it says of projects stays. A later run that meets it at the source does not read it again. What cannot be
    reached is named, and the exit status is 3: see to it, and purge once more.
    """
    from etl import storage
    from etl.load import purge as purging

    settings = Settings()
    engine = migrated(settings)
    sha256 = purging.find(engine, document)
    if not yes:
        typer.confirm(f"Remove the personal data of {sha256}, and its bytes? It cannot be undone", abort=True)
    done = purging.purge(
        engine, storage.root(settings), sha256, reason, lock_timeout_seconds=settings.lock_timeout_seconds
    )
    print_rows("Purged", [{name: value for name, value in done._asdict().items() if name != "not_reached"}])
    end([f"not reached, and may still have it: {named}" for named in done.not_reached])
