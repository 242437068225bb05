"""How all stood when a year ended and on past days, and what changed."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from city.model import City, Copy
from city.truth.known import (
    FULL_PCT,
    at_year_end,
    believed,
    by_agency,
    is_seen_at_year_end,
    progress_of,
    seen_by,
    time_gone_pct,
)
from city.truth.question import Rows, answers

AS_OF_DAYS = (date(2022, 4, 30), date(2022, 10, 31), date(2023, 12, 31), date(2024, 4, 30))


@answers(
    "as when the year ended",
    "SELECT project_code, fiscal_year, as_of, progress_pct, is_overdue FROM mart.project_year_end",
)
def _(city: City) -> Rows:
    for one in city.projects:
        if sight := at_year_end(one):
            progress = progress_of(sight.copy)
            # The last day of all projects is over when the year is.
            yield (
                one.code,
                one.fiscal_year,
                sight.made_at.date(),
                progress,
                None if progress is None else progress < 100,
            )
    for page in city.pages:
        if is_seen_at_year_end(page):
            # Whatever its last day is: what is done is not overdue.
            overdue = False if page.progress_pct == FULL_PCT else None
            yield page.code, page.fiscal_year, page.made_at.date(), page.progress_pct, overdue


@answers(
    "how late when the year ended",
    "SELECT project_code, fiscal_year, behind_pct FROM mart.project_year_end WHERE behind_pct IS NOT NULL",
)
def _(city: City) -> Rows:
    for one in city.projects:
        if (sight := at_year_end(one)) and (progress := progress_of(sight.copy)) is not None:
            yield one.code, one.fiscal_year, 100 - progress


def _as_of(day: date) -> None:
    """Add the questions about a past day."""

    @answers(
        f"as known on {day}",
        "SELECT project_code, fiscal_year, progress_pct, budget_spent_thb, report_count FROM"
        f" mart.project_status_as_of('{day}')",
    )
    def _(city: City) -> Rows:
        for one in city.projects:
            if sight := seen_by(one, day):
                copy = sight.copy
                yield one.code, one.fiscal_year, progress_of(copy), copy.spent_thb, len(believed(copy))
        for page in city.pages:
            if page.made_at.date() <= day:
                yield page.code, page.fiscal_year, page.progress_pct, None, None

    @answers(
        f"late on {day}",
        f"SELECT project_code, fiscal_year, is_overdue, behind_pct FROM mart.project_status_as_of('{day}') WHERE"
        " behind_pct IS NOT NULL",
    )
    def _(city: City) -> Rows:
        for one in city.projects:
            if (sight := seen_by(one, day)) and (progress := progress_of(sight.copy)) is not None:
                yield one.code, one.fiscal_year, one.end < day and progress < 100, time_gone_pct(one, day) - progress

    @answers(
        f"reports known on {day}",
        f"SELECT agency_code, fiscal_year, count(*), sum(progress_pct) FROM mart.progress_report_as_of('{day}')"
        " GROUP BY 1, 2",
    )
    def _(city: City) -> Rows:
        seen = [(one, seen_by(one, day)) for one in city.projects]
        grouped = by_agency((one, report) for one, sight in seen if sight for report in believed(sight.copy))
        return [(*key, len(all_), sum(one.progress_pct for one in all_)) for key, all_ in grouped.items()]


def _as_reported(day: date) -> None:
    """Add the question what reports say of a past day, whenever they were seen."""

    @answers(
        f"as reports until {day} say",
        "SELECT project_code, fiscal_year, progress_pct, report_count, disbursed_to_date_thb, last_report_date,"
        f" behind_pct FROM mart.project_status_as_reported('{day}') WHERE report_count > 0",
    )
    def _(city: City) -> Rows:
        for one in city.projects:
            if reports := [report for report in believed(one.current.copy) if report.day <= day]:
                last = max(reports, key=lambda report: (report.day, report.no))
                yield (
                    one.code, one.fiscal_year, last.progress_pct, len(reports),
                    sum(report.disbursed_thb for report in reports), last.day,
                    time_gone_pct(one, day) - last.progress_pct,
                )  # fmt: skip


for _day in AS_OF_DAYS:
    _as_of(_day)
    _as_reported(_day)


def _shown(copy: Copy) -> dict[str, str | None]:
    """Return what one export shows that may change, as the history writes it."""
    progress = progress_of(copy)
    return {
        "budget_received_thb": f"{copy.received_thb:.2f}", "budget_spent_thb": f"{copy.spent_thb:.2f}",
        "is_certified": str(copy.is_certified).lower(), "progress_pct": None if progress is None else f"{progress:.4f}",
        **{f"reports[{one.no}].progress_pct": f"{one.progress_pct:.4f}" for one in believed(copy)},
    }  # fmt: skip


def _changes(city: City) -> Iterator[tuple[str, str, str | None, str]]:
    for one in city.projects:
        for before, after in pairwise(one.sights):
            old = _shown(before.copy)
            for field, value in _shown(after.copy).items():
                if value is not None and value != old.get(field):
                    yield one.record, field, old.get(field), value


@answers(
    "what changed from one snapshot to the next",
    "SELECT record, field, old_value, new_value FROM mart.change_history WHERE change_kind = 'changed'",
)
def _(city: City) -> Rows:
    return [change for change in _changes(city) if change[2] is not None]


@answers(
    "which reports were added",
    "SELECT record, field, new_value FROM mart.change_history WHERE change_kind = 'added' AND field LIKE"
    " '%progress_pct'",
)
def _(city: City) -> Rows:
    return [(record, field, new) for record, field, old, new in _changes(city) if old is None]


@answers("when something changed last", "SELECT record, max(seen_at) FROM mart.change_history GROUP BY 1")
def _(city: City) -> Rows:
    for one in city.projects:
        changed = [
            after.made_at for before, after in pairwise(one.sights)
            if _shown(before.copy) != _shown(after.copy)
        ]  # fmt: skip
        if changed:
            yield one.record, max(changed)
