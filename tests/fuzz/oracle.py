"""The oracle of the fuzzers: what must hold for a damaged document whatever was done to it.

1. Reading and judging it raises nothing.
2. It is read within a deadline.
3. If it is accepted without a finding that the sound document did not have, every structured value is the sound one, or
   the damage changed what is printed: the value stands at the place that it claims. A line that is as it was must give
   what it gave before, to the same report or indicator; a line that was damaged must hold the value in full. A value or
   a record that is gone must be gone from the paper as well.

An edit that makes another valid value of a printed one (`50.00` of `30.00`) can be told by nobody: rule 3 lets it pass,
because the new value is printed. It lets pass as well what puts a cell of a table in the place of another one of its
column, adds a bare number where one may be blank, or takes such a cell away, where cells are lines: only the lines
around say whose such a line is. A finding that tells of another value than the sound document's is another finding. For
channels with a checksum of their own (PDF streams, ZIP members) there is no such excuse: their damage never makes
another value, and rule 3 is equality.
"""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from itertools import islice
from typing import NamedTuple
from unittest.mock import patch

from msgspec.structs import fields

from etl.errors import DocumentFault
from etl.extract import extract, parse
from etl.parse.grammar import shape
from etl.read import read
from etl.read.archive import unpack
from etl.records import (
    Channel,
    Copy,
    Document,
    Finding,
    Indicator,
    IndicatorQuarter,
    Place,
    Project,
    Record,
    Report,
    Severity,
    Strategy,
)
from etl.reference import words
from etl.thai.text import arabic_digits, repair
from tests.judging import findings_added

DEADLINE_SECONDS = 5.0
_WINDOW = 3  # lines with text, from the place that a value claims, among which it may stand
_CELL_END = " | "
_ROW_LINES = 4  # with text, of a table's row: quarter, result, score, pair

# Texts that are codes or words of a vocabulary; every other text is prose.
_STRUCTURED_TEXTS = frozenset({
    "project_code", "view_id", "kpi_id", "agency_code", "unit_code", "agency_path", "plan_version", "strategy_code",
    "sub_issue_code", "goal_code", "plan_status", "target_status", "indicator_type", "indicator_level", "unit",
})  # fmt: skip
# Values that follow from others, which are judged for themselves.
_SOURCES = {"agency_code": {"project_code", "kpi_id"}, "unit_code": {"project_code"}, "fiscal_year": {"fiscal_year"}}
_PRINTED_WITH = {"unit": "unit_raw"}
_PROSE_TYPES = (str | None, list[str], list[IndicatorQuarter], dict[str, Place], dict[str, str])
_STRUCTURED: dict[type[Record], list[str]] = {
    kind: [field.name for field in fields(kind) if field.name in _STRUCTURED_TEXTS or field.type not in _PROSE_TYPES]
    for kind in (Project, Strategy, Report, Indicator)
}
PROSE_FIELDS = frozenset(
    field.name for kind, names in _STRUCTURED.items() for field in fields(kind) if field.name not in names
)
_NUMBER = re.compile(r"(?<![\d.,])[-+]?\d[\d,]*(?:\.\d+)?(?!\s?[.,]?\d)", re.ASCII)
_ROW, _BESIDE = re.compile(r"[\d.,/\s]+", re.ASCII), re.compile(r"[\d.,]+", re.ASCII)  # of a table without bars
_PAIR = re.compile(r"\d+\s?/\s?\d+", re.ASCII)
_QUARTER = re.compile(r"(?<=ไตรมาสที่ )[1-4](?= )")  # a score may stand behind it
_AMOUNT = r"((?:\d{1,3}(?:,\d{3})+|\d+)\.\d\d)"
_GLUED_AMOUNTS = re.compile(rf"(?<![\d.,]){_AMOUNT}{_AMOUNT}{_AMOUNT}$", re.ASCII)  # of a grid that lost its cells
_DATE = re.compile(r"(\d{1,4})(?:\s?[-/ ]\s?(\d{1,2})\s?[-/ ]\s?|\s?([\u0e00-\u0e7f. ]{2,14}?)\s?)(\d{1,4})", re.ASCII)
_CODE = re.compile(r"\d+(?:[.-]\d+)*", re.ASCII)
_MONTHS = "มค กพ มีค เมย พค มิย กค สค กย ตค พย ธค".split()  # noqa: SIM905
_SPELLINGS = {
    value: spellings
    for group in ("indicator_type", "indicator_level", "units")
    for value, spellings in words("vocabulary")[group].items()
}
_LONG_MONTHS = "มกรา กุมภา มีนา เมษา พฤษภา มิถุนา กรกฎา สิงหา กันยา ตุลา พฤศจิกา ธันวา".split()  # noqa: SIM905


