"""Archives unpacked in a process of their own: the same documents, and what breaks that process stops no other."""

import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from etl import workers
from etl.read import archive
from etl.workers import unpacking
from etl.workers.process import Process, idle
from tests.conftest import Warehouse
from tests.containers import mailed, seven_zipped, tarred, zipped
from tests.forms import Form

FORM = Form().text().encode()
BIG = bytes(4 << 20)
INNER = zipped(("ข.txt", FORM), ("big.bin", BIG))


@pytest.fixture(autouse=True)
def _processes() -> Iterator[None]:
    """Leave no process to another test, which may have limits of its own."""
    yield
    for process in idle():
        process.kill()


def only_process() -> Process:
    """Return a process that has unpacked an archive, and holds what it needs for that."""
    list(workers.unpacked("a.zip", zipped(("a.txt", FORM))))
    (process,) = idle()
    return process


def uris(found: list[archive.Member]) -> list[str]:
    return [member.uri for member in found]


@pytest.mark.parametrize(
    "content",
    [
        FORM, b"", INNER, zipped(("a.zip", INNER), ("b.txt", FORM)), seven_zipped(("a.txt", FORM), ("b.zip", INNER)),
        tarred(("a.txt", FORM), ("b.txt", b"")), mailed("", ("ก.txt", FORM)), INNER[:-30],
        zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<x/>")),
    ],
    ids=["form", "empty", "zip", "zips", "7z", "tar", "mail", "damaged", "office"],
)  # fmt: skip
def test_what_comes_out_is_what_comes_out_without_a_process(content: bytes) -> None:
    assert list(workers.unpacked("a", content)) == list(archive.unpack("a", content))


def test_what_is_no_archive_takes_no_process() -> None:
    assert list(workers.unpacked("a.txt", FORM)) == [archive.Member("a.txt", FORM)]
    assert not idle()


def test_a_process_serves_many_archives_and_reads_documents_too() -> None:
    process = only_process()
    for _ in range(3):
        assert len(list(workers.unpacked("a.zip", INNER))) == 2
    (copies,) = workers.extracted([workers.Source("a.txt", FORM)], 1)
    assert copies[0].project
    assert idle() == [process]


def test_an_archive_that_kills_its_process_comes_out_as_it_is_behind_what_was_had_of_it() -> None:
    process = only_process()
    content = zipped(*((f"{number}.bin", BIG) for number in range(4)))
    found = []
    for member in workers.unpacked("a.zip", content):
        if not found:
            os.kill(process._process.pid, signal.SIGKILL)
        found.append(member)
    assert found[-1] == archive.Member("a.zip", content)
    assert 1 < len(found) < 5
    assert len(list(workers.unpacked("b.zip", INNER))) == 2


def test_an_archive_that_takes_too_much_memory_comes_out_as_it_is() -> None:
    process = only_process()
    used, room = psutil.Process(process._process.pid).memory_info().data, 2 << 20
    resource.prlimit(process._process.pid, resource.RLIMIT_DATA, (used + room, used + room))
    content = zipped(("a.bin", BIG))
    assert uris(list(workers.unpacked("a.zip", content))) == ["a.zip"]


def test_an_archive_that_takes_too_long_comes_out_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    only_process()
    content = zipped(*((f"{number}.bin", BIG) for number in range(4)))
    with monkeypatch.context() as patch:
        patch.setattr(unpacking, "ARCHIVE_WAIT_SECONDS_MAX", 0)
        assert uris(list(workers.unpacked("a.zip", content))) == ["a.zip"]
    assert not idle()
    assert len(list(workers.unpacked("a.zip", content))) == 4


def test_time_of_the_processor_is_the_limit_and_not_that_of_a_busy_machine() -> None:
    process = only_process()
    members = workers.unpacked("a.zip", zipped(*((f"{number}.bin", BIG) for number in range(4))))
    next(members)
    limited, _ = resource.prlimit(process._process.pid, resource.RLIMIT_CPU)
    spent = sum(psutil.Process(process._process.pid).cpu_times()[:2])
    assert spent < limited < spent + 80
    os.kill(process._process.pid, signal.SIGXCPU)  # as the kernel does when it has spent that
    assert uris(list(members))[-1] == "a.zip"


def test_of_an_archive_nobody_waits_for_any_more_the_process_is_ended() -> None:
    process = only_process()
    members = workers.unpacked("a.zip", INNER)
    next(members)
    members.close()  # type: ignore[attr-defined]
    assert not process.is_ready


def test_the_other_files_of_a_source_are_had(warehouse: Warehouse, exports: Path) -> None:
    (exports / "a.txt").write_bytes(FORM)
    (exports / "bomb.zip").write_bytes(zipped(("a.bin", BIG), ("b.txt", FORM)))
    (exports / "z.zip").write_bytes(zipped(("z.txt", Form(code="50210000-0099").text().encode())))
    process = only_process()
    used = psutil.Process(process._process.pid).memory_info().data
    resource.prlimit(process._process.pid, resource.RLIMIT_DATA, (used + (2 << 20), used + (2 << 20)))
    warehouse.load(exports)
    assert warehouse.rows("SELECT project_code FROM raw.project ORDER BY project_code") == [
        {"project_code": Form().code}, {"project_code": "50210000-0099"},
    ]  # fmt: skip
    assert warehouse.value("SELECT uri FROM ops.quarantine INNER JOIN dw.dim_document USING (document_key)").endswith(
        "bomb.zip"
    )
    assert warehouse.value("SELECT rule_id FROM ops.finding WHERE severity = 'critical'") == "R-limit"
