"""What was reported, and who did not report."""

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise

from city.draw import FISCAL_YEARS
from city.model import City
from city.truth.known import all_months, believed, mean
from city.truth.question import Rows, answers


@answers(
    "every report",
    "SELECT project_code, fiscal_year, report_no, report_date, progress_pct, disbursed_thb, plan_status,"
    " target_status, narrative FROM mart.progress_report",
)
def _(city: City) -> Rows:
    return [
        (one.code, one.fiscal_year, report.no, report.day, report.progress_pct, report.disbursed_thb,
         report.plan_status, report.target_status, report.narrative)
        for one in city.projects for report in believed(one.current.copy)
    ]  # fmt: skip


@answers(
    "how far each got since the report before",
    "SELECT project_code, fiscal_year, report_no, progress_delta_pct FROM mart.progress_report WHERE"
    " progress_delta_pct IS NOT NULL",
)
def _(city: City) -> Rows:
    for one in city.projects:
        for before, report in pairwise(believed(one.current.copy)):
            yield one.code, one.fiscal_year, report.no, report.progress_pct - before.progress_pct


@answers(
    "which report is the last",
    "SELECT project_code, fiscal_year, report_no FROM mart.progress_report WHERE is_last",
)
def _(city: City) -> Rows:
    for one in city.projects:
        if reports := believed(one.current.copy):
            yield one.code, one.fiscal_year, max(report.no for report in reports)


@answers(
    "who missed which month",
    "SELECT project_code, fiscal_year, fiscal_month FROM mart.project_month WHERE expected = 1 AND reported = 0",
)
def _(city: City) -> Rows:
    for one in all_months(city):
        if one.is_due and not one.is_reported:
            yield one.project.code, one.project.fiscal_year, one.month


@answers(
    "whose report may be of which month",
    "SELECT project_code, fiscal_year, fiscal_month FROM mart.project_month WHERE is_unclear",
)
def _(city: City) -> Rows:
    return [(one.project.code, one.project.fiscal_year, one.month) for one in all_months(city) if one.is_unclear]


@answers(
    "coverage by agency and month",
    "SELECT agency_code, fiscal_year, fiscal_month, expected, received, missing FROM mart.report_coverage"
    " WHERE expected > 0",
)
def _(city: City) -> Rows:
    found: dict[tuple[str, int, int], list[bool]] = defaultdict(list)
    for one in all_months(city):
        if one.is_due:
            found[one.project.agency.code, one.project.fiscal_year, one.month].append(one.is_reported)
    return [(*key, len(due), sum(due), len(due) - sum(due)) for key, due in found.items()]


@answers(
    "coverage of the city",
    "SELECT fiscal_year, sum(expected), sum(received), sum(missing) FROM mart.report_coverage GROUP BY 1",
)
def _(city: City) -> Rows:
    for year in FISCAL_YEARS:
        due = [one.is_reported for one in all_months(city) if one.project.fiscal_year == year and one.is_due]
        yield year, len(due), sum(due), len(due) - sum(due)


@answers(
    "nobody is accused who shows no log",
    "SELECT count(*) FROM mart.project_month WHERE project_code LIKE '%-8___' AND expected = 1",
)
def _(_city: City) -> Rows:
    return [(0,)]


@answers(
    "how far at each month's end",
    "SELECT project_code, fiscal_year, fiscal_month, progress_pct, is_carried_forward FROM mart.project_month"
    " WHERE progress_pct IS NOT NULL",
)
def _(city: City) -> Rows:
    for one in all_months(city):
        if one.progress_pct is not None:
            yield one.project.code, one.project.fiscal_year, one.month, one.progress_pct, one.is_carried


@answers(
    "disbursed by each month's end",
    "SELECT project_code, fiscal_year, fiscal_month, disbursed_to_date_thb FROM mart.project_month WHERE"
    " disbursed_to_date_thb IS NOT NULL",
)
def _(city: City) -> Rows:
    for one in all_months(city):
        if one.disbursed_thb is not None:
            yield one.project.code, one.project.fiscal_year, one.month, one.disbursed_thb


@answers(
    "how late at each month's end",
    "SELECT project_code, fiscal_year, fiscal_month, behind_pct FROM mart.project_month WHERE behind_pct > 25",
)
def _(city: City) -> Rows:
    for one in all_months(city):
        if one.behind_pct is not None and one.behind_pct > 25:
            yield one.project.code, one.project.fiscal_year, one.month, one.behind_pct


@answers(
    "average progress of an agency at each month's end",
    "SELECT agency_code, fiscal_year, fiscal_month, round(avg(progress_pct), 2) FROM mart.project_month WHERE"
    " progress_pct IS NOT NULL GROUP BY 1, 2, 3",
)
def _(city: City) -> Rows:
    found: dict[tuple[str, int, int], list[Decimal]] = defaultdict(list)
    for one in all_months(city):
        if one.progress_pct is not None:
            found[one.project.agency.code, one.project.fiscal_year, one.month].append(one.progress_pct)
    return [(*key, mean(values)) for key, values in found.items()]
