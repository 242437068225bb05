"""A document with the letter that brought it, where that says something of what the document says.

In come a document and a letter, out comes a ZIP archive of both, as a document of its own: its bytes are always the
same for the same two. It can be opened with any program, and is parted again when the document is read.
"""

from io import BytesIO
from typing import NamedTuple
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from etl.read.archive import zipped

_KIND = b"application/x-document-with-letter"
_MIMETYPE, _LETTER, _DOCUMENT = "mimetype", "letter.txt", "document"
_HEAD_BYTES = 128  # in which the kind stands, as it is the first file and is not packed


class WithLetter(NamedTuple):
    """A document, and the text of its letter."""

    content: bytes
    letter: str


def joined(content: bytes, letter: str) -> bytes:
    """Return a document and its letter as one."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for name, part in ((_MIMETYPE, _KIND), (_LETTER, letter.encode("utf-8", "replace")), (_DOCUMENT, content)):
            archive.writestr(ZipInfo(name), part)
    return target.getvalue()


def parted(content: bytes) -> WithLetter | None:
    """Return a document apart from its letter; None where it has none. Raises DocumentFault when it is damaged."""
    if _KIND not in content[:_HEAD_BYTES] or not zipped.is_one(content):
        return None
    opened = zipped.open(content, "")
    entries = {entry.name: entry for entry in opened.entries}
    if not {_LETTER, _DOCUMENT} <= entries.keys():
        return None
    return WithLetter(opened.extract(entries[_DOCUMENT]), opened.extract(entries[_LETTER]).decode("utf-8", "replace"))
