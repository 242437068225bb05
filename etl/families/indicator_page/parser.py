"""The indicator page: one KPI-year with its target, result, evaluation, a table of four quarters, and prose on each.

A whole page has a heading, a title that ends in the KPI id, and headings above the table and the prose. Some stored
pages have lost all of these: they begin at the target, and only their address has their id.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from etl.families import labels
from etl.parse.address import conflicting_ids, ids_of
from etl.parse.grammar import Text, add_issue, fill, label_pattern, read_kpi_id, read_quarter, shape
from etl.parse.indicators import (
    Fields,
    Labels,
    fill_figure,
    fill_named,
    note_layout,
    rejoined,
    take_known,
    title_of,
    trimmed,
    whole_line,
)
from etl.parse.quarters import is_header, quarter_of, take_quarters
from etl.records import Copy, Document, Indicator, Line
from etl.records.names import quarter_field, quarter_of_field
from etl.reference import words
from etl.thai.numbers import read_percent
from etl.thai.text import arabic_digits

_WORDS = labels("indicator_page")
MARKERS = (*_WORDS["heading"], *(label for labels in _WORDS["labels"].values() for label in labels))
_VOCABULARY = words("vocabulary")
_LABELS = Labels(_WORDS["labels"])
_OWN_LABELS = frozenset({"indicator_type", "indicator_level", "link", "evaluation"})  # the others may stand in prose
_EXPECTED = [name for name in _WORDS["labels"] if name != "link"]
_FIGURES = ("target_value", "result_value")
_RECOGNISED_BY = 2
_FIELD_LINES_MAX = 40  # a figure with its unit wraps over a few

_HEADING = whole_line(*_WORDS["heading"])
_NAVIGATION = whole_line(*_WORDS["heading"], *_WORDS["navigation"])
_NARRATIVE = re.compile(
    rf"[\s|*#]*{label_pattern(*_WORDS['sections']['narrative'])}(?P<no>[1-4๑-๔])\s*(?:[:|](?P<rest>.*)|$)"
)
_PROSE = {name: whole_line(*_WORDS["sections"][name]) for name in ("summary", "definition")}
_ID = r"[0-9๐-๙]{4}\s*[-–—‐‑]\s*[0-9๐-๙]{3,4}"
_TITLE = re.compile(rf"(?P<name>.*?)\s*:\s*(?P<id>{_ID})[\s|*]*", re.DOTALL)
_TITLE_END = re.compile(rf".*:\s*{_ID}[\s|*]*$")
_LIKE_TITLE = re.compile(r"(?P<name>.*)\s:\s*(?P<id>(?=[^\s:]*[0-9๐-๙])[^\s:]++)", re.DOTALL)
_EVALUATION = re.compile(rf"{label_pattern(_WORDS['quarter'])}(?P<quarter>[^\s:]*)\s*:?\s*(?P<score>.*)", re.DOTALL)
_BARE_NUMBER = re.compile(r"\s*[0-9๐-๙][0-9๐-๙.,]*\s*+%?\s*")
_BEHIND_COLON = re.compile(r":\s*[^\s:]")


def recognise(document: Document, lines: list[Line]) -> bool:
    """Tell whether these lines are an indicator page: two of its marks stand there, one of them on no other page."""
    marks = {label for line in lines if (label := _LABELS.label_of(line.text))}
    if any(_HEADING.match(line.text) for line in lines):
        marks.add("heading")
    own = marks & {*_OWN_LABELS, "heading"}
    has_address = "kpi_id" in ids_of(document)
    return bool(marks) and (bool(own) or has_address) and len(marks) + has_address >= _RECOGNISED_BY


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return each page in the document; nearly always it is one, and only then its address tells the id."""
    pages = [trimmed(lines[start:end]) for start, end in pairwise([*_starts(lines), len(lines)])]
    known = ids_of(document) if len(pages) == 1 else {}
    return [
        Copy(
            document=document,
            copy=number,
            page=page[0].place.page,
            first_line=page[0].place.line,
            last_line=page[-1].place.line,
            indicators=[_indicator(page, known.get("kpi_id"), conflicting_ids(document).get("kpi_id"))],
        )
        for number, page in enumerate(pages, start=1)
    ]


def _starts(lines: list[Line]) -> Iterator[int]:
    """Yield the index at which each page begins: the first line, and the heading of every title after the first."""
    yield 0
    headings = [0]
    is_first = True
    for index, line in enumerate(lines):
        if _HEADING.match(line.text):
            headings.append(index)
        elif _TITLE_END.match(line.text) and _next_label(lines, index) == "target_value":
            if not is_first:
                yield headings.pop() if headings else index
            is_first = False
            headings = []


def _next_label(lines: list[Line], index: int) -> str | None:
    following = (lines[place].text for place in range(index + 1, len(lines)))
    return _LABELS.label_of(next((text for text in following if text.strip()), ""))


