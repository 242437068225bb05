"""The last number of a form that breaks off: nothing behind it shows that it is whole.

In come a copy and its last line; noted is the field whose number ends that line, unless the copy has an end.
"""

import re
from datetime import date
from decimal import Decimal

from etl.families.printed_form.lines import WORDS
from etl.parse.grammar import add_issue
from etl.records import Copy, Line, Project
from etl.thai.calendar import BE_MINUS_CE
from etl.thai.dates import read_date
from etl.thai.text import arabic_digits

_NUMBERS_PRINTED = (
    *(field for field in WORDS["fields"]["1.1"] if field in Project.__struct_fields__),
    "report_date", "progress_pct", "disbursed_thb",
)  # fmt: skip
_BETWEEN_DIGITS = ".,/:-"
_FIGURE_LETTERS = f"0123456789๐๑๒๓๔๕๖๗๘๙{_BETWEEN_DIGITS}"
_NUMBER = re.compile(r"[0-9][0-9,]*\.?[0-9]*")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9:.]+")


def note_cut(copy: Copy, last: Line) -> None:
    """Note that the last number of a copy without an end may be cut: nothing behind it shows that it is whole."""
    figure = last.text[len(last.text.rstrip(_FIGURE_LETTERS)) :].lstrip(_BETWEEN_DIGITS)
    if not figure or copy.project is None or "end" in copy.project.places:
        return
    for record in [*reversed(copy.reports), copy.project]:
        for field in reversed(_NUMBERS_PRINTED):
            value, place = getattr(record, field, None), record.places.get(field)
            if value is not None and place and place.line <= last.place.line and _says(figure, value):
                add_issue(record, f"{field}_cut", figure)
                return


def _says(figure: str, value: Decimal | date | int) -> bool:
    """Tell whether the figure that ends a line is a printed number, a printed day, or the last part of one."""
    printed = arabic_digits(figure)
    if not isinstance(value, date):
        return _NUMBER.fullmatch(printed) is not None and value == Decimal(printed.replace(",", ""))
    if printed.isdecimal():
        return int(printed) in {value.year, value.year + BE_MINUS_CE, (value.year + BE_MINUS_CE) % 100}
    try:
        return _CLOCK.fullmatch(printed) is not None or read_date(printed).day == value
    except ValueError:
        return False
