"""Archives into the documents in them: ZIP, tar, 7-Zip, single packed files, e-mail, and archives within archives.

In comes a file, out comes each member with its address. Nothing is lost in silence. A member that cannot be unpacked
comes out as an archive of its own, its bytes as they came, and an archive that cannot be opened, or goes over a limit,
comes out as it is. For both, `fault` says why. No name in an archive is ever used as a path,
and nothing is unpacked beyond the size that it declares.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import NamedTuple, Protocol

from etl.errors import EMPTY_RULE, LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import ARCHIVE_BYTES_MAX as BYTES_MAX
from etl.limits import ARCHIVE_DEPTH_MAX as DEPTH_MAX
from etl.limits import ARCHIVE_MEMBERS_IN_ALL_MAX as MEMBERS_IN_ALL_MAX
from etl.limits import ARCHIVE_MEMBERS_MAX as MEMBERS_MAX
from etl.limits import ARCHIVE_SECONDS_MAX as SECONDS_MAX
from etl.read.archive import compressed, letter, mail, outlook, seven_zip, tarred, zipped
from etl.read.archive.entries import Opened
from etl.read.text import decode
from etl.thai.remarks import letter_concerns

MEMBER = "!/"
_NOTE = re.compile(
    r"(?:\A|/)(?:read.?me|notes?\b|letter|message|หมายเหตุ|โปรดอ่าน|อ่านก่อน|คำชี้แจง|แจ้ง|ข้อความ|บันทึก)[^/]*\.txt\Z",
    re.IGNORECASE,
)
_NOTE_BYTES_MAX, _NOTES_MAX = 16_000, 3


class Member(NamedTuple):
    """A document in an archive, or a file that is none: its address, its bytes, and its time in the archive."""

    uri: str
    content: bytes
    modified_at: datetime | None = None


class Kind(Protocol):
    """What the module of a kind of archive has: its name, how it is known, and how it is opened."""

    NAME: str

    def is_one(self, content: bytes, /) -> bool:
        """Tell whether bytes are such an archive, by how they begin and end."""

    def open(self, content: bytes, name: str, /) -> Opened:
        """Open an archive with this file name. Raises DocumentFault when it is damaged or over a limit."""


_KINDS: tuple[Kind, ...] = (zipped, compressed, seven_zip, tarred, mail, outlook)


def is_archive(content: bytes) -> bool:
    """Tell whether a file's bytes, or its first and last ones, are an archive's."""
    return _kind(content) is not None


def is_document(content: bytes) -> bool:
    """Tell whether a file's bytes are an archive that an office program saved, and so a document."""
    if not zipped.is_one(content):
        return False
    try:
        return zipped.open(content, "").is_document
    except DocumentFault:
        return False


def _kind(content: bytes) -> Kind | None:
    return next((kind for kind in _KINDS if kind.is_one(content)), None)


class _Exhausted(Exception):  # noqa: N818 - a limit of the input, not a fault of the program
    """Raised when nothing more of a file may be unpacked."""


