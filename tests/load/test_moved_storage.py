"""Storage that moved from a disk to an object store: documents are found where they lie, and purged where they lay."""

import io
import os
import shutil
import zipfile
from pathlib import Path

import fsspec
import pytest

from etl import landing, storage
from tests.conftest import Warehouse
from tests.forms import Form
from tests.processes import Etl

FORM = Form(owner="นางสาวตัวอย่าง สมมุติ").with_report(2, progress="150")


@pytest.fixture
def etl(warehouse: Warehouse) -> Etl:
    return Etl(warehouse)


@pytest.fixture
def moved(etl: Etl, warehouse: Warehouse, exports: Path, bucket: str) -> Warehouse:
    """A warehouse whose storage was copied from its home into a bucket, with a form and a letter that have cases."""
    (exports / "form.txt").write_text(FORM.text(), encoding="utf-8")
    (exports / "letter.txt").write_text("จดหมายข่าวประจำเดือน", encoding="utf-8")
    warehouse.load(exports)
    shutil.rmtree(exports)
    for name in (storage.LANDING, storage.BATCHES):
        fsspec.filesystem("s3").put(str(warehouse.settings.home / name), f"{bucket}/state/{name}", recursive=True)
    settings = warehouse.settings.model_copy(update={"etl_storage": f"{bucket}/state"})
    etl.environment |= {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    etl.environment["ETL_STORAGE"] = settings.etl_storage
    return Warehouse(settings)


def case_of(warehouse: Warehouse, name: str) -> int:
    query = "SELECT quarantine_id FROM ops.quarantine JOIN dw.dim_document USING (document_key) WHERE uri LIKE %s"
    return int(warehouse.value(query, f"%{name}"))


def hash_of(warehouse: Warehouse, name: str) -> str:
    return str(warehouse.value("SELECT DISTINCT sha256 FROM raw.manifest WHERE uri LIKE %s", f"%{name}"))


def test_cases_are_shown_and_read_again_from_where_their_documents_lie_now(etl: Etl, moved: Warehouse) -> None:
    shutil.rmtree(moved.settings.home / storage.LANDING)
    shown = etl("quarantine", "show", case_of(moved, "form.txt"))
    assert (shown.returncode, "150 %" in shown.stdout) == (0, True)
    done = etl("quarantine", "redrive", "--json")
    assert (done.returncode, '"documents_read":2' in done.stdout) == (3, True), done.stderr
    assert "missing" not in done.stderr
    assert moved.value("SELECT count(*) FROM ops.storage") == 2


def test_a_purge_looks_through_the_storage_of_before_as_well(etl: Etl, moved: Warehouse) -> None:
    sha256 = hash_of(moved, "form.txt")
    places = [landing.place(area, sha256) for area in (
        storage.landing(moved.settings),
        storage.landing(moved.settings.model_copy(update={"etl_storage": ""})),
    )]  # fmt: skip
    assert [place.exists() for place in places] == [True, True]
    done = etl("purge", sha256, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert [place.exists() for place in places] == [False, False]


def test_a_storage_of_before_that_cannot_be_reached_is_named(etl: Etl, moved: Warehouse) -> None:
    moved.settings.home.rename(moved.settings.home.with_name("elsewhere"))
    done = etl("purge", hash_of(moved, "form.txt"), "--yes")
    assert done.returncode == 3
    said = f"not reached, and may still have it: {moved.settings.home}: it is not there"
    assert said in done.stderr


def test_archives_and_batches_that_cannot_be_looked_into_are_named(
    etl: Etl, warehouse: Warehouse, exports: Path
) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("form.txt", FORM.text())
    (exports / "all.zip").write_bytes(file.getvalue())
    warehouse.load(exports)
    area = warehouse.settings.home / storage.LANDING
    (packed,) = [path for path in area.glob("*/*") if path.read_bytes().startswith(b"PK")]
    packed.write_bytes(packed.read_bytes()[:-30])
    (work_list,) = (warehouse.settings.home / storage.BATCHES).glob("*/*/documents.json")
    work_list.write_bytes(b"[")
    done = etl("purge", f"file://{exports}/all.zip!/form.txt", "--yes")
    assert done.returncode == 3
    assert f"{packed}: the archive is damaged" in done.stderr
    assert f"{work_list} is damaged" in done.stderr
