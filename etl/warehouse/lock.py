"""The one lock of loads, purges and migrations: the table `ops.load`, locked in a mode that needs the right to write.

In comes a connection in a transaction, which then holds the lock until the transaction ends. Readers neither wait for
the lock nor can take it. While a transaction waits, the log names who holds it.
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
    """Take the lock, so that this transaction alone loads, purges or migrates; `work` tells others what it does.

    Waits for other holders, and logs who they are. Raises WarehouseBusyError, which names them, after
    `timeout_seconds`. The same limit holds for every further lock of this transaction.
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
    """Limit how long a statement of this transaction waits for a lock."""
    connection.execute("SELECT set_config('lock_timeout', %s, TRUE)", [f"{round(seconds * 1000)}ms"])


def busy(
    connection: psycopg.Connection[Any], waited_seconds: float, harmless_modes: tuple[str, ...] = ()
) -> WarehouseBusyError:
    """Return the error that names who holds the lock; sessions in `harmless_modes` alone are left out."""
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
