"""Archives into the documents in them: ZIP, and ZIP in ZIP. In comes a file, out comes each member with its address.

Nothing is lost in silence. A member that cannot be unpacked comes out as an archive of its own, its bytes as they came,
and an archive that cannot be opened, or goes over a limit, comes out as it is: for both, `fault` says why, as often as
it is asked. No name in an archive is ever used as a path, and nothing is unpacked beyond the size that it declares.
"""

import re
import struct
import time
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from etl.addresses import escape
from etl.errors import EMPTY_RULE, LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import ARCHIVE_BYTES_MAX as BYTES_MAX
from etl.limits import ARCHIVE_DEPTH_MAX as DEPTH_MAX
from etl.limits import ARCHIVE_MEMBERS_IN_ALL_MAX as MEMBERS_IN_ALL_MAX
from etl.limits import ARCHIVE_MEMBERS_MAX as MEMBERS_MAX
from etl.limits import ARCHIVE_RATIO_FREE_BYTES as RATIO_FREE_BYTES
from etl.limits import ARCHIVE_RATIO_MAX as RATIO_MAX
from etl.limits import ARCHIVE_RECORDS_MAX as RECORDS_MAX
from etl.limits import ARCHIVE_SECONDS_MAX as SECONDS_MAX
from etl.limits import DOCUMENT_BYTES_MAX as MEMBER_BYTES_MAX

