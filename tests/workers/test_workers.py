"""Documents read in processes of their own: in order, on the same terms, and none that stops the others."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from PIL import Image

from etl import workers
from etl.errors import DocumentFault
from etl.extract import extract
from etl.records import Copy
from etl.workers import Source, extracted
from etl.workers.messages import Reply
from etl.workers.process import Process, idle
from tests.conftest import SAMPLE
from tests.forms import Form

FORM = Form().text().encode()
SLOW = Form().text().encode() * 2_000  # copies, for seconds


@pytest.fixture(autouse=True)
def _processes() -> Iterator[None]:
    """Leave no process to another test, which may have limits of its own."""
    yield
    for process in idle():
        process.kill()


def verdicts(found: list[Copy]) -> list[tuple[str, str]]:
    return [(finding.rule_id, finding.message) for copy in found for finding in copy.findings]


def children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def test_copies_come_in_order_as_they_come_without_a_process() -> None:
    sources = [Source(f"form-{number}.txt", Form(code=f"50210000-{number:04}").text().encode()) for number in range(40)]
    sources[7:7] = [Source("sample.txt", SAMPLE.read_bytes()), Source("empty.txt", b""), Source("big.txt", FORM * 50)]
    assert list(extracted(sources, 2)) == [extract(*source) for source in sources]


def test_what_is_extracted_already_is_passed_on_in_its_place() -> None:
    known = extract("known.txt", b"")
    first, second, third = extracted([Source("a.txt", FORM), known, Source("b.txt", FORM)])
    assert second is known
    assert [found[0].document.uri for found in (first, third)] == ["a.txt", "b.txt"]


def test_processes_serve_many_documents_and_no_more_are_started_than_are_needed() -> None:
    before = {child.pid for child in children()}
    list(extracted([Source("a.txt", FORM)] * 20, 3))
    list(extracted([Source("a.txt", FORM)], 3))
    serving = {child.pid for child in children()} - before
    list(extracted([Source("a.txt", FORM)], 3))
    assert {child.pid for child in children()} - before == serving
    assert len(serving) <= 3


def test_a_process_of_a_big_parent_serves_many_documents_too() -> None:
    big = bytearray(600 << 20)
    big[:: resource.getpagesize()] = b"x" * len(big[:: resource.getpagesize()])  # held, and not just asked for
    list(extracted([Source("a.txt", FORM)], 1))
    (serving,) = idle()
    list(extracted([Source("b.txt", FORM)] * 3, 1))
    assert idle() == [serving]
    assert len(big) > 512 << 20


def test_at_most_some_documents_are_on_their_way() -> None:
    taken = []

    def sources() -> Iterator[Source]:
        for number in range(1_000):
            taken.append(number)
            yield Source(f"{number}.txt", FORM)

    copies = extracted(sources(), 2)
    next(copies)
    assert len(taken) <= 2 * workers._AHEAD
    copies.close()  # type: ignore[attr-defined]


def test_a_document_that_kills_its_process_is_named_and_the_others_go_on() -> None:
    workers.start()
    (process,) = idle()

    def sources() -> Iterator[Source]:
        yield Source("before.txt", FORM)
        yield Source("killer.txt", SLOW)
        os.kill(process._process.pid, signal.SIGKILL)  # while it is at work on the killer
        yield Source("after.txt", FORM)

    before, killer, after = extracted(sources(), 1)
    assert before[0].project
    assert after[0].project
    ((rule_id, message),) = verdicts(killer)
    assert rule_id == "R-limit"
    assert "SIGKILL" in message
    assert killer[0].document.uri == "killer.txt"


def test_a_document_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    list(extracted([Source("first.txt", FORM)], 1))
    with monkeypatch.context() as patch:
        patch.setattr(workers, "SECONDS_MAX", 0)
        (slow,) = extracted([Source("slow.txt", SLOW)], 1)
    (after,) = extracted([Source("after.txt", FORM)], 1)
    assert verdicts(slow) == [("R-limit", "the document takes more than 0 seconds to read")]
    assert after[0].project


def test_a_document_has_all_its_time_however_long_it_waited_for_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(seconds=0)
    take = workers._Pool._take

    def take_late(pool: workers._Pool, process: Process, reply: Reply) -> None:
        clock.seconds += 1_000  # as if the document had taken so long
        take(pool, process, reply)

    monkeypatch.setattr(workers, "time", SimpleNamespace(monotonic=lambda: clock.seconds))
    monkeypatch.setattr(workers._Pool, "_take", take_late)
    _, waiting = extracted([Source("before.txt", FORM), Source("waiting.txt", FORM * 200)], 1)
    assert verdicts(waiting) == verdicts(extract("waiting.txt", FORM * 200))


def test_what_a_stopped_process_has_started_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = BytesIO()
    Image.effect_noise((1_500, 1_500), 90).save(picture, "PNG")  # hours of work, if anything
    monkeypatch.setattr(workers, "SECONDS_PER_PAGE_MAX", 0)
    monkeypatch.setattr(workers, "SECONDS_MAX", 5)
    before = {child.pid for child in children()}
    (slow,) = extracted([Source("noise.png", picture.getvalue())], 1)
    ((rule_id, message),) = verdicts(slow)
    if rule_id == "R-limit":
        assert message == "the document takes more than 5 seconds to read"
        assert {child.pid for child in children()} <= before
    left = [one.info for one in psutil.process_iter(["name", "ppid", "status"]) if one.info["name"] == "tesseract"]
    # One that has ended stays listed until the system's first process takes note.
    assert not [one for one in left if one["ppid"] == 1 and one["status"] != psutil.STATUS_ZOMBIE]


def test_a_document_that_takes_too_much_memory_is_named_and_the_others_go_on() -> None:
    list(extracted([Source("first.txt", FORM)], 1))
    (process,) = idle()
    room = 64 << 20
    used = psutil.Process(process._process.pid).memory_info().data
    resource.prlimit(process._process.pid, resource.RLIMIT_DATA, (used + room, used + room))
    hungry, after = extracted([Source("hungry.txt", FORM * 5_000), Source("after.txt", FORM)], 1)
    ((rule_id, message),) = verdicts(hungry)
    assert rule_id == "R-limit"
    assert "MiB of memory" in message
    assert after[0].project


def test_a_document_of_too_many_bytes_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "DOCUMENT_BYTES_MAX", len(FORM))
    small, big = extracted([Source("small.txt", FORM), Source("big.txt", FORM + b"\n")])
    assert small[0].project
    assert verdicts(big) == [
        ("R-limit", f"the document has {len(FORM) + 1:,} bytes, more than {len(FORM):,}; split it")
    ]


def test_lines_to_show_come_from_a_process_within_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.extract.read", None)  # in this process
    lines = workers.lines_near(SAMPLE.read_bytes(), 20)
    assert [number for number, _ in lines] == [*range(15, 26)]
    assert lines[5][1] == SAMPLE.read_text(encoding="utf-8").splitlines()[19].strip()
    for fault, content in (("R-empty", b""), ("R-unreadable", b"%PDF-1.7")):
        with pytest.raises(DocumentFault) as told:
            workers.lines_near(content, 1)
        assert told.value.rule_id == fault
    monkeypatch.setattr(workers, "SECONDS_MAX", 0)
    with pytest.raises(DocumentFault, match="takes more than 0 seconds"):
        workers.lines_near(SLOW, 1)
    monkeypatch.setattr(workers, "DOCUMENT_BYTES_MAX", 3)
    with pytest.raises(DocumentFault, match="the document has 4 bytes"):
        workers.lines_near(b"form", 1)


def test_a_process_imports_nothing_that_judges_or_loads(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-c", "import sys, etl.workers.child; print(*sys.modules)"]
    modules = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path).stdout
    assert {"pandas", "great_expectations", "airflow", "pyarrow", "sqlalchemy"}.isdisjoint(modules.split())
    assert "etl.parse" in modules.split()
