"""The project page: one project with its headline progress, evaluation, prose, place in the plan and reports.

Whole pages have a title, an agency and headings. A quarter of the stored ones lost these with their blank lines: they
begin at the headline, their code is in their address only, and what their prose is follows from where it stands. What
was settled so is an issue, and where the place does not settle it there is no value.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

from etl.families import labels
from etl.parse.address import project_codes_of, settle_project_code
from etl.parse.grammar import (
    Text,
    add_issue,
    fill,
    is_list_item,
    label_pattern,
    read_project_code,
    read_quarter,
    read_report_no,
    read_year,
)
from etl.parse.plan_path import begins_level, begins_plan, fill_plan, read_plan_path
from etl.records import Copy, Document, Line, Place, Project, Report, Strategy
from etl.thai.dates import PrintedDate, read_date
from etl.thai.numbers import read_percent
from etl.thai.text import arabic_digits

_WORDS = labels("project_page")
MARKERS = (*_WORDS["progress"], *_WORDS["evaluation"], *_WORDS["link"], *_WORDS["sections"]["plan"])
_SECTIONS = tuple(_WORDS["sections"])
_KINDS = ("heading", "progress", "evaluation", "link", "navigation", "units", *_SECTIONS)
_RECOGNISED_BY = frozenset({"heading", "headline", "report", "evaluation", "link", "plan"})
_RECOGNISED_BY_KINDS = 2
_HEADLINE_REACH = 8  # lines with text from a page's headline to its evaluation or its links
_ENDING_LINES_MAX = 6  # over which the code behind a title may be wrapped
_HEADING_REACH = 12  # lines with text from a page's heading to its headline

_PROGRESS = (
    rf"(?:\((?P<no>[^()]*)\)\s*)?{label_pattern(*_WORDS['progress'])}(?P<mark>ฯ?)[\s:]*"
    rf"{label_pattern(_WORDS['per_cent'])}[:=\s]*(?P<pct>[-+]?\d[\d.,]*|[^\s()]*)\s*%?\s*(?P<rest>.*)"
)
_EVALUATION = (
    rf"{label_pattern(*_WORDS['evaluation'])}[\s:]*(?:{label_pattern(_WORDS['quarter'])})?"
    r"\s*(?P<quarter>[^\s:]*)[\s:]*(?P<score>.*)"
)
_UNITS = r"(?P<unit>\w{6,10})\s*/\s*(?P<other>\w{6,10})?\s*$"
_MARK = re.compile(
    rf"[*#\s]*(?:(?P<heading>{label_pattern(*_WORDS['heading'])}:?\s*$)|(?P<progress>{_PROGRESS})"
    rf"|(?P<evaluation>{_EVALUATION})|(?P<link>{label_pattern(*_WORDS['link'])})"
    rf"|(?P<navigation>{label_pattern(*_WORDS['navigation'])}$)|(?P<units>{_UNITS})"
    + "".join(rf"|(?P<{name}>{label_pattern(*labels)})" for name, labels in _WORDS["sections"].items())
    + ")"
)
_CODE_AT_END = re.compile(r"(?<!\d)(?P<end>\d{8}\s?[-–—‐‑]\s?\d{4})[*\s]*$")
# What stands where a title has its code, and is none: it has half of a code's digits at least.
_BROKEN_CODE_AT_END = re.compile(r":\s*(?=(?:[^:\d]{0,9}\d){6})(?P<end>[^\s:]{1,12}[-–—‐‑][^\s:]{0,12})[*\s]*$")
_YEAR_AT_END = re.compile(r":\s*\((?P<end>[^()]{0,12})\)\s*$")
_NUMBER = re.compile(r"\s*\d+(?:\.\d+)?\s*+%?\s*")
_REPORT_DATE = re.compile(r"\((?P<date>[^()]*)\)\s*(?P<rest>.*)")
_CLOCK = r"(?:\s+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DATED = re.compile(
    rf"\s*(?P<date>(?:[^\s:]{{0,9}}\d\s?[/-]\s?\w{{0,9}}\d[^\s:]{{0,9}}|\d{{1,2}}\s?[ก-๎.]{{2,12}}\s?\d{{2,4}}){_CLOCK})"
    r"\s*:(?P<narrative>.*)"
)
_FIRST_ITEM = re.compile(r"\s*\(?[1๑][.)](?!\d)")


class _Mark(NamedTuple):
    """A line, what its label makes of it (`text` without one, or `blank`), and the match that says so."""

    line: Line
    kind: str
    match: re.Match[str] | None

    @property
    def text(self) -> str:
        return self.line.text

    @property
    def rest(self) -> str:
        """What follows the label."""
        return self.text[self.match.end() :] if self.match else self.text

    def part(self, group: str) -> Text:
        """Return what the label's line says in one of its places."""
        return Text(self.line.place, (self.match[group] if self.match else None) or "")

    @property
    def is_whole_heading(self) -> bool:
        """Whether nothing follows the label, or a colon parts it from what does."""
        return not self.rest.strip(" .*\t") or self.rest.lstrip().startswith(":")


