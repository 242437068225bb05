"""A connection that waits for a busy server, but gives up one that has died or cannot be reached any more.

While a statement runs, the server sends nothing; a dead server and a broken network send nothing either. So after some
seconds of silence a second, short session asks the server whether it still works for the first one.
"""

import os
import time
from collections.abc import Callable, Generator
from typing import Any, Self, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import Row

SILENCE_SECONDS = 10
# The system gives up a dead network.
_NETWORK = {
    "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3", "tcp_user_timeout": "60000",
}  # fmt: skip

Result = TypeVar("Result")
Waiting = Generator[Any, Any, Result]

# "Client" of a session that we wait for: it waits for us, or for what we do not take.
_SESSION = "SELECT coalesce(wait_event_type = 'Client', FALSE) FROM pg_stat_activity WHERE pid = %s"


def connect_timeout() -> str:
    """Return how many seconds a server has to let us in, and to show that it is at work, where an URL says nothing."""
    return os.environ.get("PGCONNECT_TIMEOUT", str(SILENCE_SECONDS))


class Silent(psycopg.OperationalError):
    """Raised when a server no longer answers after the login; the connection is closed by then."""


class Watched(psycopg.Connection[Row]):
    """A connection whose statements may take any time, as long as the server works on them.

    Silence is checked after `connect_timeout` seconds. Whatever waits for the server may raise Silent.
    """

    parameters: dict[str, Any]
    silence_seconds = float(SILENCE_SECONDS)

    @classmethod
    def to(cls, conninfo: str = "", *, autocommit: bool = False, **parameters: Any) -> Self:
        """Connect as `psycopg.connect` does."""
        said = conninfo_to_dict(conninfo, **parameters) | {"application_name": "etl"}
        known: dict[str, Any] = _NETWORK | {"connect_timeout": connect_timeout()} | said
        connection = cls.connect(autocommit=autocommit, **known)
        connection.parameters = known
        connection.silence_seconds = float(known["connect_timeout"]) or float(SILENCE_SECONDS)
        return connection

    def require_answer(self) -> None:
        """Ask the server for a sign of life. Raises Silent."""
        self._is_waiting_for_us(was_known=False)

    def wait(self, gen: Waiting[Result], *arguments: Any, **named: Any) -> Result:
        was_known, was_waiting = False, False

        def look() -> None:
            nonlocal was_known, was_waiting
            is_waiting = self._is_waiting_for_us(was_known=was_known)
            if is_waiting and was_waiting:  # twice in one silence: what it said is lost
                raise self._silent("its session waits for us, as we for it")
            was_known, was_waiting = was_known or is_waiting is not None, bool(is_waiting)

        return super().wait(_listening(gen, self.silence_seconds, look), *arguments, **named)

    def _is_waiting_for_us(self, *, was_known: bool) -> bool | None:
        """Return whether the server waits for us; None where it cannot be found out. Raises Silent."""
        parameters = self.parameters | {"application_name": "etl looks whether its server is at work"}
        try:
            with _Look.connect(**parameters, autocommit=True) as other:
                other.silence_seconds = self.silence_seconds
                row = other.execute(_SESSION, [self.info.backend_pid]).fetchone()
        except (Silent, psycopg.errors.ConnectionTimeout) as error:
            raise self._silent("nobody else gets an answer either") from error
        except psycopg.OperationalError:
            return None  # too many sessions, or no memory for one more: what says so is at work
        if row is None and was_known:
            raise self._silent("its session has gone")
        # Behind a pool of connections, sessions are not known by the numbers that it gives.
        return bool(row[0]) if row else None

    def _silent(self, more: str) -> Silent:
        self.pgconn.finish()  # which waits for nobody, and marks the connection as broken
        return Silent(f"it has let us in, and has said nothing for {self.silence_seconds:g} s; {more}")


class _Look(psycopg.Connection[Any]):
    """A connection to ask one short question by."""

    silence_seconds = float(SILENCE_SECONDS)

    def wait(self, gen: Waiting[Result], *arguments: Any, **named: Any) -> Result:
        return super().wait(_listening(gen, self.silence_seconds, self._give_up), *arguments, **named)

    def _give_up(self) -> None:
        self.pgconn.finish()
        raise Silent("it says nothing")


def _listening(waiting: Waiting[Result], silence_seconds: float, on_silence: Callable[[], object]) -> Waiting[Result]:
    """Run one of psycopg's generators; call `on_silence` each time that nothing came for `silence_seconds`."""
    heard = time.monotonic()
    try:
        wanted = next(waiting)
        while True:
            ready = yield wanted
            if ready:
                heard = time.monotonic()
            elif time.monotonic() - heard >= silence_seconds:
                on_silence()
                heard = time.monotonic()
            wanted = waiting.send(ready)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
