"""The indicator catalogue: one KPI of the whole plan, its target, its place in the plan, and what it means.

Its ids have nothing to do with those of the agencies' KPIs. Value and unit of a target stand on either side of a colon,
or on both; where the sides contradict each other there is no value, or no unit.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from etl.families import labels
from etl.parse.address import conflicting_ids, ids_of
from etl.parse.grammar import Text, add_issue, fill, label_pattern
from etl.parse.indicators import (
    Fields,
    Labels,
    fill_named,
    note_layout,
    rejoined,
    take_known,
    title_of,
    trimmed,
    whole_line,
)
from etl.parse.plan_path import begins_plan, fill_plan, read_plan_path
from etl.parse.units import read_unit, unit_in
from etl.records import Copy, Document, Indicator, Line, Strategy
from etl.reference import words
from etl.thai.numbers import read_value
from etl.thai.text import arabic_digits, fold

_WORDS = labels("indicator_catalogue")
MARKERS = (*_WORDS["heading"], *_WORDS["labels"]["target"])
_LEVEL_WORDS = [word for spellings in words("plan_path")["levels"].values() for word in spellings]
_LABELS = Labels(_WORDS["labels"])
_HEADING = whole_line(*_WORDS["heading"])
_NAVIGATION = whole_line(*_WORDS["heading"], *_WORDS["navigation"])
_PLAN = whole_line(*_WORDS["sections"]["plan"])
_DEFINITION = whole_line(*_WORDS["sections"]["definition"])
_TITLE = re.compile(r"(?P<name>.*)\s*:\s*(?P<id>[0-9๐-๙]{1,4})[\s|*]*", re.DOTALL)
_LIKE_TITLE = re.compile(r"(?P<name>.*)\s:\s*(?P<id>(?=[^\s:]*[0-9๐-๙])[^\s:]++)", re.DOTALL)
_TITLE_END = re.compile(r".*:\s*[0-9๐-๙]{1,4}[\s|*]*$")
_LEVEL = re.compile(r"\s*:\s*" + label_pattern(*_LEVEL_WORDS))
_LEVEL_COLON = re.compile(r"(?:^|(?<!\s\s)(?<=\s))\s*+:\s*(?=\D)")
_NUMBER = re.compile(r"(?<![0-9.,A-Za-z])[0-9](?:,?[0-9])*+(?:\.[0-9]++)?+(?![A-Za-z])")
_DIGIT = re.compile("[0-9]")
_OPERATORS = re.compile(rf"(?:{label_pattern(*_WORDS['operators'])}\s*)*")


def recognise(document: Document, lines: list[Line]) -> bool:
    """Tell whether these lines are of the catalogue: its heading stands there, or a target with a mark of its own."""
    labels = {label for line in lines if (label := _LABELS.label_of(line.text))}
    is_own = "catalogue_id" in ids_of(document) or "indicator_class" in labels
    return any(_HEADING.match(line.text) for line in lines) or (is_own and "target" in labels)


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return the one page in the document, its indicator, and where this stands in the plan."""
    page, reader = trimmed(lines), _PageReader()
    for line in rejoined(page, apart=_LEVEL):
        reader.take(line)
    if not reader.fields.texts and not reader.title:
        return []
    record, strategy = Indicator(), Strategy()
    unplaced = _fill_title(record, reader.title, ids_of(document).get("catalogue_id"))
    if conflict := conflicting_ids(document).get("catalogue_id"):
        add_issue(record, "kpi_id_mismatch", conflict)
    _fill_target(record, reader.fields.texts.get("target"))
    fill(record, "indicator_class", reader.fields.texts.get("indicator_class"))
    fill(record, "definition", reader.definition)
    path = read_plan_path(reader.plan)
    for each in (record, strategy):
        fill_plan(each, path, None)
    note_layout(record, reader.fields, _WORDS["labels"], [*unplaced, *reader.unplaced, *path.unplaced], page[-1])
    return [
        Copy(
            document=document,
            copy=1,
            page=page[0].place.page,
            first_line=page[0].place.line,
            last_line=page[-1].place.line,
            strategy=strategy if path.names else None,
            indicators=[record],
        )
    ]


