"""Columns of a register that stand under the heading of a group: the values of one report each, or months.

In come headings, and the rows of one project. Out come a heading for each column, with that of its group in brackets,
and the rows of a table of reports, with a row for each group that is one report.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from etl.families.printed_form.captions import with_unit, without_unit
from etl.families.printed_form.columns import COLUMNS, NUMERIC, heading_of
from etl.families.printed_form.keyed import key_of
from etl.parse.grammar import label_pattern
from etl.thai.dates import MONTHS, SHORT_MONTHS

_COUNTED = re.compile(
    rf"{label_pattern('รายงานครั้งที่', 'ครั้งที่')}(?P<no>[0-9๐-๙]{{1,3}})(?:/[2๒][5๕][0-9๐-๙]{{2}})?(?![0-9๐-๙])"
)
_PERIOD = re.compile(
    rf"{'|'.join(map(re.escape, SHORT_MONTHS))}|{'|'.join(name for name in MONTHS if len(name) > 2)}|ไตรมาส"
)
_BRACKETS = re.compile(r"[()\[\]]")
_NO_BRACKETS = re.compile(r"[(\[][\s,]*[)\]]")
_REMARK_END = re.compile(r"[)\]]\s*$")
_PLAN = "แผน"
_BETWEEN = " ,:/–-"
_NOTHING = frozenset({"", "-", "–", "—"})


class Part(NamedTuple):
    """What a column is of: the number of a report, and the heading of one of its values; blank if none is named."""

    number: str
    heading: str


@lru_cache(maxsize=1024)
def part_of(heading: str) -> Part | None:
    """Return what a column is of whose heading has the number of a report; None for any other."""
    match = _COUNTED.search(heading)
    if not match:
        return None
    before, after = heading[: match.start()].rstrip(_BETWEEN), heading[match.end() :]
    return Part(match["no"], _NO_BRACKETS.sub("", before + after).strip(_BETWEEN))


def is_unread(heading: str) -> bool:
    """Tell whether a column is of a report that no table can be made of.

    It has a report's number alone, is of a month or a quarter, or is one of several under a group of figures; but no
    plan.
    """
    if _PLAN in heading:
        return False
    group = _BRACKETS.split(heading)[1:2]
    is_of_group = heading_of(heading) is None and any(heading_of(text.split(",")[0]) in NUMERIC for text in group)
    return is_of_group or part_of(heading) is not None or _PERIOD.search(heading) is not None


def with_groups(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return a heading for each column of a head of two rows: a heading of a group stands above its first column."""
    headings, group = list[str](), ""
    for above, below in zip(upper, lower, strict=True):
        group = above or (group if below else "")
        headings.append(_within(below, group) if below else above)
    return headings


def _within(heading: str, group: str) -> str:
    """Return the heading of a column with that of its group in brackets; brackets that it has already are shared.

    Where both together are the label of a field, as `งบประมาณ` above `ที่ได้รับ`, they become that.
    """
    name, *remarks = [part.strip() for part in _BRACKETS.split(group)]
    if not key_of(heading) and (key := key_of(f"{name}{heading}")) and key.field:
        heading, name = f"{name}{heading}", ""
    said = ", ".join(filter(None, (name, *remarks)))
    if not said:
        return heading
    return f"{_REMARK_END.sub('', heading)}, {said})" if _REMARK_END.search(heading) else f"{heading} ({said})"


def reports(columns: Sequence[tuple[int, Part]], cells: Sequence[str]) -> Iterator[str]:
    """Yield a row of a table of reports for each of them that a row of a register says anything of."""
    headings = list(dict.fromkeys(without_unit(part.heading) for _, part in columns))
    for number in dict.fromkeys(part.number for _, part in columns):
        of_report = [(at, part.heading) for at, part in columns if part.number == number]
        said = {without_unit(heading): with_unit(heading, cells[at]) for at, heading in of_report}
        if not _NOTHING.issuperset(said.values()):
            yield "\t".join([number, *(said.get(heading, "") for heading in headings)])


def head_of_reports(parts: Iterable[Part]) -> str:
    """Return the head of the table of reports."""
    headings = dict.fromkeys(without_unit(part.heading) for part in parts)
    return "\t".join([COLUMNS["report_no"][0], *headings])


def is_blank(cell: str) -> bool:
    """Tell whether a cell says nothing of a report."""
    return cell in _NOTHING
