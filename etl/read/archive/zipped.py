"""ZIP: its files, each extracted within the size that its directory declares."""

import struct
import zlib
from bisect import bisect_right
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from etl.errors import LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import ARCHIVE_RECORDS_MAX as RECORDS_MAX
from etl.read.archive.entries import Entry, decoded, entries_of, require_small

NAME = "ZIP archive"
_END_SIGNATURE, _RECORD_SIGNATURE = b"PK\x05\x06", b"PK\x01\x02"
_SIGNATURES = (b"PK\x03\x04", _END_SIGNATURE)
_ENCRYPTED, _UTF_8_NAME = 0x1, 0x800
_METHODS = {ZIP_STORED, ZIP_DEFLATED}  # some of the others cannot be stopped at a size
_OFFICE = {"[Content_Types].xml", "mimetype"}
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_BANGKOK = ZoneInfo("Asia/Bangkok")  # a date in an archive has no zone: it is local time where the archive was made
_DAMAGED = (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, struct.error, zlib.error)

# Of a record in the directory of an archive: how long it is without its three texts, where its flags and their lengths
# stand, and where the offset of its member does.
_CENTRAL_BYTES, _LENGTHS_AT, _OFFSET = 46, 28, slice(42, 46)
_FLAGS, _FLAGS_AT = struct.Struct("<H"), 8
_LENGTHS, _END = struct.Struct("<3H"), struct.Struct("<4s4H2LH")
_FILES, _STATED_ELSEWHERE = 4, 0xFFFF  # of the end: how many files there are, or that they are too many for it


def is_one(content: bytes) -> bool:
    """Tell whether a file's bytes are a ZIP archive: it begins like one, or ends like one."""
    return content.startswith(_SIGNATURES) or content[-_END.size :].startswith(_END_SIGNATURE)


class _Archive:
    def __init__(self, content: bytes, archive: ZipFile) -> None:
        self._content, self._archive = content, archive
        self._packed: _Packed | None = None
        self.is_document = not _OFFICE.isdisjoint(archive.namelist())
        self.entries = entries_of(
            Entry(_name(info), info.file_size, _modified_at(info), info) for info in archive.infolist()
        )

    def extract(self, entry: Entry) -> bytes:
        return _extract(self._archive, entry.key)

    def alone(self, entry: Entry) -> bytes:
        self._packed = self._packed or _Packed(self._content, self._archive)
        return self._packed.alone(entry.key)


def open(content: bytes, _: str) -> _Archive:  # noqa: A001 - as `zipfile`, `tarfile` and `gzip` name it
    """Return an archive. Raises DocumentFault when it is damaged, or its directory too big to be looked at."""
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
    return _Archive(content, archive)


def _zip(content: bytes) -> ZipFile:
    """Return an archive; where it wrongly marks a name as UTF-8, the flag is cleared in its directory."""
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
    """Return the number of files that the end of an archive states; a damaged directory may list fewer."""
    end = content.rfind(_END_SIGNATURE, 0, len(content) - _END.size + len(_END_SIGNATURE))
    return int(_END.unpack_from(content, end)[_FILES])


def _name(info: ZipInfo) -> str:
    """Return a member's name, in the encoding stated, or else in the one that its bytes show."""
    return info.filename if info.flag_bits & _UTF_8_NAME else decoded(info.filename.encode("cp437"))


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
    require_small(info.file_size, info.compress_size)
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
        for info in archive.infolist():
            end = start + _CENTRAL_BYTES + sum(_LENGTHS.unpack_from(content, start + _LENGTHS_AT))
            self._records[id(info)] = content[start:end]
            start = end
        self._starts = sorted({*(info.header_offset for info in archive.infolist()), archive.start_dir})

    def alone(self, info: ZipInfo) -> bytes:
        """Return an archive with a single one of its members in it, the member's bytes as they came."""
        record = bytearray(self._records[id(info)])
        record[_OFFSET] = bytes(4)
        following = bisect_right(self._starts, info.header_offset)
        end = self._starts[following] if following < len(self._starts) else len(self._content)
        member = self._content[info.header_offset : end]
        return member + record + _END.pack(_END_SIGNATURE, 0, 0, 1, 1, len(record), len(member), 0)
