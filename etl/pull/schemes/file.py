"""A folder or file on this machine's disks, or on what is mounted there."""

import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from etl import addresses
from etl.errors import SourceUnavailableError
from etl.pull.source import Access, File, Refuse, Skipped, nothing_at, persistently, too_big
from etl.pull.tree import Leaf, walk
from etl.settings import Reach

SCHEMES = {"file"}
# Of another kind, if a file was put in the place of the one that was listed, it is not waited for.
_END_BYTES = 1024
_OPEN_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


class _Disk:
    def address(self, path: bytes) -> str:
        return addresses.bounded(f"file://{addresses.escape(path)}")

    def entries(self, folder: bytes) -> list[tuple[bytes, int]]:
        with os.scandir(folder) as entries:
            return [(entry.name, entry.stat(follow_symlinks=False).st_mode) for entry in entries]

    def mode(self, path: bytes) -> int:
        return os.stat(path).st_mode

    def real(self, path: bytes) -> bytes:
        return os.path.realpath(path, strict=True)


def files(address: str, access: Access) -> Iterator[File | Skipped]:
    """Yield the files at a `file://` address, whose escapes are those of `etl.addresses`."""
    return files_at(addresses.unescape(address.removeprefix("file://")), access.reach)


def files_at(path: bytes, reach: Reach, refuse: Refuse = lambda *_: None) -> Iterator[File | Skipped]:
    """Yield the files at a path; those that `refuse` says no to are skipped unread.

    Raises BadInputError when it leads nowhere, SourceUnavailableError when a folder cannot be looked into.
    """
    root = os.path.abspath(os.path.expanduser(path))
    for found in _listed(root):
        yield found if isinstance(found, Skipped) else _fetched(found, reach, refuse)


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


def _fetched(found: Leaf, reach: Reach, refuse: Refuse) -> File | Skipped:
    """Return a file, or why it cannot be taken: it stops no other."""
    uri = _Disk().address(found.path)
    try:
        with open(os.open(found.real, _OPEN_FLAGS), "rb") as file:
            information = os.fstat(file.fileno())
            if not stat.S_ISREG(information.st_mode):
                return Skipped(uri, "it is no file any more")
            if information.st_size > reach.bytes_max:
                return Skipped(uri, too_big(reach))
            if fault := refuse(information.st_size, _ends(file)):
                return Skipped(uri, fault.reason, fault.rule_id)
            content = file.read(information.st_size + 1)
            if len(content) > information.st_size:  # it grows
                content += file.read(reach.bytes_max + 1 - len(content))
    except OSError as error:
        return Skipped(uri, f"the file cannot be read: {error.strerror}")
    if len(content) > reach.bytes_max:
        return Skipped(uri, too_big(reach))
    return File(uri, content, information.st_mtime)


def _ends(file: BinaryIO) -> bytes:
    """Return how a file begins and ends."""
    first = file.read(_END_BYTES)
    file.seek(-min(_END_BYTES, file.seek(0, os.SEEK_END)), os.SEEK_END)
    last = file.read()
    file.seek(0)
    return first + last
