"""Big files: what is too big to be read is not taken into memory for it, and landing holds one file at a time."""

import tracemalloc
from pathlib import Path

from etl import storage
from etl.documents import extract_files
from etl.limits import DOCUMENT_BYTES_MAX
from tests.conftest import Warehouse
from tests.forms import Form

SIZE = 300 << 20


def sparse(path: Path, size: int, head: bytes = b"") -> Path:
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    return path


def test_a_document_of_too_many_bytes_is_refused_unread(exports: Path) -> None:
    sparse(exports / "big.txt", SIZE)
    (exports / "form.txt").write_bytes(Form().text().encode())
    tracemalloc.start()
    big, form = extract_files([exports])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    ((rule_id, message),) = ((finding.rule_id, finding.message) for copy in big for finding in copy.findings)
    assert (rule_id, message) == (
        "R-limit", f"the document has {SIZE:,} bytes, more than {DOCUMENT_BYTES_MAX:,}; split it",
    )  # fmt: skip
    assert form[0].project
    assert peak < SIZE // 10


def test_an_archive_may_have_more_bytes_than_a_document(exports: Path) -> None:
    sparse(exports / "big.zip", SIZE, b"PK\x03\x04")
    ((copy,),) = extract_files([exports])
    (finding,) = copy.findings
    assert "bytes, more than" in finding.message  # as it cannot be opened, it is a document


def test_big_files_are_landed_one_after_the_other(warehouse: Warehouse, exports: Path) -> None:
    for number in range(3):
        sparse(exports / f"big{number}.txt", SIZE, str(number).encode())
    (exports / "form.txt").write_bytes(Form().text().encode())
    tracemalloc.start()
    summary = warehouse.load(exports)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (summary["documents_read"], summary["documents_quarantined"]) == (4, 3)
    assert len(list(storage.landing(warehouse.settings).glob("*/*"))) == 4
    assert peak < 2.5 * SIZE  # one landed, and the next read
