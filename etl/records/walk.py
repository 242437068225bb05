"""Every record of a copy, with its name, its place and where its fields stand: the one way through a copy."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from etl.records.model import Copy, Indicator, Place, Record
from etl.records.names import Kind, Name, indicator_name, project_name, report_name, report_refs


class RecordRef(NamedTuple):
    """One record of a copy.

    `ordinal` is its place among its like in the copy, from 1. `records` is what its fields stand in: the record itself
    and, for a project, the strategy that it names; nothing for a document. `ref` is what names a report among its
    project-year's.
    """

    name: Name
    ordinal: int
    records: tuple[Record, ...]
    ref: str | None = None

    @property
    def kind(self) -> Kind:
        """What the record is."""
        return self.name.kind

    @property
    def places(self) -> dict[str, Place]:
        """Where its fields stood, by field."""
        places: dict[str, Place] = {}
        for record in reversed(self.records):
            places |= record.places
        return places

    def place(self, field: str | None = None) -> Place | None:
        """Return where a field stood, or else where the record begins; None where neither is known."""
        places = self.places
        if field in places:
            return places[field]
        return min(places.values(), key=lambda place: (place.page, place.line), default=None)


def walk(copy: Copy, named: Sequence[Indicator] = ()) -> Iterator[RecordRef]:
    """Yield the records of a copy: its project, its reports, its indicators, and then those that it only names.

    Where there is neither project nor indicator, it yields the document.
    """
    project, indicators = project_name(copy), [*copy.indicators, *named]
    if copy.project is None and not indicators:
        yield RecordRef(Name(Kind.DOCUMENT, str(Kind.DOCUMENT)), 1, ())
    if copy.project is not None:
        yield RecordRef(project, 1, (copy.project, *filter(None, [copy.strategy])))
    for ordinal, (report, ref) in enumerate(zip(copy.reports, report_refs(copy.reports), strict=True), start=1):
        yield RecordRef(report_name(project, ref), ordinal, (report,), ref)
    for ordinal, indicator in enumerate(indicators, start=1):
        yield RecordRef(indicator_name(indicator, ordinal), ordinal, (indicator,))


def fiscal_years(copies: Sequence[Copy]) -> list[int] | None:
    """Return the fiscal years (B.E.) that a document speaks of; None where it says none, or not of each record."""
    years = {copy.project.fiscal_year for copy in copies if copy.project}
    years |= {indicator.fiscal_year for copy in copies for indicator in copy.indicators}
    known = sorted(year for year in years if year is not None)
    return known if known and None not in years else None
