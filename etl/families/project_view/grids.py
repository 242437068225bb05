"""The plan-68 view: three grids of a project, the indicators that it is measured by, and the log of its reports.

It prints no project code, no fiscal year and no numbers of reports; its address has a number of its own. The cells of a
grid reach us on lines of their own, parted by tabs or bars, or glued together; what had to be parted is an issue.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from etl.families import labels
from etl.parse.address import ids_of, project_codes_of, settle_project_code
from etl.parse.grammar import Text, add_issue, fill, label_pattern
from etl.parse.units import read_unit
from etl.parse.unplaced import note_unplaced
from etl.parse.values import fill_money
from etl.read.cells import cells_at_bars
from etl.records import Copy, Document, Indicator, Line, Place, Project, Report
from etl.reference import agencies, words
from etl.thai.dates import read_date
from etl.thai.numbers import read_decimal, read_value
from etl.thai.text import arabic_digits, repair

_WORDS = labels("project_view")["grids"]
MARKERS = tuple(heading for headings in _WORDS["headings"].values() for heading in headings)
_GRIDS = tuple(_WORDS["headings"])
_RECOGNISED_BY_HEADINGS = 2

_HEADING = re.compile(
    r"[*#\s]*(?:"
    + "|".join(f"(?P<{grid}>{label_pattern(*labels)})" for grid, labels in _WORDS["headings"].items())
    + r")[*:\s]*$"
)
_COLUMNS, _SEVERAL_COLUMNS = (
    {
        grid: re.compile(rf"(?:{label_pattern(*labels)}[\s|]*){times}$", re.IGNORECASE)
        for grid, labels in _WORDS["columns"].items()
    }
    for times in ("+", "{2,}")
)
_SHOWN = re.compile(
    rf"\s*{label_pattern(*_WORDS['shown'])}(?P<first>[\d,]+)\s?[-–]\s?(?P<last>[\d,]+)\s+of\s+(?P<all>[\d,]+)\s+items?\.?\s*$",
    re.IGNORECASE,
)
_AMOUNT = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)\.[0-9]{2}"
_ONE_AMOUNT = re.compile(_AMOUNT)
_THREE_AMOUNTS = re.compile(rf"(?P<text>.*?)(?<!\d)(?<!\d,)(-?{_AMOUNT})\s*(-?{_AMOUNT})\s*(-?{_AMOUNT})", re.DOTALL)
_ID_AS_PRINTED = r"[0-9๐-๙.]+(?:\s+[.][0-9๐-๙.]+)*"
_INDICATOR = re.compile(
    rf"[-–\s]*(?:{'|'.join(_WORDS['indicator'])})\s*(?P<id>{_ID_AS_PRINTED})[\s:]*(?P<rest>.*)", re.DOTALL
)
_ID = re.compile(r"[0-9](?:\.[0-9]{1,2}){1,4}")
_DAY = re.compile(r"[-–\s]*(?P<date>\d{1,2}-\d{1,2}-\d{4})(?:\s+\d{2}:\d{2}:\d{2})?(?P<rest>.*)", re.DOTALL)
_RESULT = re.compile(rf"\s*(?P<result>-?{_AMOUNT})(?P<rest>.*)", re.DOTALL)
_CELLS = len(_WORDS["columns"]["indicators"]) - 1  # of a row that begins with the indicator
_AGENCY_CELLS = 2  # an agency and its section
_FULL_PCT = 100
_PCT_TOLERANCE = 1  # the page rounds; a cell cut in a wrong place is far off


class _Cell(NamedTuple):
    """One cell of a grid, or several that are glued together, and where it stands."""

    place: Place
    text: str


def recognise(_document: Document, lines: list[Line]) -> bool:
    """Tell whether these lines are such a view: two of its three headings stand there, or one of the lower two."""
    found = {match.lastgroup for line in lines if (match := _HEADING.match(line.text))}
    return len(found) >= _RECOGNISED_BY_HEADINGS or bool(found & {"indicators", "reports"})


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return each view in the document: the heading of the first grid begins one."""
    starts = [index for index, line in enumerate(lines) if _heading(line) == "project"]
    parts = [lines[start:end] for start, end in pairwise([0, *starts[1:], len(lines)])]
    return [_parse_view(document, number, part, is_only=len(parts) == 1) for number, part in enumerate(parts, start=1)]


