"""`etl purge`: one document's personal data taken out for good."""

from typing import Annotated

import typer

from etl.cli.app import app, migrated
from etl.cli.printing import end, print_rows
from etl.settings import Settings
from etl.terminal import visible


@app.command()
def purge(
    document: Annotated[str, typer.Argument(help="Its sha256, or the address it was pulled from.", metavar="DOCUMENT")],
    reason: Annotated[str | None, typer.Option(help="Why: kept with the time, and without the data.")] = None,
    prose: Annotated[
        bool, typer.Option("--prose", help="Every text that it says too: a name may stand in any of them.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take the personal data of one document out of warehouse and storage, for good; its bytes go with it.

    Values and messages of findings and reasons of quarantine that quote it go too. Project data stay; with --prose,
    only codes, figures and days stay. Later runs do not read the document again. Ends with 3, and names the places,
    where something could not be reached: see to it, and purge once more.
    """
    from etl import pipeline
    from etl.load.purge import find

    settings = Settings()
    engine = migrated(settings)
    sha256 = find(engine, document)
    if not yes:
        what = "every text" if prose else "the personal data"
        typer.confirm(f"Remove {what} of {sha256}, and its bytes? It cannot be undone", abort=True)
    done = pipeline.purge(settings, sha256, reason, prose=prose)
    print_rows("Purged", [{name: value for name, value in done._asdict().items() if name != "not_reached"}])
    end([visible(f"not reached, and may still have it: {named}") for named in done.not_reached])
