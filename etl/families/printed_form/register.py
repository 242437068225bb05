"""A register of projects, whose columns are fields of a form, turned into the lines of printed forms.

In come lines of cells. The header names a project's code and more of its fields; columns of reports may stand beside
them. Each row is a project, or one report of it: where the code is blank, or the same, the project goes on. Out come
headings, labels and reports in the order of a printed form for each project, with the places of its rows. A column
that is not known comes below the first heading, where it belongs to no field and is reported.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from etl.families.printed_form.captions import Said, of_all_projects, said_in, with_unit, without_unit
from etl.families.printed_form.columns import COLUMNS, OTHER, heading_of, is_header, word_of
from etl.families.printed_form.edges import is_page_edge
from etl.families.printed_form.fields import PROSE
from etl.families.printed_form.groups import Part, head_of_reports, is_blank, is_unread, part_of, reports, with_groups
from etl.families.printed_form.keyed import Key, key_of, with_remark
from etl.families.printed_form.lines import WORDS
from etl.families.printed_form.tables import SUMS, TOTAL
from etl.parse.grammar import is_project_code, label_pattern
from etl.read.cells import cells_of
from etl.records import Line
from etl.thai.numbers import read_money

_FIELDS_MIN = 3  # fields of a project in the header, the code among them
_CODE, _FIRST_SECTION, _REPORTS = "project_code", "1.1", "2"
_CODES = re.compile("[0-9๐-๙]{8}.{5,12}[0-9๐-๙]{8}")  # what may be two codes side by side
# A word for totals, and not the beginning of a name, as in `รวมพลังพัฒนาคลอง`.
_TOTALS = re.compile(rf"{TOTAL.pattern}(?:$|(?<=[\s:])|[(=0-9๐-๙]|{label_pattern(*WORDS['layouts']['summed'])})")
_SUMMED = re.compile(rf"\s{label_pattern(*WORDS['layouts']['totals'])}$")
_FIGURE = re.compile("[0-9๐-๙]")
_UNREAD = "unread"
"""What is of a report, and cannot be read into one: it goes below the heading of the reports, where it is reported."""

_PROJECTS_MIN = 2  # columns of a register on its side; with one, it is a form in two columns
_ROW_NUMBER = re.compile(label_pattern("ลำดับ", "ลำดับที่", "ที่", "No", "No.") + "$|#$")


class _Column(NamedTuple):
    """A column: its heading, and the field of a project or the column of reports that it is; neither if not known.

    `part` says of which report it is, where each report has columns of its own.
    """

    heading: str
    key: Key | None
    report: str
    part: Part | None = None


class _Table(NamedTuple):
    """A register: its columns, and where its head begins, and its rows begin and end, among the lines."""

    columns: list[_Column]
    head: int
    start: int
    end: int

    @property
    def code(self) -> int:
        """Which column has the code."""
        return next(at for at, column in enumerate(self.columns) if column.key and column.key.field == _CODE)


class _Turned(NamedTuple):
    """A register whose labels stand in its first column, a project in each other one; `projects` are these."""

    columns: list[_Column]
    head: int
    end: int
    projects: "list[_Project]"


class _Row(NamedTuple):
    """A row: its line, and a cell for each column at least."""

    line: Line
    cells: list[str]


class _Project(NamedTuple):
    """The rows of a project, and what stands below them that is no project's: sums, and captions of a group."""

    rows: list[_Row]
    others: list[Line]


