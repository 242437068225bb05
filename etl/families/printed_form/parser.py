"""The printed form: sections 1.1 to 1.6 describe a project-year, section 2 lists its reports.

A document may hold several copies, one after the other. Two layouts are known. They differ in stars, blanks and colons,
in whether a percent sign follows the progress, and in the title, which may stand between a label and its value.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import itemgetter

from etl.families.printed_form import keyed
from etl.families.printed_form.cells import laid_out
from etl.families.printed_form.headings import Marked, marked
from etl.families.printed_form.lines import WORDS, Kind, Mark, mark_of
from etl.families.printed_form.plan import read_strategy
from etl.families.printed_form.reader import CopyReader
from etl.families.printed_form.reports import read_listed_report, read_report
from etl.parse.grammar import add_issue, fill, fill_date, fill_money, read_project_code, read_year
from etl.read.structured import BEGIN
from etl.records import Copy, Document, Line, Place, Project
from etl.reference import plan_version

MARKERS = (WORDS["title"], *(label for labels in WORDS["sections"].values() for label in labels), BEGIN)
_REQUIRED_SECTIONS = tuple(name for name in WORDS["sections"] if name != "1")
_RECOGNISED_BY_HEADINGS = 2
_LEVEL_END = re.compile(r"\s/|/\s")


def recognise(_document: Document, lines: list[Line]) -> bool:
    """Tell whether the lines are a printed form: they have its title, two of its numbered headings, or its keys."""
    marks = [mark for line in lines if (mark := mark_of(line.text))]
    headings = {mark.section for mark in marks if mark.is_numbered}
    return (
        len(headings) >= _RECOGNISED_BY_HEADINGS
        or any(mark.kind == Kind.TITLE for mark in marks)
        or keyed.is_form(lines)
    )


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return each copy of the form in the document; none where no section has a heading."""
    form = marked(laid_out(keyed.printed(lines)))
    starts = list(_copy_starts(form))
    return [
        _parse_copy(document, number, _trimmed(form[start:end]), form[: start if number == 1 else 0])
        for number, (start, end) in enumerate(pairwise([*starts, len(form)]), start=1)
    ]


def _copy_starts(form: Iterable[Marked]) -> Iterator[int]:
    """Yield the index at which each copy begins: where the numbering of sections starts over."""
    last = ""
    for index, (_, mark) in enumerate(form):
        if mark is None or mark.kind != Kind.SECTION:
            continue
        if (not last or mark.section < last) and (mark.is_numbered or not last):
            yield index
            last = mark.section
        elif mark.section > last:
            last = mark.section


def _trimmed(copy: list[Marked]) -> list[Marked]:
    """Return the lines of a copy without blank lines at its end, and without the title of the next copy there."""
    end = len(copy)
    while not copy[end - 1].line.text.strip() or copy[end - 1].mark == Mark(Kind.TITLE):
        end -= 1
    return copy[:end]


def _parse_copy(document: Document, number: int, lines: list[Marked], before: list[Marked]) -> Copy:
    reader = CopyReader()
    for (line, mark), following in _with_following([*before, *lines]):
        reader.take(line, mark, following)
    reader.close()
    first, last = lines[0].line.place, lines[-1].line.place
    project = _project(reader, last)
    year = project.fiscal_year
    return Copy(
        document=document,
        copy=number,
        page=first.page,
        first_line=first.line,
        last_line=last.line,
        project=project,
        strategy=read_strategy(reader.texts, plan_version(year)),
        reports=[
            *(read_report(heading, detail, year) for heading, detail in reader.reports),
            *(read_listed_report(texts, year) for texts in reader.listed),
        ],
    )


def _with_following(lines: list[Marked]) -> Iterator[tuple[Marked, str]]:
    """Return each line with the text of the next line that is not blank; empty where none follows."""
    following, backwards = "", list[tuple[Marked, str]]()
    for marked_line in reversed(lines):
        text = marked_line.line.text
        backwards.append((marked_line, following))
        following = following if not text or text.isspace() else text
    return reversed(backwards)