class Fault(NamedTuple):
    """A rule of the oracle that a damaged document broke, in words."""

    kind: str
    message: str


class _Fact(NamedTuple):
    """A structured value of a record: the record's kind and key, the field, and where it says that it stands."""

    kind: str
    key: Hashable
    field: str
    value: object
    place: Place | None


class Export(NamedTuple):
    """A document as it reaches us."""

    uri: str
    content: bytes


def copies_in(export: Export) -> list[Copy]:
    """Return every copy in a document, or in each document of an archive."""
    return [copy for member in unpack(*export) for copy in extract(member.uri, member.content)]


def printed_in(export: Export) -> list[Copy]:
    """Return every copy in a PDF; one with a page that is a picture is refused: Tesseract takes seconds for each."""
    fault = DocumentFault("R-unreadable", "a page is a picture")
    with patch("etl.read.ocr.read_picture", side_effect=fault):
        return copies_in(export)


def recognised_in(export: Export) -> list[Copy]:
    """Return every copy in a text that stands for what Tesseract made of a scan."""
    document = Document(uri=export.uri, sha256="", channel=Channel.OCR)
    try:
        return parse(document, read(export.content).lines)
    except DocumentFault as fault:
        finding = Finding(
            rule_id=fault.rule_id, severity=Severity.CRITICAL, record="document", field=None, value=None,
            message=fault.reason, line=None,
        )  # fmt: skip
        return [Copy(document=document, copy=1, page=1, first_line=1, last_line=1, findings=[finding])]


class Reading:
    """What was read from a document, with its findings once it is judged, and how long that took."""

    def __init__(self, export: Export, read_copies: Callable[[Export], list[Copy]] = copies_in) -> None:
        self.export = export
        start = time.process_time()
        self.copies = read_copies(export)
        self.seconds = time.process_time() - start
        self.is_judged = False

    @cached_property
    def lines(self) -> dict[Place, str]:
        try:
            # A tab parts cells as a bar does; in a repaired line it would be a blank like any other.
            return {line.place: repair(line.text.replace("\t", _CELL_END)) for line in read(self.export.content).lines}
        except DocumentFault:
            return {}

    @cached_property
    def texts(self) -> Counter[str]:
        return Counter(self.lines.values())

    @property
    def findings(self) -> Counter[tuple[str, str | None, str | None]]:
        return Counter(
            (finding.rule_id, finding.field, finding.value) for copy in self.copies for finding in copy.findings
        )

    @cached_property
    def facts(self) -> list[_Fact]:
        return [fact for copy in self.copies for fact in _facts(copy)]

    @cached_property
    def by_name(self) -> dict[tuple[str, Hashable, str], list[_Fact]]:
        found = defaultdict(list)
        for fact in self.facts:
            found[fact.kind, fact.key, fact.field].append(fact)
        return found

    def line(self, place: Place | None) -> str:
        return self.lines.get(place, "") if place else ""

    def window(self, place: Place | None) -> str:
        """Return the line at a place and the next ones with text, in one piece."""
        return " ".join(self._lines_from(place, _WINDOW))

    def row(self, place: Place | None) -> list[str]:
        """Return the line at a place and those with text on either side that may be of the same row of a table."""
        return [*self._lines_from(place, _ROW_LINES), *self._lines_from(place, _ROW_LINES, step=-1)]

    def cells(self, line: str) -> int:
        """Return how often a line stands in a row of a table: near a pair of scores."""
        places = [place for place, text in self.lines.items() if text == line]
        return sum(any(map(_PAIR.fullmatch, self.row(place))) for place in places)

    def _lines_from(self, place: Place | None, count: int, step: int = 1) -> list[str]:
        if place is None or place not in self.lines:
            return []
        places = list(self.lines)[::step]
        inked = filter(None, (self.lines[other] for other in places[places.index(place) :]))
        return list(islice(inked, count))


def judge_together(readings: Iterable[Reading]) -> None:
    """Judge those not judged yet in one batch, which costs as much as one of them: their copies gain findings."""
    fresh = {id(reading): reading for reading in readings if not reading.is_judged}.values()
    for reading, copies in zip(fresh, findings_added([reading.copies for reading in fresh]), strict=True):
        reading.copies, reading.is_judged = copies, True


