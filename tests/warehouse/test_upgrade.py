"""An installed warehouse survives: migrated, it holds what a fresh one does of the same exports, with their history."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Table

from etl.diff import Difference
from etl.diff.warehouses import compare_warehouses
from etl.settings import Settings
from etl.warehouse import model, open_engine, schema
from tests.conftest import Warehouse
from tests.warehouse.installed import installed_at

RELEASE = Path(__file__).parent / "release_0008"
MADE_AT = {
    "form_2024-02.txt": datetime(2024, 2, 25, tzinfo=UTC), "form_2024-03.txt": datetime(2024, 3, 25, tzinfo=UTC),
    "form_2024-04.txt": datetime(2024, 4, 25, tzinfo=UTC),
    "mykpi.php_pid=5016-9809.txt": datetime(2024, 3, 1, tzinfo=UTC),
}  # fmt: skip
DAYS = """
    INSERT INTO dw.dim_date (date_key, full_date)
    SELECT to_char(day, 'YYYYMMDD')::INTEGER, day
    FROM generate_series(DATE '2023-01-01', DATE '2024-12-31', INTERVAL '1 day') AS day
    UNION ALL VALUES (-1, NULL::TIMESTAMPTZ), (-2, NULL)
"""
# Of what that release had beside its tables, one that rests on the other: neither is in use any longer.
FUNCTIONS = """
    CREATE FUNCTION dw.record_name(record_key TEXT, fiscal_year SMALLINT) RETURNS TEXT LANGUAGE sql IMMUTABLE
    RETURN record_key || '/' || fiscal_year;
    CREATE FUNCTION dw.indicator_record(
        kpi_id TEXT, agency_code TEXT, indicator_name TEXT, indicator_key BIGINT, fiscal_year SMALLINT
    ) RETURNS TEXT LANGUAGE sql IMMUTABLE RETURN dw.record_name(kpi_id, fiscal_year);
"""


def test_an_installed_warehouse_keeps_its_data_and_history(
    server_home: Path, new_database: Callable[[], str], tmp_path: Path
) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    for name, moment in MADE_AT.items():
        shutil.copy(RELEASE / name, exports)
        os.utime(exports / name, (moment.timestamp(),) * 2)
    installed = install(server_home, exports)
    assert schema.migrate(open_engine(installed))
    schema.check(open_engine(installed))
    assert not Warehouse(installed).rows(
        "SELECT proname FROM pg_proc WHERE proname IN ('record_name', 'indicator_record')"
    )
    fresh = Warehouse(Settings(etl_home=tmp_path / "home", warehouse_url=new_database()))
    fresh.load(exports)
    tables = [table for table in model.content_tables() if table is not model.dim_date]
    # A document's digest is of the rows that this release reads from it: it comes with the next load.
    # So do what reference tables say, where the log of reports begins, what counts as a change, and what rules are new.
    later = (
        model.field_change, model.finding, model.raw_document, model.raw_project, model.dim_agency, model.dim_strategy,
    )  # fmt: skip
    kept = [table for table in tables if table not in later]
    assert differences(installed, fresh.settings, kept) == []
    before, now = findings(Warehouse(installed)), findings(fresh)
    known = {rule_id for rule_id, *_ in before}
    assert before
    assert before == {finding for finding in now if finding[0] in known}
    assert fresh.value("SELECT count(*) FROM dw.project_history") > 0
    Warehouse(installed.model_copy(update={"etl_home": tmp_path / "home"})).load(exports)
    assert differences(installed, fresh.settings, tables) == []


def findings(warehouse: Warehouse) -> set[tuple[object, ...]]:
    """Return rule, severity, document, record, field, value and line of each finding."""
    query = (
        "SELECT rule_id, finding.severity, document.sha256, record, field, value, line"
        " FROM ops.finding JOIN dw.dim_document AS document USING (document_key)"
    )
    return {tuple(row.values()) for row in warehouse.rows(query)}


def install(server_home: Path, exports: Path) -> Settings:
    """Return a warehouse as the release before installed and loaded it, from exports in this folder."""
    rows = (RELEASE / "rows.sql").read_text(encoding="utf-8").replace("file:///exports/", f"{exports.as_uri()}/")
    return installed_at("0008", server_home, DAYS, FUNCTIONS, rows)


def differences(one: Settings, other: Settings, tables: list[Table]) -> list[Difference]:
    """Return what differs between two warehouses."""
    found = compare_warehouses(open_engine(one), open_engine(other), tables)
    return [difference for difference in found if isinstance(difference, Difference)]
