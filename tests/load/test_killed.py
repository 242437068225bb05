"""A run that is killed leaves the warehouse as it was or as it should be; run again, it is the same."""

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.settings import Settings
from tests.conftest import SAMPLE, Warehouse
from tests.forms import Form
from tests.load.content import content_of
from tests.load.killed import POINTS, status_of

LOADED_BY_NOBODY = """
    SELECT count(*) FROM (
        SELECT load_id FROM dw.fact_project
        UNION ALL SELECT load_id FROM dw.fact_progress_report
        UNION ALL SELECT load_id FROM dw.fact_indicator_result
        UNION ALL SELECT load_id FROM raw.document
    ) AS written LEFT JOIN ops.load USING (load_id) WHERE load.status IS DISTINCT FROM 'committed'
"""
LEFT_BEHIND = "SELECT count(*) FROM pg_class WHERE starts_with(relname, 'stage_')"
COMMITTED = {"after the commit", "before publishing"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample, a form and a letter."""
    exports = tmp_path_factory.mktemp("exports")
    shutil.copy(SAMPLE, exports)
    (exports / "form.txt").write_text(Form().text(), encoding="utf-8")
    (exports / "letter.txt").write_text("จดหมายข่าวประจำเดือน", encoding="utf-8")
    return exports


@pytest.fixture(scope="module")
def expected(
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory, source: Path
) -> dict[str, list[str]]:
    """What a run that nobody kills makes of it."""
    home = tmp_path_factory.mktemp("undisturbed")
    undisturbed = Warehouse(Settings(etl_home=home, warehouse_url=new_database()))
    undisturbed.load(source)
    return content_of(undisturbed)


def kill(point: str, warehouse: Warehouse, source: Path) -> None:
    """Run the whole job in a process of its own until it is killed at a point."""
    settings = warehouse.settings
    environment = {
        "ETL_HOME": str(settings.home), "ETL_SOURCE": str(source), "ETL_BATCH_DOCUMENTS": "2",
        "WAREHOUSE_URL": str(settings.warehouse_url),
    }  # fmt: skip
    assert status_of(point, environment) == -signal.SIGKILL


@pytest.mark.parametrize("point", POINTS)
def test_a_run_killed_at_a_point_and_run_again_gives_the_same_warehouse(
    warehouse: Warehouse, source: Path, expected: dict[str, list[str]], point: str
) -> None:
    empty = content_of(warehouse)
    kill(point, warehouse, source)
    assert content_of(warehouse) == (expected if point in COMMITTED else empty)
    warehouse.load(source)
    assert content_of(warehouse) == expected
    assert warehouse.value(LOADED_BY_NOBODY) == warehouse.value(LEFT_BEHIND) == 0
    assert warehouse.value("SELECT count(*) FROM ops.load WHERE status = 'running'") == 0
    assert warehouse.value("SELECT count(*) FROM ops.load WHERE status = 'committed'") == 1 + (point in COMMITTED)


def test_a_run_that_is_killed_over_what_stands_leaves_it_standing(warehouse: Warehouse, exports: Path) -> None:
    form = exports / "form.txt"
    form.write_text(Form(name="ปลูกต้นไม้").text(), encoding="utf-8")
    warehouse.load(exports)
    before = content_of(warehouse)
    form.write_text(Form(name="ปลูกต้นไม้ริมคลอง").text(), encoding="utf-8")
    kill("after the merge", warehouse, exports)
    assert content_of(warehouse) == before
