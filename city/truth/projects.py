"""Which projects there are, and how they stand."""

from collections import Counter
from datetime import datetime
from decimal import Decimal

from city.model import City
from city.truth.known import FULL_PCT, believed, progress_of
from city.truth.question import Rows, answers
from etl.thai.calendar import BANGKOK


@answers(
    "projects by agency and year",
    "SELECT agency_code, fiscal_year, count(*) FROM mart.project_status GROUP BY 1, 2",
)
def _(city: City) -> Rows:
    counts = Counter((one.agency.code, one.fiscal_year) for one in city.all_projects)
    return [(*key, count) for key, count in counts.items()]


@answers(
    "names and days",
    "SELECT project_code, fiscal_year, project_name, start_date, end_date FROM mart.project_status",
)
def _(city: City) -> Rows:
    yield from ((one.code, one.fiscal_year, one.name, one.start, one.end) for one in city.projects)
    yield from ((one.code, one.fiscal_year, one.name, None, None) for one in city.pages)


@answers(
    "an agency's name in each year",
    "SELECT DISTINCT agency_code, fiscal_year, agency_name FROM mart.project_status",
)
def _(city: City) -> Rows:
    return {(one.agency.code, one.fiscal_year, one.agency.name) for one in city.all_projects}


@answers(
    "projects by section",
    "SELECT agency_code, section_name, fiscal_year, count(*) FROM mart.project_status WHERE section_name IS"
    " NOT NULL GROUP BY 1, 2, 3",
)
def _(city: City) -> Rows:
    counts = Counter((one.agency.code, one.section, one.fiscal_year) for one in city.projects)
    return [(*key, count) for key, count in counts.items()]


@answers("how far each project is", "SELECT project_code, fiscal_year, progress_pct FROM mart.project_status")
def _(city: City) -> Rows:
    yield from ((one.code, one.fiscal_year, progress_of(one.current.copy)) for one in city.projects)
    yield from ((one.code, one.fiscal_year, one.progress_pct) for one in city.pages)


@answers(
    "reports of each project; unknown where no log is shown",
    "SELECT project_code, fiscal_year, report_count, first_report_date, last_report_date FROM mart.project_status",
)
def _(city: City) -> Rows:
    for one in city.projects:
        days = [report.day for report in believed(one.current.copy)]
        yield one.code, one.fiscal_year, len(days), min(days, default=None), max(days, default=None)
    yield from ((one.code, one.fiscal_year, None, None, None) for one in city.pages)


@answers(
    "what each project received and spent",
    "SELECT project_code, fiscal_year, budget_received_thb, budget_spent_thb FROM mart.project_status",
)
def _(city: City) -> Rows:
    for one in city.projects:
        yield one.code, one.fiscal_year, one.current.copy.received_thb, one.current.copy.spent_thb
    yield from ((one.code, one.fiscal_year, None, None) for one in city.pages)


@answers(
    "what the reports say was disbursed; unknown where there is none to say it",
    "SELECT project_code, fiscal_year, disbursed_thb FROM mart.project_status",
)
def _(city: City) -> Rows:
    for one in city.projects:
        reports = believed(one.current.copy)
        paid = sum((report.disbursed_thb for report in reports), Decimal(0)) if reports else None
        yield one.code, one.fiscal_year, paid
    yield from ((one.code, one.fiscal_year, None) for one in city.pages)


@answers(
    "evaluations",
    "SELECT project_code, fiscal_year, evaluation_score FROM mart.project_status WHERE evaluation_score IS NOT NULL",
)
def _(city: City) -> Rows:
    return [(one.code, one.fiscal_year, one.evaluation_score) for one in city.pages if one.evaluation_score is not None]


@answers("which are certified", "SELECT project_code, fiscal_year FROM mart.project_status WHERE is_certified")
def _(city: City) -> Rows:
    return [(one.code, one.fiscal_year) for one in city.projects if one.current.copy.is_certified]


@answers(
    "whose copies name other goals",
    "SELECT project_code, fiscal_year FROM mart.project_status WHERE is_disputed",
)
def _(city: City) -> Rows:
    for one in city.projects:
        other = one.current.other
        if other and other.goal != one.current.copy.goal:
            yield one.code, one.fiscal_year


@answers("overdue today", "SELECT project_code, fiscal_year FROM mart.project_status WHERE is_overdue")
def _(city: City) -> Rows:
    today = datetime.now(BANGKOK).date()
    for one in city.projects:
        progress = progress_of(one.current.copy)
        if one.end < today and progress is not None and progress < FULL_PCT:
            yield one.code, one.fiscal_year


@answers(
    "the goal of each project",
    "SELECT project_code, fiscal_year, plan_version, goal_code FROM mart.project_status",
)
def _(city: City) -> Rows:
    for one in city.projects:
        yield one.code, one.fiscal_year, one.current.copy.goal.plan_version, one.current.copy.goal.code
    yield from ((one.code, one.fiscal_year, one.goal.plan_version, one.goal.code) for one in city.pages)
