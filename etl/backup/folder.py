"""The folder of a backup: private whatever the umask, written whole or not at all, and verified before it is used.

`SHA256SUMS` names every file; `sha256sum --check SHA256SUMS` reads it as well.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from etl import files
from etl.backup import FORMAT, Manifest
from etl.errors import BadInputError

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder to write into, which becomes `folder` at the end; of one that fails or is killed, nothing stays.

    Raises BadInputError when there is something in `folder`, or another backup is being written to it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInputError(f"{folder} is not empty; name a folder that is not there yet")
    part = folder.with_name(f"{folder.name}.part")
    folder.parent.mkdir(parents=True, exist_ok=True)
    part.mkdir(files.FOLDER, exist_ok=True)
    with _only_one(part):
        # What a backup that was killed has left is of no use to anybody.
        for left in part.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        part.chmod(files.FOLDER)
        try:
            yield part
            for inside in sorted(path for path in part.rglob("*") if path.is_dir()):
                files.settle(inside)
            files.settle(part)
            part.rename(folder)
            files.settle(folder.parent)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold a folder for this process alone; the lock goes with the process."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BadInputError(f"another backup is being written to {folder}; wait for it") from error
    finally:
        os.close(descriptor)


def write(path: Path, chunks: Iterable[bytes]) -> str:
    """Write a private file and see it safely on the disk; return its sha256."""
    files.make(path.parent)
    hashed = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, files.FILE), "wb") as file:
        for chunk in chunks:
            hashed.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return hashed.hexdigest()


def files_in(folder: Path) -> Iterator[Path]:
    """Yield every file in a folder but the list of their hashes, in the order of their names."""
    yield from sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / SUMS)


def seal(part: Path, manifest: Manifest, hashes: dict[str, str]) -> None:
    """Write the manifest and, of all files, the hashes."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    hashes = hashes | {MANIFEST: write(part / MANIFEST, [text])}
    lines = (f"{digest}  {name}\n".encode() for name, digest in sorted(hashes.items()))
    write(part / SUMS, lines)


def verified(folder: Path) -> Manifest:
    """Return the manifest of a backup whose every file is as it was written.

    Raises BadInputError, which names the first file at fault, when it is not; and when it is no backup, one that was
    not finished, or one of a later version of this program.
    """
    if not (folder / SUMS).is_file() or not (folder / MANIFEST).is_file():
        raise BadInputError(f"{folder} is no backup that was finished: it has no {MANIFEST} and {SUMS}")
    wanted = _sums(folder)
    found = {str(path.relative_to(folder)) for path in files_in(folder)}
    if lost := sorted(wanted.keys() - found):
        raise BadInputError(f"the backup is damaged: {lost[0]} is missing; nothing was touched")
    if strange := sorted(found - wanted.keys()):
        raise BadInputError(f"the backup is damaged: {SUMS} does not name {strange[0]}; nothing was touched")
    for name, digest in wanted.items():
        if _sha256_of(folder / name) != digest:
            raise BadInputError(f"the backup is damaged: {name} is not as it was written; nothing was touched")
    return _manifest(folder, wanted)


def _sums(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / SUMS).read_text().splitlines()
        return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    except ValueError as error:
        raise BadInputError(f"the backup is damaged: {SUMS} cannot be read; nothing was touched") from error


def _manifest(folder: Path, sums: dict[str, str]) -> Manifest:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except msgspec.MsgspecError as error:
        raise BadInputError(f"{folder / MANIFEST} is of another version of this program: {error}") from error
    if manifest.format > FORMAT:
        raise BadInputError(f"{folder} was made by a later version of this program; restore it with that one")
    others = [name for name in sums if name != MANIFEST]
    if (manifest.file_count, manifest.byte_count) != (len(others), _bytes(folder / name for name in others)):
        raise BadInputError("the backup is damaged: files of it are missing; nothing was touched")
    return manifest


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bytes(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths)
