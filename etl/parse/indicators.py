"""What the pages about indicators share: labelled lines, figures with their unit, ids, and names with their dimension.

In come lines and texts, out come fields by label, and values set on an indicator with their places and issues.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from etl.parse.grammar import Text, add_issue, fill, label_pattern
from etl.parse.units import read_unit
from etl.parse.unplaced import note_unplaced
from etl.records import Indicator, Line
from etl.thai.numbers import read_value
from etl.thai.text import arabic_digits

_FRAME = r"[\s|*#]*"  # what a crawler or an emphasis puts around a text
_DIMENSION = re.compile(rf"{label_pattern('มิติที่')}(?P<no>[0-9๐-๙])(?![.]?[0-9๐-๙])[\s:–-]*(?P<name>.*)", re.DOTALL)


def whole_line(*labels: str) -> re.Pattern[str]:
    """Return what finds a line with only one of the labels; a number may stand before it, a colon behind it."""
    return re.compile(rf"{_FRAME}(?:[0-9๐-๙]{{1,2}}\s*[.)]\s*)?{label_pattern(*labels)}[\s:|*]*$")


class Labels:
    """The labels of a kind of page. A line begins with one, others may follow; `end` is the pattern after each."""

    def __init__(self, labels: Mapping[str, list[str]], end: str = "") -> None:
        named = "|".join(f"(?P<{name}>{label_pattern(*spellings)}{end})" for name, spellings in labels.items())
        anyone = label_pattern(*(spelling for spellings in labels.values() for spelling in spellings))
        self._label = re.compile(rf"{_FRAME}(?:{named})")
        # Each run of framing characters is matched once, from its beginning, and not again from each character.
        self._next = re.compile(rf"(?<![\s|*#])(?P<before>[*#]*+)(?P<gap>[\s|]++){_FRAME}+(?={anyone}{end})")

    def label_of(self, text: str) -> str | None:
        """Return the name of the label that a line begins with, or None."""
        match = self._label.match(text)
        return match.lastgroup if match else None

    def fields_on(self, line: Line) -> Iterator[tuple[str, Line]]:
        """Yield each label on a line that begins with a label, and the text after it up to the next label."""
        splits = list(self._next.finditer(line.text))
        starts = [0, *(split.end("gap") for split in splits)]
        ends = [*(split.end("before") for split in splits), len(line.text)]
        for part in (line.text[start:end] for start, end in zip(starts, ends, strict=True)):
            if match := self._label.match(part):
                yield str(match.lastgroup), Line(line.place, part[match.end() :].rstrip(" |\t"))


@dataclass
class Fields:
    """The texts behind the labels of one page; a label that stands twice keeps its first text, and is `repeated`."""

    texts: dict[str, Text] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)
    open: str | None = None

    def take(self, labels: Labels, line: Line) -> None:
        """Take the fields on a line that begins with a label."""
        for name, rest in labels.fields_on(line):
            self.open = name
            text = Text(line.place, rest.text)
            if self.texts.setdefault(name, text) is not text:
                self.repeated.append(name)


def trimmed(lines: list[Line]) -> list[Line]:
    """Return the lines without the blank lines at both ends; if all are blank, the first one."""
    printed = [index for index, line in enumerate(lines) if line.text.strip()] or [0]
    return lines[printed[0] : printed[-1] + 1]


def rejoined(lines: Iterable[Line], apart: re.Pattern[str] | None = None) -> list[Line]:
    """Return the lines; a line that begins with a colon is joined to the label above it.

    In a table, label and value are two cells, and so two lines. A line that `apart` matches is not joined.
    """
    joined: list[list[Line]] = []
    for line in lines:
        is_behind = line.text.lstrip().startswith(":") and not (apart and apart.match(line.text))
        if is_behind and joined and joined[-1][0].text.strip():
            joined[-1].append(line)
        else:
            joined.append([line])
    return [
        Line(first.place, " ".join([first.text.rstrip(), *(line.text.strip() for line in behind)])) if behind else first
        for first, *behind in joined
    ]


def title_of(lines: list[Line], title_end: re.Pattern[str]) -> tuple[Text | None, list[Line]]:
    """Return the title, and the printed lines outside of it.

    The title ends with the last line that `title_end` matches, or else with the last printed line. It begins after the
    blank line above that. Without any printed line, the title is None.
    """
    printed = [index for index, line in enumerate(lines) if line.text.strip()]
    if not printed:
        return None, []
    end = next((index for index in reversed(printed) if title_end.match(lines[index].text)), printed[-1])
    start = end
    while start > 0 and lines[start - 1].text.strip():
        start -= 1
    title = Text(lines[start].place)
    for line in lines[start : end + 1]:
        title.add(line)
    return title, [lines[index] for index in printed if not start <= index <= end]


def note_layout(record: Indicator, fields: Fields, expected: Iterable[str], unplaced: list[Line], end: Line) -> None:
    """Note the labels that are missing or repeated, and the lines that belong to no field."""
    for fault, names in (
        ("labels_missing", [name for name in expected if name not in fields.texts]),
        ("labels_repeated", fields.repeated),
    ):
        if names:
            add_issue(record, fault, ", ".join(names))
            record.places.setdefault("labels", next((text.place for text in fields.texts.values()), end.place))
    note_unplaced(record, unplaced)


def take_known(record: Indicator, field_name: str, known: str | int) -> None:
    """Set a field from the address if the page prints no readable value, and note it; also note if both disagree."""
    value, unreadable = getattr(record, field_name), record.issues.pop(f"{field_name}_unreadable", None)
    printed = unreadable if value is None else value
    if printed is not None and printed != known:
        add_issue(record, f"{field_name}_mismatch", f"{printed} / {known}")
    if value is None:
        setattr(record, field_name, known)
        add_issue(record, f"{field_name}_from_address", str(known))


def fill_named(record: Indicator, text: Text | None) -> None:
    """Set the indicator's name, and the performance dimension that may stand before it."""
    if text is None:
        return
    match = _DIMENSION.match(text.value)
    if match:
        record.places["dimension_no"] = text.place
        record.dimension_no = int(arabic_digits(match["no"]))
    fill(record, "indicator_name", Text(text.place, match["name"] if match else text.value))


def fill_figure(record: Indicator, field_name: str, text: Text | None) -> None:
    """Set a value from `<unit> : <value>`, and the unit from the first figure that states one."""
    if text is None:
        return
    unit, _, value = text.value.rpartition(":")
    unit, value = unit.strip(), value.strip()
    if unit and value.endswith(unit) and value != unit:
        value = value.removesuffix(unit).strip()
    fill(record, field_name, Text(text.place, value), read_value)
    fill_unit(record, Text(text.place, unit))


def fill_unit(record: Indicator, text: Text) -> None:
    """Set the unit, as printed and in its standard spelling; another unit than the indicator already has is noted."""
    unit = text.value
    if not unit:
        return
    if record.unit_raw is None:
        record.unit_raw, record.unit = unit, read_unit(unit, record.indicator_name)
        record.places["unit_raw"] = record.places["unit"] = text.place
    elif "".join(unit.split()) != "".join(record.unit_raw.split()):
        add_issue(record, "unit_conflict", f"{record.unit_raw} / {unit}")
