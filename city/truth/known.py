"""What is known of a project, by what an export of it shows: what several answers rest on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from city.model import City, Copy, Page, Project, Report, Sight, first_of, fiscal_month
from etl.thai.calendar import BANGKOK

FULL_PCT = Decimal(100)


def believed(copy: Copy) -> list[Report]:
    """Return the reports that can be believed; one whose day is wrong is held back."""
    return [report for report in copy.reports if not report.is_misdated]


def progress_of(copy: Copy) -> Decimal | None:
    reports = believed(copy)
    return max(reports, key=lambda report: report.no).progress_pct if reports else None


def time_gone_pct(project: Project, day: date) -> Decimal:
    whole = (project.end - project.start).days + 1
    gone = max(0, min(whole, (day - project.start).days))
    return rounded(Decimal(100) * gone / whole)


def rounded(value: Decimal, places: int = 2) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def mean(values: Iterable[Decimal | None], places: int = 2) -> Decimal | None:
    known = [value for value in values if value is not None]
    return rounded(sum(known, Decimal(0)) / len(known), places) if known else None


class Month(NamedTuple):
    """A project's month: whether a report was due and came, how far it was at its end, and what it had cost."""

    project: Project
    month: int
    is_due: bool
    is_reported: bool
    is_unclear: bool
    progress_pct: Decimal | None
    is_carried: bool | None
    disbursed_thb: Decimal | None
    behind_pct: Decimal | None


def months_of(project: Project) -> Iterator[Month]:
    year, sight = project.fiscal_year, project.current
    reports = believed(sight.copy)
    months = [fiscal_month(report.day, year) for report in reports]
    known = max([fiscal_month(sight.made_at.date(), year) - 1, *months])
    has_lost = len(reports) < len(sight.copy.reports)
    first, last = fiscal_month(project.start, year), fiscal_month(project.end, year)
    for month in range(1, 13):
        is_running, is_known, is_reported = first <= month <= last, month <= known, month in months
        until = [report for report, of in zip(reports, months, strict=True) if of <= month] if is_known else []
        progress = max(until, key=lambda report: (report.day, report.no)).progress_pct if until else None
        yield Month(
            project, month, is_running and is_known and (is_reported or not has_lost), is_reported,
            is_running and is_known and has_lost and not is_reported, progress,
            None if progress is None else not is_reported,
            sum((report.disbursed_thb for report in until), Decimal(0)) if until else None,
            None if progress is None else time_gone_pct(project, first_of(year, month + 1)) - progress,
        )  # fmt: skip


def all_months(city: City) -> Iterator[Month]:
    return (month for project in city.projects for month in months_of(project))


def seen_by(project: Project, day: date) -> Sight | None:
    """Return the last export made until the end of a day."""
    return next((sight for sight in reversed(project.sights) if sight.made_at.date() <= day), None)


def at_year_end(project: Project) -> Sight | None:
    """Return the export made nearest to the end of the fiscal year, where it was seen so late at all."""
    year_end = datetime.combine(first_of(project.fiscal_year, 13), datetime.min.time(), BANGKOK)
    if project.current.made_at < year_end - timedelta(days=1):
        return None
    return min(project.sights, key=lambda sight: abs(sight.made_at - year_end))


def is_seen_at_year_end(page: Page) -> bool:
    return page.made_at.date() >= first_of(page.fiscal_year, 13) - timedelta(days=1)


def by_agency(things: Iterable[tuple[Project | Page, Any]]) -> dict[tuple[str, int], list[Any]]:
    found: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for thing, value in things:
        found[thing.agency.code, thing.fiscal_year].append(value)
    return found
