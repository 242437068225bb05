"""An indicator's table of quarters, whether each cell is a line, or each row is one with bars or tabs between cells.

In come an indicator and lines. The quarters are set on the indicator; out come the lines outside of the table. A row is
a quarter's number, its result, its score and a pair of scores. Result and score may be blank, which is not zero. Where
only one number is left of both, and no blank lines show which, its look decides. A row whose cells stand in other
places, or look like another column's, is noted as unclear.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from etl.parse.grammar import add_issue, label_pattern
from etl.read.cells import cells_at_bars
from etl.records import Indicator, IndicatorQuarter, Line, Place
from etl.records.names import quarter_field
from etl.reference import words
from etl.thai.numbers import read_percent, read_value
from etl.thai.text import arabic_digits

QUARTERS = (1, 2, 3, 4)

_WORDS = words("indicator_quarters")
_NUMBERS = re.compile(r"[^\s/]+\s*/\s*[^\s/]+|\S+")
_QUARTER_LABEL = re.compile(rf"(?:\|\s*+|(?<!\s)\s++|){label_pattern(_WORDS['quarter'])}(?=[1-4](?![^\s|]))")
_NUMBER_OF_QUARTER = re.compile("[1-4]")
_HEADINGS = label_pattern(*_WORDS["heading"], *_WORDS["header"])
_HEADER = re.compile(rf"(?:[*|\s:-]|{_HEADINGS}|\((?:[^()]|\([^()]*\))*\))+$")
_CELL = re.compile(r"[^\s0-9]*+[0-9]\S*+|[-–—]", re.ASCII)
_PAIR_LIKE = re.compile(r"[^\s0-9]*+[0-9][^\s/]*+\s*+/\s*+[^\s0-9]*+[0-9]\S*+", re.ASCII)
_SCORE = r"(0|[1-9]\d{0,2})"  # a zero before it means that two numbers ran together
_PAIR = re.compile(rf"{_SCORE}(?P<decimals>(?:\.0+)?)\s*/\s*{_SCORE}(?P=decimals)", re.ASCII)
_LOOKS_LIKE_RESULT = re.compile(r".*\.\d\d", re.ASCII)
_BLANKS = frozenset({"", "-", "–", "—"})
_VALUES = ("result_value", "score")  # between a quarter's number and its pair
_THREE_LINES_MAX = 5  # with a blank line between any two
_ROW_LINES_MAX = 12  # with a blank line between any two cells


class _Cell(NamedTuple):
    """The text of a cell, in Arabic digits, and its place; the text of a blank cell is empty."""

    text: str
    place: Place


_NO_CELL = _Cell("", Place(1, 1))


class _GridLine(NamedTuple):
    """The texts of the cells on a line, in Arabic digits, blank cells included; a blank line has no cells."""

    place: Place
    cells: list[str]


class _Row(NamedTuple):
    """A row: its cells by field, and the index of the line after it; not clear if a value may be result or score."""

    quarter: int
    place: Place
    cells: dict[str, _Cell]
    is_clear: bool
    end: int


def take_quarters(record: Indicator, lines: Sequence[Line], place: Place) -> list[Line]:
    """Set the indicator's quarters from the table in the lines; return the lines outside of the table.

    `place` stands for the table where there is none. Noted are values that cannot be read, and rows that are missing,
    repeated, unclear, or without result or pair. A zero after a positive result is noted and becomes None: it stands
    for a quarter that was not reported.
    """
    rest: list[Line] = []
    rows: list[_Row] = []
    grid = [_GridLine(line.place, _cells(line)) for line in lines]
    index = 0
    while index < len(lines):
        if len(rows) < len(QUARTERS) and (row := _row(grid, index)):
            rows.append(row)
            index = row.end
            continue
        if lines[index].text.strip() and (rows or not is_header(lines[index])):
            rest.append(lines[index])
        index += 1
    record.places["quarters"] = rows[0].place if rows else place
    for row in rows:
        _take_row(record, row)
    _note_rows(record, rows)
    _drop_zeros_behind_results(record)
    return rest


def is_header(line: Line) -> bool:
    """Tell whether a line belongs to the head of a table of quarters, its heading included."""
    return bool(line.text.strip() and _HEADER.match(line.text))


def quarter_of(record: Indicator, number: int) -> IndicatorQuarter:
    """Return the indicator's quarter of that number; it is added if the indicator does not have it yet."""
    for quarter in record.quarters:
        if quarter.quarter == number:
            return quarter
    quarter = IndicatorQuarter(quarter=number)
    record.quarters.append(quarter)
    record.quarters.sort(key=lambda each: each.quarter)
    return quarter


def _row(grid: Sequence[_GridLine], start: int) -> _Row | None:
    """Return the row that begins on a line; None if none does."""
    return _row_on_three_lines(grid, start) or _row_by_cells(grid, start)


