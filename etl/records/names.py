"""What records and fields are called in findings, corrections and `ops`. In Python, nothing else makes or reads a name.

A record is an owner, or one of its items behind a slash: `50490000-3572/2566` is a project-year and, behind that,
`reports[2]` a report; `5030-1086/2566` is an indicator-year and `quarters[1]` a quarter of it; `copy[1]` is a project
without code and view, `document` a document as a whole. A report is named by its number; where none is printed by its
day, `reports[2023-10-16]`, the second of a day `reports[2023-10-16#2]`; without either by its place, `reports[#1]`. The
path of an item's field has the item before it: `reports[2].narrative`.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from etl.records.model import Copy, Indicator, Project, Report

UNKNOWN = "unknown"
_VIEW = "view:"

_ID_WITH_AGENCY = re.compile(r"\d{4}-", re.ASCII)
_YEAR = rf"(?:\d{{4}}|{UNKNOWN})"
_PROJECT = rf"(?:\d{{8}}-\d{{4}}/{_YEAR}|{_VIEW}\d+/{_YEAR}|copy\[\d+\])"
_REPORT = r"reports\[(?:\d+|\d{4}-\d\d-\d\d(?:#\d+)?|#\d+)\]"
_QUARTER = r"quarters\[\d+\]"
_CODED_INDICATOR = rf"(?:\d{{4}}-\d{{3,4}}|{_YEAR}/[\d.]+|indicators\[#\d+\])/{_YEAR}"
_AGENCY = re.compile(r"(\d{4})(?:\d{4})?[-/]", re.ASCII)
_PROJECT_CODE = re.compile(r"(\d{8}-\d{4})/", re.ASCII)
_KPI_ID = re.compile(r"(\d{4}-\d{3,4})/", re.ASCII)
_FISCAL_YEAR = re.compile(r"\d{4}", re.ASCII)
_BY_PLACE = r"(?:copy|indicators)\[#?\d+\]|reports\[#\d+\]"

CODED = rf"^(?:document|{_PROJECT}(?:/{_REPORT})?|{_CODED_INDICATOR}(?:/{_QUARTER})?)$"
"""What the name of a record matches, in PostgreSQL as well, that is made of codes, numbers and days alone."""

_OF_TEXT = re.compile(rf"(\d{{4}}/|{UNKNOWN}/)?.+(/{_YEAR}(?:/{_QUARTER})?)", re.ASCII | re.DOTALL)
_LEFT_OUT = "…"

PROJECT = rf"^{_PROJECT}$"
"""What the name of a project matches, in PostgreSQL as well."""


class Kind(StrEnum):
    """What a record is."""

    DOCUMENT = "document"
    PROJECT = "project"
    REPORT = "report"
    INDICATOR = "indicator"
    QUARTER = "indicator_quarter"


class Name(NamedTuple):
    """The name of a record: what it is, the name of its owner, and its item there, empty for the owner itself."""

    kind: Kind
    owner: str
    item: str = ""

    def __str__(self) -> str:
        """Return the name as findings have it."""
        return f"{self.owner}/{self.item}" if self.item else self.owner

    def field(self, field: str) -> str:
        """Return the path of a field of the record, as findings have it: `reports[2].narrative`, `goal_code`."""
        return f"{self.field_prefix}{field}"

    @property
    def field_prefix(self) -> str:
        """What stands before a field of the record in its path: `reports[2].`; nothing for the owner itself."""
        return f"{self.item}." if self.item else ""

    @property
    def agency_code(self) -> str | None:
        """The agency that it begins with, in a code or before a text; None where it tells none."""
        return self._begins_with(_AGENCY)

    @property
    def project_code(self) -> str | None:
        """The code of the project that it is or belongs to; None where there is none."""
        return self._begins_with(_PROJECT_CODE)

    @property
    def kpi_id(self) -> str | None:
        """The id of the indicator that it is or belongs to, with its agency's code; None where there is none."""
        return self._begins_with(_KPI_ID)

    @property
    def fiscal_year(self) -> int | None:
        """The fiscal year (B.E.) that it is of; None where it tells none."""
        year = self.owner.rpartition("/")[2]
        return int(year) if _FISCAL_YEAR.fullmatch(year) else None

    def _begins_with(self, part: re.Pattern[str]) -> str | None:
        match = part.match(self.owner)
        return match[1] if match else None

    @property
    def is_by_place(self) -> bool:
        """Whether a place within one document stands in it, so that it names nothing in another."""
        return re.match(_BY_PLACE, self.owner) is not None or re.fullmatch(_BY_PLACE, self.item) is not None


_SHAPES = (
    (Kind.DOCUMENT, re.compile("(document)()")),
    (Kind.REPORT, re.compile(rf"({_PROJECT})/({_REPORT})", re.ASCII)),
    (Kind.PROJECT, re.compile(rf"({_PROJECT})()", re.ASCII)),
    (Kind.QUARTER, re.compile(rf"(.+/{_YEAR})/({_QUARTER})", re.ASCII | re.DOTALL)),
    (Kind.INDICATOR, re.compile(rf"(.+/{_YEAR})()", re.ASCII | re.DOTALL)),
)
_FIELD = re.compile(rf"(?:({_REPORT}|{_QUARTER})\.)?(\w+)", re.ASCII)