class _PageReader:
    """Sorts the lines of one page into its title, fields, table and prose; every line lands somewhere."""

    def __init__(self) -> None:
        self.title: list[Line] = []
        self.fields = Fields()
        self.table: list[Line] = []
        self.prose: dict[str, Text] = {}
        self.unplaced: list[Line] = []
        self._section = "title"
        self._has_gauge = False

    def take(self, line: Line) -> None:
        """Put one line where it belongs."""
        if _NAVIGATION.match(line.text):
            return
        label = _LABELS.label_of(line.text) if self._section in {"title", "fields", "table"} else None
        if label and (self._section != "table" or label not in self.fields.texts):
            self.fields.take(_LABELS, line)
            self._section = "table" if "evaluation" in self.fields.texts else "fields"
        elif not self._begins_section(line):
            self._take_text(line)

    def _begins_section(self, line: Line) -> bool:
        if match := _NARRATIVE.match(line.text):
            self._begin(quarter_field(arabic_digits(match["no"]), "narrative"), Text(line.place, match["rest"] or ""))
        elif name := next((name for name, pattern in _PROSE.items() if pattern.match(line.text)), None):
            self._begin(name, Text(line.place))
        elif self._section == "fields" and is_header(line):
            self._section = "table"
        else:
            return False
        return True

    def _begin(self, name: str, text: Text) -> None:
        self._section = name
        if self.prose.setdefault(name, text) is not text:
            self.prose[name].lines.extend(text.lines)

    def _take_text(self, line: Line) -> None:
        if self._section == "title":
            self.title.append(line)
        elif self._section == "table":
            self.table.append(line)
        elif self._section in self.prose:
            self.prose[self._section].add(line)
        elif line.text.strip():
            self._take_field_text(line)

    def _take_field_text(self, line: Line) -> None:
        """Take a value from the line below its label; a number alone below the values is the gauge's, and not taken."""
        name = self.fields.open or ""
        is_number = bool(_BARE_NUMBER.fullmatch(line.text))
        if not (is_number and name not in _FIGURES) and not _is_whole(name, self.fields.texts[name]):
            self.fields.texts[name].add(line)
        elif is_number and not self._has_gauge:
            self._has_gauge = True
        else:
            self.unplaced.append(line)


def _is_whole(name: str, text: Text) -> bool:
    """Tell whether a field has its value, so that the next line is none of it."""
    if len(text.lines) > _FIELD_LINES_MAX:
        return True
    printed = " ".join(text.lines)
    return name == "link" or ")" in printed or bool(_BEHIND_COLON.search(printed))


def _indicator(page: list[Line], known_id: str | None, conflicting_id: str | None) -> Indicator:
    reader, record = _PageReader(), Indicator()
    for line in rejoined(page):
        reader.take(line)
    unplaced = _fill_title(record, reader.title, known_id)
    if conflicting_id:
        add_issue(record, "kpi_id_mismatch", conflicting_id)
    texts = reader.fields.texts
    for name in _FIGURES:
        fill_figure(record, name, texts.get(name))
    fill(record, "indicator_type", texts.get("indicator_type"), _word_of("indicator_type"))
    fill(record, "indicator_level", texts.get("indicator_level"), _level)
    _fill_evaluation(record, texts.get("evaluation"), reader.table)
    unplaced += reader.unplaced
    unplaced += take_quarters(record, reader.table, (reader.table or page[-1:])[0].place)
    for name, text in reader.prose.items():
        if quarter := quarter_of_field(name):
            record.places[name] = text.place
            quarter_of(record, quarter).narrative = text.value or None
        else:
            fill(record, name, text)
    note_layout(record, reader.fields, _EXPECTED, unplaced, page[-1])
    return record


def _fill_title(record: Indicator, lines: list[Line], known_id: str | None) -> list[Line]:
    """Set id, agency and name from the title, and the id from the address where none is left; return the rest."""
    title, others = title_of(lines, _TITLE_END)
    match = title and (_TITLE.fullmatch(title.value) or _LIKE_TITLE.fullmatch(title.value))
    fill_named(record, Text(title.place, match["name"]) if title and match else title)
    if title and match:
        fill(record, "kpi_id", Text(title.place, match["id"]), read_kpi_id)
        record.places["agency_code"] = title.place
    if known_id:
        take_known(record, "kpi_id", known_id)
    if record.kpi_id:
        record.agency_code = record.kpi_id[:4]
    return others


def _fill_evaluation(record: Indicator, text: Text | None, table: list[Line]) -> None:
    """Set the evaluated quarter and its score, which may stand on a line of its own before the table's head."""
    if text is None:
        return
    match = _EVALUATION.fullmatch(text.value)
    if not match:
        fill(record, "evaluation_quarter", text, read_quarter)
        return
    score = Text(text.place, match["score"])
    below = [index for index, line in enumerate(table) if line.text.strip()][:2]
    if (
        score.is_empty
        and len(below) > 1
        and _BARE_NUMBER.fullmatch(table[below[0]].text)
        and is_header(table[below[1]])
    ):
        score = Text(table[below[0]].place, table.pop(below[0]).text)
    fill(record, "evaluation_quarter", Text(text.place, match["quarter"]), read_quarter)
    fill(record, "evaluation_score", score, read_percent)


def _word_of(vocabulary: str) -> Callable[[str], str]:
    known: dict[str, str] = {shape(word): name for name, some in _VOCABULARY[vocabulary].items() for word in some}

    def read(text: str) -> str:
        if shape(text) not in known:
            raise ValueError(f"{text!r} is not a word of {vocabulary}")
        return known[shape(text)]

    return read


def _level(text: str) -> str | None:
    """Read what stands in the brackets: the level in Thai and in English. Raises ValueError unless they agree."""
    printed = shape(text).lower()
    if not printed.strip("()"):
        return None
    spellings: dict[str, list[str]] = _VOCABULARY["indicator_level"]
    levels = [level for level, some in spellings.items() if any(shape(word) in printed for word in some)]
    if len(levels) != 1:
        raise ValueError(f"{text!r} is not one level")
    return levels[0]
