"""Reports that are a row of a table each, or that have a label at each of their values.

In come the lines under the heading of the reports; out come the texts of each report by field, and the lines that went
nowhere. A row stands on one line, its cells parted by tabs or wide gaps, or has a line for each cell. What a cell is,
its heading or its label says; where neither does, a word of a vocabulary may.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from etl.families.printed_form.lines import FRAME, WORDS
from etl.families.printed_form.remarks import is_unknown
from etl.parse.grammar import Text, is_known_word, label_pattern
from etl.records import Line

Listed = dict[str, Text]

_COLUMNS: dict[str, list[str]] = WORDS["layouts"]["columns"]
_LABELS = "|".join(f"(?P<{name}>{label_pattern(*labels)})" for name, labels in _COLUMNS.items())
_ANY_LABEL = label_pattern(*(label for labels in _COLUMNS.values() for label in labels))
_REMARK = r"ฯ?\s*(?:[(\[](?P<remark>[^()\[\]]{0,60})[)\]])?\s*"
_HEADING = re.compile(rf"{FRAME}(?:{_LABELS}){_REMARK}:?\s*")
_LABELLED = re.compile(rf"{FRAME}(?:{_LABELS}){_REMARK}(?:[:=]+|$)\s*(?P<value>.*)", re.DOTALL)
_NEXT_LABEL = re.compile(rf"(?:\t|[,;|]\s*|\s)(?={_ANY_LABEL}{_REMARK.replace('?P<remark>', '?:')}[:=])")
_NUMBER = re.compile(rf"{FRAME}(?:{label_pattern(*_COLUMNS['report_no'])})?:?\s*(?P<no>[0-9๐-๙]{{1,3}})[.)]?\s*")
_BEGINNING = re.compile(
    rf"{FRAME}(?:{label_pattern('รายงานครั้งที่', 'ครั้งที่')}):?\s*(?P<no>[0-9๐-๙]{{1,3}})(?![0-9๐-๙/-])"
    r"[\s:.)(–-]*(?P<rest>.*)", re.DOTALL,
)  # fmt: skip
_DAY = re.compile(r"(?=[^\s]*[0-9๐-๙])[^:]{4,40}")
_DATED = re.compile(rf"(?P<day>{_DAY.pattern})(?::+\s*(?P<narrative>.+))?", re.DOTALL)
_CELL_END = re.compile(r"\t|\s{2,}")
_FRAGMENT = re.compile(r"\S+(?:\s\S+)*")
_MARK = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")  # takes no room of its own
_BULLET = re.compile(r"^[*#>+•●▪◦–-]+(?:\s+|$)")
_ANY_STATUS = re.compile(r"สถานะ\s*:\s*")
_COLUMNS_MIN = 3
_STATUSES = ("plan_status", "target_status")


@dataclass
class Log:
    """The reports that were found, the lines that belong to none, and what headings say that is not known."""

    reports: list[Listed] = field(default_factory=list)
    unplaced: list[Line] = field(default_factory=list)
    remarks: list[Line] = field(default_factory=list)

    def note_remark(self, cell: Line) -> None:
        """Keep what the heading or label in a cell says in brackets, if it is not known."""
        match = _HEADING.match(cell.text)
        name = next((name for name in _COLUMNS if match and match[name]), "")
        if match and is_unknown(name, match["remark"]):
            self.remarks.append(Line(cell.place, f"({match['remark']})"))


def read_log(lines: Sequence[Line]) -> Log:
    """Return the reports of a table, or else those with labels; all lines are unplaced where there are neither."""
    readings = [_read_table(lines), _read_stacked(lines, keep_blanks=True), _read_stacked(lines, keep_blanks=False)]
    return max((*readings, _read_labelled(lines)), key=lambda log: (len(log.reports), -len(log.unplaced)))


def _heading(cell: str) -> str | None:
    """Return the field of a column's heading; empty for a heading that is not known."""
    match = _HEADING.fullmatch(cell)
    return next((name for name in _COLUMNS if match[name]), "") if match else ""


