"""Reports in another layout than the form's own: rows of a table, or values that have a label each.

In come the lines below the heading of the reports. Out come the texts of each report by field, and the lines that
belong to no report.
"""

import re
from collections.abc import Iterator, Sequence

from etl.families.printed_form.cells import beside
from etl.families.printed_form.columns import COLUMNS, HEADING, LABELS, REMARK, heading_of, is_header
from etl.families.printed_form.fields import ENGLISH
from etl.families.printed_form.lines import FRAME
from etl.families.printed_form.tables import DAY, NUMBER, UNIT, Log, are_reports, printed, read_tables, statuses_of
from etl.families.printed_form.units import parted
from etl.parse.grammar import Text, label_pattern
from etl.read.cells import cells_of
from etl.records import Line

_ANY_LABEL = label_pattern(*(label for labels in COLUMNS.values() for label in labels))
_LABELLED = re.compile(rf"{FRAME}(?:{LABELS}){REMARK}(?:[:=]+|$)\s*(?P<value>.*)", re.DOTALL)
_NEXT_LABEL = re.compile(rf"(?:\t|[,;|]\s*|\s)(?={_ANY_LABEL}{REMARK.replace('?P<remark>', '?:')}[:=])")
_BEGINNING = re.compile(
    rf"{FRAME}(?:{label_pattern('รายงานครั้งที่', 'ครั้งที่')}):?\s*{ENGLISH}(?P<no>[0-9๐-๙]{{1,3}})(?![0-9๐-๙/-])"
    r"[\s:.)(–—-]*(?P<rest>.*)", re.DOTALL,
)  # fmt: skip
_DATED = re.compile(rf"(?P<day>{DAY.pattern})(?::+\s*(?P<narrative>.+))?", re.DOTALL)
_BULLET = re.compile(r"^[*#>+•●▪◦–-]+(?:\s+|$)")


def read_log(lines: Sequence[Line]) -> Log:
    """Return the reports of a table or those with labels, whichever are more; without any, all lines are unplaced.

    Where there are as many, those are taken that are numbered.
    """
    table = max(read_tables(lines), key=lambda log: (len(log.reports), -len(log.unplaced)))
    labelled = _read_labelled(lines)
    return max(table, labelled, key=lambda log: (_named(log), sum("report_no" in texts for texts in log.reports)))


def _named(log: Log) -> int:
    """Return how many reports have a number or a day; the heads of a table, printed on each page, have neither."""
    return sum(
        any(name in texts and not texts[name].is_empty for name in ("report_no", "report_date"))
        for texts in log.reports
    )


def begins_log(text: str, following: str) -> bool:
    """Tell whether a line begins the reports: with the number of one, or with the head of a table of them.

    `following` is the next line: the headings of a table may stand one below the other.
    """
    cells = cells_of(text)
    if is_header(cells) or (len(cells) > 1 and are_reports(cells)):
        return True
    if not (match := _BEGINNING.match(text)):
        return heading_of(text) in {"report_no", "report_date"} and heading_of(following) is not None
    return not match["rest"] or match["rest"].startswith(":")


def _read_labelled(lines: Sequence[Line]) -> Log:
    """Return the reports whose values have labels: on the same line, in the cell before, or on the line above."""
    reader = _LabelledReader()
    for cell in _labelled_cells(lines):
        reader.take(cell)
    log = reader.log
    is_read = any(NUMBER.fullmatch(texts["report_no"].value) and "progress_pct" in texts for texts in log.reports)
    return log if is_read else Log(unplaced=printed(lines))


def _labelled_cells(lines: Sequence[Line]) -> Iterator[Line]:
    for line in beside(printed(lines), _is_label):
        for part in _NEXT_LABEL.split(line.text):
            for cell in cells_of(part):
                if text := _BULLET.sub("", cell):
                    yield Line(line.place, text)


def _is_label(cell: str) -> bool:
    return HEADING.fullmatch(cell) is not None


class _LabelledReader:
    """Sorts cells into reports; keeps the open report, and its field that the next cell may continue."""

    def __init__(self) -> None:
        self.log = Log()
        self._opened = ""

    def take(self, cell: Line) -> None:
        """Sort one cell into a field of a report, or among the unplaced ones."""
        begins = _BEGINNING.match(cell.text)
        if begins and begins["rest"][:1] != "=":
            self._begin_report(cell, begins["no"])
            self._opened = ""
            cell = Line(cell.place, begins["rest"].rstrip(" )"))
        if not cell.text:
            return
        match = _LABELLED.fullmatch(cell.text) or HEADING.fullmatch(cell.text)
        if not (self._take_label(cell, match) if match else self._take_value(cell)):
            self.log.unplaced.append(cell)

    def _begin_report(self, cell: Line, number: str) -> None:
        self.log.reports.append({"report_no": Text(cell.place, number)})

    def _take_label(self, cell: Line, match: re.Match[str]) -> bool:
        """Open the field of a label; return False where no report is open, or the report has the field already."""
        name = next(name for name in COLUMNS if match[name])
        value = match.groupdict().get("value") or ""
        if name == "report_no":
            self._begin_report(cell, value)
        elif not self.log.reports or name in self.log.reports[-1]:
            return False
        else:
            self.log.reports[-1][name] = Text(cell.place, value)
        self._opened = name
        self.log.note_remark(Line(cell.place, cell.text[: match.end("remark") + 1] if match["remark"] else ""))
        if name == "disbursed_thb" and (unit := parted(f"({match['remark']})").unit):
            self.log.reports[-1][UNIT] = Text(cell.place, unit)
        if (remark := match["remark"]) and (counted := NUMBER.fullmatch(remark)):
            self.log.reports[-1]["counter"] = Text(cell.place, counted["no"])
        return True

    def _take_value(self, cell: Line) -> bool:
        """Take a cell without a label for the open field, or for the field that its text shows; False for neither."""
        if not self.log.reports:
            return False
        report = self.log.reports[-1]
        is_filled = self._opened not in report or not report[self._opened].is_empty
        if is_filled and (statuses := statuses_of(cell)) and statuses.keys().isdisjoint(report):
            report.update(statuses)
            self._opened = ""
        elif self._opened and not (self._opened == "report_no" and is_filled):
            report[self._opened].add(cell)
        elif "report_date" not in report and (dated := _DATED.fullmatch(cell.text)):
            report["report_date"] = Text(cell.place, dated["day"])
            if dated["narrative"]:
                report["narrative"] = Text(cell.place, dated["narrative"])
            self._opened = "narrative" if dated["narrative"] else ""
        elif "narrative" not in report and "report_date" in report and "progress_pct" not in report:
            report["narrative"] = Text(cell.place, cell.text)
            self._opened = "narrative"
        else:
            return False
        return True