def fault(mutant: Reading, sounds: Sequence[Reading], *, is_exact: bool) -> Fault | None:
    """Return the rule that a damaged document breaks; `sounds` are the documents that it was made of, itself first."""
    if mutant.seconds > DEADLINE_SECONDS:
        return Fault("slow", f"{mutant.seconds:.1f} s")
    for copy in mutant.copies:
        for finding in copy.findings:
            if finding.rule_id == "R-not-processed":
                return Fault("crash", finding.message)
    if mutant.findings - sounds[0].findings:
        return None
    if is_exact:  # of files that were joined, either may be read
        message = None if any(not is_changed(mutant, sound) for sound in sounds) else _difference(mutant, sounds[0])
    else:
        message = _unprinted(mutant, sounds)
    return Fault("silent", message) if message else None


def is_changed(mutant: Reading, sound: Reading) -> bool:
    """Tell whether a structured value differs from the sound document's."""
    return _difference(mutant, sound) is not None


def _difference(mutant: Reading, sound: Reading) -> str | None:
    found, known = ([fact[:4] for fact in reading.facts] for reading in (mutant, sound))
    if found == known:
        return None
    first = next((pair for pair in zip(known, found, strict=False) if pair[0] != pair[1]), (len(known), len(found)))
    return f"{first[0]} became {first[1]}"


def _unprinted(mutant: Reading, sounds: Sequence[Reading]) -> str | None:
    for fact in mutant.facts:
        if message := _unprinted_fact(fact, mutant, sounds):
            return message
    for fact in sounds[0].facts:
        is_gone = (fact.kind, fact.key, fact.field) not in mutant.by_name
        if is_gone and fact.value is not None and _is_lost(fact, mutant, sounds[0]):
            return f"{fact.kind} {fact.key}: {fact.field} {fact.value} is printed and was lost with its record"
    return None


def _unprinted_fact(fact: _Fact, mutant: Reading, sounds: Sequence[Reading]) -> str | None:
    known = [twin for sound in sounds[:1] for twin in sound.by_name.get((fact.kind, fact.key, fact.field), ())]
    if any(twin.value == fact.value or _is_left_of(fact, twin, mutant) for twin in known) or _follows(fact, mutant):
        return None
    if fact.value is None or fact.value is False:
        read_elsewhere = {other.value for other in mutant.by_name[fact.kind, fact.key, fact.field]}
        lost = next(
            (twin for twin in known if twin.value not in read_elsewhere and _is_lost(twin, mutant, sounds[0])), None
        )
        return f"{fact.kind} {fact.key}: {fact.field} {lost.value} is printed and was not read" if lost else None
    claimed = f"{fact.kind} {fact.key}: {fact.field} is read as {fact.value}"
    if fact.place is None:
        return f"{claimed}, and claims no place"
    line = mutant.line(fact.place)
    if not _prints(fact.value, line):
        return None if _prints(fact.value, mutant.window(fact.place)) else f"{claimed}, and {line!r} does not say so"
    origins = [other for sound in sounds for other in sound.facts if sound.line(other.place) == line]
    if not origins:
        return None  # the line was damaged, and says so
    if any(other.field == fact.field and other.value == fact.value and other.key == fact.key for other in origins):
        return None
    # The record's own name may have been damaged; then what it says is told by its lines alone.
    is_renamed = fact.key is not None and not known
    is_borrowed = line not in sounds[0].texts  # then it gives what it gave in the document that it is of
    is_of_column = any(other.field == fact.field and other.value == fact.value for other in origins)
    is_added = mutant.texts[line] > sounds[0].texts[line]
    if is_of_column and (is_renamed or is_borrowed):
        return None
    if (is_of_column or is_added) and _is_cell_of(fact, line, mutant):
        return None
    return f"{claimed} from {line!r}, which says something else in the sound document"


def _is_cell_of(fact: _Fact, line: str, mutant: Reading) -> bool:
    """Tell whether a line is one cell of a row, and the number of the fact's quarter stands near."""
    if not (_is_cell(fact, line) and isinstance(fact.key, tuple)):
        return False
    return any(re.match(rf"{fact.key[1]}(?![^\s|])", other) for other in mutant.row(fact.place))


def _is_cell(fact: _Fact, line: str) -> bool:
    """Tell whether a line is one cell of a quarter's row: nothing on it says whose it is, nor that it is a cell."""
    return fact.kind == "indicator quarter" and _ROW.fullmatch(line) is not None


def _is_left_of(fact: _Fact, sound: _Fact, mutant: Reading) -> bool:
    """Tell whether a value of several parts is what was left of it when the lines of the others were taken away."""
    if not (isinstance(fact.value, tuple) and isinstance(sound.value, tuple)):
        return False
    gone = [part for part in sound.value if part not in fact.value]
    is_rest = fact.value == tuple(part for part in sound.value if part not in gone)
    return is_rest and not any(_prints(part, line) for part in gone for line in mutant.texts)


