"""Object storage: a local folder by default, any fsspec URL where workers do not share a disk.

Under its root lie `landing`, the bytes of every document, `batches`, a folder a run, `parsed`, what documents say, kept
for later runs, and `tables`, the open tables. All but the last may hold personal data: on a disk they are closed to all
but their owner.
"""

import hashlib
import re
import secrets
import shutil
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote, urlsplit

import fsspec.config
from fsspec.asyn import AsyncFileSystem, sync
from upath import UPath

from etl import files
from etl.errors import BadInputError
from etl.settings import Settings

# A store that does not answer is given up within a minute: s3fs tries five times, so botocore need not as well.
fsspec.config.conf.setdefault("s3", {}).setdefault(
    "config_kwargs", {"connect_timeout": 5, "read_timeout": 10, "retries": {"total_max_attempts": 1}}
)

_PUT_SECONDS, _PUT_BYTES_A_SECOND = 30, 1 << 20
LANDING, BATCHES, PARSED, TABLES = AREAS = ("landing", "batches", "parsed", "tables")
_CLAIM = "run.txt"
_RANDOM_BYTES = 5
_OF_TRY = re.compile(rf"(?P<job>.+?)__(?P<run_id>.+)__\d+__[0-9a-f]{{{2 * _RANDOM_BYTES}}}")
_NAME_BYTES_MAX = 200  # file systems take 255, and some add to a name


def root(settings: Settings) -> UPath:
    """Return what landing area and batches are under.

    Raises BadInputError when ETL_STORAGE holds a login, for addresses under it are logged.
    """
    if "@" in urlsplit(settings.storage).netloc:
        raise BadInputError("ETL_STORAGE holds a login; give it to the workers' environment, as AWS_ACCESS_KEY_ID …")
    found = UPath(settings.storage)
    if found.protocol in ("", "file", "local"):
        return UPath(Path(found.path).expanduser().absolute())
    return found


def landing(settings: Settings) -> UPath:
    """Return the folder of raw exports, made and closed to others. Raises BadInputError as `root` does."""
    return area(settings, LANDING)


def batches(settings: Settings) -> UPath:
    """Return the folder of all runs' batches, made and closed to others. Raises BadInputError as `root` does."""
    return area(settings, BATCHES)


def area(settings: Settings, name: str) -> UPath:
    """Return the folder of an area, made and closed to others. Raises BadInputError as `root` does."""
    found = root(settings) / name
    if on_disk := on_a_disk(found):
        files.make(on_disk.parent, files.PASSABLE)
        files.make(on_disk)
        if files.is_open(on_disk):
            files.close(on_disk)
    return found


def root_of(work_list: UPath) -> UPath:
    """Return what landing area and batches are under on the storage that a work list lies on."""
    return work_list.parents[2]


def unique(name: str) -> str:
    """Return a name that no other run has, whenever and wherever it begins."""
    return f"{name}__{secrets.token_hex(_RANDOM_BYTES)}"


def name_of_try(job: str, run_id: str, try_number: int) -> str:
    """Return a name for the batches that one try of a scheduled job begins, which no other try has.

    Two jobs may have runs of one name, and a run that is deleted and made again comes by the same try once more.
    """
    return unique(f"{job}__{run_id}__{try_number}")


def run_of(folder: UPath) -> str:
    """Return the name that the run with this folder has in `ops.load`; of one that was cut to fit, what is left."""
    return run_named(unquote(folder.name))


def run_named(batches: str) -> str:
    """Return the name that the run with batches of this name has in `ops.load`."""
    of_try = _OF_TRY.fullmatch(batches)
    return of_try["run_id"] if of_try else batches


def claim(settings: Settings, run_id: str) -> UPath:
    """Make the folder of a run's batches and return it; the run's name may hold what a path may not.

    Raises BadInputError when there is such a folder already, for two runs would write over each other, and when
    ETL_STORAGE holds a login.
    """
    folder = batches(settings) / _fit_for_a_path(run_id)
    try:
        if on_disk := on_a_disk(folder):
            files.make_new(on_disk)
        else:
            _create(folder / _CLAIM, run_id.encode())
    except FileExistsError:
        raise BadInputError(
            f"there are batches of a run {run_id} already, in {folder}; start again, and the run gets another name"
        ) from None
    return folder


def write(path: UPath, content: bytes | IO[bytes]) -> None:
    """Write a file whole or not at all; one that is there is replaced. What comes as a file is not in memory whole."""
    if on_disk := on_a_disk(path):
        files.write(on_disk, content)
    elif isinstance(content, bytes):
        _put(path, content)  # an object store shows an object only when it is complete, and keeps it
    else:
        with path.open("wb") as file:
            shutil.copyfileobj(content, file, files.CHUNK_BYTES)


def on_a_disk(path: UPath) -> Path | None:
    """Return a path on a disk as such; None when it is an address on an object store."""
    return None if path.protocol else Path(path.path)


def _put(path: UPath, content: bytes) -> None:
    """Write an object. Raises a TimeoutError when that takes much longer than its size explains."""
    if not isinstance(path.fs, AsyncFileSystem):
        path.write_bytes(content)
        return
    # What waits for a store to say that it may send on has no limit of its own.
    seconds = _PUT_SECONDS + len(content) / _PUT_BYTES_A_SECOND
    sync(path.fs.loop, path.fs._pipe_file, path.path, content, timeout=seconds)  # noqa: SLF001 - what fsspec calls too


def _fit_for_a_path(run_id: str) -> str:
    name = quote(run_id, safe="")
    if len(name) <= _NAME_BYTES_MAX:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{name[: _NAME_BYTES_MAX - len(digest)]}{digest}"


def _create(path: UPath, content: bytes) -> None:
    """Write an object that is not there yet, in one step where the store can. Raises FileExistsError when it is."""
    try:
        path.fs.pipe_file(path.path, content, mode="create")
    except FileExistsError:
        raise
    except (NotImplementedError, OSError):  # a store that knows no conditions; one that is away fails here once more
        if path.exists():
            raise FileExistsError(str(path)) from None
        _put(path, content)
