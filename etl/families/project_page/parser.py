"""The project page: one project with its headline progress, evaluation, prose, place in the plan and reports.

A whole page has a title, an agency and headings. A quarter of the stored ones have lost these, with their blank lines:
they begin at the headline, only their address has their code, and prose is told by its place. What is told so is an
issue; where the place does not tell it, there is no value.
"""

import re
from collections.abc import Sequence
from itertools import islice, pairwise

from etl.families.project_page.lines import CODE_AT_END, SECTIONS, WORDS, Mark, kind_of
from etl.families.project_page.reader import PageReader
from etl.families.project_page.reports import read_report
from etl.parse.address import project_codes_of, settle_project_code
from etl.parse.grammar import Text, add_issue, fill, read_project_code, read_quarter, read_year
from etl.parse.plan_path import fill_plan, read_plan_path
from etl.parse.unplaced import note_unplaced
from etl.records import Copy, Document, Line, Place, Project, Strategy
from etl.thai.numbers import read_percent
from etl.thai.text import arabic_digits

MARKERS = (*WORDS["progress"], *WORDS["evaluation"], *WORDS["link"], *WORDS["sections"]["plan"])
_RECOGNISED_BY = frozenset({"heading", "headline", "report", "evaluation", "link", "plan"})
_RECOGNISED_BY_KINDS = 2
_HEADLINE_REACH = 8  # lines with text from a page's headline to its evaluation or its links
_HEADING_REACH = 12  # lines with text from a page's heading to its headline


def recognise(_document: Document, lines: list[Line]) -> bool:
    """Tell whether these lines are a project page: two kinds of its labels stand there, or one on the first line."""
    kinds = [kind for line in lines if (kind := kind_of(line.text)[0]) != "blank"]
    return bool(kinds) and (
        kinds[0] in {"heading", "headline"} or len(_RECOGNISED_BY.intersection(kinds)) >= _RECOGNISED_BY_KINDS
    )


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return each page in the document; none when nothing stands around its heading."""
    marks = [Mark(line, *kind_of(line.text)) for line in lines]
    if all(mark.kind in {"blank", "heading", "navigation", "link"} for mark in marks):
        return []
    pages = [marks[start:end] for start, end in pairwise([*_page_starts(marks), len(marks)])]
    # One address cannot tell the codes of several pages.
    codes = project_codes_of(document) if len(pages) == 1 else []
    return [_parse_page(document, number, page, codes) for number, page in enumerate(pages, start=1)]


def _page_starts(marks: Sequence[Mark]) -> list[int]:
    """Return the index at which each page begins: at its heading, or where that is lost, at its headline.

    Either counts only with its surroundings: a report may well say in a line of its own how far the project is.
    """
    starts, has_headline = [0], False
    for index, mark in enumerate(marks):
        if mark.kind == "heading" and has_headline and _leads_to(marks, index, {"headline"}, _HEADING_REACH):
            starts.append(index)
            has_headline = False
        elif mark.kind == "headline" and _leads_to(marks, index, {"evaluation", "link"}, _HEADLINE_REACH):
            if has_headline:
                starts.append(_title_above(marks, index))
            has_headline = True
    return starts


def _leads_to(marks: Sequence[Mark], index: int, kinds: set[str], reach: int) -> bool:
    """Tell whether a line of one of these kinds follows nearby, before the next line of this one's kind."""
    following = (kind for place in range(index + 1, len(marks)) if (kind := marks[place].kind) != "blank")
    for kind in islice(following, reach):
        if kind in kinds or kind == marks[index].kind:
            return kind in kinds
    return False


def _title_above(marks: Sequence[Mark], headline: int) -> int:
    """Return where a page without its heading begins: at its title, or if that is lost as well, at its headline."""
    for index in range(headline - 1, max(0, headline - _HEADING_REACH), -1):
        if marks[index].kind not in {"blank", "text", "navigation"}:
            break
        if CODE_AT_END.search(marks[index].text):
            return index
    return headline


def _parse_page(document: Document, number: int, marks: Sequence[Mark], address_codes: Sequence[str]) -> Copy:
    first, *_, last = [mark.line.place for mark in marks if mark.kind != "blank"] * 2
    reader = PageReader(marks)
    project = _project(reader)
    settle_project_code(project, address_codes, first)
    _fill_units(project, reader)
    strategy = _strategy(reader, project.fiscal_year)
    _add_issues_of_page(project, reader, last)
    return Copy(
        document=document,
        copy=number,
        page=first.page,
        first_line=first.line,
        last_line=last.line,
        project=project,
        strategy=strategy,
        reports=[read_report(heading, lines, project.fiscal_year) for heading, lines in reader.reports],
    )


