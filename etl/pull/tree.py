"""A tree of files with links in it, walked: on this machine's disk or on another's.

Links are followed as long as they lead to somewhere in the source: then what they lead to is in it by another name as
well. What lies behind a link that leads out of it, or nowhere, is skipped and reported; so is what is no regular
file: opening a FIFO would wait for ever. A link to a folder around it is passed over: all in it is found without it.
"""

import stat
from collections.abc import Iterator
from errno import ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR
from typing import NamedTuple, Protocol

from etl.addresses import escape
from etl.pull.source import Skipped

LINKED_FOLDERS_MAX = 10_000  # by links between folders, a few of them may be reached in endlessly many ways
_GONE = {ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG}


class Status(NamedTuple):
    """What is known of a path without opening it: its kind, which version of it that is, and when it was modified.

    The version is None where its source states too little.
    """

    mode: int
    version: str | None
    modified_at: float | None


class Tree(Protocol):
    """Files and folders by path; all raise OSError."""

    def address(self, path: bytes) -> str:
        """Return the address of a path."""

    def entries(self, folder: bytes) -> list[tuple[bytes, Status]]:
        """Return name and status of what is in a folder; of a link, the status is its own."""

    def status(self, path: bytes) -> Status:
        """Return the status of what a path leads to."""

    def real(self, path: bytes) -> bytes:
        """Return the path without links that leads to the same."""


class Leaf(NamedTuple):
    """A regular file: the path that names it, the one without links that leads to it, and its status."""

    path: bytes
    real: bytes
    status: Status


class _Folder(NamedTuple):
    path: bytes
    real: bytes
    links: tuple[bytes, ...] = ()  # the folders of the links that were followed to get here


def walk(tree: Tree, root: bytes) -> Iterator[Leaf | Skipped]:
    """Yield the files under a folder, or the file itself, without those whose names begin with a dot."""
    top = _Folder(root, tree.real(root))
    status = tree.status(top.real)
    if not stat.S_ISDIR(status.mode):
        yield _leaf(tree, top.path, top.real, status)
        return
    todo, linked = [top], 0
    while todo:
        folder = todo.pop()
        deeper: list[_Folder] = []
        for found in _inside(tree, folder, top):
            if not isinstance(found, _Folder):
                yield found
                continue
            linked += found.links != folder.links
            if linked <= LINKED_FOLDERS_MAX or found.links == folder.links:
                deeper.append(found)
            else:
                yield Skipped(tree.address(found.path), f"links lead to more than {LINKED_FOLDERS_MAX:,} folders")
        todo += reversed(deeper)


def _inside(tree: Tree, folder: _Folder, top: _Folder) -> Iterator[_Folder | Leaf | Skipped]:
    """Yield what is in a folder of a source."""
    try:
        entries = sorted(tree.entries(folder.real))
    except OSError as error:
        if folder == top or error.errno not in _GONE:
            raise
        yield Skipped(tree.address(folder.path), f"the folder cannot be listed: {error.strerror}")
        return
    for name, status in entries:
        path, real = _join(folder.path, name), _join(folder.real, name)
        if name.startswith(b"."):
            continue
        if stat.S_ISLNK(status.mode):
            yield from _followed(tree, _Folder(path, real, (*folder.links, folder.real)), top)
        elif stat.S_ISDIR(status.mode):
            yield _Folder(path, real, folder.links)
        else:
            yield _leaf(tree, path, real, status)


def _followed(tree: Tree, link: _Folder, top: _Folder) -> Iterator[_Folder | Leaf | Skipped]:
    """Yield what a link leads to, or why it is not followed; nothing where it leads to a folder that contains it."""
    try:
        target = tree.real(link.real)
        status = tree.status(target)
    except OSError as error:
        yield Skipped(tree.address(link.path), f"the link leads nowhere: {error.strerror}")
        return
    if not _is_in(target, top.real):
        yield Skipped(tree.address(link.path), f"the link leads out of the source, to {escape(target)}")
    elif not stat.S_ISDIR(status.mode):
        yield _leaf(tree, link.path, target, status)
    elif not any(_is_in(folder, target) for folder in link.links):
        yield link._replace(real=target)


def _leaf(tree: Tree, path: bytes, real: bytes, status: Status) -> Leaf | Skipped:
    if stat.S_ISREG(status.mode):
        return Leaf(path, real, status)
    return Skipped(tree.address(path), "it is no file, but a FIFO, a socket or a device")


def _is_in(path: bytes, folder: bytes) -> bool:
    return path == folder or path.startswith(_join(folder, b""))


def _join(folder: bytes, name: bytes) -> bytes:
    return folder + name if folder.endswith(b"/") else folder + b"/" + name
