"""The families of exports, a folder each, found by being here: nothing lists them.

In come a document and its lines; out come copies whose records carry values, places and issues. Nothing is judged here.
The folder `<name>/` has the words that a family prints, `labels.toml`, and a module `parser` with

* `MARKERS`: labels, of which one at least begins a line of each such export;
* `recognise(document, lines)`: whether these are its lines, by what no other family prints;
* `parse(document, lines)`: a copy for each form or page in the document.

`labels.toml` also says which words are labels, and of which fields (`dictionary`), and which can be put right in a scan
(`repair`, see `etl.repair.parts`). What reading it may note of a record, and the rule that judges that, stands in
`issues.toml` (see `etl.issues`).
"""

import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import import_module, resources
from pkgutil import iter_modules
from re import Pattern
from typing import Any, NamedTuple, Protocol, cast

from msgspec.structs import replace

from etl.errors import LIMIT_RULE, DocumentFault
from etl.issues import require_own
from etl.limits import RECORDS_MAX
from etl.parse.grammar import marker_of
from etl.records import Copy, Document, Line
from etl.thai.corrections import corrects

CORRECTION_RULE = "R-correction-worded"
_LETTER_MAX = 200  # lines of a letter; nobody writes more
UNCLEAR_RULE, INCOMPLETE_RULE = "R-family-unclear", "R-form-incomplete"
_FIELDS, _REPAIR = "dictionary", "repair"  # in a file of labels, what is none


class Parser(Protocol):
    """What the module `parser` of a family has."""

    MARKERS: tuple[str, ...]

    def recognise(self, document: Document, lines: list[Line], /) -> bool:
        """Tell whether these are lines of the family."""

    def parse(self, document: Document, lines: list[Line], /) -> list[Copy]:
        """Return the copies in a document, none where nothing is left of them."""


class Family(NamedTuple):
    """A family of exports: its name, what reads it, and what finds a line with one of its markers."""

    name: str
    parser: Parser
    marker: Pattern[str]


@cache
def names() -> tuple[str, ...]:
    """Return the names of all families."""
    return tuple(module.name for module in iter_modules(__path__) if module.ispkg)


def labels(name: str) -> dict[str, Any]:
    """Return the words that a family prints."""
    return {key: value for key, value in _file_of_labels(name).items() if key not in {_FIELDS, _REPAIR}}


class FieldLabels(NamedTuple):
    """The labels of a field, in all spellings, and the suite that judges the records that it is of."""

    suite: str
    field: str
    spellings: list[str]


def labels_of_fields(name: str) -> list[FieldLabels]:
    """Return which labels of a family are of which fields."""
    table = labels(name)
    return [found for entry in _file_of_labels(name).get(_FIELDS, ()) for found in labels_at(table, entry)]


def labels_at(table: dict[str, Any], entry: Mapping[str, Any]) -> list[FieldLabels]:
    """Return the labels at one place in a table of words, which an entry states with the suite that they are of.

    A label is named after its field; where it is not, or not all are labels, `fields` says which it is of.
    """
    for step in entry["at"]:
        table = table[step]
    fields = entry.get("fields", {name: name for name in table})
    return [FieldLabels(entry["suite"], field, _spellings(table[name])) for name, field in fields.items()]


def _spellings(label: str | list[str]) -> list[str]:
    return [label] if isinstance(label, str) else label


def printing(suite: str, field: str) -> dict[str, list[str]]:
    """Return the families that print a label of a field, and its spellings."""
    found = {
        name: [
            spelling for label in labels_of_fields(name) if label[:2] == (suite, field) for spelling in label.spellings
        ]
        for name in names()
    }
    return {name: spellings for name, spellings in found.items() if spellings}


def repairable(name: str) -> dict[str, Any]:
    """Return where the words of a family stand that play a part in repair."""
    entries: dict[str, Any] = _file_of_labels(name).get(_REPAIR, {})
    return entries


@cache
def _file_of_labels(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files(__name__) / name / "labels.toml").read_text("utf-8"))


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return the copies in a document, at least one; each names the family that was recognised.

    Raises DocumentFault when the lines are of no known family or of several, when only the title of one is left, and
    when there are too many records; UndeclaredIssueError when the family notes an issue that is not among its own.
    """
    printed = [line for line in lines if line.text and not line.text.isspace()]
    recognising = [family for family in _candidates(printed) if family.parser.recognise(document, printed)]
    if not recognising and (line := next((line for line in printed[:_LETTER_MAX] if corrects(line.text)), None)):
        reason = "a letter corrects an export in words, which nobody applies; send that anew, or use corrections.toml"
        raise DocumentFault(CORRECTION_RULE, reason, line.place.line)
    if not recognising:
        raise DocumentFault("R-unknown-family", "the document is of no known family of exports")
    if len(recognising) > 1:
        found = ", ".join(family.name for family in recognising)
        raise DocumentFault(UNCLEAR_RULE, f"the document has the marks of more than one family: {found}")
    (family,) = recognising
    copies = family.parser.parse(replace(document, family=family.name), lines)
    if not copies:
        raise DocumentFault(INCOMPLETE_RULE, f"of the {family.name} nothing is left that can be read")
    _require_few(copies)
    require_own(family.name, copies)
    return copies


def _require_few(copies: list[Copy]) -> None:
    """Raise DocumentFault when there are too many records in a document."""
    records = 0
    for copy in copies:
        records += 1 + len(copy.reports) + len(copy.indicators)
        if records > RECORDS_MAX:
            reason = f"the document has more than {RECORDS_MAX:,} copies, reports and indicators; split it"
            raise DocumentFault(LIMIT_RULE, reason, copy.first_line)


def _candidates(lines: list[Line]) -> list[Family]:
    """Return the families of which a marker stands there: each looks at every line, so few should be asked."""
    markers = {match[0] for line in lines if (match := _any_marker().match(line.text))}
    found = {name for marker in markers for name in _with_marker(marker)}
    return [family for family in _families() if family.name in found]


@cache
def _families() -> tuple[Family, ...]:
    parsers = {name: cast(Parser, import_module(f"{__name__}.{name}.parser")) for name in names()}
    return tuple(Family(name, parser, marker_of(*parser.MARKERS)) for name, parser in parsers.items())


@cache
def _any_marker() -> Pattern[str]:
    return marker_of(*(label for family in _families() for label in family.parser.MARKERS))


@lru_cache(maxsize=1024)
def _with_marker(marker: str) -> list[str]:
    return [family.name for family in _families() if family.marker.match(marker)]
