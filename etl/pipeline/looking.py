"""What people look at when something is odd: the checks of the warehouse, and the lines of a document."""

import logging
from typing import Any

from etl import landing, storage, workers
from etl.errors import DocumentFault
from etl.load import watch
from etl.settings import Settings
from etl.warehouse import open_engine

_BYTES_SHOWN = 200

logger = logging.getLogger(__name__)


def quality(settings: Settings) -> list[dict[str, Any]]:
    """Check the warehouse and keep what was found in `ops.quality_check`; return it, the gravest first.

    A row has check, fiscal_year, severity (ok where there is nothing to look at), cases and message.
    """
    limits = ("freshness_max_hours", "news_max_days", "volume_drop_max_pct")
    return watch.check(open_engine(settings), {name: getattr(settings, name) for name in limits})


def lines_around(settings: Settings, sha256: str, line: int | None) -> list[tuple[int, str]]:
    """Return number and text of the lines of a landed document near one of them. Raises what `landing.read` does."""
    return raw_lines(landing.read(storage.landing(settings), sha256), line)


def raw_lines(content: bytes, around: int | None) -> list[tuple[int, str]]:
    """Return number and text of the lines near one line of a document; of one that cannot be read, its first bytes.

    It is read as all documents are: in a process of its own, within the limits.
    """
    try:
        return workers.lines_near(content, around or 1)
    except DocumentFault as fault:
        logger.debug("the document cannot be read: %s", fault.reason)
        return [(1, repr(content[:_BYTES_SHOWN]))]
