"""Writes rows as a workbook for Excel: cells have types, and text is never a formula.

A value that Excel would round or change is written as text.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path

import msgspec
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from etl.errors import BadInputError
from etl.thai.calendar import BANGKOK

ROWS_MAX, COLUMNS_MAX = 1_048_576, 16_384
TEXT_MAX_UNITS = 32_767  # of UTF-16
DIGITS_MAX = 15  # Excel keeps no more of a number
_FIRST_DAY = dt.date(1900, 3, 1)  # Excel takes 1900 for a leap year, so days before are off by one
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")


class _Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[str, Format] = {}

    def number(self, pattern: str) -> Format:
        return self._of(num_format=pattern)

    @property
    def guarded(self) -> Format:
        """The format of a text that stays one when somebody edits the cell."""
        return self._of(quote_prefix=True)

    def _of(self, **properties: object) -> Format:
        name = repr(properties)
        if name not in self._made:
            self._made[name] = self._book.add_format(properties)
        return self._made[name]


def write_workbook(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a header and rows into a new workbook; times with a zone are Bangkok's, which a cell cannot say.

    Raises BadInputError when there are more rows, columns or letters in a cell than Excel takes.
    """
    if len(columns) > COLUMNS_MAX:
        raise BadInputError(f"there are {len(columns):,} columns, and Excel takes {COLUMNS_MAX:,}; ask for fewer")
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet, formats = book.add_worksheet(), _Formats(book)
        sheet.freeze_panes(1, 0)
        all_rows = iter(rows)
        for number, row in enumerate((columns, *islice(all_rows, ROWS_MAX - 1))):
            for column, value in enumerate(row):
                _write(sheet, formats, (number, column), value)
        if next(all_rows, None) is not None:
            raise BadInputError(f"there are more than {ROWS_MAX - 1:,} rows, and Excel takes no more; ask for fewer")


def _write(sheet: Worksheet, formats: _Formats, cell: tuple[int, int], value: object) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(*cell, value)
        case int() | Decimal() | float() if _is_exact(value):
            sheet.write_number(*cell, float(value), formats.number(_pattern(value)))
        case dt.datetime() if value.date() >= _FIRST_DAY:
            local = value.astimezone(BANGKOK).replace(tzinfo=None) if value.tzinfo else value
            pattern = "yyyy-mm-dd hh:mm:ss.000" if local.microsecond else "yyyy-mm-dd hh:mm:ss"
            sheet.write_datetime(*cell, local, formats.number(pattern))
        case dt.date() if not isinstance(value, dt.datetime) and value >= _FIRST_DAY:
            sheet.write_datetime(*cell, value, formats.number("yyyy-mm-dd"))
        case _:
            text = _text(value)
            units = len(text.encode("utf-16-le", "surrogatepass")) // 2
            if units > TEXT_MAX_UNITS:
                raise BadInputError(
                    f"row {cell[0]}, column {cell[1] + 1} has {units:,} letters, and a cell of Excel takes"
                    f" {TEXT_MAX_UNITS:,}; ask for left(…, {TEXT_MAX_UNITS}), or use --format csv"
                )
            sheet.write_string(*cell, text, formats.guarded if text.startswith(_RUN_BY_SPREADSHEETS) else None)


def _is_exact(value: float | Decimal) -> bool:
    """Tell whether Excel shows a number as it is, and not rounded."""
    number = Decimal(str(value))
    if not number.is_finite():
        return False
    digits = number.normalize().as_tuple().digits
    return len(digits) <= DIGITS_MAX and (not number or -300 < number.adjusted() < 300)


def _pattern(value: float | Decimal) -> str:
    """Return the format that shows as many decimals as the value has."""
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    if isinstance(value, float) or not isinstance(exponent, int):
        return "General"
    return f"0.{'0' * -exponent}" if exponent < 0 else "0"


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case list() | tuple():
            return ", ".join(map(_text, value))
        case dict():
            return msgspec.json.encode(value).decode()
        case dt.datetime() if value.tzinfo:
            return value.astimezone(BANGKOK).replace(tzinfo=None).isoformat(" ")
        case bytes():
            return f"\\x{value.hex()}"
        case _:
            return str(value)