def _header(cells: Sequence[str]) -> list[str] | None:
    """Return the field of each column where cells are the header of a table of reports; empty where none is known."""
    columns = [_heading(cell) for cell in cells]
    known = [column for column in columns if column]
    if len(known) < _COLUMNS_MIN or len(known) > len({*known}) or "report_no" not in known:
        return None
    return [column or "" for column in columns]


def _cells(text: str) -> list[str]:
    parts = text.split("\t") if "\t" in text else _CELL_END.split(text.strip())
    return [part.strip() for part in parts]


def _printed(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.text and not line.text.isspace()]


def _read_table(lines: Sequence[Line]) -> Log:
    """Return the reports of a table whose rows are lines; a cell may go on below."""
    log, columns, spans = Log(), list[str](), list[tuple[int, int]]()
    for line in _printed(lines):
        cells = _cells(line.text)
        if header := _header(cells):
            columns, spans = header, [] if "\t" in line.text else _spans(line.text)
            for cell in cells:
                log.note_remark(Line(line.place, cell))
            continue
        if not columns:
            log.unplaced.append(line)
            continue
        row = _in_columns(line.text, cells, len(columns), spans)
        number = row[columns.index("report_no")] if row else ""
        if row and _NUMBER.fullmatch(number):
            log.reports.append({})
        if row is None or not log.reports or (number and not _NUMBER.fullmatch(number)):
            log.unplaced.append(line)
            continue
        _put(log, columns, [Line(line.place, cell) for cell in row])
    return log


def _in_columns(text: str, cells: list[str], width: int, spans: list[tuple[int, int]]) -> list[str] | None:
    """Return the cells of a row by column; None where they cannot be told apart."""
    while len(cells) > width and not cells[-1]:
        cells = cells[:-1]
    if len(cells) == width:
        return cells
    if "\t" in text or not spans:
        return [*cells, *[""] * (width - len(cells))] if "\t" in text and len(cells) < width else None
    row = [""] * width
    for (start, end), fragment in zip(_spans(text), _FRAGMENT.findall(text), strict=True):
        overlaps = [min(end, last) - max(start, first) for first, last in spans]
        nearest = max(range(width), key=overlaps.__getitem__)
        row[nearest] = f"{row[nearest]} {fragment}".strip()
    return row


def _spans(text: str) -> list[tuple[int, int]]:
    """Return where each fragment of a line begins and ends, in letters that take room."""
    return [
        (len(_MARK.sub("", text[: match.start()])), len(_MARK.sub("", text[: match.end()])))
        for match in _FRAGMENT.finditer(text)
    ]


def _put(log: Log, columns: Sequence[str], row: Sequence[Line]) -> None:
    """Put the cells of a row into the last report; of a column that is not known only the words of vocabularies."""
    report = log.reports[-1]
    for column, cell in zip(columns, row, strict=True):
        name = column or _status(cell.text)
        if name and name in report:
            if cell.text:
                report[name].add(cell)
        elif name:
            report[name] = Text(cell.place, cell.text)
        elif cell.text:
            log.unplaced.append(cell)


def _status(text: str) -> str | None:
    return next((name for name in _STATUSES if text and is_known_word(name, text)), None)


def _read_stacked(lines: Sequence[Line], *, keep_blanks: bool) -> Log:
    """Return the reports of a table that has a line for each cell; blank lines are empty cells where they are kept."""
    log, cells = Log(), list(lines) if keep_blanks else _printed(lines)
    texts = [line.text.strip() for line in cells]
    start = next((at for at, text in enumerate(texts) if _heading(text) == "report_no"), None)
    end = (
        next((at for at in range(start + 1, len(texts)) if _NUMBER.fullmatch(texts[at])), None)
        if start is not None
        else None
    )
    if start is None or end is None or (columns := _header(texts[start:end])) is None or columns[0] != "report_no":
        return Log(unplaced=_printed(lines))
    log.unplaced += _printed(cells[:start])
    for cell in cells[start:end]:
        log.note_remark(cell)
    at, width = end, len(columns)
    while at + width <= len(cells) and _is_row(columns, texts[at : at + width]):
        log.reports.append({})
        _put(log, columns, [Line(line.place, line.text.strip()) for line in cells[at : at + width]])
        at += width
    log.unplaced += _printed(cells[at:])
    return log