def _project(reader: PageReader) -> Project:
    project, head = Project(), reader.head
    fill(project, "project_name", head.title)
    fill(project, "project_code", head.code, read_project_code)
    fill(project, "fiscal_year", head.year, read_year)
    fill(project, "agency_path", head.agency, lambda text: [text.strip("* ")])
    for field in ("contact", "rationale", "targets"):
        fill(project, field, reader.texts.get(field))
    if objectives := reader.texts.get("objectives"):
        project.places["objectives"] = objectives.place
        project.objectives = objectives.items()
    _fill_progress(project, [*reader.headlines, *head.numbers])
    _fill_evaluation(project, reader)
    return project


def _fill_progress(project: Project, printed: Sequence[Text]) -> None:
    """Set the progress of the headline, which stands there twice: in words, and as the number of the chart."""
    texts = [text for text in printed if not text.is_empty] or list(printed[:1])
    for text in texts[:1]:
        fill(project, "progress_pct", text, read_percent)
    others = [text.value for text in texts[1:]]
    if any(_percent_or_none(other) != project.progress_pct for other in others):
        add_issue(project, "progress_pct_mismatch", " / ".join(text.value for text in texts))


def _percent_or_none(text: str) -> object:
    try:
        return read_percent(text)
    except ValueError:
        return None


def _fill_evaluation(project: Project, reader: PageReader) -> None:
    for mark in reader.evaluations[:1]:
        score = mark.part("score")
        fill(project, "evaluation_quarter", mark.part("quarter"), read_quarter)
        fill(project, "evaluation_score", reader.score if score.is_empty and reader.score else score, read_percent)
    if len({" ".join(mark.text.split()) for mark in reader.evaluations}) > 1:
        reader.repeated.append("evaluation_score")


def _fill_units(project: Project, reader: PageReader) -> None:
    """Set the unit's code from its line, where there is one, and note where it disagrees with the project's."""
    if len({" ".join(mark.text.split()) for mark in reader.units}) > 1:
        reader.repeated.append("unit_code")
    for mark in reader.units[:1]:
        project.unit_code = None
        fill(project, "unit_code", mark.part("unit"), _unit_code)
        is_one = mark.part("unit").value == mark.part("other").value
        if not is_one or (project.unit_code and project.agency_code not in (None, project.unit_code[:4])):
            add_issue(project, "unit_code_mismatch", f"{mark.text.strip()}, {project.project_code}")


def _unit_code(text: str) -> str:
    code = arabic_digits(text)
    if not re.fullmatch(r"\d{8}", code, re.ASCII):
        raise ValueError(f"{text!r} is not a unit's code")
    return code


def _strategy(reader: PageReader, fiscal_year: int | None) -> Strategy | None:
    if not reader.plan:
        return None
    strategy, path = Strategy(), read_plan_path(reader.plan)
    fill_plan(strategy, path, fiscal_year)
    if path.indicator:
        fill(strategy, "indicator_name", path.indicator)
        strategy.dimension_no, strategy.places["dimension_no"] = path.dimension_no, path.indicator.place
    if path.levels_missing:
        add_issue(strategy, "plan_levels_missing", ", ".join(path.levels_missing))
        strategy.places.setdefault("goal_code", reader.plan[0].place)
    reader.unplaced += path.unplaced
    return strategy


def _add_issues_of_page(project: Project, reader: PageReader, end: Place) -> None:
    """Note what is wrong with the page as a whole: headings lost, parts cut off, lines that belong nowhere."""
    labels = {"progress_pct": project.places.get("progress_pct")}
    if reader.has_headings:
        labels |= {field: project.places.get(field) for field in ("project_name", "agency_path")}
    parts = {
        "evaluation": reader.evaluations, "rationale": "rationale" in reader.texts, "unit_code": reader.units,
        "objectives": "objectives" in reader.texts, "targets": "targets" in reader.texts, "strategy": reader.plan,
    }  # fmt: skip
    is_disordered = reader.sections != sorted(reader.sections, key=SECTIONS.index)
    for fault, place, names in (
        ("labels_missing", end, [name for name, place in labels.items() if place is None]),
        ("sections_missing", end, [name for name, part in parts.items() if not part]),
        ("headings_lost", end, reader.by_place),
        ("labels_repeated", end, reader.repeated),
        ("sections_disordered", end, reader.sections if is_disordered else []),
    ):
        if names:
            add_issue(project, fault, ", ".join(names))
            project.places[fault.partition("_")[0]] = place
    note_unplaced(project, reader.unplaced)
