"""Foreign keys hold, though a load has the server look up none of what it writes: each is tried to be broken."""

from collections.abc import Iterable
from pathlib import Path

import psycopg
import pytest

from etl.load import keys, merge, steps
from etl.load.keys import POINTED_AT, keys_of
from etl.load.steps import Action, in_order, read_steps
from etl.records import Project, Report
from etl.warehouse import Connection, model
from tests.conftest import Warehouse
from tests.load.content import content_of
from tests.load.records import AT, Export, Part, add_step, load
from tests.load.test_steps import exports

LOST = 99  # a key that no row has
SWITCH = "session_replication_role"
STATE = """
    SELECT conname AS name, convalidated,
        (SELECT bool_and(tgenabled = 'O') FROM pg_trigger WHERE tgconstraint = pg_constraint.oid) AS is_enforced
    FROM pg_constraint WHERE contype = 'f'
"""


def project(code: str) -> Project:
    return Project(project_code=code, agency_code=code[:4], unit_code=code[:8], fiscal_year=2567)


def actions() -> list[Action]:
    early, late = in_order(read_steps())
    return [*early, *late]


def test_every_key_of_a_table_that_loads_fill_is_proved_or_looked_up() -> None:
    filled = {action.into.fullname for action in actions() if action.into is not None} | {"raw.report", "raw.project"}
    proved = {(key.table, key.column) for key in keys_of(actions())}
    declared = {
        (table.fullname, column)
        for table in model.TABLES
        if table.fullname in filled - POINTED_AT
        for constraint in table.foreign_key_constraints
        for column in constraint.column_keys
    }
    assert declared <= proved
    assert len(declared) > 40


def test_a_key_that_points_nowhere_is_found_wherever_a_load_writes_it(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each column in turn gets such a key, in the transaction of one load."""
    found: dict[str, str] = {}

    def prove_broken(connection: Connection, actions: Iterable[Action]) -> None:
        keys.prove(connection, actions)
        assert connection.execute(f"SHOW {SWITCH}").fetchone() == {SWITCH: "replica"}
        for key in keys_of(actions):
            with connection.transaction(force_rollback=True):
                give_lost(connection, key)
                with pytest.raises(psycopg.errors.ForeignKeyViolation) as raised:
                    keys.prove(connection, actions)
            found[f"{key.table}.{key.column}"] = str(raised.value)

    monkeypatch.setattr(merge, "prove", prove_broken)
    load(warehouse, tmp_path, *exports())
    assert len(found) > 40
    # What several tables take from one column of one step is told of one of them.
    assert {told.partition(" is ")[2] for told in found.values()} == {f"{LOST}, and there is no such key"}


def give_lost(connection: Connection, key: keys.Key) -> None:
    """Add a row with a key that points nowhere to what a step gave."""
    columns, values = [key.column], [str(LOST)]
    if key.condition == "valid_to IS NOT NULL":
        columns, values = [*columns, "valid_to"], [*values, "now()"]
    connection.execute(
        f"INSERT INTO {key.source} ({', '.join(columns)}) VALUES ({', '.join(values)})".encode()
    )  # fmt: skip


def test_nothing_is_loaded_of_a_document_whose_key_points_nowhere(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (steps.TRANSFORM / "facts" / "report_current.sql").read_text(encoding="utf-8")
    lost = f"CASE report_no WHEN 7 THEN {LOST} ELSE project.agency_key END AS agency_key"
    add_step(monkeypatch, tmp_path, text.replace("project.agency_key", lost))
    sound, faulty = (
        Export(f"{number}", [Part(project(f"50210000-000{number}"), reports=(Report(report_no=number),))])
        for number in (1, 7)
    )
    assert load(warehouse, tmp_path, sound, faulty)["records_quarantined"] > 0
    assert warehouse.value("SELECT array_agg(project_code) FROM dw.fact_progress_report") == ["50210000-0001"]
    (reason,) = {row["reason"] for row in warehouse.rows("SELECT reason FROM ops.quarantine")}
    assert reason.endswith(f"dw.fact_progress_report.agency_key is {LOST}, and there is no such key")


@pytest.mark.parametrize("parent", ["dim_agency", "dim_project", "dim_indicator", "dim_document", "dim_report_status"])
def test_a_row_that_others_point_at_does_not_go(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parent: str
) -> None:
    """A load deletes a row as it deletes those that it no longer gives."""
    load(warehouse, tmp_path, *exports())
    before = content_of(warehouse)

    def prove_orphaned(connection: Connection, actions: Iterable[Action]) -> None:
        keys.prove(connection, actions)
        table = model.metadata.tables[f"dw.{parent}"]
        (key,) = table.primary_key
        with keys.looked_up(connection, table):
            connection.execute(f"DELETE FROM dw.{parent} WHERE {key.name} > 0".encode())

    monkeypatch.setattr(merge, "prove", prove_orphaned)
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="still referenced"):
        load(warehouse, tmp_path, Export("another", exports()[0].parts, AT))
    assert content_of(warehouse) == before


def test_nobody_takes_away_what_a_load_points_at(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = []

    def prove_beside_another(connection: Connection, actions: Iterable[Action]) -> None:
        keys.prove(connection, actions)
        for table in POINTED_AT:
            with warehouse.connect() as other:
                other.execute("SET lock_timeout = 1")
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    other.execute(f"DELETE FROM {table} WHERE FALSE".encode())
                other.rollback()
                other.execute(f"SELECT FROM {table} LIMIT 1".encode())  # readers do not wait
            locked.append(table)

    monkeypatch.setattr(merge, "prove", prove_beside_another)
    load(warehouse, tmp_path, *exports())
    assert {"dw.dim_date", "dw.dim_project", "ops.load"} < set(locked)


def test_the_keys_stay_declared_and_hold_for_others(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, *exports())
    declared = warehouse.rows(STATE)
    assert len(declared) > 40
    assert [key["name"] for key in declared if not (key["convalidated"] and key["is_enforced"])] == []
    for lost in (
        f"UPDATE dw.fact_progress_report SET agency_key = {LOST}", f"UPDATE ops.load_document SET load_id = {LOST}",
        "DELETE FROM dw.dim_project WHERE project_key > 0",
    ):  # fmt: skip
        with pytest.raises(psycopg.errors.ForeignKeyViolation), warehouse.connect() as connection:
            connection.execute(lost.encode())
