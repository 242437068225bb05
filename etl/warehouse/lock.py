"""The one lock of loads, purges and migrations: the table `ops.load`, in a mode that only who may write it can take.

In comes a connection in a transaction; when it comes back it is the only one at work, until its transaction ends.
Readers neither wait for it nor can they hold it. Who holds it is logged while others wait.
"""

import logging
from typing import Any

import psycopg
from psycopg.rows import dict_row

from etl.errors import WarehouseBusyError

LOGGED_AFTER_SECONDS = 5
SHARED_WITH_LOADS = ("AccessShareLock", "RowShareLock", "RowExclusiveLock")
_LOCK = "LOCK TABLE ops.load IN SHARE UPDATE EXCLUSIVE MODE"
_HOLDERS = """
    SELECT DISTINCT activity.pid, activity.usename, activity.application_name, activity.state, activity.xact_start
    FROM pg_locks AS held
    JOIN pg_database AS database ON database.oid = held.database AND database.datname = current_database()
    JOIN pg_class AS class ON class.oid = held.relation
    JOIN pg_namespace AS schema ON schema.oid = class.relnamespace
    JOIN pg_stat_activity AS activity ON activity.pid = held.pid
    WHERE held.granted AND held.pid <> pg_backend_pid() AND schema.nspname IN ('raw', 'dw', 'mart', 'ops')
    AND held.mode <> ALL (%s::TEXT[])
    ORDER BY activity.pid
"""

logger = logging.getLogger(__name__)


def lock_loads(connection: psycopg.Connection[Any], work: str, timeout_seconds: float) -> None:
    """Let this transaction alone load, purge or migrate; `work` says to others what it does.

    Others that are at it are waited for, and named in the log. Raises WarehouseBusyError, which names them, when they
    are still at it after `timeout_seconds`. No lock of this transaction is waited for any longer than that.
    """
    logged_after_seconds = min(LOGGED_AFTER_SECONDS, timeout_seconds)
    for seconds in filter(None, (logged_after_seconds, timeout_seconds - logged_after_seconds)):
        limit_waiting(connection, seconds)
        try:
            with connection.transaction():
                connection.execute(_LOCK)
        except psycopg.errors.LockNotAvailable:
            logger.warning("waiting for %s", holders(connection, SHARED_WITH_LOADS))
        else:
            limit_waiting(connection, timeout_seconds)
            since = (
                "SELECT set_config('application_name', left(%s, 40) || to_char(now(), '\" since \"HH24:MI:SS'), TRUE)"
            )
            connection.execute(since, [f"etl {work}"])
            return
    raise busy(connection, timeout_seconds, SHARED_WITH_LOADS)


def limit_waiting(connection: psycopg.Connection[Any], seconds: float) -> None:
    """Let statements of this transaction wait for no lock any longer than this."""
    connection.execute("SELECT set_config('lock_timeout', %s, TRUE)", [f"{round(seconds * 1000)}ms"])


def busy(
    connection: psycopg.Connection[Any], waited_seconds: float, harmless_modes: tuple[str, ...] = ()
) -> WarehouseBusyError:
    """Return the error that says who holds what was waited for, those apart who hold it in harmless modes only."""
    return WarehouseBusyError(
        f"after {waited_seconds:g} s the warehouse is still locked by {holders(connection, harmless_modes)}; try again"
        " when that is done, end it with pg_terminate_backend, or wait longer with ETL_LOCK_TIMEOUT_SECONDS"
    )


def holders(connection: psycopg.Connection[Any], harmless_modes: tuple[str, ...] = ()) -> str:
    """Return in words which sessions hold locks on tables or views of the warehouse in any other mode."""
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(_HOLDERS, [list(harmless_modes)]).fetchall()
    return "; ".join(map(_in_words, found)) or "a session that has just ended"


def _in_words(session: dict[str, Any]) -> str:
    # Of a session of another login, the server shows the name that it gave itself, and not its time.
    since = f", in a transaction since {session['xact_start']:%Y-%m-%d %H:%M:%S %Z}" if session["xact_start"] else ""
    state = f", {session['state']}" if session["state"] else ""
    return f"process {session['pid']} ({session['application_name']}, login {session['usename']}{state}{since})"
