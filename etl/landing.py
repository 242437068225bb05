"""The landing area: the bytes of documents as they came, each file named by the hash of what is in it.

Where a document lies follows from its hash and the storage of today, so that storage may move. What is read is proven
by its hash; what is damaged is landed anew as soon as a source brings it again.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from upath import UPath

from etl.errors import DocumentFault
from etl.files import CHUNK_BYTES, stamp
from etl.storage import on_a_disk, write

DAMAGED_RULE = "R-landing-damaged"
_AT_ONCE = 8  # files; writing one at a time would take as long as all other work
_BYTES_AT_ONCE = 64 << 20

Put = Callable[[str, bytes | BinaryIO], None]
"""Keeps bytes, or a file of them, which it then closes, by their hash."""

_Folder = TypeVar("_Folder", UPath, Path)


def place(landing: _Folder, sha256: str) -> _Folder:
    """Return where the bytes with a hash lie."""
    return landing / sha256[:2] / sha256


def read(landing: UPath, sha256: str) -> bytes:
    """Return the bytes with a hash. Raises DocumentFault when they are not there, or others are in their place."""
    path = place(landing, sha256)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise _damaged(f"its bytes are missing in the landing area: there is no {path}") from None
    except OSError as error:
        if path.protocol:  # a store that does not answer says nothing of one file
            raise
        raise _damaged(f"its bytes cannot be read in the landing area: {error}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        what = "emptied" if not content else "damaged"
        raise _damaged(f"its bytes were {what} in the landing area: {path} has another hash than its name")
    return content


@contextmanager
def putting(landing: UPath) -> Iterator[Put]:
    """Yield a function that keeps bytes by their hash; when the block has ended, all of them last.

    A file that is there already is proven by its hash, and replaced when it is damaged.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        under_way: deque[tuple[int, Future[None]]] = deque()

        def put(sha256: str, content: bytes | BinaryIO) -> None:
            in_memory = len(content) if isinstance(content, bytes) else 0
            under_way.append((in_memory, pool.submit(_put, landing, sha256, content)))
            # So much is in memory, and no more.
            while len(under_way) == _AT_ONCE or sum(size for size, _ in under_way) > _BYTES_AT_ONCE:
                under_way.popleft()[1].result()

        yield put
        for _, writing in under_way:
            writing.result()


def remove(landing: UPath, sha256: str) -> int:
    """Remove the bytes with a hash, with what a writer that was killed left of them; return how many files went."""
    found = list(landing.glob(f"{sha256[:2]}/{sha256}*"))
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def stamps(landing: UPath, hashes: Collection[str]) -> dict[str, str]:
    """Return a stamp for each of these hashes whose bytes are there; a changed stamp means that they were written anew.

    A disk is asked for each file, a store for a list of all: no file is opened.
    """
    if not hashes:
        return {}
    folder = on_a_disk(landing)
    if folder is None:
        landing.fs.invalidate_cache()
        files = landing.fs.find(landing.path, detail=True)
        found = {path.rpartition("/")[2]: _stamp_of_object(information) for path, information in files.items()}
        return {sha256: found[sha256] for sha256 in hashes if sha256 in found}
    found = {}
    for sha256 in hashes:
        with suppress(OSError):  # not there, or not to be read
            found[sha256] = stamp(place(folder, sha256).stat())
    return found


def chunks(landing: UPath, sha256: str) -> Iterator[bytes]:
    """Yield the bytes with a hash piece by piece; who reads them is to prove them. Raises OSError."""
    with place(landing, sha256).open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def is_sound(landing: UPath, sha256: str) -> bool:
    """Tell whether bytes are there that have the hash they are named by; they are not taken into memory whole."""
    digest = hashlib.sha256()
    try:
        for chunk in chunks(landing, sha256):
            digest.update(chunk)
    except OSError as error:
        if landing.protocol and not isinstance(error, FileNotFoundError):  # a store that does not answer
            raise
        return False  # not there, or not to be read: to write it shows whether there is more to it
    return digest.hexdigest() == sha256


def _stamp_of_object(information: dict[str, Any]) -> str:
    return hashlib.sha256(repr(sorted(information.items())).encode()).hexdigest()


def _put(landing: UPath, sha256: str, content: bytes | BinaryIO) -> None:
    try:
        if not is_sound(landing, sha256):
            write(place(landing, sha256), content)
    finally:
        if not isinstance(content, bytes):
            content.close()


def _damaged(reason: str) -> DocumentFault:
    return DocumentFault(DAMAGED_RULE, f"{reason}; pull it again from its source, or restore it from a backup")
