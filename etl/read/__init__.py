"""Bytes into lines that know where they stood. One file a channel; a document nobody can read says why.

In come the bytes of one landed export; out come its channel and its lines, cleaned but not repaired.
"""

from datetime import datetime
from typing import NamedTuple

from etl.errors import DocumentFault
from etl.read import text
from etl.records import Channel, Line

_MAGIC = {
    b"%PDF-": "a PDF file",
    b"PK\x03\x04": "a ZIP archive",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"II*\x00": "a TIFF picture",
    b"MM\x00*": "a TIFF picture",
}


class Pages(NamedTuple):
    """The lines of a document, in reading order, and the channel that they came through.

    `address` and `printed_at` are what the export says of itself outside of its text: where it was saved from, and when
    it was printed. `notes` are what somebody should know of how it was read, by rule.
    """

    channel: Channel
    lines: list[Line]
    address: str | None = None
    printed_at: datetime | None = None
    notes: dict[str, str] = {}  # noqa: RUF012 - never changed


def read(content: bytes) -> Pages:
    """Return the lines of a document. Raises DocumentFault when its bytes are of no kind that can be read."""
    if kind := next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None):
        raise DocumentFault("R-unreadable", f"the document is {kind}, which is not read yet; save the export as text")
    return Pages(Channel.TEXT, text.read_lines(content))
