"""Reports in a table.

In come the lines below the heading of the reports. Out come the texts of each report by field, and the lines that
belong to no report. A row may be one line, or a line for each cell; or each report is a column. The heading of a column
says which field its cells are; where it is not known, a known status in the cell may. A table without headings is read
only if its cells look like the columns of the form, in their order. Without a column of numbers, each day is a report.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from etl.families.printed_form.columns import (
    COLUMNS,
    COLUMNS_MIN,
    HEADING,
    MORE_COLUMNS_MIN,
    NUMERIC,
    OTHER,
    PLACE,
    STATUSES,
    WORDED,
    Column,
    header_of,
    heading_of,
    word_of,
)
from etl.families.printed_form.lines import FRAME, WORDS
from etl.families.printed_form.remarks import is_unknown
from etl.families.printed_form.units import parted
from etl.parse.grammar import Text, is_known_word, label_pattern
from etl.read.cells import Room, cells_of, rooms_of, under
from etl.records import Line, Place
from etl.thai.text import arabic_digits

Listed = dict[str, Text]

NUMBER = re.compile(
    rf"{FRAME}(?:{label_pattern(*COLUMNS['report_no'])})?:?\s*(?P<no>[0-9๐-๙]{{1,3}})(?:/[2๒][5๕][0-9๐-๙]{{2}})?[.)]?\s*"
)
DAY = re.compile(
    r"(?=[^\s]*[0-9๐-๙])[^:]{4,40}(?:(?<=[\sT][0-9]{2}):[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,7})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2}|\s?น\.)?\s*\)?)?"
)
UNIT = "unit"  # key of the unit of its amount, if that is another one than baht

TOTAL = re.compile(rf"{FRAME}(?:{label_pattern(*WORDS['layouts']['totals'])}):?")
SUMS = WORDS["layouts"]["totals"][0]
"""What a line of sums begins with, which are no project's."""

_GOES_ON = re.compile(r"(?P<no>[^(]*)\(\s*ต่อ\s*\)\s*")
_FIGURE = re.compile(r"[฿+-]?\s*[0-9๐-๙][0-9๐-๙,.]*[./=–-]{0,2}\s*(?:%|บาท(?:ถ้วน)?)?\s*")
_SURELY_DAY = re.compile(
    r"\(?(?:[0-9๐-๙]{1,4}[/.-][0-9๐-๙]{1,2}[/.-][0-9๐-๙]{2,4}|[0-9๐-๙]{1,2}\s?[ก-ฮเ][^\s]*\s?[0-9๐-๙]{2,4})"
)
_ANY_STATUS = re.compile(r"สถานะ\s*:\s*")
_BETWEEN_STATUSES = re.compile(r"[:/,;|]")
_COUNTED = re.compile(rf"{FRAME}{label_pattern('รายงานครั้งที่', 'ครั้งที่')}[0-9๐-๙]{{1,3}}")
_LOOKS = {"report_no": NUMBER, "report_date": DAY, "progress_pct": _FIGURE, "disbursed_thb": _FIGURE}


@dataclass
class Log:
    """The reports that were found, the lines that belong to none, and unknown remarks in the headings.

    `united` is where a heading states another unit than baht that is read with the amounts below it.
    """

    reports: list[Listed] = field(default_factory=list)
    unplaced: list[Line] = field(default_factory=list)
    remarks: list[Line] = field(default_factory=list)
    united: set[Place] = field(default_factory=set)
    is_headed: bool = True

    def note_remark(self, cell: Line) -> None:
        """Keep the remark in brackets of the heading or label in a cell, if the remark is not known.

        The unit of an amount is known: it is read with each of them.
        """
        plain, unit = parted(cell.text)
        if unit and heading_of(plain) == "disbursed_thb":
            self.united.add(cell.place)
            cell = Line(cell.place, plain)
        match = HEADING.match(cell.text)
        name = next((name for name in COLUMNS if match and match[name]), "")
        if match and is_unknown(name, match["remark"]):
            self.remarks.append(Line(cell.place, f"({match['remark']})"))


@dataclass
class _Row:
    """A row of a table: its line, and its cells; `rooms` are where cells stand that gaps separate."""

    line: Line
    cells: list[Line]
    rooms: list[Room]

    @property
    def texts(self) -> list[str]:
        return [cell.text for cell in self.cells]


def printed(lines: Iterable[Line]) -> list[Line]:
    """Return the lines that are not blank."""
    return [line for line in lines if line.text and not line.text.isspace()]


