"""The watch over the warehouse: what somebody should look at, asked after each load and by the clock."""

from typing import Any

import pytest

from etl import pipeline
from tests.conftest import SAMPLE, Warehouse
from tests.forms import Form

CHECKS = {"load", "source", "freshness", "news", "volume", "quarantine", "coverage", "anomalies"}


def found(warehouse: Warehouse, check: str, **limits: int) -> list[tuple[str, int, str]]:
    """Return severity, cases and message of the results of one check that are not well."""
    results = pipeline.quality(warehouse.settings.model_copy(update=limits))
    assert {result["check"] for result in results} == CHECKS
    return [
        (result["severity"], result["cases"], result["message"])
        for result in results
        if result["check"] == check and result["severity"] != "ok"
    ]


def end_loads(warehouse: Warehouse, ago: str) -> None:
    with warehouse.connect() as connection:
        connection.execute("UPDATE ops.load SET finished_at = now() - %s::INTERVAL", [ago])


@pytest.mark.parametrize(("hours_max", "is_stale"), [(36, False), (35, True), (1, True), (1_000, False)])
def test_a_warehouse_is_stale_when_no_load_came_for_more_hours_than_the_settings_allow(
    warehouse: Warehouse, hours_max: int, is_stale: bool
) -> None:
    warehouse.load(SAMPLE)
    end_loads(warehouse, "35 hours 30 minutes")
    stale = found(warehouse, "freshness", freshness_max_hours=hours_max)
    assert [severity for severity, _, _ in stale] == ["warning"] * is_stale
    assert all(message.startswith("the last load was committed at 20") for _, _, message in stale)


def test_loads_that_bring_nothing_new_are_no_news(warehouse: Warehouse) -> None:
    warehouse.load(SAMPLE)
    end_loads(warehouse, "45 days 1 hour")
    warehouse.load(SAMPLE)
    assert found(warehouse, "freshness") == []
    ((severity, cases, message),) = found(warehouse, "news")
    assert (severity, cases) == ("warning", 1)
    assert message.startswith("nothing new came since 20")
    assert found(warehouse, "news", news_max_days=46) == []


@pytest.mark.parametrize(("drop_max_pct", "alerts"), [(50, 0), (49, 1), (0, 1), (100, 0)])
def test_rows_may_become_fewer_by_as_much_as_a_load_may_bring_less(
    warehouse: Warehouse, drop_max_pct: int, alerts: int
) -> None:
    warehouse.load(SAMPLE)
    warehouse.load(SAMPLE)
    with warehouse.connect() as connection:
        connection.execute(
            "UPDATE ops.load_table SET row_count = 18 WHERE load_id = 1 AND table_name = 'dw.fact_progress_report'"
        )
    shrunken = ("critical", 1, "dw.fact_progress_report has 9 rows, and had 18 before")
    assert found(warehouse, "volume", volume_drop_max_pct=drop_max_pct) == [shrunken] * alerts


def test_a_failed_load_stays_open_until_one_of_the_same_year_succeeds(warehouse: Warehouse) -> None:
    warehouse.load(SAMPLE, fiscal_year=2566)
    with warehouse.connect() as connection:
        connection.execute("UPDATE ops.load SET status = 'failed'")
    warehouse.load(SAMPLE)
    ((severity, _, message),) = found(warehouse, "load")
    assert severity == "critical"
    assert message.startswith("the last load of FY2566 failed at 20")
    warehouse.load(SAMPLE, fiscal_year=2566)
    assert found(warehouse, "load") == []


def test_each_check_is_a_line_of_the_years_that_the_last_load_touched(warehouse: Warehouse, tmp_path: Any) -> None:
    warehouse.load(SAMPLE)
    expected = [("warning", 3, "FY2566: 3 monthly reports of 1 agencies are missing, most of 5049 (3)")]
    assert found(warehouse, "coverage") == expected
    assert found(warehouse, "anomalies") == [("info", 2, "FY2566: R-flat 1, R-jump 1")]
    (tmp_path / "other.txt").write_text(Form().text(), encoding="utf-8")
    warehouse.load(tmp_path)
    assert found(warehouse, "coverage") == [
        ("warning", 10, "FY2567: 10 monthly reports of 1 agencies are missing, most of 5021 (10)")
    ]


def test_what_was_found_is_kept(warehouse: Warehouse) -> None:
    warehouse.load(SAMPLE)
    results = [pipeline.quality(warehouse.settings) for _ in range(2)]
    kept = warehouse.rows("SELECT check_name, severity FROM ops.quality_check ORDER BY quality_check_id")
    assert len(kept) == sum(map(len, results))
    assert {row["check_name"] for row in kept} == CHECKS
    assert [result["severity"] for result in results[0]] == ["warning", "info", *["ok"] * 6]
