"""The department index: all KPIs of an agency in one performance dimension, each with its goal and its quarters.

The title says year and agency, or the address does. A KPI begins at its number in the list, `(1) …`; where a crawler
lost numbers and names, at its goal, or at its unit. Headings over several KPIs name the dimension or the sub-issue.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise

from etl.errors import DocumentFault
from etl.families import INCOMPLETE_RULE, labels
from etl.parse.address import conflicting_ids, ids_of
from etl.parse.grammar import Text, add_issue, fill, label_pattern, read_year, shape
from etl.parse.indicators import (
    Fields,
    Labels,
    fill_named,
    fill_unit,
    note_layout,
    rejoined,
    take_known,
    trimmed,
    whole_line,
)
from etl.parse.plan_path import fill_plan, read_plan_path
from etl.parse.quarters import take_quarters
from etl.records import Copy, Document, Indicator, Line, Strategy
from etl.reference import plan_nodes, words
from etl.thai.numbers import read_value
from etl.thai.text import arabic_digits

_WORDS = labels("department_index")
MARKERS = (*_WORDS["title"]["fiscal_year"], *_WORDS["labels"]["unit_raw"], f"[{_WORDS['dimension']}")
_TITLE = Labels(_WORDS["title"], end=r"\s*:")
_LABELS = Labels(_WORDS["labels"], end=r"\s*:")
_NAVIGATION = whole_line(*_WORDS["navigation"])
_COUNTER = re.compile(r"[\s|*]*\(\s*[0-9๐-๙]{1,3}\s*\)\s*(?P<name>.*)")
_DIMENSION = label_pattern(_WORDS["dimension"])
_BRACKET = re.compile(rf"\[\s*{_DIMENSION}(?P<no>[^\s:\]]*+)\s*+:?\s*+(?P<class>[^\[\]]*+)\][\s|*]*$")
_DIMENSION_HEADING = re.compile(rf"[\s|*]*{_DIMENSION}(?P<no>[0-9๐-๙])(?![.0-9๐-๙])")
_GOAL = re.compile(r"(?<![.0-9๐-๙])[0-9๐-๙](?:\.[0-9๐-๙]{1,2}){2}(?![.0-9๐-๙])")
_SUB_ISSUE = re.compile(rf"[\s|*]*(?:{_DIMENSION})?[0-9๐-๙]\.[0-9๐-๙]{{1,2}}(?![.0-9๐-๙])\s*[?–—-]")
_STRAY_DIGIT = re.compile(r"(?<=[^\s0-9๐-๙.,])[0-9]$")
_LONE_VALUE = re.compile(r"\s*(?![1-4๑-๔]\s*$)[0-9๐-๙]\S*\s*")  # and not the number of a quarter
_UNIT_CODE = re.compile(r"\d{8}", re.ASCII)
_LEVEL_WORD = label_pattern(*(word for spellings in words("plan_path")["levels"].values() for word in spellings))
_LEVEL = re.compile(rf"[\s|*]*(?:{_LEVEL_WORD}[0-9๐-๙]|[0-9๐-๙]\.[0-9๐-๙])")
_ROUTINE = re.compile(rf"[\s|*]*{label_pattern(*words('plan_path')['routine'])}")
_PLAN_FIELDS = [
    "plan_version",
    *(f"{level}_{part}" for level in ("strategy", "sub_issue", "goal") for part in ("code", "name")),
]
_FIELD_OF_ID = {"unit_code": "agency_code", "fiscal_year": "fiscal_year"}
_GOAL_LINES_MAX = 3  # from a goal to its unit, where neither number nor name stands before the goal


def recognise(document: Document, lines: list[Line]) -> bool:
    """Tell whether these lines are an index: its title stands there, or what only an index prints of a KPI."""
    has_address = "unit_code" in ids_of(document)
    for line in rejoined(lines):
        is_unit = _LABELS.label_of(line.text) == "unit_raw"
        is_row = is_unit and (has_address or len(list(_LABELS.fields_on(line))) == len(_WORDS["labels"]))
        if is_row or _BRACKET.search(line.text) or _TITLE.label_of(line.text) == "fiscal_year":
            return True
    return False


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return each page in the document; nearly always it is one, and only then its address tells agency and year.

    Raises DocumentFault when a page names no indicator.
    """
    lines = rejoined(lines)
    titles = [index for index, line in enumerate(lines) if _TITLE.label_of(line.text) == "fiscal_year"]
    pages = [trimmed(lines[start:end]) for start, end in pairwise([0, *titles[1:], len(lines)])]
    known = ids_of(document) if len(pages) == 1 else {}
    return [_copy(document, number, page, known) for number, page in enumerate(pages, start=1)]


