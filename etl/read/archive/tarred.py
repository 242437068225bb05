"""tar: its files, and those that its links lead to; a link out of the archive, or a device, is a fault."""

import posixpath
import tarfile
from datetime import UTC, datetime
from io import BytesIO
from typing import NamedTuple

from etl.errors import LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import ARCHIVE_MEMBERS_MAX as MEMBERS_MAX
from etl.read.archive.entries import Entry, decoded, entries_of, require_small

NAME = "tar archive"
_MAGIC, _MAGIC_AT = b"ustar", 257
_LINKS_MAX = 8  # in a chain
_DAMAGED = (tarfile.TarError, EOFError, OSError, OverflowError, ValueError)


def is_one(content: bytes) -> bool:
    """Tell whether a file's bytes begin like a tar archive."""
    return content.startswith(_MAGIC, _MAGIC_AT)


class _File(NamedTuple):
    info: tarfile.TarInfo
    end: int  # of its bytes, with its header, in the archive
    target: tarfile.TarInfo | None  # where its content stands; None where that is nowhere in the archive


class _Archive:
    is_document = False

    def __init__(self, content: bytes, archive: tarfile.TarFile, members: list[tarfile.TarInfo]) -> None:
        self._content, self._archive = content, archive
        by_name = {posixpath.normpath(info.name): info for info in members}
        ends = [*(info.offset for info in members[1:]), archive.offset]
        files = [
            _File(info, end, _target(info, by_name))
            for info, end in zip(members, ends, strict=True)
            if not info.isdir()
        ]
        self.entries = entries_of(
            Entry(_name(file.info), file.target.size if file.target else 0, _modified_at(file.info), file)
            for file in files
            if not (file.target and file.target.isdir())
        )

    def extract(self, entry: Entry) -> bytes:
        file: _File = entry.key
        if file.info.isdev():
            raise DocumentFault(UNREADABLE_RULE, "the file in the archive is a device; pack the export itself")
        if file.target is None:
            reason = "the file in the archive is a link that leads out of it; pack the export itself"
            raise DocumentFault(UNREADABLE_RULE, reason)
        require_small(file.target.size, file.end - file.info.offset if file.target is file.info else file.target.size)
        try:
            opened = self._archive.extractfile(file.target)
            return opened.read() if opened else b""
        except _DAMAGED as error:
            reason = f"the file in the archive is damaged ({error}); get it again"
            raise DocumentFault(UNREADABLE_RULE, reason) from error

    def alone(self, entry: Entry) -> bytes:
        file: _File = entry.key
        return self._content[file.info.offset : file.end] + bytes(2 * tarfile.BLOCKSIZE)


def open(content: bytes, _: str) -> _Archive:  # noqa: A001 - as `zipfile`, `tarfile` and `gzip` name it
    """Return an archive. Raises DocumentFault when it is damaged, cut off, or has too many files."""
    members: list[tarfile.TarInfo] = []
    try:
        archive = tarfile.TarFile(fileobj=BytesIO(content), encoding="utf-8", errors="surrogateescape")
        while (info := archive.next()) is not None:
            members.append(info)
            if len(members) > MEMBERS_MAX:
                raise DocumentFault(LIMIT_RULE, f"the tar archive holds more than {MEMBERS_MAX:,} files; split it")
    except _DAMAGED as error:
        reason = f"the tar archive is damaged or cut off ({error}); get it again"
        raise DocumentFault(UNREADABLE_RULE, reason) from error
    end = content[archive.offset : archive.offset + tarfile.BLOCKSIZE]
    if end != bytes(tarfile.BLOCKSIZE):  # a damaged header also ends the listing, and would hide the files after it
        reason = f"the tar archive is damaged or cut off behind {len(members):,} files; get it again"
        raise DocumentFault(UNREADABLE_RULE, reason)
    return _Archive(content, archive, members)


def _target(info: tarfile.TarInfo, by_name: dict[str, tarfile.TarInfo]) -> tarfile.TarInfo | None:
    """Return what holds the content of a file: itself, or what its link leads to."""
    target: tarfile.TarInfo | None = info
    for _ in range(_LINKS_MAX):
        if target is None or not (target.issym() or target.islnk()):
            return target
        folder = posixpath.dirname(target.name) if target.issym() else ""
        target = by_name.get(posixpath.normpath(posixpath.join(folder, target.linkname)))
    return None


def _name(info: tarfile.TarInfo) -> str:
    return decoded(info.name.encode("utf-8", "surrogateescape"))


def _modified_at(info: tarfile.TarInfo) -> datetime | None:
    try:
        return datetime.fromtimestamp(info.mtime, UTC) if info.mtime else None
    except (OverflowError, ValueError, OSError):
        return None
