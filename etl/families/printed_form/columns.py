"""The columns of a table of reports: which field each is, by its heading.

In come the cells of a header. Out come its columns. A heading is known by its shape, whatever it says in brackets of
its values; under the heading of a group, that says what a column is of.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from etl.families.printed_form.fields import ENGLISH
from etl.families.printed_form.lines import FRAME, WORDS
from etl.families.printed_form.remarks import says_figure
from etl.parse.grammar import is_known_word, label_pattern

COLUMNS: dict[str, list[str]] = WORDS["layouts"]["columns"]
LABELS = "|".join(f"(?P<{name}>{label_pattern(*labels)})" for name, labels in COLUMNS.items())
REMARK = rf"ฯ?\s*{ENGLISH}" + r"(?:[(\[](?P<remark>[^()\[\]]{0,60})[)\]])?\s*"
HEADING = re.compile(rf"{FRAME}(?:{LABELS}){REMARK}:?\s*")
NUMERIC = ("progress_pct", "disbursed_thb")
OTHER = "other"  # key of a report's text from columns that no field has
STATUSES = ("plan_status", "target_status")
PLACE = re.compile(label_pattern("ลำดับ", "ที่"))  # a row's position, which may stand beside the report's number
COLUMNS_MIN, MORE_COLUMNS_MIN = 3, 2  # known columns of a header; and of a further table's

WORDED = re.compile("|".join(WORDS["layouts"]["worded_columns"]))
_OTHER = re.compile("|".join((*WORDS["layouts"]["other_columns"], WORDED.pattern)))
_SIGNS: dict[str, str] = WORDS["layouts"]["signs"]
_REAL = re.compile(rf"\s*{label_pattern(*WORDS['layouts']['real'])}\((?P<group>[^()]{{1,60}})\)\s*")
_PLANNED = re.compile(rf"\s*{label_pattern(*WORDS['layouts']['planned'])}(?:,.*)?")
_BRACKETS = re.compile(r"[()\[\]]")


class Column(NamedTuple):
    """A column: its field (`other` where no field has it, empty where it is not known), and its heading."""

    field: str
    heading: str


def heading_of(cell: str) -> str | None:
    """Return the field of a column's heading: `other` where no field has it, None where it is not known."""
    match = HEADING.fullmatch(cell)
    if not match:
        if word_of(cell):
            return OTHER
        return _SIGNS.get(cell.strip()) or _of_group(cell) or (OTHER if _OTHER.search(cell) else None)
    name = next((name for name in COLUMNS if match[name]), None)
    remark = match["remark"] or ""
    of_figures = {field for part in (remark.split(",") if remark else ()) if (field := heading_of(part)) in NUMERIC}
    if name in STATUSES:  # of planned figures, and no status
        return OTHER if of_figures or says_figure(remark) else name
    if name == "progress_pct" and of_figures == {"disbursed_thb"}:  # which may be counted in per cent as well
        return OTHER if "%" in cell or "ร้อยละ" in cell else "disbursed_thb"
    return name


@lru_cache(maxsize=1024)
def word_of(heading: str) -> tuple[str, str] | None:
    """Return the status that the heading of a column to tick in is, and of which field; None for any other heading.

    A word of both statuses is of the one that its group is headed with, else of the plan's.
    """
    word, *groups = (part.strip() for part in _BRACKETS.split(heading))
    fields = [name for name in STATUSES if is_known_word(name, word)]
    of_group = [name for name in fields if any(heading_of(group) == name for group in groups)]
    return ((of_group or fields)[0], word) if fields else None


def _of_group(cell: str) -> str | None:
    """Return the field of a column that only says that its values are real ones; its group says of what."""
    match = _REAL.fullmatch(cell)
    found = {name for part in match["group"].split(",") if (name := heading_of(part)) in NUMERIC} if match else ()
    return next(iter(found)) if len(found) == 1 else None


def header_of(cells: Sequence[str], known_min: int = COLUMNS_MIN) -> list[Column] | None:
    """Return the columns if the cells are the header of a table of reports, else None: it has a number or a day."""
    columns = _unambiguous([Column(heading_of(cell) or "", cell) for cell in cells])
    known = {column.field for column in columns} - {"", OTHER}
    ticked = {word[0] for column in columns if (word := word_of(column.heading))}
    return columns if len(known | ticked) >= known_min and not {"report_no", "report_date"}.isdisjoint(known) else None


def is_header(cells: Sequence[str]) -> bool:
    """Tell whether the cells are the header of a table of reports."""
    return header_of(cells) is not None


def _unambiguous(columns: Sequence[Column]) -> list[Column]:
    """Return the columns; of several with one field, none has it.

    A row's position gives way to a report's number, and planned figures to real ones.
    """
    times = Counter(column.field for column in columns)
    columns = [
        column._replace(field=OTHER) if times[column.field] > 1 and _is_planned(column) else column
        for column in columns
    ]
    times = Counter(column.field for column in columns)
    places = {column for column in columns if times["report_no"] > 1 and PLACE.match(column.heading)}
    times["report_no"] -= len(places)
    return [
        column._replace(field=OTHER if column in places else "")
        if column in places or (column.field != OTHER and times[column.field] > 1)
        else column
        for column in columns
    ]


def _is_planned(column: Column) -> bool:
    match = HEADING.fullmatch(column.heading)
    return column.field in NUMERIC and bool(match and _PLANNED.fullmatch(match["remark"] or ""))
