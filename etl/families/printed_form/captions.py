"""What a register says once for all of its projects: their fiscal year in its title, the unit of a column in its head.

In come the lines above a table, and headings with cells below them. Out come lines as a form prints them for each
project, and cells with their unit, which makes an amount in words of a number.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from etl.families.printed_form.columns import COLUMNS, heading_of
from etl.families.printed_form.keyed import Key, key_of
from etl.families.printed_form.lines import WORDS
from etl.families.printed_form.remarks import unit_in, unit_in_caption
from etl.families.printed_form.units import in_unit, parted
from etl.parse.grammar import label_pattern
from etl.records import Line
from etl.thai.text import arabic_digits

_YEAR_LABELS = (*WORDS["fields"]["1.1"]["fiscal_year"], *WORDS["synonyms"]["fiscal_year"])
_YEAR = re.compile(rf"{label_pattern(*_YEAR_LABELS)}:?\s*(?P<year>25[0-9]{{2}})(?![0-9]|\s*[-–/]\s*[0-9])", re.ASCII)


class Said(NamedTuple):
    """What is said above a table of all of its projects: their fiscal year, and another unit than baht."""

    years: list[Line]
    units: list[Line]


def of_all_projects(above: Sequence[Line], keys: Iterable[Key | None], before: Said) -> Said:
    """Return what the lines above a table say of all of its projects: its fiscal year, if no column has that.

    Another unit than baht is said of each project, so that no amount of any is taken for baht. What was said `before`,
    of the table above, goes on: a year only if nothing stands between the two tables, which may be two pages of one.
    """
    has_year = any(key and key.field == "fiscal_year" for key in keys)
    years, units = said_in(above)
    is_same_table = not any(line.text.strip() for line in above)
    return Said(
        [] if has_year else before.years if is_same_table else years if len(years) == 1 else [], units or before.units
    )


def said_in(lines: Sequence[Line]) -> Said:
    """Return each fiscal year that the lines say, and each other unit than baht, as a form prints them."""
    found = {match["year"]: line for line in lines for match in _YEAR.finditer(arabic_digits(line.text))}
    years = [Line(line.place, f"{_YEAR_LABELS[0]} : {year}") for year, line in found.items()]
    units = [Line(line.place, unit) for line in lines if (unit := unit_in(line.text) or unit_in_caption(line.text))]
    return Said(years, units)


def without_unit(heading: str) -> str:
    """Return the heading of a column without a unit that is written into its cells."""
    return parted(heading).plain


def with_unit(heading: str, cell: str) -> str:
    """Return a cell of a column with the unit that its heading states."""
    plain, unit = parted(heading)
    return in_unit(cell, unit) if unit and _may_be_money(plain) else cell


def _may_be_money(heading: str) -> bool:
    """Tell whether a column may have amounts: of a group of columns, the unit is only that of its amounts."""
    if "%" in heading or "ร้อยละ" in heading:
        return False
    key, name = key_of(heading), heading_of(heading)
    field = name if name in COLUMNS else key.field if key else ""
    return not field or field.endswith("_thb")
