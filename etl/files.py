"""Files on this machine's disk: for their owner alone, whole or not at all, and on the disk before they are believed.

Modes do not follow from the umask: what is kept here may hold personal data. Folders that are there already are left as
they are, but for those that `close` is given.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from errno import EINVAL, ENOTSUP
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import FileLock

FOLDER, FILE, UMASK = 0o700, 0o600, 0o077
CHUNK_BYTES = 1 << 20  # of a file that is read or written piece by piece
PASSABLE = 0o711  # others may go through it, as the embedded server's account must, and see nothing of what is in it


def make(folder: Path, mode: int = FOLDER) -> None:
    """Make a folder, and those on the way to it, with this mode; what is there already keeps its own."""
    if folder.is_dir():
        return
    make(folder.parent, mode)
    with suppress(FileExistsError):  # made by another process at this moment
        make_new(folder, mode)


def make_new(folder: Path, mode: int = FOLDER) -> None:
    """Make one folder that lasts, with this mode. Raises FileExistsError when it is there already."""
    folder.mkdir(FOLDER)
    folder.chmod(mode)
    settle(folder.parent)


def write(path: Path, content: bytes | IO[bytes]) -> None:
    """Write a file that lasts, whole or not at all; one that is there is replaced. Missing folders are made.

    What comes as a file is not taken into memory whole.
    """
    make(path.parent)
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")  # no other thread, process or host has this name
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE), "wb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                shutil.copyfileobj(content, file, CHUNK_BYTES)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    settle(path.parent)


def settle(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the disk reports it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (EINVAL, ENOTSUP):  # some network disks know no such thing of a folder
            raise
    finally:
        os.close(descriptor)


def lock(path: Path, timeout_seconds: float = -1) -> "FileLock":
    """Return a lock that processes of this machine hold in turn; a negative timeout waits for ever."""
    from filelock import FileLock  # brings asyncio along

    make(path.parent)
    with suppress(FileNotFoundError, PermissionError):
        path.chmod(FILE)
    return FileLock(path, timeout=timeout_seconds, mode=FILE)


def stamp(status: os.stat_result) -> str:
    """Return what changes when a file is written anew, or another is put in its place: no one can set all of it back.

    Two changes within one tick of the disk's clock may have the same.
    """
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def is_open(folder: Path) -> bool:
    """Tell whether others may do anything at all with a folder."""
    return bool(folder.stat().st_mode & UMASK)


def close(folder: Path) -> None:
    """Close a folder to others with all that is in it. What another account owns, and links, are left alone."""
    # The folder itself comes last: where it is closed, the rest is.
    for path in (*_inside(folder), folder):
        with suppress(FileNotFoundError, PermissionError):  # a file may be gone by now
            path.chmod(path.stat().st_mode & ~UMASK)


def _inside(folder: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError, PermissionError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_symlink():
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _inside(Path(entry.path))
            yield Path(entry.path)