def _heading(line: Line) -> str | None:
    match = _HEADING.match(line.text)
    return match.lastgroup if match else None


def _parse_view(document: Document, number: int, lines: Sequence[Line], *, is_only: bool) -> Copy:
    first, *_, last = [line.place for line in lines if line.text.strip()] * 2
    grids, shown, unplaced = _grids(lines)
    project = Project(view_id=ids_of(document).get("view_id") if is_only else None, places={"view_id": first})
    settle_project_code(project, project_codes_of(document) if is_only else [], first)
    _read_project(project, grids.get("project", []), unplaced)
    indicators = [_indicator(row, unplaced) for row in _rows(grids.get("indicators", []), _INDICATOR, unplaced)]
    reports = [_report(row) for row in _rows(grids.get("reports", []), _DAY, unplaced)]
    read = {"project": int(project.project_name is not None), "indicators": len(indicators), "reports": len(reports)}
    lacking = [f"{grid}: {read[grid]} of {count}" for grid, count in shown.items() if read[grid] < count]
    _add_issues_of_view(project, grids, lacking, last)
    note_unplaced(project, unplaced)
    return Copy(
        document=document, copy=number, page=first.page, first_line=first.line, last_line=last.line,
        project=project, reports=reports, indicators=indicators,
    )  # fmt: skip


def _add_issues_of_view(
    project: Project, grids: dict[str, list[_Cell]], rows_missing: Sequence[str], end: Place
) -> None:
    for fault, names in (
        ("sections_missing", [grid for grid in _GRIDS if grid not in grids]),
        ("rows_missing", rows_missing),
    ):
        if names:
            add_issue(project, fault, ", ".join(names))
            project.places[fault.partition("_")[0]] = end


def _grids(lines: Sequence[Line]) -> tuple[dict[str, list[_Cell]], dict[str, int], list[_Cell]]:
    """Return the cells of each grid without its headings, how many rows it says to have, and what is in no grid."""
    grids: dict[str, list[_Cell]] = {}
    shown: dict[str, int] = {}
    unplaced: list[_Cell] = []
    headed: set[str] = set()
    with_rows: set[str] = set()
    grid = ""
    for line in lines:
        text = line.text.strip()
        if heading := _heading(line):
            grid = heading
            grids.setdefault(grid, [])
        elif grid and (match := _SHOWN.match(line.text)):
            shown[grid] = int(match["all"].replace(",", ""))
        elif grid and _columns(grid, has_rows=grid in headed & with_rows).match(text):
            if grid not in headed:  # else a new page repeats it
                headed.add(grid)
                unplaced += [cell for cell in grids[grid] if not _is_blank(cell)]
                grids[grid] = []
        elif grid:
            cells = [_Cell(line.place, cell) for cell in cells_at_bars(line.text)]
            grids[grid] += cells
            if grid in headed and grid not in with_rows and not all(map(_is_blank, cells)):
                with_rows.add(grid)
        elif text:
            unplaced.append(_Cell(line.place, line.text))
    return grids, shown, unplaced


def _columns(grid: str, *, has_rows: bool) -> re.Pattern[str]:
    """Return what finds the headings of a grid's columns; a single one of them, behind rows, may be a cell."""
    return (_SEVERAL_COLUMNS if has_rows else _COLUMNS)[grid]


def _rows(cells: Sequence[_Cell], first: re.Pattern[str], unplaced: list[_Cell]) -> list[list[_Cell]]:
    """Return the rows of a grid: a cell that matches begins one, and a cell that holds nothing may stand before it."""
    rows: list[list[_Cell]] = []
    for cell in cells:
        if first.match(cell.text):
            rows.append([cell])
        elif rows:
            rows[-1].append(cell)
        elif not _is_blank(cell):
            unplaced.append(cell)
    return rows


