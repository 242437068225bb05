"""What is old is deleted, and nothing that quarantine, a run or a later reading needs."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etl import pipeline, storage
from etl.housekeeping import tidy
from etl.parser_version import parser_version
from tests.conftest import Warehouse, batches_of
from tests.forms import Form

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def make_old(folder: Path, days: int) -> None:
    """Let all in a folder have been written so many days ago."""
    moment = (NOW - timedelta(days=days)).timestamp()
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (moment, moment))


@pytest.fixture
def held(warehouse: Warehouse, exports: Path) -> Warehouse:
    """A warehouse with one form loaded and a letter held back."""
    (exports / "form.txt").write_text(Form().text(), encoding="utf-8")
    (exports / "letter.txt").write_text("จดหมายข่าวประจำเดือน", encoding="utf-8")
    warehouse.load(exports)
    return warehouse


def batches(warehouse: Warehouse) -> list[str]:
    return sorted(folder.name for folder in storage.batches(warehouse.settings).iterdir())


def test_old_batches_go_and_what_they_held_back_can_be_redriven(held: Warehouse) -> None:
    make_old(Path(held.settings.storage), 31)
    assert tidy(held.settings, NOW) == {"batches_deleted": 1, "parser_versions_deleted": 0, "tables_deleted": 0}
    assert batches(held) == []
    work_lists = pipeline.redrive(held.settings, "again")
    summary = pipeline.load(held.settings, "again", batches_of(held.settings, work_lists))
    assert (summary["documents_read"], summary["documents_quarantined"]) == (1, 1)


def test_what_was_written_to_lately_stays(held: Warehouse) -> None:
    make_old(Path(held.settings.storage), 29)
    storage.claim(held.settings, "a run that has just begun")
    os.utime(Path(held.settings.storage) / "batches" / "a%20run%20that%20has%20just%20begun", (NOW.timestamp(),) * 2)
    assert tidy(held.settings, NOW) == {"batches_deleted": 0, "parser_versions_deleted": 0, "tables_deleted": 0}
    assert len(batches(held)) == 2


def test_what_another_version_of_the_parser_read_goes_and_what_this_one_did_stays(held: Warehouse) -> None:
    kept = Path(held.settings.storage) / storage.PARSED
    (kept / "another").mkdir()
    (kept / "another" / "pack").write_bytes(b"")
    with held.connect() as connection:
        connection.execute("INSERT INTO ops.parsed SELECT 'another', sha256, address_ids, NULL, pack FROM ops.parsed")
    make_old(kept, 31)
    assert tidy(held.settings, NOW)["parser_versions_deleted"] == 1
    assert [folder.name for folder in kept.iterdir()] == [parser_version()]
    assert held.value("SELECT array_agg(DISTINCT parser_version) FROM ops.parsed") == [parser_version()]
    assert tidy(held.settings, NOW)["parser_versions_deleted"] == 0
