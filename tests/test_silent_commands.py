"""Every command that needs a server gives up one that says nothing, with one line and within seconds."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import typer

from etl.cli.app import app
from tests.conftest import SAMPLE, Warehouse
from tests.processes import Etl
from tests.proxy import proxy

# Each with what it needs, and what of its own it says to a server that then falls silent.
ASKING: dict[str, tuple[tuple[str, ...], bytes]] = {
    "backup": (("{folder}/new",), b"pg_export_snapshot"),
    "restore": (("{folder}/old", "--replace"), b"lock_timeout"),
    "diff": (("{url}",), b"REPEATABLE READ"),
    "report": ((), b"obj_description"),
    "tables": ((), b"obj_description"),
    "run": ((str(SAMPLE),), b"obj_description"),
    "purge": (("a" * 64,), b"raw.manifest"),
    "sql": (("SELECT 4711",), b"4711"),
    "status": ((), b"mart.freshness"),
    "quarantine redrive": ((), b"obj_description"),
    "quarantine reject": (("1", "--reason", "for the test"), b"obj_description"),
    "quarantine list": ((), b"ops.quarantine"),
    "quarantine show": (("1",), b"ops.quarantine"),
    "storage move": (("{folder}/old", "{folder}/elsewhere"), b"obj_description"),
    "warehouse migrate": ((), b"obj_description"),
    "warehouse grant": (("somebody", "--role", "bi"), b"obj_description"),
}
# What starts and stops the embedded server is tried in `tests/warehouse/test_server.py`.
NOT_ASKING = {
    "parse", "warehouse start", "warehouse stop", "warehouse listen", "warehouse url", "warehouse dictionary",
}  # fmt: skip


def commands(group: object, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_command_is_tried() -> None:
    assert sorted(commands(typer.main.get_command(app))) == sorted({*ASKING} | NOT_ASKING)


@pytest.fixture
def asked(warehouse: Warehouse, tmp_path: Path) -> list[tuple[str, ...]]:
    """The commands with what they need, a backup among it."""
    assert Etl(warehouse)("backup", tmp_path / "old").returncode in {0, 3}  # 3 with a login of another test
    named = {"folder": str(tmp_path), "url": str(warehouse.settings.warehouse_url)}
    return [(*name.split(), *(one.format(**named) for one in more)) for name, (more, _) in ASKING.items()]


def untold(done: list[CompletedProcess[str]], *told: str) -> dict[str, str]:
    """Return the commands that did not fail with one line that says all that, and what they said."""
    return {
        " ".join(one.args): one.stderr
        for one in done
        if (one.returncode, one.stderr.count("\n")) != (1, 1) or any(words not in one.stderr for words in told)
    }


def test_a_server_that_accepts_and_says_nothing_is_told_of(warehouse: Warehouse, asked: list[tuple[str, ...]]) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        url = f"postgresql://somebody:secret@127.0.0.1:{listening.getsockname()[1]}/reporting?connect_timeout=2"
        done = Etl(warehouse).at_once(*asked, urls=[url] * len(asked), typed="secret\n")
    assert not untold(done, "timeout expired; what is there accepts and says nothing")


def test_a_server_that_lets_in_and_then_says_nothing_is_told_of(
    warehouse: Warehouse, asked: list[tuple[str, ...]]
) -> None:
    url = str(warehouse.settings.warehouse_url)
    with ExitStack() as stack:
        before = [stack.enter_context(proxy(url, word)) for _, word in ASKING.values()]
        done = Etl(warehouse).at_once(*asked, urls=[f"{one.url}?connect_timeout=2" for one in before], typed="secret\n")
        assert [name for name, one in zip(ASKING, before, strict=True) if not one.fell_silent.is_set()] == []
    assert not untold(done, "has said nothing for 2 s", "see whether the server hangs, or the network to it")


def test_programs_of_the_server_are_ended_when_it_falls_silent(warehouse: Warehouse, tmp_path: Path) -> None:
    with proxy(str(warehouse.settings.warehouse_url), b"LOCK TABLE") as before:
        done = Etl(warehouse).at_once(("backup", tmp_path / "new"), urls=[f"{before.url}?connect_timeout=2"])
        assert before.fell_silent.is_set()
    assert not untold(done, "has said nothing for 2 s", "see whether the server hangs, or the network to it")
    assert not (tmp_path / "new").exists()
