"""What a register says once for all of its projects: their fiscal year in its title, the unit of a column in its head.

In come the lines above a table, and headings with cells below them. Out come lines as a form prints them for each
project, and cells with their unit, which makes an amount in words of a bare number.
"""

import re
from collections.abc import Iterable, Sequence

from etl.families.printed_form.keyed import Key
from etl.families.printed_form.lines import WORDS
from etl.families.printed_form.remarks import unit_in, unit_in_caption
from etl.parse.grammar import label_pattern
from etl.records import Line
from etl.thai.text import arabic_digits

_YEAR_LABEL = WORDS["fields"]["1.1"]["fiscal_year"][0]
_YEAR = re.compile(
    rf"{label_pattern(*WORDS['fields']['1.1']['fiscal_year'])}:?\s*(?P<year>25[0-9]{{2}})(?![0-9]|\s*[-–/]\s*[0-9])",
    re.ASCII,
)
_NUMBER = re.compile(r"[0-9๐-๙][0-9๐-๙,.]*")
_UNIT = re.compile(r"[(\[]\s*(?:หน่วย\s*:?\s*)?(?P<unit>(?:พัน|หมื่น|แสน|ล้าน)\s*บาท)\s*[)\]]\s*$")


def of_all_projects(above: Sequence[Line], keys: Iterable[Key | None]) -> list[Line]:
    """Return the lines above a table that speak of all of its projects: its fiscal year, if no column has that.

    Another unit than baht is said of each project, so that no amount of any is taken for baht.
    """
    has_year = any(key and key.field == "fiscal_year" for key in keys)
    found = (
        {}
        if has_year
        else {match["year"]: line for line in above for match in _YEAR.finditer(arabic_digits(line.text))}
    )
    years = [Line(line.place, f"{_YEAR_LABEL} : {year}") for year, line in found.items()]
    units = [Line(line.place, unit) for line in above if (unit := unit_in(line.text) or unit_in_caption(line.text))]
    return [*(years if len(years) == 1 else []), *units]


def without_unit(heading: str) -> str:
    """Return the heading of a column without a unit that is written into its cells."""
    return _UNIT.sub("", heading)


def with_unit(heading: str, cell: str) -> str:
    """Return a cell with the unit that its heading states: a bare number under `(ล้านบาท)` becomes `1.25 ล้านบาท`."""
    unit = _UNIT.search(heading)
    return f"{cell} {unit['unit']}" if unit and _NUMBER.fullmatch(cell) else cell