class _Allowance:
    """The bytes, members and seconds of processor time that one file, with all archives in it, may still use."""

    def __init__(self) -> None:
        self.bytes_left, self.members_left, self._seconds_left = BYTES_MAX, MEMBERS_IN_ALL_MAX, float(SECONDS_MAX)

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Subtract the processor time of the block from the seconds left."""
        began = time.thread_time()
        try:
            yield
        finally:
            self._seconds_left -= time.thread_time() - began

    def require(self) -> None:
        """Raise _Exhausted when the bytes, members or seconds are used up."""
        if min(self.bytes_left, self.members_left, self._seconds_left) < 0:
            raise _Exhausted


def unpack(uri: str, content: bytes) -> Iterator[Member]:
    """Yield each document in a file; the address of one in an archive is `<archive uri>!/<name>`.

    A file that goes over a limit while it is unpacked comes out as it is, after the documents unpacked so far.
    """
    whole = Member(uri, content)
    try:
        yield from _unpack(whole, DEPTH_MAX, _Allowance(), "")
    except _Exhausted:
        yield whole


def fault(content: bytes) -> DocumentFault:
    """Return why an archive came out of `unpack` as it is."""
    kind = _kind(content) or zipped
    try:
        opened = _open(kind, content, "", BYTES_MAX)
        if len(opened.entries) == 1:
            opened.extract(opened.entries[0])
    except DocumentFault as known:
        return known
    return DocumentFault(
        LIMIT_RULE,
        f"the {kind.NAME} is packed in more than {DEPTH_MAX} others, or they unpack to more than {BYTES_MAX:,} bytes or"
        f" {MEMBERS_IN_ALL_MAX:,} files together, or take more than {SECONDS_MAX} seconds; unpack it first",
    )


def _unpack(whole: Member, depth: int, allowance: _Allowance, said: str) -> Iterator[Member]:
    """Yield the documents in a file, each with what is `said` of it, if anything.

    Raises _Exhausted when they are too many, or cost too much.
    """
    kind = _kind(whole.content) if depth else None
    if kind is None:
        yield _told(whole, said)
        return
    try:
        with allowance.spending():
            opened = _open(kind, whole.content, whole.uri, allowance.bytes_left)
    except DocumentFault:
        opened = None
    if opened is None or opened.is_document:
        yield _told(whole, said) if opened else whole
        return
    allowance.bytes_left -= sum(entry.byte_size for entry in opened.entries)
    with allowance.spending():
        of_all = "\n".join(filter(None, (said, *_notes(opened))))
    for entry in opened.entries:
        allowance.members_left -= 1
        allowance.require()
        member = Member(f"{whole.uri}{MEMBER}{entry.name}", b"", entry.modified_at or whole.modified_at)
        with allowance.spending():
            try:
                content = opened.extract(entry)
            except DocumentFault:
                content = None
        if content is not None:
            of_member = "\n".join(filter(None, (said if _NOTE.search(entry.name) else of_all, entry.letter)))
            yield from _unpack(member._replace(content=content), depth - 1, allowance, of_member)
            continue
        alone = opened.alone(entry)
        allowance.bytes_left -= len(alone)  # many members may claim the same bytes
        allowance.require()
        yield member._replace(content=alone)


def _notes(opened: Opened) -> Iterator[str]:
    """Yield what small text files, named as notes, say of the values of the documents beside them."""
    notes = [entry for entry in opened.entries if entry.byte_size <= _NOTE_BYTES_MAX and _NOTE.search(entry.name)]
    for entry in notes[:_NOTES_MAX] if len(notes) < len(opened.entries) else ():
        with suppress(DocumentFault):
            text = decode(opened.extract(entry)).text.strip()
            if letter_concerns(text):
                yield text


def _told(whole: Member, said: str) -> Member:
    """Return a document with what is said of it; an archive stays as it is, as it is held back whatever is said."""
    if not said or (is_archive(whole.content) and not is_document(whole.content)):
        return whole
    return whole._replace(content=letter.joined(whole.content, said))


def _open(kind: Kind, content: bytes, uri: str, bytes_max: int) -> Opened:
    """Return an archive. Raises DocumentFault when it is damaged, holds no file, or goes over a limit."""
    try:
        opened = kind.open(content, uri.rpartition("/")[2])
    except (DocumentFault, MemoryError):
        raise
    except Exception as error:  # a library may raise anything for a damaged file; the other files go on
        reason = f"the {kind.NAME} is damaged ({type(error).__name__}); get it again"
        raise DocumentFault(UNREADABLE_RULE, reason) from error
    if not opened.entries:
        raise DocumentFault(EMPTY_RULE, f"the {kind.NAME} holds no file")
    if len(opened.entries) > MEMBERS_MAX:
        raise DocumentFault(LIMIT_RULE, f"the {kind.NAME} holds more than {MEMBERS_MAX:,} files; split it")
    if sum(entry.byte_size for entry in opened.entries) > bytes_max:
        raise DocumentFault(LIMIT_RULE, f"the {kind.NAME} unpacks to more than {BYTES_MAX:,} bytes; split it")
    return opened
