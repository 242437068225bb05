"""What was received and spent."""

from collections import Counter
from decimal import Decimal

from city.draw import FISCAL_YEARS
from city.model import City, Copy
from city.truth.known import at_year_end, by_agency, rounded
from city.truth.question import Rows, answers


@answers(
    "money by agency",
    "SELECT agency_code, fiscal_year, sum(budget_received_thb), sum(budget_spent_thb) FROM mart.budget WHERE"
    " budget_received_thb IS NOT NULL GROUP BY 1, 2",
)
def _(city: City) -> Rows:
    grouped = by_agency((one, one.current.copy) for one in city.projects)
    for key, copies in grouped.items():
        yield *key, sum(copy.received_thb for copy in copies), sum(copy.spent_thb for copy in copies)


@answers(
    "money of the city",
    "SELECT fiscal_year, sum(budget_received_thb), sum(budget_spent_thb) FROM mart.budget GROUP BY 1",
)
def _(city: City) -> Rows:
    for year in FISCAL_YEARS:
        copies = [one.current.copy for one in city.projects if one.fiscal_year == year]
        yield year, sum(copy.received_thb for copy in copies), sum(copy.spent_thb for copy in copies)


@answers("how budgets stand", "SELECT fiscal_year, budget_status, count(*) FROM mart.budget GROUP BY 1, 2")
def _(city: City) -> Rows:
    def status(copy: Copy) -> str:
        if not copy.received_thb:
            return "no budget"
        if not copy.spent_thb:
            return "nothing spent"
        if copy.spent_thb == copy.received_thb:
            return "all spent"
        return "partly spent" if copy.spent_thb < copy.received_thb else "overspent"

    counts = Counter((one.fiscal_year, status(one.current.copy)) for one in city.projects)
    counts.update((one.fiscal_year, "not stated") for one in city.pages)
    return [(*key, count) for key, count in counts.items()]


@answers(
    "share spent",
    "SELECT project_code, fiscal_year, spent_pct FROM mart.budget WHERE spent_pct IS NOT NULL",
)
def _(city: City) -> Rows:
    for one in city.projects:
        copy = one.current.copy
        if copy.received_thb:
            yield one.code, one.fiscal_year, rounded(100 * copy.spent_thb / copy.received_thb, 4)


@answers(
    "unspent when the year ended",
    "SELECT project_code, fiscal_year, unspent_at_year_end_thb FROM mart.budget WHERE unspent_at_year_end_thb"
    " IS NOT NULL",
)
def _(city: City) -> Rows:
    for one in city.projects:
        if sight := at_year_end(one):
            yield one.code, one.fiscal_year, sight.copy.received_thb - sight.copy.spent_thb


@answers(
    "unspent by agency when the year ended",
    "SELECT agency_code, fiscal_year, sum(unspent_thb) FROM mart.project_year_end WHERE unspent_thb IS NOT"
    " NULL GROUP BY 1, 2",
)
def _(city: City) -> Rows:
    seen = [(one, at_year_end(one)) for one in city.projects]
    grouped = by_agency((one, sight.copy.received_thb - sight.copy.spent_thb) for one, sight in seen if sight)
    return [(*key, sum(values, Decimal(0))) for key, values in grouped.items()]
