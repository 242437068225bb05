"""Lines into records with their places: the family is recognised, and its module reads every copy.

In come a document and its lines; out come copies whose records carry values, places and doubts. Nothing is judged here.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from etl.errors import DocumentFault
from etl.parse import families
from etl.records import Copy, Document, Line

_FAMILIES: list[ModuleType] = [
    import_module(f"{families.__name__}.{module.name}") for module in iter_modules(families.__path__)
]


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return the copies in a document, at least one; each names the family that was recognised.

    Raises DocumentFault when the lines are of no known family, or only the title of one is left.
    """
    family = next((family for family in _FAMILIES if family.recognise(lines)), None)
    if family is None:
        raise DocumentFault("R-unknown-family", "the document is of no known family of exports")
    recognised = Document(uri=document.uri, sha256=document.sha256, family=family.FAMILY, channel=document.channel)
    copies: list[Copy] = family.parse(recognised, lines)
    if not copies:
        raise DocumentFault("R-form-incomplete", f"the document is a {family.FAMILY} with no section left in it")
    return copies