def printed(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with each project of a register as a form prints it; other lines stay unchanged."""
    left, done, last = [line for line in lines if not is_page_edge(line.text)], list[Line](), -1
    said = Said([], [])
    while (table := _table(left) or _turned(left)) is not None:
        above = left[: table.head]
        said = of_all_projects(above, [column.key for column in table.columns], said)
        projects = table.projects if isinstance(table, _Turned) else _projects(table, left)
        forms = [[*_form(table.columns, project, said)] for project in projects]
        done += [*above, *chain.from_iterable(forms[:-1])]
        last = len(done)
        done += forms[-1]
        left = left[table.end :]
    # All pages are the register's; no project is on all of them.
    done[last + 1 : last + 1] = [line for line in lines if is_page_edge(line.text)]
    return done + left


def is_register(lines: Sequence[Line]) -> bool:
    """Tell whether a register stands in the lines."""
    return (_table(lines) or _turned(lines)) is not None


def _table(lines: Sequence[Line]) -> _Table | None:
    for at, line in enumerate(lines):
        if "\t" not in line.text or not any(map(_is_label_of_code, cells_of(line.text))):
            continue
        headings, start = _head(lines, at)
        if not (columns := _columns(headings)):
            continue
        table = _Table(columns, at, start, _end_of_rows(lines, at, start))
        rows = (cells_of(row.text) for row in lines[start : table.end])
        if any(is_project_code(cells[table.code]) for cells in rows if len(cells) > table.code):
            return table
    return None


def broken_off(lines: Sequence[Line]) -> Line | None:
    """Return the last row of a register that ends the lines, if it has fewer cells than each other row; else None."""
    left, last = [line for line in lines if line.text.strip() and not is_page_edge(line.text)], None
    while (table := _table(left)) is not None:
        rows = [len(cells_of(line.text)) for line in left[table.start : table.end]]
        width = max(number for number, column in enumerate(table.columns, start=1) if column.heading)
        is_short = rows[-1] < min([*rows[:-1], width])
        last = left[table.end - 1] if is_short and table.end == len(left) else None
        left = left[table.end :]
    return last


def _head(lines: Sequence[Line], at: int) -> tuple[list[str], int]:
    """Return the headings of a head that begins on a line, and where the rows below it begin: it may take two rows."""
    upper, lower = cells_of(lines[at].text), cells_of(lines[at + 1].text) if at + 1 < len(lines) else []
    width = max(len(upper), len(lower))
    upper, lower = (cells + [""] * (width - len(cells)) for cells in (upper, lower))
    is_below = len([text for text in lower if text]) > 1 and not any(map(is_project_code, lower))
    if not is_below or any(below and key_of(above) for above, below in zip(upper, lower, strict=True)):
        return upper, at + 1
    whole = with_groups(upper, lower)
    parted = [heading for heading, below in zip(whole, lower, strict=True) if below]
    is_head = any(
        heading_of(heading) in COLUMNS or is_unread(heading) or _is_field(heading) or word_of(heading)
        for heading in parted
    )
    return (whole, at + 2) if is_head else (upper, at + 1)


def _is_field(heading: str) -> bool:
    key = key_of(heading)
    return key is not None and key.field != ""


def _turned(lines: Sequence[Line]) -> _Turned | None:
    """Return a register on its side; the place of each value is that of its own line."""
    at = next((at for at, line in enumerate(lines) if _has_codes(line.text)), None)
    if at is None:
        return None
    start, end = at, at + 1
    while start and "\t" in lines[start - 1].text:
        start -= 1
    while end < len(lines) and ("\t" in lines[end].text or not lines[end].text.strip()):
        end += 1
    rows = [(line, cells_of(line.text)) for line in lines[start:end] if line.text.strip()]
    columns = _columns([cells[0] for _, cells in rows])
    if not columns:
        return None
    width = max(len(cells) for _, cells in rows)
    projects = list[_Project]()
    for number in range(1, width):
        column = [(line, cells[number] if number < len(cells) else "") for line, cells in rows]
        if projects and any(_TOTALS.match(text) for _, text in column):
            projects[-1].others.append(Line(column[0][0].place, "\t".join((SUMS, *(text for _, text in column)))))
        elif own := _on_its_side(columns, column):
            projects.append(_Project(own, []))
    return _Turned(columns, start, end, projects)


def _has_codes(text: str) -> bool:
    if "\t" not in text or not _CODES.search(text):
        return False
    label, *cells = cells_of(text)
    return len([cell for cell in cells if is_project_code(cell)]) >= _PROJECTS_MIN and _is_label_of_code(label)


def _is_label_of_code(text: str) -> bool:
    key = key_of(text)
    return key is not None and key.field == _CODE


def _on_its_side(columns: Sequence[_Column], cells: Sequence[tuple[Line, str]]) -> list[_Row]:
    """Return the cells of one project as rows: one for each of its fields, and one for its report."""
    blank = [""] * len(columns)
    rows = [
        _Row(line, [*blank[:at], text, *blank[at + 1 :]])
        for at, (line, text) in enumerate(cells)
        if text and not columns[at].report
    ]
    report = [(line, text) for (line, text), column in zip(cells, columns, strict=True) if text and column.report]
    of_report = [text if column.report else "" for (_, text), column in zip(cells, columns, strict=True)]
    return [*rows, _Row(report[0][0], of_report)] if report else rows


def _end_of_rows(lines: Sequence[Line], head: int, start: int) -> int:
    """Return where the rows below a head end.

    What stands between two pages, of which each has the head, ends none, unless it says another year or unit.
    """
    end, said = start, _texts(said_in(lines[:head]))
    while end < len(lines):
        below = next((at for at in range(end, len(lines)) if "\t" in lines[at].text), len(lines))
        between = [line for line in lines[end:below] if line.text.strip()]
        if below == len(lines):
            return end
        if between and (lines[below].text != lines[head].text or not _texts(said_in(between)) <= said):
            return end
        end = below + 1
    return end


def _texts(said: Said) -> set[str]:
    return {line.text for line in (*said.years, *said.units)}


def _columns(headings: Sequence[str]) -> list[_Column]:
    """Return the columns if the cells are the header of a register, else none.

    A goal of the plan and a status against it have one name: behind the columns of reports it is the status.
    """
    columns, is_report, parts = list[_Column](), False, _parts(headings)
    for heading in headings:
        if part := parts.get(heading):
            columns.append(_Column(heading, None, OTHER, part))
            continue
        key, report = key_of(heading), heading_of(heading)
        is_ours = key is not None and (key.field != "" or key.section in PROSE) and not (is_report and report)
        of_report = report if report in COLUMNS else OTHER if is_report else ""
        if report not in COLUMNS and is_unread(heading):
            of_report = _UNREAD
        columns.append(_Column(heading, key if is_ours else None, "" if is_ours else of_report))
        is_report = is_report or (columns[-1].report in (*COLUMNS, OTHER) and not _ROW_NUMBER.match(heading))
    fields = [column.key.field for column in columns if column.key and column.key.field]
    if _CODE not in fields or len(fields) < _FIELDS_MIN or len(set(fields)) < len(fields):
        return []
    code = next(at for at, column in enumerate(columns) if column.key and column.key.field == _CODE)
    is_of_rows = not is_report or [column.report for column in columns].count("report_no") > 1
    return [
        column._replace(report="") if _ROW_NUMBER.match(column.heading) and (at < code or is_of_rows) else column
        for at, column in enumerate(columns)
    ]  # a number before the code is that of the row


def _parts(headings: Sequence[str]) -> dict[str, Part]:
    """Return what each heading is of, where columns of values of one report each stand side by side."""
    parts = {heading: part for heading in headings if (part := part_of(heading)) and part.heading}
    is_clear = len({*parts.values()}) == len(parts) == len([heading for heading in headings if heading in parts])
    return parts if is_clear and is_header(cells_of(head_of_reports([*parts.values()]))) else {}


def _projects(table: _Table, lines: Sequence[Line]) -> list[_Project]:
    """Return the rows of each project, each with those below it that are no project's.

    A row without a code goes on with the project above it only if it says nothing else of a project. Else it is one
    whose code is not printed, if it has any figure.
    """
    fields = [at for at, column in enumerate(table.columns) if column.key]
    projects, first, code = list[_Project](), list[Line](), ""
    heads = [_padded(cells_of(line.text), table) for line in lines[table.head : table.start]]
    rows = [_Row(line, _padded(cells_of(line.text), table)) for line in lines[table.start : table.end]]
    for line, cells in rows:
        if cells[: len(table.columns)] in heads:
            continue  # the head once more, at the top of a page
        others = projects[-1].others if projects else first
        if _says_sums(table, cells) or _are_sums(table, cells, rows):
            others.append(Line(line.place, f"{SUMS}\t{line.text}"))
            continue
        if not cells[table.code] and (_is_caption(table, cells) or not (projects or _FIGURE.search(line.text))):
            others += [line] if any(cells) else []
            continue
        if cells[table.code]:
            goes_on, code = bool(projects) and cells[table.code] == code, cells[table.code]
        else:
            goes_on = bool(projects) and all(cells[at] in {"", projects[-1].rows[0].cells[at]} for at in fields)
            code = code if goes_on else ""
        if not goes_on:
            projects.append(_Project([], first))
            first = []
        projects[-1].rows.append(_Row(line, cells))
    return projects


def _padded(cells: list[str], table: _Table) -> list[str]:
    return cells + [""] * (len(table.columns) - len(cells))


def _says_sums(table: _Table, cells: Sequence[str]) -> bool:
    """Tell whether a row has sums, as a word says where a code should stand, or before anything else.

    Sums are of no day and no year.
    """
    first, code = next(filter(None, cells), ""), cells[table.code]
    if _TOTALS.match(code) or _SUMMED.search(code):
        return True
    is_dated = any(text and _is_day(column) for column, text in zip(table.columns, cells, strict=False))
    return not code and not is_dated and _TOTALS.match(first) is not None


def _is_day(column: _Column) -> bool:
    field = column.key.field if column.key else column.report
    return field == "fiscal_year" or field.endswith("_date")


def _is_caption(table: _Table, cells: Sequence[str]) -> bool:
    """Tell whether a row without a code has one cell that is no report's, or none."""
    filled = [at for at, text in enumerate(cells) if text]
    return len(filled) < 2 and not any(column.report for at in filled for column in table.columns[at : at + 1])


def _are_sums(table: _Table, cells: Sequence[str], rows: Sequence[_Row]) -> bool:
    """Tell whether a row that names no project has nothing but amounts, which are the sums of those with a code."""
    fields = {at: column.key.field for at, column in enumerate(table.columns) if column.key}
    filled = [at for at, text in enumerate(cells) if text]
    if not filled or any(not fields.get(at, "").endswith("_thb") for at in filled):
        return False
    return all(
        _amount(cells[at]) == sum(_amount(row.cells[at]) or 0 for row in rows if is_project_code(row.cells[table.code]))
        for at in filled
    )


def _amount(text: str) -> Decimal | None:
    try:
        return read_money(text)
    except ValueError:
        return None


def _form(columns: Sequence[_Column], project: _Project, said: Said) -> Iterator[Line]:
    """Yield the lines of one project, `said` among them; a field on which its rows disagree is printed twice.

    What is of no column that is known comes below the first heading: no field is open there, to which it would go.
    """
    rows, unknown = project.rows, [*project.others]
    unknown += [Line(line.place, "\t".join(more)) for line, cells in rows if any(more := cells[len(columns) :])]
    sections: dict[str, list[Line]] = {_FIRST_SECTION: [*said.years]}
    first, _ = rows[0]
    log = _log(columns, rows)
    for at, column in enumerate(columns):
        values = {cells[at]: line for line, cells in reversed(rows) if cells[at]}
        for value, line in reversed(values.items()):
            section = column.key.section if column.key else _FIRST_SECTION
            lines = sections.setdefault(section, [])
            if column.key and column.key.field:
                label = with_remark(column.key.label, without_unit(column.heading))
                text = f"{label} : {with_unit(column.heading, value)}"
            elif column.key:
                text = value
            elif column.part or _ROW_NUMBER.match(column.heading) or (column.report == _UNREAD and is_blank(value)):
                continue
            elif column.report == _UNREAD:
                lines, text = sections.setdefault(_REPORTS, []), f"{column.heading}\t{value}"
            elif column.report and log:
                continue
            else:
                lines, text = unknown, f"{column.heading}\t{value}"
            lines.append(Line(line.place, text))
    if log:
        sections[_REPORTS] = [*log, *sections.get(_REPORTS, [])]
    sections[_FIRST_SECTION] = [*unknown, *said.units, *sections[_FIRST_SECTION]]
    for section in sorted(sections):
        yield Line(first.place, f"{section} {WORDS['sections'][section][0]}")
        yield from sections[section]


def _log(columns: Sequence[_Column], rows: Sequence[_Row]) -> list[Line]:
    """Return the table of a project's reports with its head; none if no row has a report."""
    place = rows[0].line.place
    if parted := [(at, column.part) for at, column in enumerate(columns) if column.part]:
        head = head_of_reports([part for _, part in parted])
        logged = [Line(line.place, text) for line, cells in rows for text in reports(parted, cells)]
    else:
        shown = [at for at, column in enumerate(columns) if column.report in (*COLUMNS, OTHER)]
        real = [at for at in shown if columns[at].report in COLUMNS]
        head = "\t".join(without_unit(columns[at].heading) for at in shown)
        logged = [
            Line(line.place, "\t".join(with_unit(columns[at].heading, cells[at]) for at in shown))
            for line, cells in rows
            if any(cells[at] for at in real)
        ]
    return [Line(place, head), *logged] if logged else []