def recognise(_document: Document, lines: list[Line]) -> bool:
    """Tell whether these lines are a project page: two kinds of its labels stand there, or one on the first line."""
    kinds = [kind for line in lines if (kind := _kind(line.text)[0]) != "blank"]
    return bool(kinds) and (
        kinds[0] in {"heading", "headline"} or len(_RECOGNISED_BY.intersection(kinds)) >= _RECOGNISED_BY_KINDS
    )


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return each page in the document; none when nothing stands around its heading."""
    marks = [_Mark(line, *_kind(line.text)) for line in lines]
    if all(mark.kind in {"blank", "heading", "navigation", "link"} for mark in marks):
        return []
    pages = [marks[start:end] for start, end in pairwise([*_page_starts(marks), len(marks)])]
    # One address cannot tell the codes of several pages.
    codes = project_codes_of(document) if len(pages) == 1 else []
    return [_parse_page(document, number, page, codes) for number, page in enumerate(pages, start=1)]


@lru_cache(maxsize=4096)  # each line is asked about twice: to recognise the page, and to read it
def _kind(text: str) -> tuple[str, re.Match[str] | None]:
    if not text.strip():
        return "blank", None
    match = _MARK.match(text)
    if match is None:
        return "text", None
    kind = next(kind for kind in _KINDS if match[kind] is not None)
    if kind == "progress":
        is_report = match["no"] is not None or match["mark"] or _REPORT_DATE.match(match["rest"])
        kind = "report" if is_report else "headline"
    return kind, match


def _page_starts(marks: Sequence[_Mark]) -> list[int]:
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


def _leads_to(marks: Sequence[_Mark], index: int, kinds: set[str], reach: int) -> bool:
    """Tell whether one of these kinds follows, near and before another mark of the same kind as this one."""
    following = (kind for place in range(index + 1, len(marks)) if (kind := marks[place].kind) != "blank")
    for kind in islice(following, reach):
        if kind in kinds or kind == marks[index].kind:
            return kind in kinds
    return False


def _title_above(marks: Sequence[_Mark], headline: int) -> int:
    """Return where a page without its heading begins: at its title, or if that is lost as well, at its headline."""
    for index in range(headline - 1, max(0, headline - _HEADING_REACH), -1):
        if marks[index].kind not in {"blank", "text", "navigation"}:
            break
        if _CODE_AT_END.search(marks[index].text):
            return index
    return headline


def _parse_page(document: Document, number: int, marks: Sequence[_Mark], address_codes: Sequence[str]) -> Copy:
    first, *_, last = [mark.line.place for mark in marks if mark.kind != "blank"] * 2
    reader = _PageReader(marks)
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
        reports=[_report(heading, lines, project.fiscal_year) for heading, lines in reader.reports],
    )


class _PageReader:
    """Sorts the lines of one page into the texts of its fields and reports; every line lands somewhere."""

    def __init__(self, marks: Sequence[_Mark]) -> None:
        self.texts: dict[str, Text] = {}
        self.headlines: list[Text] = []
        self.evaluations: list[_Mark] = []
        self.score: Text | None = None
        self.units: list[_Mark] = []
        self.plan: list[Line] = []
        self.reports: list[tuple[_Mark, list[Line]]] = []
        self.sections: list[str] = []
        self.by_place: list[str] = []  # fields that were told by their place, without a heading
        self.repeated: list[str] = []
        self.unplaced: list[Line] = []
        self._marks = marks
        self._kinds = {mark.kind for mark in marks}
        self._headed = {mark.kind for mark in marks if mark.kind in _SECTIONS and mark.is_whole_heading}
        self._above: list[Line] = []  # the headline
        self._unheaded: list[Line] = []  # prose before any heading
        self._loose: list[Line] = []  # prose between the unit's code and the next heading
        self._state = "above"
        for index, mark in enumerate(marks):
            self._take(index, mark)
        self.head = _read_head(self._above)
        self.unplaced += self.head.unplaced
        self._settle_prose()

    @property
    def has_headings(self) -> bool:
        """Whether this is a whole page, not one that lost its headings."""
        return bool(self.sections or self.head.title or self.head.agency)

    def _take(self, index: int, mark: _Mark) -> None:
        match mark.kind:
            case "report":
                self._state = "reports"
                self.reports.append((mark, []))
            case _ if self._state == "reports":
                self.reports[-1][1].append(mark.line)
            case kind if kind in _SECTIONS and self._is_heading(mark):
                self._begin_section(mark)
            case "headline" if self._state in {"above", "contact"}:
                self._take_headline(mark)
            case "evaluation" if self._state in {"above", "contact", "evaluation"}:
                self._state = "evaluation"
                self.evaluations.append(mark)
            case "units" if self._state in {"evaluation", "rationale", "loose"}:
                self._state = "loose"
                self.units.append(mark)
            case "heading" | "link" | "navigation" if self._state != "plan":
                self._take_text(Line(mark.line.place, ""))
            case "text" if self._begins_plan(index):
                self._state = "plan"
                self.plan.append(mark.line)
            case _:
                self._take_text(mark.line)

    def _is_heading(self, mark: _Mark) -> bool:
        """Tell whether a section begins here: its label stands alone or before a colon, or else in order and once."""
        if mark.is_whole_heading or mark.match is None:
            return True
        reached = "targets" if self._state == "above" else next(reversed(self.sections), None)
        is_next = _SECTIONS.index(mark.kind) == (_SECTIONS.index(reached) + 1 if reached else 0)
        return is_next and mark.kind not in self._headed and mark.text[mark.match.end() - 1].isspace()

    def _begin_section(self, mark: _Mark) -> None:
        self._state = mark.kind
        if mark.kind in self.sections:
            self.repeated.append(mark.kind)
        self.sections.append(mark.kind)
        first = Line(mark.line.place, mark.rest.lstrip(" :*"))
        if mark.kind == "plan":
            self.plan.append(first)
        elif mark.kind not in self.texts:
            self.texts[mark.kind] = Text(first.place, first.text)
        else:
            self.texts[mark.kind].add(first)

    def _take_headline(self, mark: _Mark) -> None:
        self._state = "contact"
        self.headlines.append(mark.part("pct"))
        contact = mark.part("rest")
        if not contact.is_empty:
            self._take_contact(Line(contact.place, contact.lines[0]))

    def _begins_plan(self, index: int) -> bool:
        """Tell whether a plan whose heading was lost begins here: a strategy, and below it what lies under it."""
        if self._state not in {"loose", "objectives", "targets"} or "plan" in self._headed:
            return False
        strategy, *below = [mark.text for mark in self._marks[index : index + 4] if mark.kind == "text"]
        return begins_plan(strategy) and any(begins_level(text, strategy) for text in below)

    def _take_text(self, line: Line) -> None:
        match self._state:
            case "above":
                self._above.append(line)
            case "plan":
                self.plan.append(line)
            case _ if not line.text.strip():
                pass
            case "contact":
                self._take_contact(line)
            case "evaluation" if self.score is None and not self._unheaded and _NUMBER.fullmatch(line.text):
                self.score = Text(line.place, line.text)
            case "evaluation":
                self._unheaded.append(line)
            case "loose":
                self._loose.append(line)
            case section:
                self.texts[section].add(line)

    def _take_contact(self, line: Line) -> None:
        """Take what stands under the headline: a contact, or a number that belongs to the headline."""
        is_number = _NUMBER.fullmatch(line.text) is not None
        if is_number and (self.headlines[-1].is_empty or line.text.strip(" %") == self.headlines[-1].value):
            self.headlines.append(Text(line.place, line.text))
        elif "contact" not in self.texts or self._kinds & {"evaluation", "link"}:
            self.texts.setdefault("contact", Text(line.place)).add(line)
        else:  # where nothing ends the contact, one line is all that is sure to be one
            self._unheaded.append(line)

    def _settle_prose(self) -> None:
        """Tell the prose that stands under no heading by its place, as far as that settles it."""
        self._settle(["rationale"], [self._unheaded])
        if "objectives" in self.sections or "targets" in self.sections:
            self._settle(["objectives"], [self._loose])
        else:
            self._settle(["objectives", "targets"], _objectives_and_targets(self._loose))

    def _settle(self, fields: Sequence[str], parts: Sequence[Sequence[Line]]) -> None:
        lines = [line for part in parts for line in part]
        if len(parts) != len(fields) or self.sections.count(fields[0]):
            self.unplaced += lines
        elif lines:
            self.texts |= {field: _text(part) for field, part in zip(fields, parts, strict=True)}
            self.by_place += fields


def _text(lines: Iterable[Line]) -> Text:
    first, *others = lines
    text = Text(first.place, first.text)
    for line in others:
        text.add(line)
    return text


def _objectives_and_targets(lines: Sequence[Line]) -> Sequence[Sequence[Line]]:
    """Part objectives from targets where their look does: two lines, two numbered lists, or a list and one line."""
    is_item = [is_list_item(line.text) for line in lines]
    starts = [index for index, line in enumerate(lines) if _FIRST_ITEM.match(line.text)]
    if starts[:1] == [0] and len(starts) == 2:
        return lines[: starts[1]], lines[starts[1] :]
    if len(lines) >= 2 and not is_item[-1] and (all(is_item[:-1]) or len(lines) == 2):
        return lines[:-1], lines[-1:]
    return [lines]


class _Head(NamedTuple):
    """What stands above the headline: title and code, agency and year, the number of the chart, and other lines."""

    title: Text | None
    code: Text | None
    agency: Text | None
    year: Text | None
    numbers: list[Text]
    unplaced: list[Line]


def _read_head(lines: Sequence[Line]) -> _Head:
    """Part the lines above the headline by how they end: a title in a code, an agency in a year, each perhaps wrapped.

    What ends in neither is an old page's agency if it follows the title, or a title that lost its code if it stands
    before the agency.
    """
    title = code = agency = year = None
    numbers: list[Text] = []
    unplaced: list[Line] = []
    blocks: list[list[Line]] = [[]]
    for line in lines:
        if not line.text.strip() or _NUMBER.fullmatch(line.text):
            numbers += [Text(line.place, line.text)] if line.text.strip() else []
            blocks.append([])
            continue
        blocks[-1].append(line)
        end = " ".join(one.text for one in blocks[-1][-_ENDING_LINES_MAX:])
        if not (_CODE_AT_END.search(end) or _BROKEN_CODE_AT_END.search(end) or _YEAR_AT_END.search(end)):
            continue
        joined = _text(blocks[-1])
        text = " ".join(joined.lines)
        if code is None and (match := _CODE_AT_END.search(text) or _BROKEN_CODE_AT_END.search(text)):
            title, code = _before(match, joined.place), Text(line.place, match["end"])
            blocks[-1] = []
        elif code and _CODE_AT_END.search(line.text):
            unplaced.append(blocks[-1].pop())
        elif year is None and (match := _YEAR_AT_END.search(text if code else line.text)):
            agency, year = _before(match, joined.place if code else line.place), Text(line.place, match["end"])
            blocks[-1:] = [[] if code else blocks[-1][:-1], []]
    left = [block for block in blocks if block]
    if title and agency is None:
        after = title.place
        agency = _take_block(left, lambda place: place.line > after.line, 0)
    elif agency and title is None:
        before = agency.place
        title = _take_block(left, lambda place: place.line < before.line, -1)
    return _Head(title, code, agency, year, numbers, unplaced + [line for block in left for line in block])


def _before(match: re.Match[str], place: Place) -> Text:
    """Return what stands before an ending, without the colon that parts them."""
    return Text(place, match.string[: match.start()].rstrip(" :\t"))


def _take_block(blocks: list[list[Line]], stands_there: Callable[[Place], bool], which: int) -> Text | None:
    """Take the first or last of the blocks that stand there out of the list."""
    there = [block for block in blocks if stands_there(block[0].place)]
    if not there:
        return None
    blocks.remove(there[which])
    return Text(there[which][0].place, " ".join(line.text for line in there[which]))


def _project(reader: _PageReader) -> Project:
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


def _fill_evaluation(project: Project, reader: _PageReader) -> None:
    for mark in reader.evaluations[:1]:
        score = mark.part("score")
        fill(project, "evaluation_quarter", mark.part("quarter"), read_quarter)
        fill(project, "evaluation_score", reader.score if score.is_empty and reader.score else score, read_percent)
    if len({" ".join(mark.text.split()) for mark in reader.evaluations}) > 1:
        reader.repeated.append("evaluation_score")


def _fill_units(project: Project, reader: _PageReader) -> None:
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


def _strategy(reader: _PageReader, fiscal_year: int | None) -> Strategy | None:
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


def _add_issues_of_page(project: Project, reader: _PageReader, end: Place) -> None:
    """Note what is wrong with the page as a whole: headings lost, parts cut off, lines that belong nowhere."""
    labels = {"progress_pct": project.places.get("progress_pct")}
    if reader.has_headings:
        labels |= {field: project.places.get(field) for field in ("project_name", "agency_path")}
    parts = {
        "evaluation": reader.evaluations, "rationale": "rationale" in reader.texts, "unit_code": reader.units,
        "objectives": "objectives" in reader.texts, "targets": "targets" in reader.texts, "strategy": reader.plan,
    }  # fmt: skip
    is_disordered = reader.sections != sorted(reader.sections, key=_SECTIONS.index)
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
    if reader.unplaced:
        add_issue(project, "text_unplaced", str(len(reader.unplaced)))  # counted, not quoted: it may name a person
        project.places["text"] = reader.unplaced[0].place


def _report(heading: _Mark, lines: Sequence[Line], fiscal_year: int | None) -> Report:
    report = Report()
    fill(report, "report_no", heading.part("no"), read_report_no)
    fill(report, "progress_pct", heading.part("pct"), read_percent)
    parenthesis = _REPORT_DATE.match(heading.part("rest").value)
    dates = [Text(heading.line.place, parenthesis["date"] if parenthesis else "")]
    rest = Line(heading.line.place, parenthesis["rest"] if parenthesis else "")
    inked = [line for line in (rest, *lines) if line.text.strip()]
    dated = _DATED.match(inked[0].text) if inked else None
    if dated:
        dates.append(Text(inked[0].place, dated["date"]))
        inked[0] = Line(inked[0].place, dated["narrative"])
    _fill_date(report, dates, fiscal_year)
    fill(report, "narrative", _text(inked) if inked else Text(heading.line.place))
    if further := [line.text for line in inked[1:] if _DATED.match(line.text)]:
        add_issue(report, "report_date_repeated", further[0].partition(":")[0].strip())
    return report


def _fill_date(report: Report, printed: Sequence[Text], fiscal_year: int | None) -> None:
    """Set the day of a report, which stands there twice, in two calendars; one that cannot be read leaves the other."""
    texts = [text for text in printed if not text.is_empty]
    days = [_date_or_none(text.value, fiscal_year) for text in texts]
    values = " / ".join(text.value for text in texts)
    report.places["report_date"] = printed[0].place
    read = [day for day in days if day]
    if read:
        report.report_date = read[0].day
    if texts and not read:
        add_issue(report, "report_date_unreadable", values)
    elif len(texts) > 1 and len({day.day if day else None for day in days}) > 1:
        add_issue(report, "report_date_mismatch", values)
    elif len(texts) == 1:
        add_issue(report, "report_date_unpaired", values)
    if read and not any(day.is_certain for day in read):
        add_issue(report, "report_date_uncertain", values)


def _date_or_none(text: str, fiscal_year: int | None) -> PrintedDate | None:
    try:
        return read_date(text, fiscal_year)
    except ValueError:
        return None
