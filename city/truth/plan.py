"""Goals, indicators and agencies, with projects or without."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from city.draw import FISCAL_YEARS
from city.model import City, first_of
from city.truth.known import FULL_PCT, all_months, believed, by_agency, mean, progress_of, rounded
from city.truth.question import Rows, answers
from etl.reference import agency_periods, plan_nodes

_MONTHS = "ต.ค. พ.ย. ธ.ค. ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย.".split()  # noqa: SIM905


@answers(
    "projects by goal",
    "SELECT fiscal_year, plan_version, goal_code, projects, projects_disputed FROM mart.strategy_progress"
    " WHERE projects > 0",
)
def _(city: City) -> Rows:
    named: Counter[tuple[int, str, str]] = Counter()
    disputed: Counter[tuple[int, str, str]] = Counter()
    for one in city.projects:
        sight = one.current
        goals = {copy.goal for copy in (sight.copy, sight.other) if copy}
        for goal in goals:
            key = one.fiscal_year, goal.plan_version, goal.code
            named[key] += 1
            disputed[key] += len(goals) > 1
    named.update((one.fiscal_year, one.goal.plan_version, one.goal.code) for one in city.pages)
    return [(*key, count, disputed[key]) for key, count in named.items()]


@answers(
    "shares of goals are projects",
    "SELECT fiscal_year, sum(project_share) FROM mart.strategy_progress GROUP BY 1",
)
def _(city: City) -> Rows:
    return Counter(one.fiscal_year for one in city.all_projects).items()


@answers(
    "money of goals is money of projects",
    "SELECT fiscal_year, round(sum(budget_received_thb), 0) FROM mart.strategy_progress GROUP BY 1",
)
def _(city: City) -> Rows:
    for year in FISCAL_YEARS:
        received = (one.current.copy.received_thb for one in city.projects if one.fiscal_year == year)
        yield year, rounded(sum(received, Decimal(0)), 0)


@answers(
    "indicators by agency",
    "SELECT agency_code, fiscal_year, indicator_name, unit, target_value, result_value, attainment_pct FROM"
    " mart.indicator_attainment WHERE quarter = 0",
)
def _(city: City) -> Rows:
    for one in city.indicators:
        result = one.results[-1]
        yield (
            one.agency.code, one.fiscal_year, one.name, one.unit, one.target, result,
            rounded(100 * result / one.target, 4),
        )  # fmt: skip


@answers(
    "indicators by strategy",
    "SELECT fiscal_year, plan_version, goal_code, unit, count(*), round(avg(attainment_pct), 2) FROM"
    " mart.indicator_attainment WHERE quarter = 0 GROUP BY 1, 2, 3, 4",
)
def _(city: City) -> Rows:
    found: dict[tuple[Any, ...], list[Decimal]] = defaultdict(list)
    for one in city.indicators:
        key = one.fiscal_year, one.goal.plan_version, one.goal.code, one.unit
        found[key].append(rounded(100 * one.results[-1] / one.target, 4))
    return [(*key, len(values), mean(values)) for key, values in found.items()]


@answers(
    "results by quarter",
    "SELECT agency_code, fiscal_year, indicator_name, quarter, result_value FROM mart.indicator_attainment"
    " WHERE quarter > 0",
)
def _(city: City) -> Rows:
    return [
        (one.agency.code, one.fiscal_year, one.name, quarter, result)
        for one in city.indicators for quarter, result in enumerate(one.results, start=1)
    ]  # fmt: skip


@answers(
    "scorecards",
    "SELECT agency_code, fiscal_year, projects, projects_without_report, projects_without_log,"
    " projects_completed, projects_disputed, round(progress_pct, 2) FROM mart.agency_scorecard",
)
def _(city: City) -> Rows:
    forms = by_agency((one, one.current) for one in city.projects)
    pages = by_agency((one, one.progress_pct) for one in city.pages)
    for key in forms.keys() | pages.keys():
        sights, of_pages = forms.get(key, []), pages.get(key, [])
        progress = [*(progress_of(sight.copy) for sight in sights), *of_pages]
        without_report = sum(not believed(sight.copy) for sight in sights)
        disputed = sum(sight.other is not None and sight.other.goal != sight.copy.goal for sight in sights)
        yield *key, len(progress), without_report, len(of_pages), progress.count(FULL_PCT), disputed, mean(progress)


@answers(
    "money on scorecards",
    "SELECT agency_code, fiscal_year, budget_received_thb, budget_spent_thb, spent_pct FROM"
    " mart.agency_scorecard WHERE budget_received_thb IS NOT NULL",
)
def _(city: City) -> Rows:
    for key, copies in by_agency((one, one.current.copy) for one in city.projects).items():
        received = sum((copy.received_thb for copy in copies), Decimal(0))
        spent = sum((copy.spent_thb for copy in copies), Decimal(0))
        yield *key, received, spent, rounded(100 * spent / received, 4) if received else None


@answers(
    "missing reports on scorecards",
    "SELECT agency_code, fiscal_year, reports_missing FROM mart.agency_scorecard WHERE reports_missing > 0",
)
def _(city: City) -> Rows:
    missing = Counter(
        (one.project.agency.code, one.project.fiscal_year)
        for one in all_months(city) if one.is_due and not one.is_reported
    )  # fmt: skip
    return [(*key, count) for key, count in missing.items()]


@answers("agencies of which nothing came", "SELECT agency_code FROM mart.agency WHERE projects = 0")
def _(city: City) -> Rows:
    came = {one.agency.code for one in city.all_projects}
    return {(one.agency_code,) for one in agency_periods() if one.agency_code not in came}


@answers(
    "goals without a project",
    "SELECT plan_version, goal_code FROM mart.plan WHERE level = 'goal' AND is_in_reference AND projects = 0",
)
def _(city: City) -> Rows:
    copies = [copy for one in city.projects for copy in (one.current.copy, one.current.other) if copy]
    named = {copy.goal for copy in copies} | {one.goal for one in city.pages}
    return [
        (node.plan_version, node.code) for node in plan_nodes().values()
        if node.code.count(".") == 2 and node not in named
    ]  # fmt: skip


@answers(
    "months and their labels",
    "SELECT fiscal_year, fiscal_month, month_start, label_th FROM mart.calendar WHERE fiscal_year <="
    f" {FISCAL_YEARS[-1]}",
)
def _(_city: City) -> Rows:
    for year in FISCAL_YEARS:
        for month in range(1, 13):
            start = first_of(year, month)
            yield year, month, start, f"{_MONTHS[month - 1]} {(start.year + 543) % 100:02}"
