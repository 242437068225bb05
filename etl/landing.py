"""The landing area: the bytes of documents as they came, each file named by the hash of what is in it.

Where a document lies follows from its hash and the storage of today, so that storage may move. What is read is proven
by its hash; what is damaged is landed anew as soon as a source brings it again.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from upath import UPath

from etl.errors import DocumentFault
from etl.storage import write

DAMAGED_RULE = "R-landing-damaged"
_AT_ONCE = 8  # to wait for the disk, or a store, for one file at a time would take as long as all else
_BYTES_AT_ONCE = 64 << 20
_CHUNK_BYTES = 1 << 20

Put = Callable[[str, bytes], None]


def place(landing: UPath, sha256: str) -> UPath:
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

        def put(sha256: str, content: bytes) -> None:
            under_way.append((len(content), pool.submit(_put, place(landing, sha256), content)))
            # So much is in memory, and no more.
            while len(under_way) == _AT_ONCE or sum(size for size, _ in under_way) > _BYTES_AT_ONCE:
                under_way.popleft()[1].result()

        yield put
        for _, one in under_way:
            one.result()


def remove(landing: UPath, sha256: str) -> int:
    """Remove the bytes with a hash, with what a writer that was killed left of them; return how many files went."""
    found = list(landing.glob(f"{sha256[:2]}/{sha256}*"))
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _put(path: UPath, content: bytes) -> None:
    if not _is_sound(path):
        write(path, content)


def _is_sound(path: UPath) -> bool:
    """Tell whether a file is there and has the hash that it is named by; it is not taken into memory whole."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        if path.protocol and not isinstance(error, FileNotFoundError):  # a store that does not answer
            raise
        return False  # not there, or not to be read: to write it shows whether there is more to it
    return digest.hexdigest() == path.name


def _damaged(reason: str) -> DocumentFault:
    return DocumentFault(DAMAGED_RULE, f"{reason}; pull it again from its source, or restore it from a backup")
