"""What about the warehouse somebody should look at: asked after each load."""

import pytest

from etl import pipeline
from tests.conftest import SAMPLE, Warehouse


@pytest.mark.parametrize(("hours_max", "is_stale"), [(36, False), (35, True), (1, True), (1_000, False)])
def test_a_warehouse_is_stale_when_no_load_came_for_more_hours_than_the_settings_allow(
    warehouse: Warehouse, hours_max: int, is_stale: bool
) -> None:
    warehouse.load(SAMPLE)
    with warehouse.connect() as connection:
        connection.execute("UPDATE ops.load SET finished_at = now() - INTERVAL '35 hours 30 minutes'")
    settings = warehouse.settings.model_copy(update={"freshness_max_hours": hours_max})
    alerts = [alert for alert in pipeline.quality(settings) if alert["check"] == "freshness"]
    assert [alert["severity"] for alert in alerts] == ["warning"] * is_stale
    assert all(alert["message"].startswith("the last load was committed at 20") for alert in alerts)


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
    settings = warehouse.settings.model_copy(update={"volume_drop_max_pct": drop_max_pct})
    volume = [alert for alert in pipeline.quality(settings) if alert["check"] == "volume"]
    said = [(alert["severity"], alert["message"]) for alert in volume]
    assert said == [("critical", "dw.fact_progress_report has 9 rows, and had 18 before")] * alerts


def test_an_alert_says_what_there_is_to_look_at(warehouse: Warehouse) -> None:
    warehouse.load(SAMPLE)
    alerts = [(alert["check"], alert["severity"], alert["message"]) for alert in pipeline.quality(warehouse.settings)]
    assert alerts == [
        ("coverage", "warning", "5049 สำนักงานเขตทุ่งครุ: 3 monthly reports are missing in 2566"),
        ("anomalies", "info", "R-flat: 1 cases in 1 agencies in 2566"),
        ("anomalies", "info", "R-jump: 1 cases in 1 agencies in 2566"),
    ]