def read_tables(lines: Sequence[Line]) -> list[Log]:
    """Return what each way to read a table finds in the lines; the caller takes the best."""
    rows = [_row(line) for line in printed(lines)]
    return [
        _Reader(_upright(rows)).log,
        _read_bare(rows),
        _read_stacked(lines, keep_blanks=True),
        _read_stacked(lines, keep_blanks=False),
    ]


def statuses_of(cell: Line) -> Listed:
    """Return the statuses that a cell consists of, by field; none where anything else stands in it."""
    parts = [part.strip() for part in _BETWEEN_STATUSES.split(_ANY_STATUS.sub("", cell.text))]
    found = {name: Text(cell.place, part) for part in parts if (name := _status(part))}
    return found if len(found) == len(parts) else {}


def _status(text: str) -> str | None:
    return next((name for name in STATUSES if text and is_known_word(name, text)), None)


def _row(line: Line) -> _Row:
    return _Row(line, [Line(line.place, text) for text in cells_of(line.text)], rooms_of(line.text))


def _upright(rows: list[_Row]) -> list[_Row]:
    """Return the rows; a table in which each report is a column is turned, so that each is a row."""
    at = next((at for at in range(len(rows)) if are_reports(rows[at].texts) or _are_numbered(rows[at : at + 2])), None)
    if at is None:
        return rows
    width = len(rows[at].cells)
    end = next((index for index in range(at, len(rows)) if len(rows[index].cells) != width), len(rows))
    columns = [[row.cells[column] for row in rows[at:end]] for column in range(width)]
    head = Line(columns[0][0].place, COLUMNS["report_no"][0])
    return [*rows[:at], *(_Row(cells[0], cells, []) for cells in [[head, *columns[0][1:]], *columns[1:]]), *rows[end:]]


def are_reports(cells: Sequence[str]) -> bool:
    """Tell whether the cells head columns of one report each: any first cell, then numbers of reports."""
    first, *numbers = _without_total(cells)
    return len(numbers) > 1 and not NUMBER.fullmatch(first) and all(_COUNTED.fullmatch(number) for number in numbers)


def _without_total(cells: Sequence[str]) -> Sequence[str]:
    """Return the cells without a last one that heads sums."""
    return cells[:-1] if len(cells) > 1 and TOTAL.fullmatch(cells[-1]) else cells


def _are_numbered(rows: Sequence[_Row]) -> bool:
    """Tell whether the first row has the numbers of reports behind their heading, and the next another heading."""
    first, *numbers = _without_total(rows[0].texts)
    is_headed = heading_of(first) == "report_no" and len(numbers) > 1 and all(map(NUMBER.fullmatch, numbers))
    return is_headed and len(rows) > 1 and heading_of(rows[1].texts[0]) in COLUMNS.keys() - {"report_no"}


