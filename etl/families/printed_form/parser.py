"""The printed form: sections 1.1 to 1.6 describe a project-year, section 2 lists its reports.

A document may hold several copies, one after the other. Two layouts are known. They differ in stars, blanks and colons,
in whether a percent sign follows the progress, and in the title, which may stand between a label and its value.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from itertools import pairwise
from operator import attrgetter

from etl.families.printed_form import keyed, register
from etl.families.printed_form.cells import laid_out
from etl.families.printed_form.cut import note_cut
from etl.families.printed_form.edges import left_over
from etl.families.printed_form.fields import PLAN_SECTION, PROSE, SECTIONS, label_of, parts
from etl.families.printed_form.headings import Marked, marked
from etl.families.printed_form.lines import FRAME, WORDS, Kind, Mark, mark_of
from etl.families.printed_form.log import begins_log
from etl.families.printed_form.plan import read_strategy
from etl.families.printed_form.reader import CopyReader
from etl.families.printed_form.reports import read_listed_report, read_report
from etl.families.printed_form.units import in_unit
from etl.parse.grammar import Text, add_issue, fill, is_project_code, label_pattern, read_project_code, read_year
from etl.parse.unplaced import note_unplaced
from etl.parse.values import fill_beside, fill_date, fill_money
from etl.read.structured import BEGIN
from etl.records import Copy, Document, Line, Place, Project, Report
from etl.reference import plan_version

_CODE_LABELS = (*WORDS["fields"]["1.1"]["project_code"], *WORDS["synonyms"]["project_code"])
MARKERS = (
    WORDS["title"], *(label for labels in WORDS["sections"].values() for label in labels), BEGIN,
    *_CODE_LABELS, *WORDS["fields"]["1.1"]["project_name"], *WORDS["synonyms"]["project_name"], "ลำดับ",
    *(f"ที่ {label}" for label in _CODE_LABELS),
)  # fmt: skip
_FIRST_SECTIONS = frozenset({"1", "1.1"})
_REPORTS_SECTION = "2"
_OF_A_PROJECT = frozenset({"project_code", "project_name"})
_REQUIRED_SECTIONS = tuple(name for name in WORDS["sections"] if name != "1")
_RECOGNISED_BY_HEADINGS, _RECOGNISED_BY_LABELS = 2, 4
_DAYS = ("start_date", "end_date")
_BETWEEN_DAYS = re.compile(r"(?<!\s)(?:\s++[-–—]++\s+|\s*+(?:ถึง|จนถึง)(?:วันที่)?\s*)")
_OF_PROJECT = re.compile(
    FRAME
    + label_pattern(
        *(
            word
            for field in sorted(_OF_A_PROJECT)
            for kind in (WORDS["fields"]["1.1"], WORDS["synonyms"])
            for word in kind[field]
        )
    )
)
_LABELS_APART_MAX = 6  # lines between the name of a project and its code
_LEVEL_END = re.compile(r"\s/|/\s")


class _Source(Enum):
    """What the lines of a form were made of: of paper, of keys and values, or of the rows of a register."""

    PAPER = auto()
    KEYS = auto()
    REGISTER = auto()


def recognise(_document: Document, lines: list[Line]) -> bool:
    """Tell whether the lines are a printed form: they have its title, two of its numbered headings, or its keys.

    Without these, they must have enough of its labels, the code's among them, and reports behind those.
    """
    marks = [mark for line in lines if (mark := mark_of(line.text))]
    headings = {mark.section for mark in marks if mark.is_numbered}
    return (
        len(headings) >= _RECOGNISED_BY_HEADINGS
        or any(mark.kind == Kind.TITLE for mark in marks)
        or keyed.is_form(lines)
        or register.is_register(lines)
        or _has_labels(lines)
    )


def _has_labels(lines: list[Line]) -> bool:
    """Tell whether a project's code and other labels of a form stand in the lines, and reports behind them."""
    found = set[str]()
    for (line, mark), following in _with_following([Marked(line, mark_of(line.text)) for line in lines]):
        if (mark and mark.kind is Kind.REPORT) or begins_log(line.text, following):
            return len(found) >= _RECOGNISED_BY_LABELS and "project_code" in found
        for part in parts(line.text, "", SECTIONS):
            if label := label_of(part, "", SECTIONS, following, frozenset()):
                found.add(label.field)
    return False


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return each copy of the form in the document; none where no section has a heading."""
    is_register = register.is_register(lines)
    form = marked(laid_out(register.printed(lines) if is_register else keyed.printed(lines)))
    if is_register:
        starts = [index for index, (_, mark) in enumerate(form) if mark and mark.section in _FIRST_SECTIONS]
    elif _FIRST_SECTIONS.isdisjoint(mark.section for _, mark in form if mark):
        form = [one._replace(mark=None) if one.mark and _is_label_alone(one.mark) else one for one in form]
        starts = list(_unheaded_starts(form))
    else:
        starts = sorted([*_copy_starts(form), *_bare_starts(form)])
    source = _Source.REGISTER if is_register else _Source.KEYS if _has_keys(lines) else _Source.PAPER
    broken = register.broken_off(lines) if is_register else None
    copies = [
        _parse_copy(document, number, _trimmed(form[start:end]), form[: start if number == 1 else 0], source)
        for number, (start, end) in enumerate(pairwise([*starts, len(form)]), start=1)
    ]
    for copy, following in zip(copies, [*copies, None][1:], strict=True):
        # A row of a register is at its end, and so is a copy behind which another of the same project begins.
        is_row = source is _Source.REGISTER and (broken is None or following is not None)
        if copy.project and (is_row or _is_same_project(copy, following)):
            copy.project.places.setdefault("end", Place(copy.page, copy.last_line))
        if (
            copy.project
            and source is _Source.REGISTER
            and len(copy.reports) == 1
            and (copy.reports[0].report_no or 1) > 1
        ):
            add_issue(copy.project, "report_alone", str(copy.reports[0].report_no))
    if source is _Source.PAPER:
        for copy, (start, end) in zip(copies, pairwise([*starts, len(form)]), strict=True):
            note_cut(copy, _trimmed(form[start:end])[-1].line)
    elif broken:
        note_cut(copies[-1], broken)
    return copies


def _is_same_project(copy: Copy, following: Copy | None) -> bool:
    projects = [one.project for one in (copy, following) if one and one.project]
    return len(projects) > 1 and len({(one.project_code, one.fiscal_year) for one in projects}) == 1


def _has_keys(lines: list[Line]) -> bool:
    return any(line.text == BEGIN for line in lines)


def _is_label_alone(mark: Mark) -> bool:
    """Tell whether what looks like a heading without its number is the label of a field that has the same name."""
    return mark.section in WORDS["fields"] and mark.section != PLAN_SECTION and not mark.is_numbered


def _unheaded_starts(form: Iterable[Marked]) -> Iterator[int]:
    """Yield where each copy begins in a document without the first headings: at the labels of another project."""
    is_open, has_reports = False, False
    for index, (line, mark) in enumerate(form):
        is_report = mark is not None and (mark.kind is Kind.REPORT or mark.section == _REPORTS_SECTION)
        if is_open and is_report:
            has_reports = True
        elif not is_open and mark and mark.section:
            yield index
            is_open, has_reports = True, is_report
        elif not is_open or has_reports:
            label = label_of(line.text, "", SECTIONS, "", frozenset())
            if label and (not is_open or label.field in _OF_A_PROJECT):
                yield index
                is_open, has_reports = True, False


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


def _bare_starts(form: Sequence[Marked]) -> Iterator[int]:
    """Yield where the form of another project begins behind reports, without a heading: at its name and its code."""
    section, code, found = "", "", dict[str, int]()  # where its name and its code stand
    for index, (line, mark) in enumerate(form):
        section = mark.section if mark and mark.is_numbered else section
        if mark or not _OF_PROJECT.match(line.text):
            continue
        label = label_of(line.text, "", SECTIONS, "", frozenset())
        if not label or label.field not in _OF_A_PROJECT:
            continue
        if label.field == "project_code":
            is_other, code = code != label.rest.strip(": "), label.rest.strip(": ")
            if not is_other or not is_project_code(code):
                continue
        found[label.field] = index
        first = min(found.values())
        if section == _REPORTS_SECTION and found.keys() == _OF_A_PROJECT and index - first <= _LABELS_APART_MAX:
            found = {}
            yield first


def _trimmed(copy: list[Marked]) -> list[Marked]:
    """Return the lines of a copy without blank lines at its end, and without the title of the next copy there."""
    end = len(copy)
    while not copy[end - 1].line.text.strip() or copy[end - 1].mark == Mark(Kind.TITLE):
        end -= 1
    return copy[:end]


def _parse_copy(document: Document, number: int, lines: list[Marked], before: list[Marked], source: _Source) -> Copy:
    headed = frozenset(mark.section for _, mark in lines if mark and mark.section)
    # In a register, whatever stands in a column of reports is of one.
    reader = CopyReader(headed, figures_min=1) if source is _Source.REGISTER else CopyReader(headed)
    for (line, mark), following in _with_following([*before, *lines]):
        reader.take(line, mark, following)
    reader.close()
    first, last = lines[0].line.place, max((line.place for line, _ in lines), key=attrgetter("page", "line"))
    project = _project(reader, last)
    year = project.fiscal_year
    reports = [
        *(read_report(heading, detail, year) for heading, detail in reader.reports),
        *(read_listed_report(texts, year) for texts in reader.listed),
    ]
    _note_paper(project, reader, last)
    for report in reports:
        if edge := left_over(report.narrative or "", project.project_code or ""):
            add_issue(report, "narrative_interrupted", edge)
    _note_headings(project, reader, reports, last, source)
    return Copy(
        document=document,
        copy=number,
        page=first.page,
        first_line=first.line,
        last_line=last.line,
        project=project,
        strategy=read_strategy(reader.texts, plan_version(year)),
        reports=reports,
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
    fill_beside(project, "fiscal_year", texts.get("fiscal_year"), read_year)
    texts = _with_period(texts)
    for field in _DAYS:
        fill_date(project, field, texts.get(field), project.fiscal_year)
    for field in ("budget_received_thb", "budget_spent_thb"):
        amount, unit = texts.get(field), reader.amounts_in.get(field, "")
        fill_money(project, field, amount, in_unit(amount.value, unit) if amount and unit else None)
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


def _with_period(texts: dict[str, Text]) -> dict[str, Text]:
    """Return the texts with the first and last day of the project, where one label has both of them."""
    period = texts.get("period")
    days = _BETWEEN_DAYS.split(period.value) if period else []
    if period is None or len(days) != len(_DAYS):
        return texts
    return {**{field: Text(period.place, day) for field, day in zip(_DAYS, days, strict=True)}, **texts}


def _add_issues_of_copy(project: Project, reader: CopyReader, end: Place) -> None:
    """Note what is wrong with the copy as a whole: sections or labels missing, labels printed twice, stray lines."""
    if reader.certification:
        project.places["is_certified"] = reader.certification.place
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
    if reader.sums:
        add_issue(project, "sums_printed", ", ".join(line.text.replace("\t", " ") for line in reader.sums))
        project.places["sums"] = reader.sums[0].place
    if reader.fieldless:
        add_issue(project, "text_fieldless", str(len(reader.fieldless)))
        project.places["plan_text"] = reader.fieldless[0].place
    note_unplaced(project, reader.unplaced, with_figures=True)


def _note_paper(project: Project, reader: CopyReader, end: Place) -> None:
    """Note what the paper says of itself: that it ends, when it was printed, and how many pages it has."""
    if reader.is_ended:
        project.places["end"] = end
    if reader.stamps:
        add_issue(project, "stamp_printed", ", ".join(line.text for line in reader.stamps))
        project.places["stamp"] = reader.stamps[0].place
    if reader.pages_missing:
        add_issue(project, "pages_missing", ", ".join(map(str, reader.pages_missing)))
        project.places["pages"] = end


def _note_headings(project: Project, reader: CopyReader, reports: list[Report], end: Place, source: _Source) -> None:
    """Note the sections without a heading: they are lost where the form is cut off, else they only were not printed.

    A form is cut off if its reports are not there from the first one on, if it does not say what project it is of, if
    the number of one of its pages is missing, or if a section without a heading may stand in the prose before it.
    """
    unheaded = [name for name in _REQUIRED_SECTIONS if name not in reader.sections]
    if not unheaded:
        return
    numbers = sorted(report.report_no for report in reports if report.report_no)
    is_named = project.project_code and (project.project_name or project.fiscal_year)
    is_logged = source is _Source.REGISTER or (bool(reports) and numbers == [*range(1, len(numbers) + 1)])
    lost = [name for name in unheaded if name not in reader.unheaded]
    is_mixed = source is _Source.PAPER and any(_is_behind_prose(name, reader.sections) for name in lost)
    is_cut_off = not is_named or not is_logged or is_mixed or bool(reader.pages_missing)
    add_issue(project, "sections_missing" if is_cut_off else "headings_missing", ", ".join(lost or unheaded))
    project.places["sections"] = end


def _is_behind_prose(section: str, headed: set[str]) -> bool:
    """Tell whether the heading before that of a section is one of prose, so that the section's lines went there."""
    return section in PROSE and max((name for name in headed if name < section), default="") in PROSE


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
        if section in reader.sections | reader.unheaded
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
