"""Any order, any retry, the same warehouse."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from etl import pipeline
from etl.records import Family, Indicator, IndicatorQuarter, Project, Report, Strategy
from etl.settings import Settings
from tests.conftest import Warehouse
from tests.load.content import content_of
from tests.load.records import Export, Part, write_batch

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
DAY = date(2024, 1, 15)

years = st.sampled_from([2567, None])
amounts = st.sampled_from([None, Decimal(0), Decimal("12.50"), Decimal(90)])
units = st.sampled_from([("ร้อยละ", "ร้อยละ"), ("คะแนน", "คะแนน"), ("อย่างอื่น", None), (None, None)])
moments = st.integers(0, 3).map(lambda days: FIRST + timedelta(days=days))

projects = st.builds(
    lambda key, **fields: Project(**key, **fields),
    st.sampled_from([
        {"project_code": "50210000-0001", "agency_code": "5021", "unit_code": "50210000"},
        {"project_code": "50210300-0002", "agency_code": "5021", "unit_code": "50210300"},
        {"view_id": "2484"},
    ]),
    fiscal_year=years, project_name=st.sampled_from(["ปลูกต้นไม้", "ปลูกต้นไม้ริมคลอง", None]),
    objectives=st.sampled_from([[], ["เพิ่มพื้นที่สีเขียว"]]), budget_received_thb=amounts, is_certified=st.booleans(),
    progress_pct=amounts, evaluation_quarter=st.sampled_from([None, 1, 2]), evaluation_score=amounts,
)  # fmt: skip
reports = st.lists(
    st.builds(
        Report,
        report_no=st.sampled_from([None, 1, 2]), report_date=st.sampled_from([None, DAY, DAY + timedelta(days=31)]),
        progress_pct=st.sampled_from([None, Decimal(33), Decimal(40), Decimal(150)]),
        plan_status=st.sampled_from(["เป็นไปตามแผน", "ช้ากว่าแผน"]),
    ),
    max_size=3, unique_by=lambda report: report.report_no or id(report),
).map(tuple)  # fmt: skip
strategies = st.builds(
    lambda code, name: Strategy(
        plan_version="plan2561-2580rev", strategy_code="4", sub_issue_code="4.9", goal_code=code, goal_name=name
    ),
    st.sampled_from(["4.9.1", "4.9.2", None]), st.sampled_from(["เป้าหมายหนึ่ง", "เป้าหมายสอง", None]),
)  # fmt: skip
quarters = st.lists(
    st.builds(IndicatorQuarter, quarter=st.integers(1, 4), result_value=amounts, score=amounts),
    max_size=2, unique_by=lambda quarter: quarter.quarter,
)  # fmt: skip
indicators = st.builds(
    lambda key, unit, **fields: Indicator(**key, unit_raw=unit[0], unit=unit[1], **fields),
    st.sampled_from([
        {"kpi_id": "5021-0801", "agency_code": "5021"},
        {"kpi_id": "5021-0801"},
        {"indicator_name": "จำนวนต้นไม้", "agency_code": "5021"},
        {},
    ]),
    units, fiscal_year=years, definition=st.sampled_from([None, "นิยาม"]), goal_code=st.sampled_from([None, "4.9.1"]),
    plan_version=st.sampled_from([None, "plan2561-2580rev"]), target_value=amounts, result_value=amounts,
    evaluation_quarter=st.sampled_from([None, 1]), evaluation_score=amounts, quarters=quarters,
)  # fmt: skip
some_indicators = st.lists(indicators, max_size=3).map(tuple)
parts = st.one_of(
    st.tuples(projects, some_indicators, reports, strategies).map(lambda stated: Part(*stated)),
    some_indicators.filter(bool).map(lambda stated: Part(None, stated)),
)
documents = st.lists(
    st.tuples(st.lists(parts, min_size=1, max_size=2), moments, st.sampled_from(Family), st.none() | moments),
    min_size=2, max_size=5,
)  # fmt: skip


# fmt: off
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink would take longer than to read the example
)
@given(documents=documents, seed=st.randoms(use_true_random=False))
def test_documents_in_any_order_and_again_give_the_same_warehouse(
    documents: list[tuple[list[Part], datetime, Family, datetime | None]], seed: random.Random,
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory,
) -> None:
    # fmt: on
    folder = tmp_path_factory.mktemp("order")
    batches = [write_batch(folder, Export(str(number), *document)) for number, document in enumerate(documents)]
    shuffled = seed.sample(batches, len(batches))
    at_once = load_in(new_database(), [batches])
    one_by_one = load_in(new_database(), [[batch] for batch in shuffled])
    with_repeats = load_in(new_database(), [shuffled[:2], shuffled[1:], shuffled])
    assert at_once == one_by_one == with_repeats


def load_in(url: str, deliveries: list[list[str]]) -> dict[str, list[str]]:
    """Load deliveries of batches one after the other into a new warehouse; return what then stands there."""
    warehouse = Warehouse(Settings(warehouse_url=url))
    for number, batches in enumerate(deliveries):
        pipeline.load(warehouse.settings, str(number), batches)
    return content_of(warehouse)
