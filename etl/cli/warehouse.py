"""`etl warehouse`: the embedded server, the schema, and who may log in."""

import sys
from enum import StrEnum
from getpass import getpass
from typing import Annotated

import typer

from etl.cli.app import app, migrated
from etl.settings import Settings

BI_PORT = 5433  # 5432 is often that of a server of the machine's own

group = typer.Typer(help="The embedded server and the schema.", no_args_is_help=True)
app.add_typer(group, name="warehouse")


class Role(StrEnum):
    """What a login may do in the warehouse."""

    BI = "bi"
    WRITER = "writer"


@group.command("start")
def start_warehouse() -> None:
    """Start the embedded PostgreSQL, unless WAREHOUSE_URL names another server."""
    from etl.warehouse import shown_url

    print(shown_url(Settings()))


@group.command("stop")
def stop_warehouse() -> None:
    """Stop the embedded PostgreSQL; a server that WAREHOUSE_URL names is left alone."""
    from etl.warehouse import server

    print("stopped" if server.stop(Settings()) else "was not running")


@group.command("listen")
def open_port(
    port: Annotated[int, typer.Option(help="The port of 127.0.0.1.", min=1024, max=65535)] = BI_PORT,
    *,
    close: Annotated[bool, typer.Option("--close", help="Close the port again.")] = False,
) -> None:
    """Open the embedded server to BI tools of this machine, on a port of 127.0.0.1; it stays open until it is closed.

    The server is restarted. Who comes in by the port has a login of `etl warehouse grant NAME --role bi`.
    """
    from etl.warehouse import DATABASE, server

    settings = Settings()
    if settings.warehouse_url:
        raise typer.BadParameter("WAREHOUSE_URL names a server of your own: tools connect to that")
    server.listen(settings, None if close else port)
    print("closed" if close else f"host {server.LOOPBACK}, port {port}, database {DATABASE}")


@group.command("url")
def print_url() -> None:
    """Print the owner's URL of the warehouse, with the password where it has one."""
    from etl.warehouse import owner_url

    print(owner_url(Settings()))


@group.command("migrate")
def migrate_warehouse() -> None:
    """Bring tables, views and roles up to date."""
    from etl.warehouse import open_engine
    from etl.warehouse.schema import migrate

    settings = Settings()
    done = migrate(open_engine(settings), lock_timeout_seconds=settings.lock_timeout_seconds)
    print("migrated" if done else "up to date")


@group.command("dictionary")
def write_dictionary() -> None:
    """Write the data dictionary, the picture of the star and the data contract of mart into docs/."""
    from etl.publish import dictionary

    for path in dictionary.write(migrated(Settings()), dictionary.DOCS):
        print(path)


@group.command("grant")
def grant_access(
    login: Annotated[str, typer.Argument(help="The name to log in with.", metavar="NAME")],
    role: Annotated[Role, typer.Option(help="bi reads mart, writer loads.")],
    agency: Annotated[
        list[str] | None,
        typer.Option(
            help="With bi: rows of this agency alone, by its code; may be given several times.", metavar="CODE"
        ),
    ] = None,
) -> None:
    """Let somebody log in to the warehouse, with a password that is asked for or, without a terminal, read from stdin.

    For a login that this command made before, it sets a new password. One with agencies reads the same views in the
    schema mart_agency; each time its agencies are those that are given.
    """
    from etl.warehouse.access import BI_ROLE, WRITER_ROLE, grant

    if agency and role is not Role.BI:
        raise typer.BadParameter("--agency is for readers: --role bi")
    typed = getpass(f"Password of {login}: ") if sys.stdin.isatty() else sys.stdin.readline().removesuffix("\n")
    if not typed:
        raise typer.BadParameter("the password is empty")
    grant(migrated(Settings()), login, BI_ROLE if role is Role.BI else WRITER_ROLE, typed, agencies=agency or ())
    print("granted")
