"""A server that lets us in and then falls silent is given up within seconds; one that is at work is waited for."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import psycopg
import pytest
from psycopg import sql

from etl.settings import Settings
from etl.warehouse import connect, open_engine
from etl.warehouse.faults import explain
from etl.warehouse.watched import Silent
from tests.conftest import ROOT, SAMPLE, Warehouse
from tests.proxy import Proxy, proxy

SECONDS = 2  # the least that libpq takes


def waited_for(url: str, statement: str) -> str:
    """Return the words in which a statement's silence is told."""
    with pytest.raises(Silent) as told, connect(open_engine(Settings(warehouse_url=url))) as connection:
        connection.execute(statement)
    assert connection.broken
    return str(explain(told.value))


def limited(through: Proxy) -> str:
    return f"{through.url}?connect_timeout={SECONDS}"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("status",), b"obj_description"),
        (("status",), b"mart.freshness"),
        (("sql", "SELECT 4711"), b"4711"),
        (("quarantine", "list"), b"ops.quarantine"),
        (("run", str(SAMPLE)), b"obj_description"),
        (("run", str(SAMPLE)), b"LOCK TABLE"),
        (("run", str(SAMPLE)), b"COPY "),
        (("run", str(SAMPLE)), b"COMMIT"),
        (("warehouse", "migrate"), b"obj_description"),
    ],
)
def test_a_server_that_falls_silent_is_told_of_in_one_line(
    arguments: tuple[str, ...], word: bytes, warehouse: Warehouse
) -> None:
    with proxy(str(warehouse.settings.warehouse_url), word) as before:
        named = {"ETL_HOME": str(warehouse.settings.home), "WAREHOUSE_URL": before.url, "PGCONNECT_TIMEOUT": "2"}
        done = subprocess.run(
            [sys.executable, "-m", "etl", *arguments], env=os.environ | named, cwd=ROOT, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert before.fell_silent.is_set()
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "has said nothing for 2 s" in done.stderr
    assert "see whether the server hangs, or the network to it" in done.stderr
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