def _copy(document: Document, number: int, page: list[Line], known: dict[str, str]) -> Copy:
    reader = _IndexReader()
    lines = list(_with_brackets_apart(page))
    for line, kind in zip(lines, _kinds(lines), strict=True):
        reader.take(line, kind)
    if not reader.entries:
        raise DocumentFault(INCOMPLETE_RULE, f"the index on page {page[0].place.page} names no indicator")
    indicators = [_indicator(entry, reader.title.texts, known, page[-1]) for entry in reader.entries]
    for field_name, conflict in conflicting_ids(document).items():
        add_issue(indicators[0], f"{_FIELD_OF_ID[field_name]}_mismatch", conflict)
    return Copy(
        document=document,
        copy=number,
        page=page[0].place.page,
        first_line=page[0].place.line,
        last_line=page[-1].place.line,
        strategy=_shared_strategy(indicators),
        indicators=indicators,
    )


def _with_brackets_apart(lines: list[Line]) -> Iterator[Line]:
    """Yield the lines, with each bracket that names a dimension moved to a line of its own."""
    for line in lines:
        match = _BRACKET.search(line.text)
        if match and line.text[: match.start()].strip(" |*\t"):
            yield Line(line.place, line.text[: match.start()])
            yield Line(line.place, match[0])
        else:
            yield line


class _Kind(Enum):
    """What a line is by its look and by what stands below it."""

    BLANK = auto()
    NAVIGATION = auto()
    TITLE = auto()
    COUNTER = auto()
    BRACKET = auto()
    DIMENSION = auto()
    SUB_ISSUE = auto()
    GOAL = auto()
    LABEL = auto()
    TEXT = auto()


def _kinds(lines: list[Line]) -> list[_Kind]:
    """Return what each line is; what only looks like a KPI's number, heading or goal is text: prose has such too."""
    kinds: list[_Kind] = []
    has_mark, leads, lines_to_unit = False, False, _GOAL_LINES_MAX + 1
    for line in reversed(lines):
        kind = _kind_by_look(line.text)
        is_text = (
            (kind == _Kind.COUNTER and not has_mark)
            or (kind in {_Kind.DIMENSION, _Kind.SUB_ISSUE} and not leads)
            or (kind == _Kind.GOAL and lines_to_unit > _GOAL_LINES_MAX)
        )
        kinds.append(_Kind.TEXT if is_text else kind)
        is_unit = kind == _Kind.LABEL and _LABELS.label_of(line.text) == "unit_raw"
        has_mark = kind != _Kind.COUNTER and (has_mark or is_unit or kind == _Kind.BRACKET)
        if kind not in {_Kind.BLANK, _Kind.NAVIGATION}:
            leads = kinds[-1] in _LED_TO
            lines_to_unit = 1 if is_unit else lines_to_unit + 1
    return kinds[::-1]


def _kind_by_look(text: str) -> _Kind:
    if not text.strip(" |*\t"):
        return _Kind.BLANK
    return next((kind for kind, has_look in _LOOKS.items() if has_look(text)), _Kind.TEXT)


_LED_TO = frozenset({_Kind.COUNTER, _Kind.BRACKET, _Kind.DIMENSION, _Kind.SUB_ISSUE, _Kind.GOAL})
_LOOKS: dict[_Kind, Callable[[str], object]] = {
    _Kind.NAVIGATION: _NAVIGATION.match,
    _Kind.TITLE: _TITLE.label_of,
    _Kind.COUNTER: _COUNTER.match,
    _Kind.BRACKET: _BRACKET.search,
    _Kind.LABEL: _LABELS.label_of,
    _Kind.GOAL: lambda text: (_LEVEL.match(text) and _GOAL.search(text)) or _ROUTINE.match(text),
    _Kind.SUB_ISSUE: _SUB_ISSUE.match,
    _Kind.DIMENSION: _DIMENSION_HEADING.match,
}


