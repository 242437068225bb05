"""Any order, any retry, any interleaving: the same warehouse.

`ANY_ORDER_EXAMPLES=20000` hunts on with that many examples (`make hunt`).
"""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations, product
from pathlib import Path

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from msgspec.structs import replace

from etl import families, pipeline
from etl.records import Indicator, IndicatorQuarter, Project, Report, Strategy
from etl.settings import Settings
from tests.conftest import Databases, Warehouse
from tests.load.content import content_of
from tests.load.records import Export, Part, write_batch

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
DAY = date(2024, 1, 15)
EXAMPLES = int(os.environ.get("ANY_ORDER_EXAMPLES", "15"))

# Numbers and quarters are taken from all the ways to have them: what is drawn need not be thrown away.
REPORT_NUMBERS = [
    numbers
    for length in range(4)
    for numbers in product((None, 1, 2), repeat=length)
    if numbers.count(1) < 2 and numbers.count(2) < 2
]
QUARTERS = [quarters for length in range(3) for quarters in permutations((1, 2, 3, 4), length)]

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


def report(number: int | None) -> st.SearchStrategy[Report]:
    """A report with its number, or without one."""
    return st.builds(
        Report,
        report_no=st.just(number), report_date=st.sampled_from([None, DAY, DAY + timedelta(days=31)]),
        progress_pct=st.sampled_from([None, Decimal(33), Decimal(40), Decimal(150)]),
        disbursed_thb=amounts, plan_status=st.sampled_from(["เป็นไปตามแผน", "ช้ากว่าแผน"]),
    )  # fmt: skip


def quarter(number: int) -> st.SearchStrategy[IndicatorQuarter]:
    """What an indicator got to in a quarter."""
    return st.builds(IndicatorQuarter, quarter=st.just(number), result_value=amounts, score=amounts)


reports = st.sampled_from(REPORT_NUMBERS).flatmap(lambda numbers: st.tuples(*map(report, numbers)))
quarters = st.sampled_from(QUARTERS).flatmap(lambda numbers: st.tuples(*map(quarter, numbers))).map(list)
strategies = st.builds(
    lambda code, name: Strategy(
        plan_version="plan2561-2580rev", strategy_code="4", sub_issue_code="4.9", goal_code=code, goal_name=name
    ),
    st.sampled_from(["4.9.1", "4.9.2", None]), st.sampled_from(["เป้าหมายหนึ่ง", "เป้าหมายสอง", None]),
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
parts = st.one_of(
    st.tuples(projects, st.lists(indicators, max_size=3).map(tuple), reports, strategies).map(
        lambda stated: Part(*stated)
    ),
    st.lists(indicators, min_size=1, max_size=3).map(lambda stated: Part(None, tuple(stated))),
)
exports = st.tuples(
    st.lists(parts, min_size=1, max_size=2), moments, st.sampled_from(families.names()), st.none() | moments
)  # fmt: skip


class Deliveries(RuleBasedStateMachine):
    """Exports arrive, are delivered again at other times, are read otherwise once a fix is in, and are loaded."""

    new_database: Databases
    folder: Path

    arrived = Bundle("arrived")

    def __init__(self) -> None:
        super().__init__()
        self.warehouse = Warehouse(Settings(warehouse_url=self.new_database()))
        self.exports: dict[str, Export] = {}
        self.moments: dict[str, set[datetime]] = {}
        self.loaded: set[str] = set()
        self.number = 0

    @initialize(target=arrived, export=exports)
    def begin(self, export: tuple[list[Part], datetime, str, datetime | None]) -> str:
        """The first export comes: no rule has to be given up for want of one."""
        return self.arrive(export)

    @rule(target=arrived, export=exports)
    def arrive(self, export: tuple[list[Part], datetime, str, datetime | None]) -> str:
        """An export comes that was not there before."""
        name = str(len(self.exports))
        self.exports[name] = Export(name, *export)
        self.moments[name] = {self.exports[name].at}
        return name

    @rule(name=arrived, moment=moments)
    def deliver_again(self, name: str, moment: datetime) -> None:
        """The same bytes come once more, from another time."""
        self.moments[name].add(moment)
        self.loaded.discard(name)

    @rule(name=arrived, amount=amounts)
    def read_otherwise(self, name: str, amount: Decimal | None) -> None:
        """A fix of the parser, or a correction, makes other values of the same bytes."""
        parts = [
            part._replace(
                project=part.project and replace(part.project, budget_received_thb=amount),
                reports=tuple(replace(report, disbursed_thb=amount) for report in part.reports),
            )
            for part in self.exports[name].parts
        ]
        self.exports[name] = self.exports[name]._replace(parts=parts)
        self.loaded.discard(name)

    @rule(names=st.lists(arrived, max_size=3))
    def load(self, names: list[str]) -> None:
        """Some are loaded, new ones or known ones, one of them twice perhaps."""
        self._load(self.warehouse, names)

    @rule(some=st.lists(arrived, min_size=1, max_size=2), others=st.lists(arrived, min_size=1, max_size=2))
    def load_at_once(self, some: list[str], others: list[str]) -> None:
        """Two loaders work at the same time."""
        batches = [self._batches(names) for names in (some, others)]
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda one: pipeline.load(self.warehouse.settings, "at once", one), batches))
        self.loaded.update(some, others)

    def teardown(self) -> None:
        """What has not been loaded yet is; then it is as if all of it had come at once."""
        self._load(self.warehouse, sorted(self.exports.keys() - self.loaded))
        at_once = Warehouse(Settings(warehouse_url=self.new_database()))
        self._load(at_once, sorted(self.exports))
        try:
            assert _standing(self.warehouse) == _standing(at_once)
        finally:
            for warehouse in (self.warehouse, at_once):
                self.new_database.drop(str(warehouse.settings.warehouse_url))

    def _load(self, warehouse: Warehouse, names: list[str]) -> None:
        pipeline.load(warehouse.settings, "load", self._batches(names))
        self.loaded.update(names)

    def _batches(self, names: list[str]) -> list[str]:
        self.number += 1
        return [
            write_batch(self.folder / f"{self.number}-{place}-{at:%d}", self.exports[name]._replace(at=at))
            for place, name in enumerate(names)
            for at in sorted(self.moments[name])
        ]


def _standing(warehouse: Warehouse) -> dict[str, list[str]]:
    """Return what stands; a case that was held once and is released is of the past."""
    return {
        table: [row for row in rows if "'state': 'released'" not in row]
        for table, rows in content_of(warehouse).items()
    }


def test_documents_in_any_order_and_again_give_the_same_warehouse(new_database: Databases, tmp_path: Path) -> None:
    machine = type("Deliveries", (Deliveries,), {"new_database": new_database, "folder": tmp_path})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=8,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink would take longer than to read it
        ),
    )  # fmt: skip
