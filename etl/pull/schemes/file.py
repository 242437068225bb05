"""A folder or file on this machine's disks, or on what is mounted there.

A file is the same while its size, its inode and the times of its last change are: the system sets the second of them,
and nobody can set it back.
"""

import os
import stat
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import BinaryIO, NamedTuple

from etl import addresses
from etl.errors import DocumentFault, SourceUnavailableError
from etl.files import CHUNK_BYTES, stamp
from etl.pull.source import (
    SETTLED,
    SETTLED_ELSEWHERE,
    Access,
    Fetched,
    Listed,
    Skipped,
    folder_at,
    nothing_at,
    persistently,
    too_big,
)
from etl.pull.spool import Spool
from etl.pull.tree import Leaf, Status, walk
from etl.settings import Reach

SCHEMES = {"file"}
_END_BYTES = 1024
_SECOND_NS = 1_000_000_000
# Of another kind, if a file was put in the place of the one that was listed, it is not waited for.
_OPEN_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC

Refuse = Callable[[int, bytes], DocumentFault | None]
"""Returns why a file need not be read, given its size in bytes and its first and last bytes; None if it must."""


class File(NamedTuple):
    """A file that was read: its address and its bytes."""

    uri: str
    content: bytes


class Folder:
    """A source on a disk: a folder, or one file."""

    def __init__(self, path: bytes, reach: Reach) -> None:
        self._root, self._reach = os.path.abspath(os.path.expanduser(path)), reach
        self.address = _address(self._root)
        self.folder = folder_at(self.address)

    def listed(self) -> Iterator[Listed | Skipped]:
        """Yield the files in it. Raises as every source does."""
        for found in _listed(self._root):
            if isinstance(found, Leaf):
                yield Listed(_address(found.path), found.status.version, found.status.modified_at, found)
            else:
                yield found

    def fetch(self, found: Listed, _: str | None, spool: Spool, at: datetime) -> Fetched | Skipped:
        """Write the bytes of a file, or return why it cannot be taken: it stops no other."""
        try:
            with _opened(found.found_by) as file:
                before = os.fstat(file.fileno())
                if reason := _reason_against(before, self._reach):
                    return Skipped(found.uri, reason)
                while chunk := file.read(CHUNK_BYTES):
                    spool.write(chunk)
                after = os.fstat(file.fileno())
        except OSError as error:
            return Skipped(found.uri, _not_read(error))
        version = stamp(after)
        is_settled = version == stamp(before) and _is_settled(after, at)
        return Fetched(found.uri, version if is_settled else None, after.st_mtime)

    def close(self) -> None:
        """Do nothing: no file is left open."""


def open_source(address: str, access: Access) -> Folder:
    """Return the source at a `file://` address, whose escapes are those of `etl.addresses`."""
    return Folder(addresses.unescape(address.removeprefix("file://")), access.reach)


def files_at(path: bytes, reach: Reach, refuse: Refuse) -> Iterator[File | Skipped]:
    """Yield the files at a path with their bytes; those that `refuse` says no to are skipped unread.

    Raises BadInputError when it leads nowhere, SourceUnavailableError when a folder cannot be looked into.
    """
    for found in _listed(os.path.abspath(os.path.expanduser(path))):
        yield found if isinstance(found, Skipped) else _read(found, reach, refuse)


class _Disk:
    def address(self, path: bytes) -> str:
        return _address(path)

    def entries(self, folder: bytes) -> list[tuple[bytes, Status]]:
        with os.scandir(folder) as entries:
            return [(entry.name, _status(entry.stat(follow_symlinks=False))) for entry in entries]

    def status(self, path: bytes) -> Status:
        return _status(os.stat(path))

    def real(self, path: bytes) -> bytes:
        return os.path.realpath(path, strict=True)


def _address(path: bytes) -> str:
    return addresses.bounded(f"file://{addresses.escape(path)}")


def _status(information: os.stat_result) -> Status:
    return Status(information.st_mode, stamp(information), information.st_mtime)


def _is_settled(information: os.stat_result, at: datetime) -> bool:
    """Tell whether a file's last change was so long before `at` that a later change would have another time."""
    last_ns = max(information.st_mtime_ns, information.st_ctime_ns)
    # A clock that knows no parts of a second is that of an old file system, perhaps of another machine.
    is_fine = last_ns % _SECOND_NS != 0
    return last_ns / _SECOND_NS + (SETTLED if is_fine else SETTLED_ELSEWHERE).total_seconds() < at.timestamp()


@persistently
def _listed(root: bytes) -> list[Leaf | Skipped]:
    shown = addresses.escape(root)
    try:
        return list(walk(_Disk(), root))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise nothing_at(shown) from error
    except OSError as error:
        at = f": {addresses.escape(error.filename)}" if error.filename else ""
        raise SourceUnavailableError(f"{shown} does not answer: {error.strerror}{at}") from error


def _opened(found: Leaf) -> BinaryIO:
    return open(os.open(found.real, _OPEN_FLAGS), "rb")


def _not_read(error: OSError) -> str:
    return f"the file cannot be read: {error.strerror}"


def _reason_against(information: os.stat_result, reach: Reach) -> str | None:
    """Return why an opened file is not read, if it is not."""
    if not stat.S_ISREG(information.st_mode):
        return "it is no file any more"
    return too_big(reach) if information.st_size > reach.bytes_max else None


def _read(found: Leaf, reach: Reach, refuse: Refuse) -> File | Skipped:
    """Return a file with its bytes, or why it cannot be read: it stops no other."""
    uri = _address(found.path)
    try:
        with _opened(found) as file:
            information = os.fstat(file.fileno())
            if reason := _reason_against(information, reach):
                return Skipped(uri, reason)
            if fault := refuse(information.st_size, _ends(file)):
                return Skipped(uri, fault.reason, fault.rule_id)
            content = file.read(information.st_size + 1)
            if len(content) > information.st_size:  # it grows
                content += file.read(reach.bytes_max + 1 - len(content))
    except OSError as error:
        return Skipped(uri, _not_read(error))
    return Skipped(uri, too_big(reach)) if len(content) > reach.bytes_max else File(uri, content)


def _ends(file: BinaryIO) -> bytes:
    """Return how a file begins and ends."""
    first = file.read(_END_BYTES)
    file.seek(-min(_END_BYTES, file.seek(0, os.SEEK_END)), os.SEEK_END)
    last = file.read()
    file.seek(0)
    return first + last