def _follows(fact: _Fact, mutant: Reading) -> bool:
    """Tell whether the value follows from another one, which is judged for itself."""
    if fact.field == "plan_version":
        return True  # of the fiscal year, or of the words that only one plan has for its levels
    return any(
        other.field in _SOURCES.get(fact.field, ())
        and str(other.value).startswith(str(fact.value))
        and (other.kind, other.field) != (fact.kind, fact.field)
        for other in mutant.facts
    )


def _is_lost(fact: _Fact, mutant: Reading, sound: Reading) -> bool:
    """Tell whether the line of a value stands as often as in the sound document, and gives this value less often."""
    line = sound.line(fact.place)
    if not (line and _prints(fact.value, line) and mutant.texts[line] >= sound.texts[line]):
        return False
    if _is_cell(fact, line) and mutant.cells(line) < sound.cells(line):
        return False
    after, before = (
        sum((twin.field, twin.value, one.line(twin.place)) == (fact.field, fact.value, line) for twin in one.facts)
        for one in (mutant, sound)
    )
    return after < before


def _facts(copy: Copy) -> Iterator[_Fact]:
    """Yield the structured values of a copy, of every record and of every quarter of an indicator."""
    for record in filter(None, (copy.project, copy.strategy, *copy.reports, *copy.indicators)):
        kind, key, places = type(record).__name__.lower(), _key(record), record.places
        for field in _STRUCTURED[type(record)]:
            value = getattr(record, field)
            place = places.get(field) or places.get(_PRINTED_WITH.get(field, ""))
            yield _Fact(kind, key, field, tuple(value) or None if isinstance(value, list) else value, place)
        for quarter in getattr(record, "quarters", ()):
            for field in ("result_value", "score", "pair_score"):
                place = places.get(f"quarters[{quarter.quarter}].{field}") or places.get("quarters")
                yield _Fact(f"{kind} quarter", (key, quarter.quarter), field, getattr(quarter, field), place)


def _key(record: Record) -> Hashable:
    """Return what tells a record from the others of its copy."""
    if isinstance(record, Report):
        return record.report_no
    if isinstance(record, Indicator):
        return record.kpi_id
    return None


# What is printed, told without the code under test


def _prints(value: object, text: str) -> bool:
    """Tell whether a line of text holds a value in full."""
    text = arabic_digits(text)
    match value:
        case bool():
            return "รับรอง" in text
        case Decimal() | int():
            return any(_number(number) == value for number in _numbers(text))
        case date():
            return any(value in _days(match) for match in _DATE.finditer(text))
        case tuple():
            return all(_prints(part, text) for part in value)
        case str() if value in _SPELLINGS:
            return any(shape(spelling) in shape(text) for spelling in _SPELLINGS[value])
        case str() if _CODE.fullmatch(value):
            # An agency's code of four digits leads the codes of its units, of eight.
            return re.search(rf"(?<![\d.-]){re.escape(value)}(?:\d{{4}})?(?![.-]?\d)", _even(text)) is not None
        case _:
            return shape(_even(arabic_digits(str(value)))) in shape(_even(text.replace(_CELL_END, " ")))


def _even(text: str) -> str:
    """Return the text with dashes and dots as codes have them."""
    return re.sub(r"(?<=\d)\s?([.-])\s?(?=\d)", r"\1", re.sub("[–—‐‑]", "-", text))


def _numbers(text: str) -> Iterator[str]:
    """Yield the numbers on a line, each in full."""
    if _ROW.fullmatch(text):
        yield from _BESIDE.findall(text)
        return
    yield from _NUMBER.findall(text)
    yield from _QUARTER.findall(text)
    if glued := _GLUED_AMOUNTS.search(text):
        yield from glued.groups()


def _number(token: str) -> Decimal | None:
    if "," in token and not re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", token):
        return None
    try:
        return Decimal(token.replace(",", ""))
    except InvalidOperation:
        return None


def _days(match: re.Match[str]) -> set[date]:
    """Return the days that three printed numbers can mean in any order and era."""
    first, middle, month_name, last = match.groups()
    if month_name:
        month = shape(month_name)
        numbers = [place % 12 + 1 for place, name in enumerate((*_MONTHS, *_LONG_MONTHS)) if month.startswith(name)]
        return {day for number in numbers for day in _day(last, number, first)}
    orders = ((first, middle, last), (last, middle, first), (last, first, middle))
    return {day for year, month_no, day_no in orders for day in _day(year, int(month_no), day_no)}


def _day(year: str, month: int, day: str) -> Iterator[date]:
    for era in (0, 543, 543 - 2500):
        try:
            yield date(int(year) - era, month, int(day))
        except ValueError:
            continue
