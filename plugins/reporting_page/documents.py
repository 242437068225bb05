"""The lines of a document around the place that a case is about."""

from typing import Any, NamedTuple

from etl.errors import DocumentFault
from etl.pipeline import lines_around
from etl_settings import settings


class Lines(NamedTuple):
    """Numbered lines; or why none can be shown."""

    rows: list[tuple[int, str]]
    fault: str | None = None


def lines_of(case: dict[str, Any]) -> Lines:
    """Return the lines around the place of a case."""
    try:
        return Lines(lines_around(settings(), case["sha256"], case["line"]))
    except DocumentFault as fault:
        return Lines([], fault.reason)
