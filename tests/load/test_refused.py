"""A load that is refused loads nothing, and tells what it held back all the same."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from etl import pipeline
from etl.errors import ConservationError, VolumeError
from etl.load import merge
from etl.load.merge import known_observations
from etl.load.steps import Action
from etl.records import Project, Report
from etl.warehouse import Connection, open_engine
from etl.warehouse.query import ask
from tests.conftest import Warehouse
from tests.load import records
from tests.load.content import content_of
from tests.load.records import LOSES_A_RECORD, Export, Part, add_step

LATE = "-- reads: dw.fact_project\n-- gives: fault\n\n"  # how a step begins that comes late
TOO_MUCH = Report(report_no=9, progress_pct=Decimal(150))


def project(number: int) -> Project:
    return Project(
        project_code=f"50210000-{number:04}", agency_code="5021", unit_code="50210000", fiscal_year=2567
    )  # fmt: skip


def form(name: str, number: int, reports: int, *held: Report, reading: int = 1) -> Export:
    """Return a form with some sound reports, and some that are held back."""
    sound = [Report(report_no=report, progress_pct=Decimal(report)) for report in range(1, reports + 1)]
    return Export(name, [Part(project(number), reports=(*sound, *held))], reading=reading)


def load_of_year(warehouse: Warehouse, folder: Path, *exports: Export) -> dict[str, Any]:
    batches = [records.write_batch(folder, export) for export in exports]
    return pipeline.load(warehouse.settings, "year", batches, fiscal_year=2567)


@pytest.fixture
def loaded(warehouse: Warehouse, tmp_path: Path) -> Warehouse:
    """A warehouse with a year of three forms."""
    load_of_year(warehouse, tmp_path, *(form(f"before{number}", number, 3) for number in range(3)))
    return warehouse


def cases(warehouse: Warehouse) -> list[tuple[str, str, str]]:
    rows = warehouse.rows(
        "SELECT uri, record, state FROM ops.quarantine JOIN dw.dim_document USING (document_key) ORDER BY uri, record"
    )
    return [(row["uri"].rpartition("/")[2], row["record"], row["state"]) for row in rows]


def test_what_a_refused_load_held_back_is_told_and_nothing_is_loaded(loaded: Warehouse, tmp_path: Path) -> None:
    before = content_of(loaded)
    with pytest.raises(VolumeError):
        load_of_year(loaded, tmp_path, form("new", 7, 1, TOO_MUCH), form("sound", 8, 1))
    assert cases(loaded) == [("new", "50210000-0007/2567/reports[9]", "held")]
    told = {"raw.manifest", "dw.dim_document", "ops.quarantine"}
    assert {table for table, rows in content_of(loaded).items() if rows != before[table]} == told
    (failed,) = loaded.rows("SELECT * FROM ops.load ORDER BY load_id DESC LIMIT 1")
    assert (failed["status"], failed["documents_read"], failed["records_quarantined"]) == ("failed", 0, 0)
    assert loaded.value("SELECT count(*) FROM ops.load_document WHERE load_id = %s", failed["load_id"]) == 0
    engine = open_engine(loaded.settings)
    assert [case["record"] for case in ask(engine, "held", {"load_id": None})] == ["50210000-0007/2567/reports[9]"]
    assert [document["uri"] for document in ask(engine, "redrive", {"quarantine_ids": []})] == ["file:///exports/new"]


def test_a_document_that_was_only_told_of_is_pulled_again(loaded: Warehouse, tmp_path: Path) -> None:
    known = known_observations(open_engine(loaded.settings))
    assert len(known) == 3
    with pytest.raises(VolumeError):
        load_of_year(loaded, tmp_path, form("new", 7, 1, TOO_MUCH))
    assert known_observations(open_engine(loaded.settings)) == known


def test_the_load_after_it_doubles_no_case_and_is_as_if_it_had_not_been(
    loaded: Warehouse, tmp_path: Path, new_database: Any
) -> None:
    year = [form(f"before{number}", number, 3) for number in range(3)]
    new = form("new", 7, 1, TOO_MUCH)
    with pytest.raises(VolumeError):
        load_of_year(loaded, tmp_path, new)
    load_of_year(loaded, tmp_path, *year, new)
    undisturbed = Warehouse(loaded.settings.model_copy(update={"warehouse_url": new_database()}))
    load_of_year(undisturbed, tmp_path, *year)
    load_of_year(undisturbed, tmp_path, *year, new)
    assert content_of(loaded) == content_of(undisturbed)
    assert cases(loaded) == [("new", "50210000-0007/2567/reports[9]", "held")]


def test_a_case_of_a_refused_load_is_released_when_its_document_is_read_otherwise(
    loaded: Warehouse, tmp_path: Path
) -> None:
    # Known already, and read otherwise by the run that is refused; then as it was at first.
    with pytest.raises(VolumeError):
        load_of_year(loaded, tmp_path, form("before0", 0, 2, TOO_MUCH, reading=2))
    assert cases(loaded) == [("before0", "50210000-0000/2567/reports[9]", "held")]
    assert loaded.value("SELECT count(*) FROM dw.fact_progress_report") == 9
    load_of_year(loaded, tmp_path, *(form(f"before{number}", number, 3) for number in range(3)))
    assert cases(loaded) == [("before0", "50210000-0000/2567/reports[9]", "released")]
    assert loaded.value("SELECT count(*) FROM dw.fact_progress_report") == 9


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (LOSES_A_RECORD, ConservationError),
        (f"{LATE}SELECT 1 / 0 AS fault", psycopg.errors.DivisionByZero),
        (f"{LATE}SELECT public.fill_the_disk() AS fault", psycopg.errors.DiskFull),
    ],
)
def test_whatever_refuses_a_load_its_cases_are_told(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, error: type[Exception]
) -> None:
    begun, run = [], merge.run

    def run_noted(connection: Connection, actions: Iterable[Action]) -> None:
        noted = list(actions)
        begun.extend(action.step.name for action in noted)
        run(connection, noted)

    monkeypatch.setattr(merge, "run", run_noted)
    add_step(monkeypatch, tmp_path, fault)
    with warehouse.connect() as connection:
        connection.execute(
            "CREATE FUNCTION public.fill_the_disk() RETURNS INTEGER LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE disk_full; END $$"
        )
    with pytest.raises(error):
        load_of_year(warehouse, tmp_path, *(form(str(number), number, 1, TOO_MUCH) for number in range(4)))
    assert len(cases(warehouse)) == 4
    assert warehouse.value("SELECT count(*) FROM raw.project") == 0
    assert warehouse.value("SELECT status FROM ops.load") == "failed"
    # No document is looked for where none is to blame: at most, it was seen that nothing can be loaded.
    assert begun.count("dirty_document") <= 2


def test_what_was_purged_is_not_told_of(loaded: Warehouse, tmp_path: Path) -> None:
    new = form("new", 7, 1, TOO_MUCH)
    with loaded.connect() as connection:
        connection.execute("INSERT INTO ops.purge VALUES (%s, now(), 'somebody', NULL)", [new.sha256])
    with pytest.raises(VolumeError):
        load_of_year(loaded, tmp_path, new)
    assert cases(loaded) == []
