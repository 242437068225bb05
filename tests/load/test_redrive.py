"""The redrive: what is held is read again from the landing area, and its case ends when it can be read."""

import io
import zipfile
from pathlib import Path

import pytest

from etl import pipeline, storage
from etl.errors import BadInputError
from etl.load.quarantine import reject
from etl.warehouse import open_engine
from etl.workers import unpacking
from tests.conftest import Warehouse, batches_of
from tests.forms import Form
from tests.processes import break_reading


def redrive(warehouse: Warehouse, *quarantine_ids: int) -> dict[str, int]:
    """Read documents with cases again, and load them; return the counts of the load."""
    work_lists = pipeline.redrive(warehouse.settings, storage.unique("redrive"), quarantine_ids)
    return pipeline.load(
        warehouse.settings,
        "redrive",
        batches_of(warehouse.settings, work_lists),
    )


def states(warehouse: Warehouse) -> dict[str, str]:
    """Return the state of each case, by the file's name."""
    rows = warehouse.rows("SELECT uri, state FROM ops.quarantine JOIN dw.dim_document USING (document_key)")
    return {row["uri"].rpartition("/")[2]: row["state"] for row in rows}


def test_an_archive_that_can_be_opened_by_now_is_released_and_its_members_are_loaded(
    warehouse: Warehouse, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("form.txt", Form().text())
        packed.writestr("letter.txt", "จดหมายข่าวประจำเดือน")
    (exports / "exports.zip").write_bytes(file.getvalue())
    with monkeypatch.context() as strict:
        strict.setattr(unpacking, "ARCHIVE_WAIT_SECONDS_MAX", 0)
        warehouse.load(exports)
    assert states(warehouse) == {"exports.zip": "held"}
    (exports / "exports.zip").unlink()
    summary = redrive(warehouse)
    assert (summary["documents_read"], summary["records_loaded"], summary["records_quarantined"]) == (2, 5, 1)
    assert states(warehouse) == {"exports.zip": "released", "letter.txt": "held"}
    uri = warehouse.value("SELECT document_uri FROM mart.project_status")
    assert uri == f"file://{exports}/exports.zip!/form.txt"


def test_a_case_that_is_still_bad_stays_held_and_is_seen_again(warehouse: Warehouse, exports: Path) -> None:
    (exports / "letter.txt").write_text("จดหมายข่าวประจำเดือน", encoding="utf-8")
    warehouse.load(exports)
    (before,) = warehouse.rows("SELECT * FROM ops.quarantine")
    redrive(warehouse)
    (after,) = warehouse.rows("SELECT * FROM ops.quarantine")
    assert after["last_seen"] > before["last_seen"]
    assert after | {"last_seen": None} == before | {"last_seen": None}


def test_what_nobody_held_is_not_read_again(warehouse: Warehouse, exports: Path) -> None:
    (exports / "form.txt").write_text(Form().text(), encoding="utf-8")
    warehouse.load(exports)
    assert pipeline.redrive(warehouse.settings, "redrive") == []


def test_a_rejected_case_is_released_when_its_document_can_be_read(
    warehouse: Warehouse, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (exports / "form.txt").write_text(Form().text(), encoding="utf-8")
    with monkeypatch.context() as broken:
        break_reading(broken, "read", lambda _content: 1 / 0)
        warehouse.load(exports)
    case = warehouse.value("SELECT quarantine_id FROM ops.quarantine")
    assert reject(open_engine(warehouse.settings), [case], "ไม่ใช่รายงาน", by="admin")
    assert pipeline.redrive(warehouse.settings, "all") == []
    assert redrive(warehouse, case)["records_loaded"] == 5
    assert states(warehouse) == {"form.txt": "released"}


def test_a_case_that_is_not_there_is_bad_input(warehouse: Warehouse) -> None:
    with pytest.raises(BadInputError, match="no case 1;"):
        redrive(warehouse, 1)