def _is_blank(cell: _Cell) -> bool:
    text = repair(cell.text)
    return not text or text in _WORDS["blank"]


def _read_project(project: Project, cells: Sequence[_Cell], unplaced: list[_Cell]) -> None:
    """Set name, budget, agency and section from the row of the first grid."""
    inked = [cell for cell in cells if not _is_blank(cell)]
    if not inked:
        return
    budgets = [index for index, cell in enumerate(inked) if _ONE_AMOUNT.fullmatch(arabic_digits(repair(cell.text)))]
    glued = [(cell, match) for cell in inked if (match := _glued_project().fullmatch(repair(cell.text)))]
    if glued and (glued[0][1]["agency"] or not budgets):
        row, match = glued[0]
        name, budget = [_Cell(row.place, match["name"])], _Cell(row.place, match["budget"])
        agency = [_Cell(row.place, part) for part in (match["agency"].strip(), match["section"].strip()) if part]
        unplaced += [cell for cell in inked if cell is not row]
        add_issue(
            project, "cells_glued", " / ".join([match["name"][-20:], budget.text, *(cell.text for cell in agency)])
        )
        # Of two digits in a row, or after a blank, the first may well be the name's.
        if match["name"] and (len(budget.text.partition(",")[0].partition(".")[0]) > 1 or match["parting"]):
            add_issue(project, "budget_received_thb_uncertain", f"{match['name'][-20:]}{match['parting']}{budget.text}")
    elif budgets:
        at, *further = budgets
        name, budget, agency = inked[:at], inked[at], inked[at + 1 :][:_AGENCY_CELLS]
        unplaced += inked[at + 1 :][_AGENCY_CELLS:]
        if further:
            add_issue(project, "budget_received_thb_uncertain", " / ".join(inked[index].text for index in budgets))
    else:
        name, budget, agency = inked, _Cell(inked[0].place, ""), []
        add_issue(project, "cells_glued", repair(inked[-1].text)[-40:])
    fill(project, "project_name", Text(inked[0].place, " ".join(cell.text for cell in name)))
    fill_money(project, "budget_received_thb", Text(*budget))
    if agency:
        project.agency_path, project.places["agency_path"] = [repair(cell.text) for cell in agency], agency[0].place


@cache
def _glued_project() -> re.Pattern[str]:
    """Return what parts a row whose cells are glued: an amount, and an agency's name as the reference table has it."""
    names = sorted((agency.agency_name for agency in agencies().values() if agency.agency_name), key=len, reverse=True)
    known = "|".join(map(label_pattern, names))
    return re.compile(
        rf"(?P<name>.*?)(?P<parting>\s?)(?<!\d)(?<!\d,)(?P<budget>{_AMOUNT})\s?(?P<agency>{known}|(?=\D))(?P<section>.*)"
    )


def _indicator(row: Sequence[_Cell], unplaced: list[_Cell]) -> Indicator:
    """Return the indicator of a row: id and name, unit, target, result, and which share of the target this is."""
    indicator, place = Indicator(), row[0].place
    match = _INDICATOR.match(row[0].text)
    cells = [_Cell(place, match["rest"] if match else ""), *row[1:]]
    fill(indicator, "kpi_id", Text(place, match["id"] if match else ""), _read_id)
    texts = [repair(cell.text) for cell in cells if not _is_blank(cell)]
    if _is_one_cell_each(cells):
        name, unit, *amounts = [_Cell(cell.place, repair(cell.text)) for cell in cells[:_CELLS]]
    elif three := _THREE_AMOUNTS.fullmatch("\n".join(texts)):
        name, unit = (_Cell(place, text) for text in _name_and_unit(indicator, three["text"].strip().split("\n")))
        amounts = [_Cell(place, amount) for amount in three.groups()[1:]]
    else:
        name, unit, amounts = _Cell(place, repair(cells[0].text)), _Cell(place, ""), []
        unplaced += [cell for cell in cells[1:] if not _is_blank(cell)]
        add_issue(indicator, "cells_glued", " ".join(texts)[-40:])
    fill(indicator, "indicator_name", Text(*name))
    fill(indicator, "unit_raw", _inked(unit))
    indicator.unit = read_unit(indicator.unit_raw, indicator.indicator_name) if indicator.unit_raw else None
    for field, amount in zip(("target_value", "result_value"), amounts, strict=False):
        fill(indicator, field, _inked(amount), read_value)
    if amounts:
        fill(indicator, "target_raw", _inked(amounts[0]))
    _check_share(indicator, [arabic_digits(amount.text) for amount in amounts])
    return indicator