def _is_row(columns: Sequence[str], cells: Sequence[str]) -> bool:
    """Tell whether cells are a row of a table: its number and its day stand in their columns."""
    at = dict(zip(columns, cells, strict=True))
    day = at.get("report_date", "")
    return bool(_NUMBER.fullmatch(at["report_no"])) and (not day or bool(_DAY.fullmatch(day)))


def _read_labelled(lines: Sequence[Line]) -> Log:
    """Return the reports whose values have labels: on one line, in the cell before, or on the line above."""
    reader = _LabelledReader()
    for cell in _labelled_cells(lines):
        reader.take(cell)
    log = reader.log
    is_read = any(_NUMBER.fullmatch(one["report_no"].value) and "progress_pct" in one for one in log.reports)
    return log if is_read else Log(unplaced=_printed(lines))


def _labelled_cells(lines: Sequence[Line]) -> Iterator[Line]:
    for line in _printed(lines):
        for part in _NEXT_LABEL.split(line.text):
            for cell in _cells(part):
                if text := _BULLET.sub("", cell):
                    yield Line(line.place, text)


class _LabelledReader:
    """Knows the report that is open, and the field of it that the next cell goes on with."""

    def __init__(self) -> None:
        self.log = Log()
        self._opened = ""

    def take(self, cell: Line) -> None:
        """Put one cell where it belongs."""
        begins = _BEGINNING.match(cell.text)
        if begins and begins["rest"][:1] != "=":
            self._begin_report(cell, begins["no"])
            self._opened = ""
            cell = Line(cell.place, begins["rest"].rstrip(" )"))
        if not cell.text:
            return
        match = _LABELLED.fullmatch(cell.text) or _HEADING.fullmatch(cell.text)
        if not (self._take_label(cell, match) if match else self._take_value(cell)):
            self.log.unplaced.append(cell)

    def _begin_report(self, cell: Line, number: str) -> None:
        self.log.reports.append({"report_no": Text(cell.place, number)})

    def _take_label(self, cell: Line, match: re.Match[str]) -> bool:
        """Open the field of a label; return False where the report has it already, or there is none."""
        name = next(name for name in _COLUMNS if match[name])
        value = match.groupdict().get("value") or ""
        if name == "report_no":
            self._begin_report(cell, value)
        elif not self.log.reports or name in self.log.reports[-1]:
            return False
        else:
            self.log.reports[-1][name] = Text(cell.place, value)
        self._opened = name
        self.log.note_remark(cell)
        if (remark := match["remark"]) and (counted := _NUMBER.fullmatch(remark)):
            self.log.reports[-1]["counter"] = Text(cell.place, counted["no"])
        return True

    def _take_value(self, cell: Line) -> bool:
        """Take a cell without a label for the open field, or for the one that its own words tell."""
        if not self.log.reports:
            return False
        report = self.log.reports[-1]
        is_filled = self._opened not in report or not report[self._opened].is_empty
        if is_filled and (statuses := _statuses(cell)) and statuses.keys().isdisjoint(report):
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


def _statuses(cell: Line) -> Listed:
    """Return the statuses that a cell consists of, in the order of both; none where it is something else."""
    parts = [part.strip() for part in _ANY_STATUS.sub("", cell.text).split(":")]
    found = {name: Text(cell.place, part) for part in parts if (name := _status(part))}
    return found if len(found) == len(parts) else {}