@dataclass
class _Entry:
    """The lines of one KPI, and the headings that it stands under."""

    dimension: Line | None
    sub_issue: Line | None
    name: Text | None = None
    bracket: Line | None = None
    plan: list[Line] = field(default_factory=list)
    fields: Fields = field(default_factory=Fields)
    table: list[Line] = field(default_factory=list)
    unplaced: list[Line] = field(default_factory=list)


class _IndexReader:
    """Sorts the lines of one page into its title, headings and KPIs; every line lands somewhere."""

    def __init__(self) -> None:
        self.title = Fields()
        self.entries: list[_Entry] = []
        self._dimension: Line | None = None
        self._sub_issue: Line | None = None
        self._before: list[Line] = []
        self._section = ""

    def take(self, line: Line, kind: _Kind) -> None:
        """Put one line where it belongs."""
        is_between = self._section in {"", "fields", "table"}
        match kind:
            case _Kind.NAVIGATION:
                pass
            case _Kind.TITLE if not self.entries:
                self.title.take(_TITLE, line)
            case _Kind.DIMENSION | _Kind.SUB_ISSUE if is_between:
                self._take_heading(line, kind)
            case _Kind.SUB_ISSUE if self._is_named:
                self.entries[-1].unplaced.append(line)
            case _Kind.COUNTER:
                self._begin("name").name = Text(line.place, _COUNTER.sub(r"\g<name>", line.text))
            case _Kind.BRACKET:
                (self._begin("plan") if is_between else self._current("plan")).bracket = line
            case _Kind.GOAL:
                (self._begin("plan") if is_between else self._current("plan")).plan.append(line)
            case _Kind.LABEL if self._takes_fields(line, is_between=is_between):
                self._current("fields").fields.take(_LABELS, line)
            case _:
                self._take_text(line)

    def _begin(self, section: str) -> _Entry:
        """Begin another KPI; the first has what stands before it as well."""
        self.entries.append(_Entry(self._dimension, self._sub_issue, unplaced=self._before))
        self._before = []
        return self._current(section)

    def _current(self, section: str) -> _Entry:
        self._section = section
        return self.entries[-1]

    def _take_heading(self, line: Line, kind: _Kind) -> None:
        if kind is _Kind.DIMENSION:
            self._dimension, self._sub_issue = line, None
        else:
            self._sub_issue = line

    @property
    def _is_named(self) -> bool:
        """Whether the KPI has its name and nothing else yet; headings stand above its number."""
        name = self.entries[-1].name if self._section == "name" else None
        return name is not None and not name.is_empty

    def _takes_fields(self, line: Line, *, is_between: bool) -> bool:
        """Tell whether a line with labels has fields for the open KPI; where that has a unit already, begin another."""
        names = [name for name, _ in _LABELS.fields_on(line)]
        if is_between and "unit_raw" in names and (not self.entries or "unit_raw" in self.entries[-1].fields.texts):
            self._begin("fields")
        return bool(self.entries) and not all(name in self.entries[-1].fields.texts for name in names)

    def _take_text(self, line: Line) -> None:
        if self._section == "":
            if line.text.strip(" |*"):
                self._before.append(line)
            return
        entry = self.entries[-1]
        if self._section == "name" and entry.name:
            entry.name.add(line)
        elif self._section == "plan":
            entry.plan.append(line)
        elif self._section == "fields" and _is_value_of(entry.fields, line):
            entry.fields.texts[entry.fields.open or ""].add(line)
        elif self._section == "table" or line.text.strip():
            self._section = "table"
            entry.table.append(line)


def _is_value_of(fields: Fields, line: Line) -> bool:
    """Tell whether the line below a label is its value; below a blank one it may be the table's first."""
    is_blank = fields.texts[fields.open or ""].is_empty
    return is_blank and (fields.open == "unit_raw" or bool(_LONE_VALUE.fullmatch(line.text)))


def _indicator(entry: _Entry, title: dict[str, Text], known: dict[str, str], end: Line) -> Indicator:
    record = Indicator()
    fill_named(record, entry.name)
    _fill_title(record, title, known)
    _fill_dimension(record, entry)
    unplaced = entry.unplaced + _fill_plan(record, entry)
    texts = entry.fields.texts
    if unit := texts.get("unit_raw"):
        fill_unit(record, unit)
    for field_name in ("target_value", "result_value"):
        fill(record, field_name, texts.get(field_name), read_value)
    unplaced += take_quarters(record, entry.table, (entry.table or [end])[0].place)
    note_layout(record, entry.fields, _WORDS["labels"], unplaced, end)
    return record


