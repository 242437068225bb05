"""The application that each group of commands adds itself to, and what they share."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from etl import files
from etl.cli.faults import in_one_line
from etl.cli.printing import say
from etl.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

app = typer.Typer(
    help="BMA project reports: exports in, a warehouse out.", no_args_is_help=True, add_completion=False,
    rich_markup_mode=None, pretty_exceptions_enable=False,
)  # fmt: skip
_debug = False


def main() -> None:
    """Run the command line; an error is one line on stderr, a traceback only with `--debug`."""
    os.umask(files.UMASK)  # what libraries write as well
    try:
        app()
    except BrokenPipeError:  # as with `| head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if _debug:
            raise
        say.print(f"etl: {in_one_line(error)}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


@app.callback()
def _options(debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False) -> None:
    global _debug  # noqa: PLW0603 - `main` needs it, and typer does not call that
    _debug = debug


def migrated(settings: Settings) -> "Engine":
    """Return an engine on the warehouse with its schema up to date, so that a first question finds its views."""
    from etl.warehouse import open_engine
    from etl.warehouse.schema import migrate

    engine = open_engine(settings)
    migrate(engine, lock_timeout_seconds=settings.lock_timeout_seconds)
    return engine
