"""An archive's way into the warehouse: its forms are loaded, and what cannot be had of it is held with its reason."""

import io
import zipfile
from pathlib import Path

import pytest

from etl import landing, storage
from etl.limits import ARCHIVE_BYTES_MAX as BYTES_MAX
from etl.limits import ARCHIVE_DEPTH_MAX as DEPTH_MAX
from etl.limits import ARCHIVE_MEMBERS_MAX as MEMBERS_MAX
from etl.limits import ARCHIVE_RATIO_FREE_BYTES as RATIO_FREE_BYTES
from etl.pipeline import raw_lines
from tests.conftest import Warehouse
from tests.forms import Form
from tests.read.test_archive import overlapping


def test_forms_in_an_archive_are_loaded_and_the_rest_is_held(warehouse: Warehouse, exports: Path) -> None:
    page = f"<html><body><pre>{Form(code='50210000-0043').text()}</pre></body></html>"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        new.writestr("ก.txt", Form(code="50210000-0042").text().encode("cp874"))
        new.writestr("ข.html", page.encode())
        new.writestr("ค.txt", "damaged later")
    (exports / "ส่งออก.zip").write_bytes(file.getvalue().replace(b"damaged later", b"damaged_later"))
    summary = warehouse.load(exports)
    assert (summary["documents_read"], summary["records_quarantined"]) == (3, 1)
    loaded = warehouse.rows(
        "SELECT p.project_code, d.channel, d.uri FROM dw.fact_project f JOIN dw.dim_project p USING (project_key)"
        " JOIN dw.dim_document d ON d.document_key = f.document_key ORDER BY p.project_code"
    )
    prefix = f"file://{exports}/ส่งออก.zip!/"
    assert [tuple(row.values()) for row in loaded] == [
        ("50210000-0042", "text", f"{prefix}ก.txt"),
        ("50210000-0043", "html", f"{prefix}ข.html"),
    ]
    (held,) = warehouse.rows(
        "SELECT q.reason, d.uri, d.sha256 FROM ops.quarantine q JOIN dw.dim_document d USING (document_key)"
    )
    assert held["uri"] == f"{prefix}ค.txt"
    assert "the file in the archive is damaged (Bad CRC-32" in held["reason"]
    ((number, shown),) = raw_lines(landing.read(storage.landing(warehouse.settings), held["sha256"]), None)
    assert number == 1
    assert "damaged_later" in shown
    again = warehouse.load(exports)
    assert (again["records_loaded"], again["records_unchanged"]) == (0, summary["records_loaded"])


def zipped(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members:
            new.writestr(name, content)
    return file.getvalue()


def nested(depth: int, content: bytes) -> bytes:
    for _ in range(depth):
        content = zipped(*((f"{number}.zip", content) for number in range(4)))
    return content


BOMBS = {
    "of zeros": zipped(("zeros", bytes(RATIO_FREE_BYTES + 1))),
    "in each other": nested(DEPTH_MAX, zipped(("a", b"1"))),
    "of many bytes": overlapping(1 + BYTES_MAX // 1_000_000, b"0123456789" * 100_000),
    "of many files": overlapping(1 + MEMBERS_MAX, b"1"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_held_and_what_stands_beside_it_is_loaded(name: str, warehouse: Warehouse, exports: Path) -> None:
    (exports / "bomb.zip").write_bytes(BOMBS[name])
    (exports / "form.txt").write_bytes(Form().text().encode())
    warehouse.load(exports)
    assert warehouse.value("SELECT count(*) FROM dw.fact_project") == 1
    held = warehouse.rows("SELECT DISTINCT rule_id FROM ops.quarantine WHERE reason LIKE '%%archive%%'")
    assert [row["rule_id"] for row in held] == ["R-limit"]
    landed = sum(path.stat().st_size for path in storage.landing(warehouse.settings).glob("*/*"))
    assert landed < 10_000_000
