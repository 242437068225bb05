"""Where a load is just now, as its server sees it, so that what is to hit the transaction hits it."""

import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from etl.settings import Settings
from etl.warehouse import owner_url
from tests.chaos.world import POLL_SECONDS, Command

_NOW = """
    SELECT pid, query FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'etl load %' AND xact_start IS NOT NULL
"""
_STEP = re.compile(r"-- (\w+/\w+)\n")
BEFORE, AFTER, BETWEEN = "before the load", "after the load", "between statements"


def step_of(query: str) -> str:
    """Return the step of a load's transaction that a statement belongs to."""
    text = query.lstrip()
    if step := _STEP.match(text):
        return step[1]
    if text.startswith("COPY"):
        return "COPY into the stage"
    if "stage_" in text or "this_load" in text:
        return "making the stage"
    return "COMMIT" if text.startswith(("COMMIT", "RELEASE", "SET CONSTRAINTS")) else BETWEEN


class Watch:
    """A connection that sees where loads are."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def steps(self) -> dict[int, str]:
        """Return the step of every load under way, by the number of its server process."""
        return {pid: step_of(query) for pid, query in self._connection.execute(_NOW)}

    def await_load(self, command: Command) -> bool:
        """Wait until a load is in its transaction; False when the command has ended before."""
        while command.process.poll() is None:
            if self.steps():
                return True
            time.sleep(POLL_SECONDS)
        return False

    def await_end(self, command: Command) -> float:
        """Wait until no load is in its transaction any more; return the seconds."""
        began = last = time.monotonic()
        while command.process.poll() is None and time.monotonic() - last < 20 * POLL_SECONDS:
            if self.steps():
                last = time.monotonic()
            time.sleep(POLL_SECONDS)
        return last - began

    def somewhere(self, command: Command, random_: random.Random, seconds: float) -> str | None:
        """Wait for a moment within the load's transaction, and return its step; None when the load has gone by."""
        if not self.await_load(command):
            return None
        time.sleep(seconds * random_.random() ** 3)  # rather early: a load of what is loaded already is short
        steps = self.steps()
        return next(iter(steps.values()), None)


@contextmanager
def watching(settings: Settings) -> Iterator[Watch]:
    """Yield what sees the loads of a warehouse; its server is running by then."""
    with psycopg.connect(owner_url(settings), autocommit=True) as connection:
        connection.execute("SET application_name TO 'chaos'")
        yield Watch(connection)
