"""A server that lets us in and then falls silent is given up within seconds; one that is at work is waited for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from subprocess import CompletedProcess
from threading import Thread
from typing import Any

import psycopg
import pytest
from psycopg import sql

from etl.settings import Settings
from etl.warehouse import connect, open_engine
from etl.warehouse.faults import explain
from etl.warehouse.watched import Silent
from tests.conftest import SAMPLE, Warehouse
from tests.processes import Etl
from tests.proxy import Proxy, proxy

SECONDS = 2  # the least that libpq takes


def waited_for(url: str, statement: str) -> str:
    """Return the words in which a statement's silence is told."""
    with pytest.raises(Silent) as told, connect(open_engine(Settings(warehouse_url=url))) as connection:
        connection.execute(statement)
    assert connection.broken
    return str(explain(told.value))


def is_told(done: CompletedProcess[str], silence: str) -> bool:
    """Tell whether a command failed with one line that says so, and what to do."""
    remedy = "see whether the server hangs, or the network to it"
    return done.returncode == 1 and done.stderr.count("\n") == 1 and silence in done.stderr and remedy in done.stderr


def limited(through: Proxy) -> str:
    return f"{through.url}?connect_timeout={SECONDS}"


@pytest.mark.parametrize(
    "word", [b"obj_description", b"LOCK TABLE", b"COPY ", b"COMMIT"],
)  # fmt: skip
def test_a_server_that_falls_silent_in_a_run_is_told_of_in_one_line(word: bytes, warehouse: Warehouse) -> None:
    with proxy(str(warehouse.settings.warehouse_url), word) as before:
        (done,) = Etl(warehouse).at_once(("run", SAMPLE), urls=[limited(before)])
        assert before.fell_silent.is_set()
    assert is_told(done, "has said nothing for 2 s"), done.stderr
    if word != b"COMMIT":
        assert warehouse.value("SELECT count(*) FROM ops.load WHERE status = 'committed'") == 0


def test_a_server_that_says_nothing_to_anybody_is_given_up(warehouse: Warehouse) -> None:
    with proxy(str(warehouse.settings.warehouse_url), b"4711") as before:
        assert "nobody else gets an answer" in waited_for(limited(before), "SELECT 4711")


def test_a_server_whose_answer_is_lost_is_given_up(warehouse: Warehouse) -> None:
    with proxy(str(warehouse.settings.warehouse_url), b"4711", only_there=True) as before:
        assert "waits for us, as we for it" in waited_for(limited(before), "SELECT 4711")


def test_a_server_whose_session_ends_unheard_is_given_up(warehouse: Warehouse) -> None:
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT 4711 %%'"
    with proxy(str(warehouse.settings.warehouse_url), b"4711", only_there=True) as before, locked(warehouse):
        ending = after_looks(before, lambda: warehouse.rows(end))
        assert "its session has gone" in waited_for(limited(before), "SELECT 4711 FROM ops.load")
        ending.join()


@pytest.mark.parametrize("sessions_max", [-1, 0])
def test_a_server_at_work_is_waited_for_and_so_is_one_that_lets_nobody_else_in(
    sessions_max: int, warehouse: Warehouse
) -> None:
    with (
        proxy(str(warehouse.settings.warehouse_url), b"never said") as before,
        connect(open_engine(Settings(warehouse_url=limited(before)))) as connection,
        locked(warehouse) as holder,
    ):
        database = sql.Identifier(connection.info.dbname)
        holder.execute(sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}").format(database, sessions_max))
        releasing = after_looks(before, holder.commit)
        assert connection.execute("SELECT count(*) FROM ops.load").fetchone() == {"count": 0}
        releasing.join()


@contextmanager
def locked(warehouse: Warehouse) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """Yield a connection that holds a lock which everybody has to wait for."""
    with warehouse.connect() as holder:
        holder.execute("LOCK TABLE ops.load IN ACCESS EXCLUSIVE MODE")
        yield holder


def after_looks(before: Proxy, work: Callable[[], object]) -> Thread:
    """Do something once a server was looked at a few times, in a thread that is returned."""

    def run() -> None:
        before.await_more(4)
        work()

    thread = Thread(target=run)
    thread.start()
    return thread