def _row_on_three_lines(grid: Sequence[_GridLine], start: int) -> _Row | None:
    """Return a row on three lines: the score; number and result; the pair. Score and pair are one column of it."""
    if len(grid[start].cells) != 1:
        return None
    near = [index for index in range(start, min(start + _THREE_LINES_MAX, len(grid))) if grid[index].cells][:3]
    if [len(grid[index].cells) for index in near] != [1, 2, 1]:
        return None
    above, between, below = (grid[index] for index in near)
    (score,), (number, result), (pair,) = above.cells, between.cells, below.cells
    if not (_NUMBER_OF_QUARTER.fullmatch(number) and _CELL.fullmatch(score) and _PAIR_LIKE.fullmatch(pair)):
        return None
    values = {
        "result_value": _Cell(result, between.place),
        "score": _Cell(score, above.place),
        "pair_score": _Cell(pair, below.place),
    }
    is_clear = not _LOOKS_LIKE_RESULT.fullmatch(score)
    return _Row(int(number), between.place, values, is_clear, end=near[-1] + 1)


def _row_by_cells(grid: Sequence[_GridLine], start: int) -> _Row | None:
    """Return a row whose cells follow each other, on one line or on several; it ends with its pair."""
    first, *behind = grid[start].cells or [""]
    if not _NUMBER_OF_QUARTER.fullmatch(first):
        return None
    number, row_place, values = int(first), grid[start].place, list[_Cell]()
    for index in range(start, min(start + _ROW_LINES_MAX, len(grid))):
        place, cells = grid[index].place, behind if index == start else grid[index].cells or [""]
        if index > start and _is_next_row(cells, number, values):
            return _values_row(number, row_place, values, None, index)
        for position, text in enumerate(cells, start=1):
            if _PAIR_LIKE.fullmatch(text):
                is_last = not any(cells[position:])
                return _values_row(number, row_place, values, _Cell(text, place), index + 1) if is_last else None
            if text and not _CELL.fullmatch(text):
                return None
            values.append(_Cell(text, place))
    return None


def _is_next_row(cells: Sequence[str], number: int, values: Sequence[_Cell]) -> bool:
    """Tell whether the next quarter's row begins here, though this row has no pair yet."""
    printed = sum(1 for value in values if value.text)
    is_whole_row = len(cells) > len(_VALUES) and bool(printed)
    return cells[0] == str(number + 1) and (is_whole_row or printed == len(_VALUES))


def _values_row(number: int, place: Place, values: Sequence[_Cell], pair: _Cell | None, end: int) -> _Row | None:
    """Return the row with result and score; of a single value, the blank cells beside it show which it is."""
    printed = [position for position, value in enumerate(values) if value.text]
    if len(printed) > len(_VALUES):
        return None
    fields = dict(zip(_VALUES, (values[position] for position in printed), strict=False))
    blanks = [behind - before - 1 for before, behind in pairwise([-1, *printed, len(values)])]
    is_clear = True
    if pair and len(printed) == len(_VALUES):
        is_clear = len(set(blanks)) == 1 and not _LOOKS_LIKE_RESULT.fullmatch(fields["score"].text)
    elif len(printed) == 1 and blanks[0] > blanks[1]:
        fields = {"score": fields["result_value"]}
    elif len(printed) == 1 and blanks[0] == blanks[1]:
        is_clear = bool(_LOOKS_LIKE_RESULT.fullmatch(fields["result_value"].text))
    return _Row(number, place, fields | ({"pair_score": pair} if pair else {}), is_clear, end)


def _cells(line: Line) -> list[str]:
    """Return the texts of the cells on a line, in Arabic digits, blank cells included; none for a blank line."""
    text = _QUARTER_LABEL.sub("", arabic_digits(line.text).strip(" ")).removeprefix("|")
    if not text.strip():
        return []
    cells = cells_at_bars(text)
    return cells if len(cells) > 1 else _NUMBERS.findall(text)


def _take_row(record: Indicator, row: _Row) -> None:
    if any(quarter.quarter == row.quarter for quarter in record.quarters):
        add_issue(record, "quarters_repeated", str(row.quarter))
        return
    quarter = quarter_of(record, row.quarter)
    for field, cell in row.cells.items():
        path = quarter_field(row.quarter, field)
        record.places[path] = cell.place
        if cell.text in _BLANKS:
            continue
        try:
            setattr(quarter, field, _READ[field](cell.text))
        except ValueError:
            add_issue(record, f"{path}_unreadable", cell.text)


def _read_pair(text: str) -> str:
    match = _PAIR.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a pair of scores")
    return f"{match[1]} / {match[3]}"


_READ = {"result_value": read_value, "score": read_percent, "pair_score": _read_pair}


def _note_rows(record: Indicator, rows: Sequence[_Row]) -> None:
    """Note which rows are missing, have no result or pair, or have one value that may be the result or the score."""
    faults = {
        "quarters_missing": set(QUARTERS) - {row.quarter for row in rows},
        "quarters_blank": {row.quarter for row in rows if row.cells.get("result_value", _NO_CELL).text in _BLANKS},
        "quarters_incomplete": {row.quarter for row in rows if "pair_score" not in row.cells},
        "quarters_unclear": {row.quarter for row in rows if not row.is_clear},
    }
    for fault, numbers in faults.items():
        if numbers:
            add_issue(record, fault, ", ".join(map(str, sorted(numbers))))


def _drop_zeros_behind_results(record: Indicator) -> None:
    """Note each zero after a positive result, and set it to None."""
    best = Decimal(0)
    for quarter in record.quarters:
        if quarter.result_value is None:
            continue
        if quarter.result_value == 0 < best:
            add_issue(record, quarter_field(quarter.quarter, "result_value_after_positive"), str(quarter.result_value))
            quarter.result_value = None
        else:
            best = max(best, quarter.result_value)
