"""Which exports there are, and how fresh all that is."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from city.model import City, Sight
from city.truth.known import believed
from city.truth.question import Rows, answers


def _documents(city: City) -> Iterator[Sight]:
    """Yield the exports that differ: one that says to the letter what another says is the same document."""
    for one in city.projects:
        yield from {(sight.copy, sight.other, sight.channel): sight for sight in reversed(one.sights)}.values()


@answers(
    "when exports were made",
    "SELECT family, snapshot_at, count(*) FROM mart.document WHERE family IS NOT NULL GROUP BY 1, 2",
)
def _(city: City) -> Rows:
    counts = Counter(("printed_form", sight.made_at) for sight in _documents(city))
    counts.update(("project_page", page.made_at) for page in city.pages)
    indexes = {(one.fiscal_year, one.agency.code) for one in city.indicators}
    counts.update(
        ("department_index", datetime.fromisoformat(f"{year - 543}-10-02T09:30+07:00")) for year, _ in indexes
    )
    return [(*key, count) for key, count in counts.items()]


@answers("channels", "SELECT channel, count(*) FROM mart.document WHERE family = 'printed_form' GROUP BY 1")
def _(city: City) -> Rows:
    return Counter(sight.channel for sight in _documents(city)).items()


@answers("rows by subject", "SELECT subject, row_count FROM mart.freshness")
def _(city: City) -> Rows:
    yield "projects", len(city.projects) + len(city.pages)
    yield "progress reports", sum(len(believed(one.current.copy)) for one in city.projects)
    yield "indicator results", sum(1 + len(one.results) for one in city.indicators)


@answers(
    "the last report of all",
    "SELECT DISTINCT last_report_date FROM mart.freshness WHERE subject = 'progress reports'",
)
def _(city: City) -> Rows:
    return [(max(report.day for one in city.projects for report in believed(one.current.copy)),)]