def _read_id(text: str) -> str:
    number = arabic_digits(text)
    if not _ID.fullmatch(number):
        raise ValueError(f"{text!r} is not the number of an indicator in the plan")
    return number


def _is_one_cell_each(cells: Sequence[_Cell]) -> bool:
    """Tell whether these are name, unit and three amounts, of which any but the name may be blank."""
    amounts = [cell for cell in cells[2:_CELLS] if not _is_blank(cell)]
    return (
        len(cells) >= _CELLS
        and all(map(_is_blank, cells[_CELLS:]))
        and all(_ONE_AMOUNT.fullmatch(arabic_digits(repair(cell.text).strip(" -"))) for cell in amounts)
        and not (_THREE_AMOUNTS.fullmatch(cells[0].text) or all(map(_is_blank, cells[1:])))
    )


def _inked(cell: _Cell) -> Text:
    return Text(cell.place, "" if cell.text in _WORDS["blank"] else cell.text)


def _name_and_unit(indicator: Indicator, parts: Sequence[str]) -> tuple[str, str]:
    """Part name and unit: they are cells of their own, or the name ends in a unit of the vocabulary."""
    if len(parts) > 1:
        return " ".join(parts[:-1]), parts[-1]
    text = parts[0]
    known = [word for spellings in words("vocabulary")["units"].values() for word in spellings if text.endswith(word)]
    unit = max(known, key=len, default="")
    add_issue(indicator, "cells_glued", f"{text[-20:]} / {unit or '?'}")
    return text.removesuffix(unit), unit


def _check_share(indicator: Indicator, amounts: Sequence[str]) -> None:
    """Note where the printed share is not result by target: a cell is lost, or was cut in a wrong place."""
    target, result = indicator.target_value, indicator.result_value
    if not target or result is None:
        return
    is_share = _ONE_AMOUNT.fullmatch(amounts[-1])
    if not is_share or abs(result / target * _FULL_PCT - read_decimal(amounts[-1])) > _PCT_TOLERANCE:
        add_issue(indicator, "share_mismatch", " / ".join(amounts))


def _report(row: Sequence[_Cell]) -> Report:
    """Return the report of a row. Its result counts units of an indicator that the row does not name: no progress."""
    report, place = Report(), row[0].place
    match = _DAY.match(row[0].text)
    rest = (match["rest"] if match else "").removeprefix(".000") if match else ""
    fill(report, "report_date", Text(place, match["date"] if match else ""), lambda value: read_date(value).day)
    cells = [_Cell(place, rest), *row[1:]]
    result = next((_RESULT.match(cell.text) for cell in cells if not _is_blank(cell)), None)
    if result:
        add_issue(report, "result_unassigned", result["result"])
        index = next(index for index, cell in enumerate(cells) if not _is_blank(cell))
        cells[index] = _Cell(cells[index].place, result["rest"])
    narrative = Text(place)
    for cell in cells:
        if not _is_blank(cell):
            narrative.add(Line(cell.place, cell.text))
    fill(report, "narrative", narrative)
    report.places["report_no"] = place
    return report
