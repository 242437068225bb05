"""A register of projects, whose columns are fields of a form, turned into the lines of printed forms.

In come lines of cells. The header names a project's code and more of its fields; columns of reports may stand beside
them. Each row is a project, or one report of it: where the code is blank, or the same, the project goes on. Out come
headings, labels and reports in the order of a printed form for each project, with the places of its rows. A column
that is not known comes below the first heading, where it belongs to no field and is reported.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from etl.families.printed_form.fields import PROSE
from etl.families.printed_form.keyed import Key, key_of, with_remark
from etl.families.printed_form.lines import WORDS
from etl.families.printed_form.tables import COLUMNS, TOTAL, heading_of
from etl.parse.grammar import label_pattern, read_project_code
from etl.read.cells import cells_of
from etl.records import Line

_FIELDS_MIN = 3  # fields of a project in the header, the code among them
_CODE, _FIRST_SECTION, _REPORTS = "project_code", "1.1", "2"
_ROW_NUMBER = re.compile(label_pattern("ลำดับ", "ลำดับที่", "ที่", "No", "No.") + "$|#$")


class _Column(NamedTuple):
    """A column: its heading, and the field of a project or the column of reports that it is; neither if not known."""

    heading: str
    key: Key | None
    report: str


class _Table(NamedTuple):
    """A register: its columns, and where its rows begin and end among the lines."""

    columns: list[_Column]
    start: int
    end: int

    @property
    def code(self) -> int:
        """Which column has the code."""
        return next(at for at, column in enumerate(self.columns) if column.key and column.key.field == _CODE)


class _Row(NamedTuple):
    """A row: its line, and a cell for each column at least."""

    line: Line
    cells: list[str]


def printed(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with each project of a register as a form prints it; other lines stay unchanged."""
    left, done = [*lines], list[Line]()
    while (table := _table(left)) is not None:
        projects, others = _projects(table, left)
        *forms, last = ([*_form(table.columns, rows)] for rows in projects)
        last[1:1] = others  # below the first heading, where they belong to no field and are reported
        done += [*left[: table.start - 1], *chain.from_iterable(forms), *last]
        left = left[table.end :]
    return done + left


def is_register(lines: Sequence[Line]) -> bool:
    """Tell whether a register stands in the lines."""
    return _table(lines) is not None


def _table(lines: Sequence[Line]) -> _Table | None:
    for at, line in enumerate(lines):
        if "\t" not in line.text or not (columns := _columns(cells_of(line.text))):
            continue
        end = next((end for end in range(at + 1, len(lines)) if "\t" not in lines[end].text), len(lines))
        table = _Table(columns, at + 1, end)
        rows = (cells_of(row.text) for row in lines[at + 1 : end])
        if any(_is_code(cells[table.code]) for cells in rows if len(cells) > table.code):
            return table
    return None


def _columns(headings: Sequence[str]) -> list[_Column]:
    """Return the columns if the cells are the header of a register, else none.

    A goal of the plan and a status against it have one name: behind the columns of reports it is the status.
    """
    columns, is_report = list[_Column](), False
    for heading in headings:
        key, report = key_of(heading), heading_of(heading)
        is_ours = key is not None and (key.field != "" or key.section in PROSE) and not (is_report and report)
        columns.append(_Column(heading, key if is_ours else None, report if report in COLUMNS and not is_ours else ""))
        is_report = is_report or bool(columns[-1].report and not _ROW_NUMBER.match(heading))
    fields = [column.key.field for column in columns if column.key and column.key.field]
    if _CODE not in fields or len(fields) < _FIELDS_MIN or len(set(fields)) < len(fields):
        return []
    code = next(at for at, column in enumerate(columns) if column.key and column.key.field == _CODE)
    is_of_rows = not is_report or [column.report for column in columns].count("report_no") > 1
    return [
        column._replace(report="") if _ROW_NUMBER.match(column.heading) and (at < code or is_of_rows) else column
        for at, column in enumerate(columns)
    ]  # a number before the code is that of the row


def _is_code(text: str) -> bool:
    try:
        return bool(read_project_code(text))
    except ValueError:
        return False


def _projects(table: _Table, lines: Sequence[Line]) -> tuple[list[list[_Row]], list[Line]]:
    """Return the rows of each project, and the rows that are no project's: sums, and captions of a group.

    A row without a code goes on with the project above it only if it says nothing else of a project. Else it is one
    whose code is not printed.
    """
    fields = [at for at, column in enumerate(table.columns) if column.key]
    projects, others, code = list[list[_Row]](), list[Line](), ""
    for line in lines[table.start : table.end]:
        cells = cells_of(line.text)
        cells += [""] * (len(table.columns) - len(cells))
        if not cells[table.code] and _is_of_no_project(table, cells):
            others += [line] if any(cells) else []
            continue
        if cells[table.code]:
            goes_on, code = bool(projects) and cells[table.code] == code, cells[table.code]
        else:
            goes_on = bool(projects) and all(cells[at] in {"", projects[-1][0].cells[at]} for at in fields)
            code = code if goes_on else ""
        if not goes_on:
            projects.append([])
        projects[-1].append(_Row(line, cells))
    return projects, others


def _is_of_no_project(table: _Table, cells: Sequence[str]) -> bool:
    """Tell whether a row without a code has sums, as its first word says, or one cell that is no report's, or none."""
    filled = [at for at, text in enumerate(cells) if text]
    if not filled or TOTAL.match(cells[filled[0]]):
        return True
    return len(filled) == 1 and not any(column.report for column in table.columns[filled[0] : filled[0] + 1])


def _form(columns: Sequence[_Column], rows: Sequence[_Row]) -> Iterator[Line]:
    """Yield the lines of one project; a field on which its rows disagree is printed twice."""
    sections: dict[str, list[Line]] = {_FIRST_SECTION: []}
    first, _ = rows[0]
    for at, column in enumerate(columns):
        values = {cells[at]: line for line, cells in reversed(rows) if cells[at]}
        for value, line in reversed(values.items()):
            if column.key and column.key.field:
                text = f"{with_remark(column.key.label, column.heading)} : {value}"
            elif column.key:
                text = value
            elif column.report or _ROW_NUMBER.match(column.heading):
                continue
            else:
                text = f"{column.heading}\t{value}"
            section = column.key.section if column.key else _FIRST_SECTION
            lines = sections.setdefault(section, [])
            lines.append(Line(line.place, text))
    reports = [at for at, column in enumerate(columns) if column.report]
    logged = [(line, [cells[at] for at in reports]) for line, cells in rows if any(cells[at] for at in reports)]
    if logged:
        header = Line(first.place, "\t".join(columns[at].heading for at in reports))
        sections[_REPORTS] = [header, *(Line(line.place, "\t".join(cells)) for line, cells in logged)]
    for section in sorted(sections):
        yield Line(first.place, f"{section} {WORDS['sections'][section][0]}")
        yield from sections[section]
    extra = [(line, cells[len(columns) :]) for line, cells in rows]
    yield from (Line(line.place, "\t".join(cells)) for line, cells in extra if any(cells))
