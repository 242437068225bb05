"""Text with commas, semicolons or tabs between cells, as spreadsheets save it (CSV): turned into rows without quotes.

Few files say that they are such a text (`sep=;`), and every form has commas. A text is taken for one if all lines have
the same number of cells. It also is if at least a quarter of the lines have several cells, and the commas are not those
of numbers or prose, which a spreadsheet would have quoted.
"""

import csv
import re

from etl.read.rows import Row

_SEPARATORS = ",;"
_LINES_MIN = 3
_SHORT_LINES, _SHORT_MIN = 2, 6  # lines, and separators in both
_PARTED_MIN = 0.25  # of the lines with text
_PROSE_MAX = 0.1  # of the separators
_IN_NUMBER = re.compile(r"[0-9๐-๙],[0-9๐-๙]{3}(?![0-9๐-๙])")
_STATED = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)  # what Excel understands at the head of a file
_ENTITY = re.compile(r"&#?[0-9A-Za-z]{2,10};")
_QUOTED_CELL = {
    separator: re.compile(rf'(?:(?<=[{separator}\n])|\A)"(?:[^"]|"")*"(?=[{separator}\r\n]|\Z)')
    for separator in (*_SEPARATORS, "\t")
}


def rows_of(text: str) -> list[Row] | None:
    """Return the rows of a text with separated cells; None for any other text."""
    if stated := _STATED.match(text):
        return _parsed(text[stated.end() :], stated[1], 2)
    for separator in _SEPARATORS:
        if text.count(separator) >= _LINES_MIN and (rows := _parted(text, separator)):
            return rows
    return _parsed(text, "\t", 1) if '"' in text and _has_quoted_cells(text) else None


def _parted(text: str, separator: str) -> list[Row] | None:
    """Return the rows of a text if `separator` stands between its cells, else None."""
    bare = _QUOTED_CELL[separator].sub("", text) if '"' in text else text
    if separator == ";":
        bare = _ENTITY.sub("", bare)
    lines = [line for line in bare.split("\n") if line and not line.isspace()]
    parted = sum(separator in line for line in lines)
    is_short = len(lines) == parted == _SHORT_LINES and bare.count(separator) >= _SHORT_MIN
    if '"' in bare or parted < max(_SHORT_LINES if is_short else _LINES_MIN, _PARTED_MIN * len(lines)):
        return None
    rows = _parsed(text, separator, 1)
    if rows and is_short:  # a head with one row below it
        return rows if _is_even(rows) else None
    return rows if rows and (_is_even(rows) or not _is_prose(bare, separator)) else None


def _is_even(rows: list[Row]) -> bool:
    """Tell whether all rows with text have the same number of cells."""
    return len({len(row.cells) for row in rows if any(row.cells)}) == 1


def _is_prose(bare: str, separator: str) -> bool:
    is_in_numbers = separator == "," and _IN_NUMBER.search(bare) is not None
    return is_in_numbers or bare.count(f"{separator} ") > _PROSE_MAX * bare.count(separator)


def _has_quoted_cells(text: str) -> bool:
    """Tell whether quotes stand only around whole cells, of a line or between tabs, and some of these need them."""
    bare = _QUOTED_CELL["\t"].sub("", text)
    if '"' in bare:
        return False
    quoted = (cell[1:-1] for cell in _QUOTED_CELL["\t"].findall(text))
    return any(
        not cell or '""' in cell or "\n" in cell or "\t" in cell or ("," in cell and "," not in bare) for cell in quoted
    )


def _parsed(text: str, separator: str, first_line: int) -> list[Row] | None:
    """Return the rows; None where a quote is never closed: `csv` would take all that follows for one cell."""
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    rows, line = [], first_line
    try:
        for cells in reader:
            rows.append(Row(line, cells))
            line = first_line + reader.line_num
    except csv.Error:
        return None
    return rows