def _fill_title(record: Indicator, title: dict[str, Text], known: dict[str, str]) -> None:
    """Set fiscal year and agency from the title, and where it says none that can be read, from the address."""
    if year := title.get("fiscal_year"):
        fill(record, "fiscal_year", Text(year.place, year.value.strip("[] ")), read_year)
    fill(record, "agency_code", title.get("agency_code"), _read_agency_code)
    if "fiscal_year" in known:
        take_known(record, "fiscal_year", int(known["fiscal_year"]))
    if "unit_code" in known:
        take_known(record, "agency_code", known["unit_code"][:4])


def _read_agency_code(text: str) -> str:
    """Return the agency of a unit's code of eight digits. Raises ValueError."""
    code = arabic_digits(text)
    if not _UNIT_CODE.fullmatch(code):
        raise ValueError(f"{text!r} is not the code of a unit")
    return code[:4]


def _fill_dimension(record: Indicator, entry: _Entry) -> None:
    """Set dimension and class from the bracket below the name, or else the dimension from the heading above."""
    heading = entry.dimension and _DIMENSION_HEADING.match(entry.dimension.text)
    if entry.dimension and heading and record.dimension_no is None:
        fill(record, "dimension_no", Text(entry.dimension.place, heading["no"]), _read_digit)
    bracket = entry.bracket and _BRACKET.search(entry.bracket.text)
    if entry.bracket and bracket:
        by_heading, record.dimension_no = record.dimension_no, None
        fill(record, "dimension_no", Text(entry.bracket.place, bracket["no"]), _read_digit)
        fill(record, "indicator_class", Text(entry.bracket.place, bracket["class"]))
        if by_heading and record.dimension_no != by_heading:
            add_issue(record, "dimension_no_mismatch", f"{bracket['no']} / {by_heading}")


def _read_digit(text: str) -> int:
    """Read the number of a performance dimension. Raises ValueError."""
    if not re.fullmatch("[0-9๐-๙]", text):
        raise ValueError(f"{text!r} is not a digit")
    return int(text)


def _fill_plan(record: Indicator, entry: _Entry) -> list[Line]:
    """Set the place in the plan that the goal names, with the heading's sub-issue where it names none.

    Return the lines that are no part of it.
    """
    lines = [Line(line.place, line.text.strip(" |\t")) for line in entry.plan]
    path = read_plan_path(lines)
    if entry.sub_issue and "sub_issue" not in path.names and not path.is_routine:
        path = read_plan_path([Line(entry.sub_issue.place, entry.sub_issue.text.strip(" |\t")), *lines])
    if path.is_routine:
        record.indicator_type = "routine"
        record.places["indicator_type"] = lines[0].place
    fill_plan(record, path, record.fiscal_year)
    if record.plan_version is None:
        record.plan_version = _plan_of_names(record)
    stray = record.goal_name and _STRAY_DIGIT.search(record.goal_name)
    if record.goal_name and stray and any("|" in line.text for line in entry.plan):
        add_issue(record, "goal_name_stray_digit", record.goal_name)
        record.goal_name = record.goal_name[: stray.start()]
    return [] if path.is_routine else path.unplaced


def _plan_of_names(record: Indicator) -> str | None:
    """Return the only plan that has these names under these codes: of a page without a year, codes tell no plan."""
    stated = {(record.strategy_code, record.strategy_name), (record.sub_issue_code, record.sub_issue_name)}
    plans = {
        plan
        for (plan, code), node in plan_nodes().items()
        if any(code == printed and shape(node.name) == shape(name or "") for printed, name in stated)
    }
    return plans.pop() if len(plans) == 1 else None


def _shared_strategy(indicators: list[Indicator]) -> Strategy | None:
    """Return the place in the plan that all KPIs of the page have; None where they stand under several goals."""
    first = indicators[0]
    values = {field_name: getattr(first, field_name) for field_name in ("plan_version", *_PLAN_FIELDS)}
    if first.goal_code is None or any(
        getattr(indicator, name) != value for indicator in indicators for name, value in values.items()
    ):
        return None
    places = {name: place for name, place in first.places.items() if name in values}
    return Strategy(**values, places=places)
