"""Moves what lies on one storage to another: copied and proven by hash first, removed only when all of it is.

A move that was stopped begins again and finds what it has copied; until its end, nothing is gone from where it was.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine
from upath import UPath

from etl import storage
from etl.errors import BadInputError
from etl.load import storages
from etl.settings import Settings
from etl.warehouse import connect
from etl.warehouse.lock import lock_loads

_AT_ONCE = 8  # files; each is in memory whole, as documents are when they are read


class Moved(NamedTuple):
    """How many files and bytes were moved, and what was left where it was: why, and its address."""

    files: int
    bytes: int
    left: list[str]


class _File(NamedTuple):
    """A file of an area: its place before, its place afterwards, and the hash that its name promises, if it does."""

    source: UPath
    target: UPath
    sha256: str | None


class _Copied(NamedTuple):
    """A file that was looked at, what its storage said of it, its bytes, and whether it is damaged and not copied."""

    file: _File
    stamp: str
    bytes: int
    is_damaged: bool


def move(engine: Engine, source: Settings, target: Settings, advance: Callable[[int], object]) -> Moved:
    """Move landing area, batches and packs from one storage to another, while no load, purge or migration runs.

    `advance` is given the number of all files as each is copied. A document whose bytes are damaged is left where it
    was, and so is what a writer has not finished, or has written since it was copied. Raises BadInputError when both
    are one storage or one lies within the other, and when an address holds a login, WarehouseBusyError when a load runs
    for longer than the settings wait, and OSError when a storage fails or gives back other bytes than it was given:
    then nothing is removed.
    """
    before, after = storage.root(source), storage.root(target)
    _require_two(before, after)
    with connect(engine) as connection:
        lock_loads(connection, "storage move", source.lock_timeout_seconds)
        storages.remember(engine, str(after))  # a purge is to look there even if this is stopped
        files = list(_files(source, target))
        copied = []
        pool = ThreadPoolExecutor(_AT_ONCE)
        try:
            for done in pool.map(_copy, files):
                copied.append(done)
                advance(len(files))
        finally:
            pool.shutdown(cancel_futures=True)  # whoever stops it need not wait for all that is left
        connection.execute("SELECT 1")  # raises where the lock was lost meanwhile
        before.fs.invalidate_cache()
        moved = [done for done in copied if not done.is_damaged and _stamp(done.file.source) == done.stamp]
        for done in moved:
            done.file.source.unlink()
        damaged = {str(done.file.source) for done in copied if done.is_damaged}
        left = []
        for name in storage.AREAS:
            area = before / name
            left += [_why_left(area / path, damaged) for path in _inside(area)]
            _remove_empty(area)
        if not left:
            storages.forget(engine, str(before))
    return Moved(len(moved), sum(done.bytes for done in moved), left)


def _require_two(before: UPath, after: UPath) -> None:
    """Raise BadInputError unless there is something to move, and another place to move it to.

    One place has many names: what is written under one is looked for under the other.
    """
    if not any((before / name).exists() for name in storage.AREAS):
        raise BadInputError(f"there is nothing to move: {before} has none of {', '.join(storage.AREAS)}")
    here, there = map(_resolved, (before, after))
    probe = storage.unique("move")
    if not (is_one := here == there or here in there.parents or there in here.parents):
        try:
            storage.write(before / probe, b"")
            after.fs.invalidate_cache()
            is_one = (after / probe).exists()
        finally:
            (before / probe).unlink(missing_ok=True)
    if is_one:
        raise BadInputError(f"{before} and {after} are one storage, or one lies within the other; name two apart")


def _resolved(root: UPath) -> UPath | Path:
    on_disk = storage.on_a_disk(root)
    return on_disk.resolve() if on_disk else root


def _why_left(path: UPath, damaged: Collection[str]) -> str:
    if str(path) in damaged:
        return f"{path}: its bytes are damaged"
    return f"{path}: a writer has not finished it" if _is_unfinished(path.name) else f"{path}: it was written meanwhile"


def _stamp(path: UPath) -> str:
    """Return what a storage says of a file: something else where other bytes were written.

    The time of an object is not asked for: a listing and a request for the object itself round it differently.
    """
    said = path.fs.info(path.path)
    return repr([said.get(name) for name in ("size", "ino", "mtime", "ETag", "etag")])


def _files(source: Settings, target: Settings) -> Iterator[_File]:
    for name in storage.AREAS:
        before, after = storage.root(source) / name, storage.area(target, name)
        for path in _inside(before):
            if not _is_unfinished(path):
                yield _File(before / path, after / path, path.rpartition("/")[2] if name == storage.LANDING else None)


def _inside(area: UPath) -> list[str]:
    """Return the path of every file in an area, from there."""
    area.fs.invalidate_cache()
    return [path.removeprefix(area.path).lstrip("/") for path in area.fs.find(area.path)]


def _is_unfinished(path: str) -> bool:
    return path.endswith(".part")


def _copy(file: _File) -> _Copied:
    """Copy a file that is not there yet and prove that what was written is what was read."""
    stamp = _stamp(file.source)
    content = file.source.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    is_damaged = file.sha256 not in (None, digest)
    if not is_damaged and _sha256_of(file.target) != digest:
        storage.write(file.target, content)
        if _sha256_of(file.target) != digest:
            raise OSError(f"{file.target} gives back other bytes than were written to it")
    return _Copied(file, stamp, len(content), is_damaged)


def _sha256_of(path: UPath) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None


def _remove_empty(area: UPath) -> None:
    """Remove an area's folders that nothing is left in; an object store has none."""
    if on_disk := storage.on_a_disk(area):
        for folder, _, _ in os.walk(on_disk, topdown=False):
            with suppress(OSError):  # there is something left in it
                Path(folder).rmdir()