class _Reader:
    """Reads rows one after the other; a header says which fields the cells below it are."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self.log = Log()
        self._columns: list[Column] = []
        self._rooms: list[Room] = []
        self._unit: Text | None = None  # of the amounts, if it is another one than baht
        self._unknown: dict[int, list[tuple[Listed, Line]]] = {}  # cells of unknown columns, by column
        self._of_tables: list[dict[str, Listed]] = []  # the reports of each table by their numbers
        self._open: Listed | None = None
        for row in rows:
            self._take(row)
        self._settle()

    def _take(self, row: _Row) -> None:
        if header := header_of(row.texts, MORE_COLUMNS_MIN if self._of_tables else COLUMNS_MIN):
            if header != self._columns:  # the same header once more only begins a page
                self._settle()
                self._of_tables.append({})
                self._open = None
            self._columns, self._rooms, self._unit = header, row.rooms, None
            for column, cell in zip(header, row.cells, strict=True):
                if column.field == "disbursed_thb" and (unit := parted(column.heading).unit):
                    self._unit = Text(cell.place, unit)
                if column.field != OTHER:
                    self.log.note_remark(cell)
            return
        cells = self._in_columns(row) if self._columns else None
        if cells is None or not self._take_row(cells):
            self.log.unplaced.append(row.line)

    def _take_row(self, cells: list[Line]) -> bool:
        """Take the cells of a row for a new report or for the open one; return False where they belong to neither."""
        key = self._cell("report_no", cells) if self._has("report_no") else self._cell("report_date", cells)
        begins = NUMBER if self._has("report_no") else DAY
        if any(TOTAL.fullmatch(cell.text) for cell in cells):
            return self._add_other(cells)
        if goes_on := _GOES_ON.fullmatch(key.text):
            is_same = bool(self._open) and NUMBER.fullmatch(goes_on["no"]) is not None
            cells = [cell if cell is not key else Line(key.place, "") for cell in cells] if is_same else cells
            key = Line(key.place, "") if is_same else key
        if begins.fullmatch(key.text):
            if not any(cell.text for cell in cells if cell is not key):
                return False  # a row that is still to be filled in
            self._begin(key.text)
        elif key.text or not self._open or self._is_full(cells):
            return False
        self._put(cells)
        return True

    def _begin(self, key: str) -> None:
        """Open a new report, or the one with the same number in an earlier table."""
        match = NUMBER.fullmatch(key) if self._has("report_no") else None
        number = arabic_digits(match["no"]).lstrip("0") if match else key
        this, earlier = self._of_tables[-1], self._of_tables[:-1]
        known = next((table[number] for table in earlier if number in table), None) if number not in this else None
        fields = {column.field for column in self._columns} - {"report_no", "report_date", OTHER, ""}
        if known is None or not fields.isdisjoint(known):
            self.log.reports.append({})
            known = self.log.reports[-1]
        self._open = this[number] = known
        if self._unit:
            known[UNIT] = self._unit

    def _is_full(self, cells: Sequence[Line]) -> bool:
        """Tell whether the open report has one of the numbers in the cells already, so that they do not continue it."""
        return any(
            cell.text and column.field in NUMERIC and self._open and not self._open[column.field].is_empty
            for column, cell in zip(self._columns, cells, strict=True)
        )

    def _put(self, cells: Sequence[Line]) -> None:
        """Add the cells of a row to the open report. Of an unknown column, only known statuses are taken for values."""
        if self._open is None:
            return
        report = self._open
        for index, (column, cell) in enumerate(zip(self._columns, cells, strict=True)):
            if word := word_of(column.heading):
                _tick(report, *word, cell)
            elif column.field == OTHER:
                if _FIGURE.fullmatch(cell.text) and WORDED.search(column.heading):
                    self.log.unplaced.append(cell)
                elif cell.text and not PLACE.match(column.heading):
                    _add(report, OTHER, Line(cell.place, f"{column.heading}: {cell.text}"))
            elif column.field:
                text = _number_in(cell) if column.field == "report_no" else cell
                if column.field not in report or (text.text and not _says_same(report[column.field], text)):
                    _add(report, column.field, text)
            elif cell.text:
                self._put_unknown(report, index, cell)

    def _put_unknown(self, report: Listed, index: int, cell: Line) -> None:
        if (statuses := statuses_of(cell)) and statuses.keys().isdisjoint(report):
            report.update(statuses)
        else:
            self._unknown.setdefault(index, []).append((report, cell))

    def _add_other(self, cells: Sequence[Line]) -> bool:
        """Add what a row of totals says to the open report; return False where there is none."""
        if self._open is None:
            return False
        text = " ".join(cell.text for cell in cells if cell.text)
        _add(self._open, OTHER, Line(cells[0].place, text))
        return True

    def _settle(self) -> None:
        """Decide on each unknown column: its cells are unplaced if they may be a missing field, else `other`."""
        missing = COLUMNS.keys() - {column.field for column in self._columns}
        for index, found in self._unknown.items():
            may_be_ours = any(_may_be(missing, cell.text) for _, cell in found)
            for report, cell in found:
                if may_be_ours:
                    self.log.unplaced.append(cell)
                else:
                    _add(report, OTHER, Line(cell.place, f"{self._columns[index].heading}: {cell.text}"))
        self._unknown = {}

    def _has(self, name: str) -> bool:
        return any(column.field == name for column in self._columns)

    def _cell(self, name: str, cells: Sequence[Line]) -> Line:
        return next(cell for column, cell in zip(self._columns, cells, strict=True) if column.field == name)

    def _in_columns(self, row: _Row) -> list[Line] | None:
        """Return the cells of a row, one for each column; None where it is not clear which belongs where."""
        cells, width = row.cells, len(self._columns)
        while len(cells) > width and not cells[-1].text:
            cells = cells[:-1]
        if len(cells) == width:
            return cells
        if row.rooms and self._rooms:
            return [Line(row.line.place, text) for text in under(self._rooms, row.line.text)]
        if row.rooms or len(cells) == 1:
            return None
        if len(cells) < width:
            return [*cells, *(Line(row.line.place, "") for _ in range(width - len(cells)))]
        return self._with_whole_narrative(cells)

    def _with_whole_narrative(self, cells: list[Line]) -> list[Line] | None:
        """Return too many cells with the narrative joined, which a bar may have cut; None if the others do not fit."""
        at = next((index for index, column in enumerate(self._columns) if column.field == "narrative"), None)
        if at is None:
            return None
        end = at + 1 + len(cells) - len(self._columns)
        whole = Line(cells[at].place, " | ".join(cell.text for cell in cells[at:end]))
        joined = [*cells[:at], whole, *cells[end:]]
        named = zip((column.field for column in self._columns), joined, strict=True)
        return joined if all(_LOOKS[name].fullmatch(cell.text) for name, cell in named if name in _LOOKS) else None


def _tick(report: Listed, name: str, word: str, cell: Line) -> None:
    """Add a status that has a column to tick in, with what stands there in brackets: `(✓) ช้ากว่าแผน`."""
    if cell.text or name not in report or word not in report[name].value:
        _add(report, name, Line(cell.place, f"({cell.text}) {word}"))


def _add(report: Listed, name: str, cell: Line) -> None:
    if name in report:
        report[name].add(cell)
    else:
        report[name] = Text(cell.place, cell.text)


def _says_same(text: Text, cell: Line) -> bool:
    """Tell whether a cell repeats the number or day that the report has from another table."""
    return bool(DAY.fullmatch(cell.text) or NUMBER.fullmatch(cell.text)) and text.value == cell.text


def _number_in(cell: Line) -> Line:
    """Return a cell with its number alone, without label and year; unchanged where it has no number."""
    match = NUMBER.fullmatch(cell.text)
    return Line(cell.place, match["no"]) if match else cell


def _may_be(missing: Iterable[str], text: str) -> bool:
    """Tell whether a text may be the value of one of the fields that no column has."""
    return any(name not in _LOOKS or _LOOKS[name].fullmatch(text) for name in missing if name not in STATUSES)


def _read_bare(rows: Sequence[_Row]) -> Log:
    """Return the reports of a table without headings; none unless all rows look like the columns of the form."""
    log = Log(is_headed=False)
    if any(len(row.cells) != len(COLUMNS) or not _looks_like_report(row.texts) for row in rows):
        return Log(unplaced=[row.line for row in rows])
    for row in rows:
        cells = dict(zip(COLUMNS, row.cells, strict=True))
        log.reports.append(
            {name: Text(cell.place, cell.text) for name, cell in cells.items()}
            | {"report_no": Text(row.line.place, _number_in(cells["report_no"]).text)}
        )
    return log


def _looks_like_report(cells: Sequence[str]) -> bool:
    named = dict(zip(COLUMNS, cells, strict=True))
    return (
        all(_LOOKS[name].fullmatch(text) for name, text in named.items() if name in _LOOKS)
        and bool(_SURELY_DAY.match(named["report_date"]))
        and all(is_known_word(name, named[name]) for name in STATUSES)
    )


def _read_stacked(lines: Sequence[Line], *, keep_blanks: bool) -> Log:
    """Return the reports of a table with a line for each cell; with `keep_blanks`, a blank line is an empty cell."""
    cells = [Line(line.place, line.text.strip()) for line in (lines if keep_blanks else printed(lines))]
    texts = [cell.text for cell in cells]
    start = next((at for at, text in enumerate(texts) if heading_of(text) == "report_no"), None)
    end = (
        next((at for at in range(start + 1, len(texts)) if NUMBER.fullmatch(texts[at])), None)
        if start is not None
        else None
    )
    if (
        start is None
        or end is None
        or (header := header_of(texts[start:end])) is None
        or header[0].field != "report_no"
    ):
        return Log(unplaced=printed(lines))
    width = len(header)
    rows = [_Row(cells[start], cells[start:end], [])]
    while end + width <= len(cells) and _is_row(header, texts[end : end + width]):
        rows.append(_Row(cells[end], cells[end : end + width], []))
        end += width
    log = _Reader(rows).log
    log.unplaced = [*printed(cells[:start]), *log.unplaced, *printed(cells[end:])]
    return log


def _is_row(columns: Sequence[Column], cells: Sequence[str]) -> bool:
    """Tell whether the cells are a row of a table: its number, and its day if any, stand in their columns."""
    at = {column.field: cell for column, cell in zip(columns, cells, strict=True)}
    day = at.get("report_date", "")
    return bool(NUMBER.fullmatch(at["report_no"])) and (not day or bool(DAY.fullmatch(day)))
