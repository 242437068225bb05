"""The reports of a project page: a heading with number, progress and day, and prose that may say the day again."""

import re
from collections.abc import Sequence

from etl.families.project_page.lines import REPORT_DATE, Mark, text_of
from etl.parse.grammar import Text, add_issue, fill, read_report_no
from etl.records import Line, Report
from etl.thai.dates import PrintedDate, read_date
from etl.thai.numbers import read_percent

_CLOCK = r"(?:\s+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DATED = re.compile(
    rf"\s*(?P<date>(?:[^\s:]{{0,9}}\d\s?[/-]\s?\w{{0,9}}\d[^\s:]{{0,9}}|\d{{1,2}}\s?[ก-๎.]{{2,12}}\s?\d{{2,4}}){_CLOCK})"
    r"\s*:(?P<narrative>.*)"
)


def read_report(heading: Mark, lines: Sequence[Line], fiscal_year: int | None) -> Report:
    """Return the report that a heading and the lines below it make."""
    report = Report()
    fill(report, "report_no", heading.part("no"), read_report_no)
    fill(report, "progress_pct", heading.part("pct"), read_percent)
    parenthesis = REPORT_DATE.match(heading.part("rest").value)
    dates = [Text(heading.line.place, parenthesis["date"] if parenthesis else "")]
    rest = Line(heading.line.place, parenthesis["rest"] if parenthesis else "")
    inked = [line for line in (rest, *lines) if line.text.strip()]
    dated = _DATED.match(inked[0].text) if inked else None
    if dated:
        dates.append(Text(inked[0].place, dated["date"]))
        inked[0] = Line(inked[0].place, dated["narrative"])
    _fill_date(report, dates, fiscal_year)
    fill(report, "narrative", text_of(inked) if inked else Text(heading.line.place))
    if further := [line.text for line in inked[1:] if _DATED.match(line.text)]:
        add_issue(report, "report_date_repeated", further[0].partition(":")[0].strip())
    return report


def _fill_date(report: Report, printed: Sequence[Text], fiscal_year: int | None) -> None:
    """Set the day of a report, which stands there twice, in two calendars; one that cannot be read leaves the other."""
    texts = [text for text in printed if not text.is_empty]
    days = [_date_or_none(text.value, fiscal_year) for text in texts]
    values = " / ".join(text.value for text in texts)
    report.places["report_date"] = printed[0].place
    read = [day for day in days if day]
    if read:
        report.report_date = read[0].day
    if texts and not read:
        add_issue(report, "report_date_unreadable", values)
    elif len(texts) > 1 and len({day.day if day else None for day in days}) > 1:
        add_issue(report, "report_date_mismatch", values)
    elif len(texts) == 1:
        add_issue(report, "report_date_unpaired", values)
    if read and not any(day.is_certain for day in read):
        add_issue(report, "report_date_uncertain", values)


def _date_or_none(text: str, fiscal_year: int | None) -> PrintedDate | None:
    try:
        return read_date(text, fiscal_year)
    except ValueError:
        return None