MEMBER = "!/"
_END_SIGNATURE, _RECORD_SIGNATURE = b"PK\x05\x06", b"PK\x01\x02"
_SIGNATURES = (b"PK\x03\x04", _END_SIGNATURE)
_ENCRYPTED, _UTF_8_NAME = 0x1, 0x800
_METHODS = {ZIP_STORED, ZIP_DEFLATED}  # of the others, some do not let themselves be stopped at a size
_LITTER = re.compile(r"(?:^|/)(?:__MACOSX/|\.|thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_OFFICE = {"[Content_Types].xml", "mimetype"}
_THAI_RUN = re.compile("[\u0e01-\u0e4e]{2}")
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_BANGKOK = ZoneInfo("Asia/Bangkok")  # a date in an archive has no zone: it is the clock's on the wall where it was made
_DAMAGED = (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, struct.error, zlib.error)

# Of a record in the directory of an archive: how long it is without its three texts, where its flags and their lengths
# stand, and where the offset of its member does.
_CENTRAL_BYTES, _LENGTHS_AT, _OFFSET = 46, 28, slice(42, 46)
_FLAGS, _FLAGS_AT = struct.Struct("<H"), 8
_LENGTHS, _END = struct.Struct("<3H"), struct.Struct("<4s4H2LH")
_FILES, _STATED_ELSEWHERE = 4, 0xFFFF  # of the end: how many files there are, or that they are too many for it


class Member(NamedTuple):
    """A document in an archive, or a file that is none: its address, its bytes, and its time in the archive."""

    uri: str
    content: bytes
    modified_at: datetime | None = None


class _Entry(NamedTuple):
    info: ZipInfo
    name: str


def is_archive(content: bytes) -> bool:
    """Tell whether a file's bytes are a ZIP archive: it begins like one, or ends like one."""
    return content.startswith(_SIGNATURES) or content[-_END.size :].startswith(_END_SIGNATURE)


class _Exhausted(Exception):  # noqa: N818 - of what a file may cost, and no fault of the program
    """Raised when nothing more of a file may be unpacked."""


class _Allowance:
    """What one file may still unpack to, with all archives in it, and how long that may still take."""

    def __init__(self) -> None:
        self.bytes_left, self.members_left, self._seconds_left = BYTES_MAX, MEMBERS_IN_ALL_MAX, float(SECONDS_MAX)

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Take the seconds of the processor that are spent within from those left."""
        began = time.thread_time()
        try:
            yield
        finally:
            self._seconds_left -= time.thread_time() - began

    def require(self) -> None:
        """Raise _Exhausted when nothing is left of one of them."""
        if min(self.bytes_left, self.members_left, self._seconds_left) < 0:
            raise _Exhausted


def unpack(uri: str, content: bytes) -> Iterator[Member]:
    """Yield each document in a file; the address of one in an archive is `<archive uri>!/<name>`.

    One that goes over a limit in the midst of it comes out as it is, behind what was had of it.
    """
    whole = Member(uri, content)
    try:
        yield from _unpack(whole, DEPTH_MAX, _Allowance())
    except _Exhausted:
        yield whole


def fault(content: bytes) -> DocumentFault:
    """Return why an archive came out of `unpack` as it is."""
    try:
        archive, entries = _open(content, BYTES_MAX)
        if len(entries) == 1:
            _extract(archive, entries[0].info)
    except DocumentFault as known:
        return known
    return DocumentFault(
        LIMIT_RULE,
        f"the ZIP archive is packed in more than {DEPTH_MAX} others, or they unpack to more than {BYTES_MAX:,} bytes or"
        f" {MEMBERS_IN_ALL_MAX:,} files together, or take more than {SECONDS_MAX} seconds; unpack it first",
    )


def _unpack(whole: Member, depth: int, allowance: _Allowance) -> Iterator[Member]:
    """Yield the documents in a file. Raises _Exhausted when they are too many, or cost too much."""
    if not depth or not is_archive(whole.content):
        yield whole
        return
    try:
        with allowance.spending():
            archive, entries = _open(whole.content, allowance.bytes_left)
    except DocumentFault:
        yield whole
        return
    allowance.bytes_left -= sum(info.file_size for info, _ in entries)
    packed: _Packed | None = None
    for info, name in entries:
        allowance.members_left -= 1
        allowance.require()
        member = Member(f"{whole.uri}{MEMBER}{name}", b"", _modified_at(info) or whole.modified_at)
        with allowance.spending():
            try:
                content = _extract(archive, info)
            except DocumentFault:
                content = None
        if content is not None:
            yield from _unpack(member._replace(content=content), depth - 1, allowance)
            continue
        packed = packed or _Packed(whole.content, archive)
        alone = packed.alone(info)
        allowance.bytes_left -= len(alone)  # many may say that their bytes stand in one place
        allowance.require()
        yield member._replace(content=alone)


def _open(content: bytes, bytes_max: int) -> tuple[ZipFile, list[_Entry]]:
    """Return an archive and its files. Raises DocumentFault when it is damaged, holds none, or goes over a limit."""
    if content.count(_RECORD_SIGNATURE) > RECORDS_MAX:
        raise DocumentFault(LIMIT_RULE, f"the ZIP archive holds more than {RECORDS_MAX:,} files; split it")
    try:
        archive = _zip(content)
    except _DAMAGED as error:
        raise DocumentFault(
            UNREADABLE_RULE, f"the ZIP archive is damaged or cut off ({error}); get it again"
        ) from error
    named, stated = len(archive.infolist()), _files_stated(content)
    if stated not in (named, _STATED_ELSEWHERE):
        reason = f"the ZIP archive is damaged (it names {named:,} of {stated:,} files); get it again"
        raise DocumentFault(UNREADABLE_RULE, reason)
    entries = _entries(archive)
    if not entries:
        raise DocumentFault(EMPTY_RULE, "the ZIP archive holds no file")
    if not _OFFICE.isdisjoint(archive.namelist()):
        raise DocumentFault(UNREADABLE_RULE, "the document is of an office program; save the export as PDF or as text")
    if len(entries) > MEMBERS_MAX:
        raise DocumentFault(LIMIT_RULE, f"the ZIP archive holds more than {MEMBERS_MAX:,} files; split it")
    if sum(info.file_size for info, _ in entries) > bytes_max:
        raise DocumentFault(LIMIT_RULE, f"the ZIP archive unpacks to more than {BYTES_MAX:,} bytes; split it")
    return archive, entries


def _zip(content: bytes) -> ZipFile:
    """Return an archive. Of names that it calls UTF-8 and that are not, it is made to say nothing."""
    try:
        return ZipFile(BytesIO(content))
    except UnicodeDecodeError:
        *_, files, length, _, _ = _END.unpack_from(content, content.rfind(_END_SIGNATURE))
        start, corrected = content.rfind(_END_SIGNATURE) - length, bytearray(content)
        for _ in range(files):
            lengths = _LENGTHS.unpack_from(content, start + _LENGTHS_AT)
            name = content[start + _CENTRAL_BYTES : start + _CENTRAL_BYTES + lengths[0]]
            if not _is_utf_8(name):
                (flags,) = _FLAGS.unpack_from(content, start + _FLAGS_AT)
                _FLAGS.pack_into(corrected, start + _FLAGS_AT, flags & ~_UTF_8_NAME)
            start += _CENTRAL_BYTES + sum(lengths)
        return ZipFile(BytesIO(bytes(corrected)))


def _is_utf_8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def _files_stated(content: bytes) -> int:
    """Return how many files the end of an archive says that it has: one damaged byte may make its directory shorter."""
    end = content.rfind(_END_SIGNATURE, 0, len(content) - _END.size + len(_END_SIGNATURE))
    return int(_END.unpack_from(content, end)[_FILES])


def _entries(archive: ZipFile) -> list[_Entry]:
    """Return the files in an archive by names of which no two are the same, without what a system put there."""
    entries: dict[str, ZipInfo] = {}
    taken = Counter[str]()
    for info in archive.infolist():
        name = _name(info)
        if name.endswith("/") or _LITTER.search(name):
            continue
        shown = name
        while shown in entries:
            taken[name] += 1
            shown = f"{name}#{taken[name] + 1}"
        entries[shown] = info
    return [_Entry(info, name) for name, info in entries.items()]


def _name(info: ZipInfo) -> str:
    """Return a member's name as it stands in an address: no way up, no root, and what nobody sees escaped."""
    name = info.filename
    if not info.flag_bits & _UTF_8_NAME:
        name = _decoded(name.encode("cp437"))
    path = name.replace("\\", "/")
    parts = [part for part in path.split("/") if part not in {"", ".", ".."}]
    return escape("/".join(parts)) + "/" * path.endswith("/") or "_"


def _decoded(name: bytes) -> str:
    """Return a name whose encoding the archive does not state; bytes that stand for nothing are kept for `escape`."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        thai = name.decode("cp874", errors="surrogateescape")
        return thai if _THAI_RUN.search(thai) else name.decode("cp437")


def _modified_at(info: ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time, tzinfo=_BANGKOK) if info.date_time != _NO_DATE else None
    except ValueError:
        return None


def _extract(archive: ZipFile, info: ZipInfo) -> bytes:
    """Return the bytes of a member. Raises DocumentFault when they cannot be had whole, or are too many."""
    if info.flag_bits & _ENCRYPTED:
        raise DocumentFault(UNREADABLE_RULE, "the file in the archive is encrypted; pack it without a password")
    if info.compress_type not in _METHODS:
        raise DocumentFault(UNREADABLE_RULE, "the file in the archive is packed in a rare way; pack it as ordinary ZIP")
    is_bomb = info.file_size > max(RATIO_FREE_BYTES, RATIO_MAX * info.compress_size)
    if is_bomb or info.file_size > MEMBER_BYTES_MAX:
        raise DocumentFault(
            LIMIT_RULE, f"the file in the archive unpacks to {info.file_size:,} bytes, which is too much"
        )
    try:
        with archive.open(info) as file:
            return file.read(info.file_size + 1)  # asked for a number of bytes, it never unpacks more
    except _DAMAGED as error:
        raise DocumentFault(UNREADABLE_RULE, f"the file in the archive is damaged ({error}); get it again") from error


class _Packed:
    """An archive's bytes, and where in them each member and its record in the directory stand."""

    def __init__(self, content: bytes, archive: ZipFile) -> None:
        self._content = content
        self._records: dict[int, bytes] = {}
        start = archive.start_dir
        for one in archive.infolist():
            end = start + _CENTRAL_BYTES + sum(_LENGTHS.unpack_from(content, start + _LENGTHS_AT))
            self._records[id(one)] = content[start:end]
            start = end
        self._starts = sorted({*(one.header_offset for one in archive.infolist()), archive.start_dir})

    def alone(self, info: ZipInfo) -> bytes:
        """Return an archive with a single one of its members in it, the member's bytes as they came."""
        record = bytearray(self._records[id(info)])
        record[_OFFSET] = bytes(4)
        following = bisect_right(self._starts, info.header_offset)
        end = self._starts[following] if following < len(self._starts) else len(self._content)
        member = self._content[info.header_offset : end]
        return member + record + _END.pack(_END_SIGNATURE, 0, 0, 1, 1, len(record), len(member), 0)