class _PageReader:
    """Sorts the lines of a page into its title, fields, plan and definition; every line lands somewhere."""

    def __init__(self) -> None:
        self.title: list[Line] = []
        self.fields = Fields()
        self.plan: list[Line] = []
        self.definition: Text | None = None
        self.unplaced: list[Line] = []
        self._section = "title"
        self._last_of_plan = ""

    def take(self, line: Line) -> None:
        """Put one line where it belongs."""
        if self.definition and _LEVEL.match(line.text):
            self.unplaced.append(line)
        elif self.definition:
            self.definition.add(line)
        elif _DEFINITION.match(line.text):
            self.definition = Text(line.place)
        elif self._section != "plan" and _LABELS.label_of(line.text):
            self.fields.take(_LABELS, line)
            self._section = "fields"
        elif _PLAN.match(line.text) or (self._section == "fields" and begins_plan(line.text.strip(" :\t"))):
            self._section = "plan"
            self._take_plan(line)
        elif not _NAVIGATION.match(line.text):
            self._take_text(line)

    def _take_text(self, line: Line) -> None:
        if self._section == "plan":
            self._take_plan(line)
        elif self._section == "title":
            self.title.append(line)
        elif line.text.strip():
            open_field = self.fields.texts[self.fields.open or ""]
            if open_field.is_empty or open_field.lines[-1].rstrip().endswith(":"):
                open_field.add(line)
            else:
                self.unplaced.append(line)

    def _take_plan(self, line: Line) -> None:
        """Take a line of the plan; behind a goal that was cut, the definition begins even where its heading is lost."""
        if _PLAN.match(line.text):
            return
        text = line.text.strip()
        if self._last_of_plan.endswith("%") and text and not _LEVEL_COLON.match(line.text):
            self.definition = Text(line.place, line.text)
        else:
            self.plan.append(Line(line.place, _LEVEL_COLON.sub(" ", line.text)))
            self._last_of_plan = self.plan[-1].text.strip() or self._last_of_plan


def _fill_title(record: Indicator, lines: list[Line], known_id: str | None) -> list[Line]:
    """Set id and name from the title, and the id from the address where no title is left; return the other lines."""
    title, others = title_of(lines, _TITLE_END)
    match = title and (_TITLE.fullmatch(title.value) or _LIKE_TITLE.fullmatch(title.value))
    fill_named(record, Text(title.place, match["name"]) if title and match else title)
    if title and match:
        fill(record, "kpi_id", Text(title.place, match["id"]), read_catalogue_id)
    if known_id:
        take_known(record, "kpi_id", known_id)
    return others


def read_catalogue_id(text: str) -> str:
    """Read the number of an indicator in the catalogue. Raises ValueError."""
    number = arabic_digits(text)
    if not re.fullmatch(r"\d{1,4}", number, re.ASCII):
        raise ValueError(f"{text!r} is not a number of the catalogue")
    return number


class _Side(NamedTuple):
    """What stands on one side of a target's colon: its number, its text without an operator, and the unit in that."""

    number: str | None
    text: str
    unit: str | None


def _fill_target(record: Indicator, target: Text | None) -> None:
    """Set the target as printed, its value, and its unit: from the side without a number, or else from either."""
    if target is None or target.is_empty:
        return
    record.target_raw = target.value
    record.places["target_raw"] = target.place
    sides = [_side(text) for text in target.value.split(":")]
    fill(record, "target_value", target, lambda _: _read_number(sides))
    units = {side.unit for side in sides if side.unit}
    if len(units) > 1:
        add_issue(record, "unit_conflict", target.value)
    texts = sorted((side for side in sides if side.text), key=lambda side: (side.unit is None, side.number is not None))
    if texts and len(units) <= 1:
        record.places["unit_raw"] = record.places["unit"] = target.place
        record.unit_raw = texts[0].text
        record.unit = read_unit(texts[0].text, record.indicator_name) or texts[0].unit


def _side(text: str) -> _Side:
    digits = arabic_digits(text)
    rest = fold(_NUMBER.sub(" ", digits))
    # A digit outside of all numbers belongs to a number that cannot be read.
    numbers = [*_NUMBER.findall(digits), *([rest] if _DIGIT.search(rest) else [])]
    bare = _OPERATORS.sub("", rest, count=1).strip()
    return _Side(" ".join(numbers) or None, bare, unit_in(bare))


def _read_number(sides: list[_Side]) -> Decimal:
    """Return the one number that stands on either side or on both. Raises ValueError when there are none or several."""
    numbers = {read_value(side.number) for side in sides if side.number}
    if len(numbers) != 1:
        raise ValueError("the sides of the target do not state one number")
    return numbers.pop()