def read_name(text: str) -> Name:
    """Return the name that a text is. Raises ValueError where no record has such a name."""
    for kind, shape in _SHAPES:
        if match := shape.fullmatch(text):
            return Name(kind, match[1], match[2])
    raise ValueError("no record has such a name; name it as findings do, 50490000-3572/2566")


def without_text(name: str) -> str:
    """Return the name of a record without the text of a document that may be a part of it: `5030/…/2566`."""
    if re.fullmatch(CODED, name, re.ASCII):
        return name
    match = _OF_TEXT.fullmatch(name)
    return f"{match[1] or ''}{_LEFT_OUT}{match[2]}" if match else _LEFT_OUT


def read_field(text: str) -> tuple[str, str]:
    """Return the item, empty for the record itself, and the field of a path. Raises ValueError where it is no path."""
    match = _FIELD.fullmatch(text)
    if not match:
        raise ValueError("no field has such a name; name it as findings do, goal_code or reports[2].narrative")
    return match[1] or "", match[2]


def project_ref(project: Project) -> str | None:
    """Return what names a project among all: its code, or where none is printed its view, `view:2484`; else None."""
    return project.project_code or (f"{_VIEW}{project.view_id}" if project.view_id else None)


def project_name(copy: Copy) -> Name:
    """Return the name of the project-year that a copy is of, by its code or else its view, or its place.

    `50490000-3572/2566`, `view:2484/unknown`, `copy[1]`.
    """
    ref = project_ref(copy.project) if copy.project else None
    if copy.project is None or ref is None:
        return Name(Kind.PROJECT, f"copy[{copy.copy}]")
    return project_year(ref, copy.project.fiscal_year)


def project_year(ref: str, fiscal_year: int | None) -> Name:
    """Return the name of a project in a fiscal year (B.E.), None where that is not known."""
    return Name(Kind.PROJECT, _of_year(ref, fiscal_year))


def _of_year(ref: str, fiscal_year: int | None) -> str:
    return f"{ref}/{fiscal_year or UNKNOWN}"


def report_refs(reports: Sequence[Report]) -> list[str]:
    """Return what names each report among its project-year's: its number, or else its day, or else its place.

    A place in a log moves as the log grows, a day does not; of several reports of one day, each has its place in it.
    """
    refs: list[str] = []
    of_day = Counter[date]()
    for ordinal, report in enumerate(reports, start=1):
        if report.report_no is not None:
            refs.append(str(report.report_no))
        elif report.report_date is None:
            refs.append(f"#{ordinal}")
        else:
            of_day[report.report_date] += 1
            times = of_day[report.report_date]
            refs.append(f"{report.report_date}#{times}" if times > 1 else f"{report.report_date}")
    return refs


def report_name(project: Name, ref: str) -> Name:
    """Return the name of a report of a project-year: `50490000-3572/2566/reports[2]`."""
    return Name(Kind.REPORT, project.owner, report_item(ref))


def report_item(ref: str) -> str:
    """Return the item that a report is of its project-year: `reports[2]`."""
    return f"reports[{ref}]"


def indicator_name(indicator: Indicator, ordinal: int) -> Name:
    """Return the name of an indicator-year, `5030-1086/2566`: where two are the same, their names are.

    An id that does not begin with its agency's code names it within the agency only, `0800/3.4.1.3/2568`, and so does a
    text, `5030/ร้อยละของ…/2566`; without id and text it is its place in the copy, from 1, that names it.
    """
    year, agency = indicator.fiscal_year, indicator.agency_code
    if indicator.kpi_id and (agency is None or _ID_WITH_AGENCY.match(indicator.kpi_id)):
        return Name(Kind.INDICATOR, _of_year(indicator.kpi_id, year))
    if text := indicator.kpi_id or indicator.indicator_name:
        return Name(Kind.INDICATOR, _of_year(f"{agency or UNKNOWN}/{text}", year))
    return Name(Kind.INDICATOR, _of_year(f"indicators[#{ordinal}]", year))


def quarter_name(indicator: Name, quarter: int) -> Name:
    """Return the name of a quarter of an indicator-year: `5030-1086/2566/quarters[2]`."""
    return Name(Kind.QUARTER, indicator.owner, quarter_item(quarter))


def quarter_item(quarter: int | str) -> str:
    """Return the item that a quarter is of its indicator-year: `quarters[2]`."""
    return f"quarters[{quarter}]"


def quarter_field(quarter: int | str, field: str) -> str:
    """Return the path of a field of a quarter in its indicator-year: `quarters[2].score`."""
    return f"{quarter_item(quarter)}.{field}"


def quarter_of_field(field: str) -> int | None:
    """Return the quarter that a field's path is of; None where it is of none."""
    match = re.match(r"quarters\[(\d+)\]", field, re.ASCII)
    return int(match[1]) if match else None