def _project(reader: CopyReader, end: Place) -> Project:
    texts, project = reader.texts, Project(is_certified=reader.certification is not None)
    fill(project, "project_name", texts.get("project_name"))
    fill(project, "project_code", texts.get("project_code"), read_project_code)
    fill(project, "fiscal_year", texts.get("fiscal_year"), read_year)
    for field in ("start_date", "end_date"):
        fill_date(project, field, texts.get(field), project.fiscal_year)
    for field in ("budget_received_thb", "budget_spent_thb"):
        fill_money(project, field, texts.get(field))
    _fill_agency(project, reader)
    for field in ("owner", "coordinator", "rationale", "targets"):
        fill(project, field, texts.get(field))
    if objectives := texts.get("objectives"):
        project.places["objectives"] = objectives.place
        project.objectives = objectives.items()
    if project.project_code:
        project.agency_code, project.unit_code = project.project_code[:4], project.project_code[:8]
        project.places["agency_code"] = project.places["project_code"]
    _add_issues_of_copy(project, reader, end)
    return project


def _add_issues_of_copy(project: Project, reader: CopyReader, end: Place) -> None:
    """Note what is wrong with the copy as a whole: sections or labels missing, labels printed twice, stray lines."""
    if reader.certification:
        project.places["is_certified"] = reader.certification.place
    if missing := [name for name in _REQUIRED_SECTIONS if name not in reader.sections]:
        add_issue(project, "sections_missing", ", ".join(missing))
        project.places["sections"] = end
    for fault, fields in (("labels_missing", _labels_missing(reader)), ("labels_repeated", reader.repeated)):
        if fields:
            add_issue(project, fault, ", ".join(fields))
            project.places["labels"] = reader.texts[fields[0]].place if fields[0] in reader.texts else end
    if reader.report_log:
        project.places["reports"] = reader.report_log
    if reader.unread:
        add_issue(project, "reports_unread", str(len(reader.unread)))
        project.places["reports"] = reader.unread[0].place
    if reader.units:
        add_issue(project, "unit_stated", ", ".join(line.text for line in reader.units))
        project.places["unit"] = reader.units[0].place
    if reader.remarks:
        add_issue(project, "remark_unknown", ", ".join(dict.fromkeys(line.text for line in reader.remarks)))
        project.places.setdefault("unit", reader.remarks[0].place)
    # Counted, not quoted: what has no field may name a person.
    stray = (("text_fieldless", "plan_text", reader.fieldless), ("text_unplaced", "text", reader.unplaced))
    for fault, place, lines in filter(itemgetter(2), stray):
        add_issue(project, fault, str(len(lines)))
        project.places[place] = lines[0].place


def _labels_missing(reader: CopyReader) -> list[str]:
    """Return the fields without a label, in sections that were read: a form prints each label, even for a blank."""
    columns = [
        column
        for column in WORDS["layouts"]["columns"]
        if any(column not in texts for texts in reader.listed) or not reader.has_columns
    ]
    return [
        field
        for section, fields in WORDS["fields"].items()
        if section in reader.sections
        for field in fields
        if field not in reader.texts
    ] + [f"reports.{column}" for column in columns]


def _fill_agency(project: Project, reader: CopyReader) -> None:
    """Set the path of the agency. An agency that it works with is no level of the path, and becomes unplaced text."""
    if not (text := reader.texts.get("agency_path")):
        return
    own, joint, other = text.value.partition(WORDS["jointly"])
    fill(project, "agency_path", text, _agency_path, own)
    if joint and own:
        reader.unplaced.append(Line(text.place, joint + other))


def _agency_path(text: str) -> list[str]:
    """Return the levels of an agency. A slash with a blank ends a level; without any such slash, each slash does."""
    parts = _LEVEL_END.split(text)
    return [name for part in (parts if len(parts) > 1 else text.split("/")) if (name := part.strip())]
