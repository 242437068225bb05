"""What a server needs before its first start: its account, data, logins with passwords, and who comes in which way."""

import getpass
import pwd
import shutil
import subprocess

from etl import files
from etl.errors import WarehouseUnavailableError
from etl.settings import PROJECT_ROOT
from etl.warehouse import passwords
from etl.warehouse.server.place import OWNER, SUPERUSER, Place
from etl.warehouse.server.port import LOOPBACK
from etl.warehouse.server.programs import give, run

_LOGINS_SQL = PROJECT_ROOT / "sql" / "embedded" / "logins.sql"
_ACCESS = "# Written anew when the server starts. Nobody comes in by another way.\nlocal all all scram-sha-256\n"
# Those who read marts, and nobody else; the owner made their groups, and counts as a member of them.
_ACCESS_BY_PORT = (
    f"host all {SUPERUSER},{OWNER} {LOOPBACK}/32 reject\n"
    f"host all +reporting_bi,+reporting_agency {LOOPBACK}/32 scram-sha-256\n"
)


def ensure_account(account: str) -> None:
    """Make the account that the server runs as, unless it is there. Raises WarehouseUnavailableError."""
    try:
        pwd.getpwnam(account)
    except KeyError:
        shell = ("--shell", "/usr/sbin/nologin", "--no-create-home", "--home-dir", "/nonexistent")
        made = subprocess.run(["useradd", "--system", *shell, account], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise WarehouseUnavailableError(
                f"PostgreSQL cannot run as {getpass.getuser()}, and making the account {account} failed: "
                f"{made.stderr.strip()}; run as an ordinary user or set WAREHOUSE_URL"
            ) from None


def initialise(place: Place) -> None:
    """Make the data folder."""
    # A folder that initdb left half-made by a kill has no PG_VERSION worth trusting: make it aside, then move it in.
    part = place.data.with_name("postgres.part")
    shutil.rmtree(part, ignore_errors=True)
    files.make(part)
    give(part, place.account)
    locale = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    run(place, "initdb", "--pgdata", part, "--username", SUPERUSER, "--auth=reject", *locale)
    part.rename(place.data)


def is_set_up(place: Place) -> bool:
    """Return whether every login has its password, and none can connect without one."""
    rules = place.data / "pg_hba.conf"
    has_passwords = all(passwords.kept(place.home, login) for login in (SUPERUSER, OWNER))
    return has_passwords and rules.exists() and rules.read_text().startswith(_ACCESS)


def set_up(place: Place) -> None:
    """Create the logins of a stopped server, with new passwords; also on a server of an earlier release."""
    rules = place.data / "pg_hba.conf"
    rules.unlink(missing_ok=True)  # until all is done, a kill leaves it to be done again
    said = _LOGINS_SQL.read_text(encoding="utf-8") + "\n"
    for login in (SUPERUSER, OWNER):
        said += f"ALTER ROLE {login} PASSWORD '{passwords.make(place.home, login)}';\n\n"
    # What is refused is not repeated in the log: it may be a password.
    options = ("-j", "-c", "exit_on_error=on", "-c", "log_min_error_statement=panic")
    run(place, "postgres", "--single", "-D", place.data, *options, "postgres", said=said)
    write_access(place)


def write_access(place: Place) -> None:
    """Write who comes in, and by which way."""
    part = place.data / "pg_hba.part"
    part.write_text(_ACCESS + _ACCESS_BY_PORT if place.port else _ACCESS)
    part.chmod(files.FILE)
    give(part, place.account)
    part.rename(place.data / "pg_hba.conf")
