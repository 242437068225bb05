"""Damaged files in storage: a document is landed anew where its source is at hand, else held back; the others go on."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from upath import UPath

from etl import batch, landing, parsed, pipeline, storage
from etl.errors import BatchDamagedError
from etl.parsed import Tally
from tests.conftest import Warehouse, batches_of
from tests.forms import Form
from tests.load.records import write_sealed
from tests.processes import Etl

DAMAGES: dict[str, Callable[[UPath], object]] = {
    "removed": lambda path: path.unlink(),
    "emptied": lambda path: path.write_bytes(b""),
    "overwritten": lambda path: path.write_bytes(b"x" * path.stat().st_size),
}
FORM, OTHER = Form(), Form(code="50210000-0043")


@pytest.fixture
def etl(warehouse: Warehouse) -> Etl:
    return Etl(warehouse)


@pytest.fixture
def two(exports: Path) -> Path:
    """A source of two forms."""
    (exports / "form.txt").write_text(FORM.text(), encoding="utf-8")
    (exports / "other.txt").write_text(OTHER.text(), encoding="utf-8")
    return exports


def place_of(warehouse: Warehouse, form: Form) -> UPath:
    return landing.place(storage.landing(warehouse.settings), hashlib.sha256(form.text().encode()).hexdigest())


def projects(warehouse: Warehouse) -> list[str]:
    rows = warehouse.rows("SELECT project_code FROM mart.project_status ORDER BY 1")
    return [row["project_code"] for row in rows]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_run_after_a_damage_lands_the_document_anew(warehouse: Warehouse, two: Path, damage: str) -> None:
    warehouse.load(two)
    DAMAGES[damage](place_of(warehouse, FORM))
    again = warehouse.load(two)
    assert (again["records_unchanged"], again["records_quarantined"]) == (10, 0)
    assert place_of(warehouse, FORM).read_bytes() == FORM.text().encode()


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_before_it_is_read_is_held_back_and_comes_with_the_next_pull(
    warehouse: Warehouse, two: Path, damage: str
) -> None:
    settings = warehouse.settings.model_copy(update={"etl_source": str(two)})

    def run(name: str, *, damaged: bool) -> dict[str, int]:
        work_lists = pipeline.pull(settings, name, only_new=True)
        if damaged:
            DAMAGES[damage](place_of(warehouse, FORM))
        return pipeline.load(settings, name, batches_of(settings, work_lists))

    first = run("first", damaged=True)
    assert (first["documents_read"], first["records_loaded"], first["records_quarantined"]) == (2, 5, 1)
    assert projects(warehouse) == ["50210000-0043"]
    (case,) = warehouse.rows("SELECT rule_id, reason, severity, state FROM ops.quarantine")
    assert (case["rule_id"], case["severity"], case["state"]) == ("R-landing-damaged", "critical", "held")
    assert "landing area" in case["reason"]
    second = run("second", damaged=False)
    assert (second["documents_read"], second["records_loaded"]) == (1, 5)
    assert projects(warehouse) == ["50210000-0042", "50210000-0043"]
    assert warehouse.value("SELECT state FROM ops.quarantine") == "released"
    assert pipeline.pull(settings, "third", only_new=True) == []


def test_a_redrive_names_what_is_missing_and_reads_the_others(etl: Etl, warehouse: Warehouse, exports: Path) -> None:
    for name in ("one", "two", "three"):
        (exports / f"{name}.txt").write_text(f"จดหมายข่าว {name}", encoding="utf-8")
    warehouse.load(exports)
    query = "SELECT * FROM ops.quarantine JOIN dw.dim_document USING (document_key) WHERE uri LIKE %s"
    (missing,) = warehouse.rows(query, "%/two.txt")
    landing.place(storage.landing(warehouse.settings), missing["sha256"]).unlink()
    done = etl("quarantine", "redrive", "--json")
    assert (done.returncode, '"documents_read":2' in done.stdout) == (3, True)
    assert re.search(r"two\.txt: its bytes are missing in the landing area", done.stderr)
    assert "Traceback" not in done.stderr
    assert warehouse.value("SELECT count(*) FROM ops.quarantine WHERE state = 'held'") == 3
    shown = etl("quarantine", "show", missing["quarantine_id"])
    assert (shown.returncode, "its bytes are missing in the landing area" in shown.stdout) == (0, True)
    alone = etl("quarantine", "redrive", missing["quarantine_id"])
    assert (alone.returncode, "two.txt" in alone.stderr) == (3, True)


def test_a_redrive_of_a_document_that_was_read_before_and_is_damaged_takes_nothing_away(
    warehouse: Warehouse, exports: Path
) -> None:
    form = FORM.with_report(2, progress="150")
    (exports / "form.txt").write_text(form.text(), encoding="utf-8")
    warehouse.load(exports)
    before = warehouse.rows("SELECT * FROM mart.progress_report")
    place_of(warehouse, form).write_bytes(b"")
    told: list[str] = []
    assert pipeline.redrive(warehouse.settings, "redrive", (), lambda skipped: told.append(skipped.reason)) == []
    assert len(told) == 1
    assert warehouse.rows("SELECT * FROM mart.progress_report") == before
    assert warehouse.value("SELECT count(*) FROM ops.quarantine WHERE state = 'held'") == 1


FILES = (batch.WORK_LIST, parsed.NAME, batch.RESULTS, *(f"{name}.parquet" for name in batch.STAGED))


@pytest.mark.parametrize("damage", ["removed", "emptied", "cut off", "overwritten"])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_of_a_batch_is_one_error_that_names_the_run(tmp_path: Path, name: str, damage: str) -> None:
    folder = UPath(tmp_path) / "batches" / "cli__2026-11-28T22%3A00%3A00Z__0123456789" / "00001"
    batch.write_work_list(folder, [])
    parsed.write(folder, [], Tally())
    batch.write_batch(folder, [], [])
    batch.write_results(folder, [{"suite_name": "reports"}])
    content = (folder / name).read_bytes()
    match damage:
        case "removed":
            (folder / name).unlink()
        case "emptied":
            (folder / name).write_bytes(b"")
        case "cut off":
            (folder / name).write_bytes(content[: len(content) // 2])
        case "overwritten":
            (folder / name).write_bytes(bytes(len(content)))
    with pytest.raises(BatchDamagedError) as told:
        match name:
            case batch.WORK_LIST:
                batch.read_work_list(folder)
            case batch.RESULTS:
                batch.read_results(folder)
            case parsed.NAME:
                parsed.read(folder)
            case _:
                batch.read_table(folder, name.removesuffix(".parquet"))
    what = "missing" if damage == "removed" else "damaged"
    assert str(told.value) == (
        f"{folder / name} is {what}: do the run cli__2026-11-28T22:00:00Z__0123456789 once more from its start"
        " (`etl run`; in Airflow, clear its first task)"
    )


def test_what_another_release_parsed_is_to_be_parsed_once_more(tmp_path: Path) -> None:
    folder = UPath(tmp_path) / "run" / "00001"
    rows = {"sha256": [""], "document": [b"\x80"], "copies": [b"\x90"], "records": [0]}
    folder.mkdir(parents=True)
    write_sealed(pa.table(rows), tmp_path / "run" / "00001" / parsed.NAME)
    with pytest.raises(BatchDamagedError, match="do the run run once more"):
        parsed.read(folder)


def test_a_value_that_changed_on_the_disk_is_not_taken_for_what_was_written(warehouse: Warehouse, two: Path) -> None:
    settings = warehouse.settings.model_copy(update={"etl_source": str(two)})
    (address,) = batches_of(settings, pipeline.pull(settings, "run", only_new=False))
    path = Path(address) / "project.parquet"
    content = path.read_bytes()
    assert pq.read_table(path).num_rows  # whatever reads Parquet reads it
    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        try:
            found = batch.read_table(UPath(address), "project")
        except BatchDamagedError:
            continue
        pytest.fail(f"{found.num_rows} rows were read though byte {place} had changed")


def test_a_load_of_a_damaged_batch_loads_nothing_and_says_which_run(warehouse: Warehouse, two: Path) -> None:
    settings = warehouse.settings.model_copy(update={"etl_source": str(two), "batch_documents": 1})
    addresses = batches_of(settings, pipeline.pull(settings, "run", only_new=False))
    (Path(addresses[1]) / "report.parquet").write_bytes(b"PAR1")
    with pytest.raises(BatchDamagedError, match="do the run run once more"):
        pipeline.load(settings, "run", addresses)
    assert projects(warehouse) == []
    assert warehouse.value("SELECT status FROM ops.load") == "failed"


def test_a_batch_of_an_earlier_release_that_told_more_is_loaded(warehouse: Warehouse, two: Path) -> None:
    settings = warehouse.settings.model_copy(update={"etl_source": str(two)})
    (address,) = batches_of(settings, pipeline.pull(settings, "run", only_new=False))
    manifest = pq.read_table(Path(address) / "manifest.parquet")
    more = manifest.append_column("landed_uri", pa.array(["/var/landing"] * manifest.num_rows))
    write_sealed(more, Path(address) / "manifest.parquet")
    assert pipeline.load(settings, "run", [address])["records_loaded"] == 10
