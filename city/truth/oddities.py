"""What is odd, held back, or contradicts itself."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise

from city.model import City
from city.truth.known import FULL_PCT, believed, progress_of
from city.truth.question import Rows, answers

_ODD = (
    "SELECT project_code, fiscal_year, report_no FROM mart.progress_anomaly WHERE rule_id = '{}' AND line IS NOT NULL"
)


def _odd(rule_id: str) -> Callable[[Callable[[Decimal, Decimal], bool]], Callable[[Decimal, Decimal], bool]]:
    """Add the question which reports are odd beside the one before."""

    def add(is_odd: Callable[[Decimal, Decimal], bool]) -> Callable[[Decimal, Decimal], bool]:
        @answers(f"odd reports: {rule_id}", _ODD.format(rule_id))
        def _(city: City) -> Rows:
            for one in city.projects:
                for before, report in pairwise(believed(one.current.copy)):
                    if is_odd(before.progress_pct, report.progress_pct):
                        yield one.code, one.fiscal_year, report.no

        return is_odd

    return add


_odd("R-jump")(lambda before, now: now - before > 15)
_odd("R-flat")(lambda before, now: now == before < FULL_PCT)
_odd("R-progress-drop")(lambda before, now: now < before)


@answers("all done and nothing spent", _ODD.format("R-100-no-spend"))
def _(city: City) -> Rows:
    for one in city.projects:
        copy = one.current.copy
        if progress_of(copy) == FULL_PCT and copy.received_thb and not copy.spent_thb:
            yield one.code, one.fiscal_year, None


@answers("more spent than received", _ODD.format("R-overspent"))
def _(city: City) -> Rows:
    for one in city.projects:
        if one.current.copy.spent_thb > one.current.copy.received_thb > 0:
            yield one.code, one.fiscal_year, None


@answers("first reported in the last days of September", _ODD.format("R-late-reports"))
def _(city: City) -> Rows:
    for one in city.projects:
        days = [report.day for report in believed(one.current.copy)]
        if days and (date(one.fiscal_year - 543, 9, 30) - min(days)).days < 10:
            yield one.code, one.fiscal_year, None


@answers("evaluated far above its progress", _ODD.format("R-eval-vs-progress"))
def _(city: City) -> Rows:
    for one in city.pages:
        if one.evaluation_score is not None and one.evaluation_score - one.progress_pct > 90:
            yield one.code, one.fiscal_year, None


@answers(
    "progress that fell from one snapshot to the next",
    "SELECT project_code, fiscal_year, seen_at FROM mart.progress_anomaly WHERE line IS NULL",
)
def _(city: City) -> Rows:
    for one in city.projects:
        for before, after in pairwise(one.sights):
            old, new = progress_of(before.copy), progress_of(after.copy)
            if old is not None and new is not None and new < old:
                yield one.code, one.fiscal_year, after.made_at


@answers(
    "files that are held back whole",
    "SELECT split_part(document_uri, '/', -1) FROM mart.document_quality WHERE is_held_back AND record ="
    " of_record AND project_code IS NULL",
)
def _(city: City) -> Rows:
    return [(one.name,) for one in city.broken]


@answers(
    "reports that are held back, as their day is wrong",
    "SELECT project_code, fiscal_year, record FROM mart.document_quality WHERE is_held_back AND NOT"
    " is_superseded AND project_code IS NOT NULL",
)
def _(city: City) -> Rows:
    for one in city.projects:
        # A copy that agrees says it once more, which is no other finding.
        for report in one.current.copy.reports:
            if report.is_misdated:
                yield one.code, one.fiscal_year, f"{one.record}/reports[{report.no}]"


@answers(
    "what copies say otherwise was received",
    "SELECT project_code, fiscal_year, value_shown::NUMERIC, value_other::NUMERIC, line_shown < line_other,"
    " is_of_last_export FROM mart.conflict WHERE field = 'budget_received_thb'",
)
def _(city: City) -> Rows:
    for one in city.projects:
        for sight in one.sights:
            if sight.other:
                said = sight.copy.received_thb, sight.other.received_thb
                # The copy that is shown is printed first.
                yield one.code, one.fiscal_year, *said, True, sight is one.current


@answers(
    "copies that disagree",
    "SELECT DISTINCT project_code, fiscal_year FROM mart.document_quality WHERE rule_id = 'R-copy-conflict'"
    " AND NOT is_superseded",
)
def _(city: City) -> Rows:
    return [(one.code, one.fiscal_year) for one in city.projects if one.current.other]
