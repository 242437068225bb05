"""What kinds of archives have in common: a list of files, with names that are safe and unique."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from etl.addresses import escape
from etl.errors import LIMIT_RULE, DocumentFault
from etl.limits import ARCHIVE_RATIO_FREE_BYTES as RATIO_FREE_BYTES
from etl.limits import ARCHIVE_RATIO_MAX as RATIO_MAX
from etl.limits import DOCUMENT_BYTES_MAX as MEMBER_BYTES_MAX

_LITTER = re.compile(r"(?:^|/)(?:__MACOSX/|\.|thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_THAI_RUN = re.compile("[\u0e01-\u0e4e]{2}")


class Entry(NamedTuple):
    """A file in an archive: its name in an address, its unpacked size, its time, and the key to extract it by.

    `letter` is what a message says of what is attached to it; blank where that concerns no value.
    """

    name: str
    byte_size: int
    modified_at: datetime | None
    key: Any
    letter: str = ""


class Opened(Protocol):
    """An archive that was opened; it may be what an office program saves, and so a document itself."""

    entries: list[Entry]
    is_document: bool

    def extract(self, entry: Entry, /) -> bytes:
        """Return the bytes of a file. Raises DocumentFault when they cannot be had whole, or are too many."""

    def alone(self, entry: Entry, /) -> bytes:
        """Return an archive with only this file in it, its bytes as they came; it shows the same fault when opened."""


def entries_of(files: Iterable[Entry]) -> list[Entry]:
    """Return files whose names are paths in the archive, each with a safe name that no other has.

    Folders, and files that an operating system adds, are left out.
    """
    entries: dict[str, Entry] = {}
    taken = Counter[str]()
    for entry in files:
        name = _shown(entry.name)
        if name.endswith("/") or _LITTER.search(name):
            continue
        shown = name
        while shown in entries:
            taken[name] += 1
            shown = f"{name}#{taken[name] + 1}"
        entries[shown] = entry._replace(name=shown)
    return list(entries.values())


def require_small(byte_size: int, packed_bytes: int) -> None:
    """Raise DocumentFault when a file is too big to be a document, or was packed to too small a part of its size."""
    if byte_size > MEMBER_BYTES_MAX or byte_size > max(RATIO_FREE_BYTES, RATIO_MAX * packed_bytes):
        raise DocumentFault(LIMIT_RULE, f"the file in the archive unpacks to {byte_size:,} bytes, which is too much")


def decoded(name: bytes, otherwise: str = "cp437") -> str:
    """Return a name whose encoding is not stated; bytes that are no letters are kept for `escape`."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        thai = name.decode("cp874", errors="surrogateescape")
        return thai if _THAI_RUN.search(thai) else name.decode(otherwise)


def _shown(name: str) -> str:
    """Return a member's name in an address: without `..` or a root, and with invisible characters escaped."""
    path = name.replace("\\", "/")
    parts = [part for part in path.split("/") if part not in {"", ".", ".."}]
    return escape("/".join(parts)) + "/" * path.endswith("/") or "_"
