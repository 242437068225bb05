"""Lines into records with their places: the family is recognised, and its module reads every copy.

In come a document and its lines; out come copies whose records carry values, places and issues. Nothing is judged here.
"""

from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from msgspec.structs import replace

from etl.errors import DocumentFault
from etl.limits import RECORDS_MAX
from etl.parse import evidence, families, tolerance
from etl.parse.grammar import marker_of
from etl.records import Channel, Copy, Document, Line

_FAMILIES: list[ModuleType] = [
    import_module(f"{families.__name__}.{module.name}") for module in iter_modules(families.__path__)
]

_MARKERS = {family: marker_of(*family.MARKERS) for family in _FAMILIES}
_ANY_MARKER = marker_of(*(label for family in _FAMILIES for label in family.MARKERS))


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return the copies in a document, at least one; each names the family that was recognised.

    Raises DocumentFault when the lines are of no known family or of several, when only the title of one is left, and
    when there are too many records.
    """
    is_recognised = document.channel == Channel.OCR
    if is_recognised:
        lines = tolerance.repair(lines)
    printed = [line for line in lines if line.text and not line.text.isspace()]
    possible = _possible(printed)
    recognising = [family for family in _FAMILIES if family in possible and family.recognise(document, printed)]
    if not recognising:
        raise DocumentFault("R-unknown-family", "the document is of no known family of exports")
    if len(recognising) > 1:
        names = ", ".join(family.FAMILY for family in recognising)
        raise DocumentFault("R-family-unclear", f"the document has the marks of more than one family: {names}")
    (family,) = recognising
    recognised = replace(document, family=family.FAMILY)
    copies: list[Copy] = family.parse(recognised, lines)
    if not copies:
        raise DocumentFault("R-form-incomplete", f"of the {family.FAMILY} nothing is left that can be read")
    _require_few(copies)
    for copy in copies if is_recognised else ():
        evidence.weigh(copy, lines)
    return copies


def _require_few(copies: list[Copy]) -> None:
    """Raise DocumentFault when there are too many records in a document."""
    records = 0
    for copy in copies:
        records += 1 + len(copy.reports) + len(copy.indicators)
        if records > RECORDS_MAX:
            reason = f"the document has more than {RECORDS_MAX:,} copies, reports and indicators; split it"
            raise DocumentFault("R-limit", reason, copy.first_line)


def _possible(lines: list[Line]) -> set[ModuleType]:
    """Return the families of which a marker stands there: each looks at every line, so few should be asked."""
    markers = {match[0] for line in lines if (match := _ANY_MARKER.match(line.text))}
    return {family for marker in markers for family in _families_with(marker)}


@lru_cache(maxsize=1024)
def _families_with(marker: str) -> list[ModuleType]:
    return [family for family in _FAMILIES if _MARKERS[family].match(marker)]
