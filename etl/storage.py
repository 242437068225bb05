"""Files on object storage: a local folder by default, any fsspec URL where workers do not share a disk."""

import os
from urllib.parse import quote, urlsplit

from upath import UPath

from etl.errors import BadInputError
from etl.settings import Settings


def landing(settings: Settings) -> UPath:
    """Return the folder of raw exports, named by content hash. Raises BadInputError as `run_folder` does."""
    return _root(settings) / "landing"


def batches(settings: Settings) -> UPath:
    """Return the folder of all runs' batches. Raises BadInputError as `run_folder` does."""
    return _root(settings) / "batches"


def run_folder(settings: Settings, run_id: str) -> UPath:
    """Return the folder of a run's batches; the run's name may hold what a path may not.

    Raises BadInputError when ETL_STORAGE holds a login: addresses under it are logged, and stand in the warehouse.
    """
    return batches(settings) / quote(run_id, safe="")


def _root(settings: Settings) -> UPath:
    if "@" in urlsplit(settings.storage).netloc:
        raise BadInputError("ETL_STORAGE holds a login; give it to the workers' environment, as AWS_ACCESS_KEY_ID …")
    return UPath(settings.storage)


def write_once(path: UPath, content: bytes) -> None:
    """Write a file whole or not at all, and leave one alone that is there already."""
    if not path.exists():
        write(path, content)


def write(path: UPath, content: bytes) -> None:
    """Write a file whole or not at all; one that is there is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.protocol:
        path.write_bytes(content)  # an object store shows an object only when it is complete
        return
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.rename(path)
