"""The newer views of a project: labels and values (`labelled`), or the three grids of plan 68 (`grids`)."""

from etl.errors import DocumentFault
from etl.families import UNCLEAR_RULE
from etl.families.project_view import grids, labelled
from etl.records import Copy, Document, Line

_LAYOUTS = (grids, labelled)
MARKERS = (*grids.MARKERS, *labelled.MARKERS)


def recognise(document: Document, lines: list[Line]) -> bool:
    """Tell whether these lines are a view in either layout."""
    return any(layout.recognise(document, lines) for layout in _LAYOUTS)


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return each view in the document. Raises DocumentFault when it has both layouts."""
    printed = [line for line in lines if line.text.strip()]
    is_grids, is_labelled = (layout.recognise(document, printed) for layout in _LAYOUTS)
    if is_grids and is_labelled:
        raise DocumentFault(UNCLEAR_RULE, "the document has the marks of both layouts of a project's view")
    return grids.parse(document, lines) if is_grids else labelled.parse(document, lines)
