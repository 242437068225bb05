"""The versions of what parses, judges and loads: digests of all that decides the result, so they change by themselves.

They are of the files as they are. A process keeps the code that it has imported, whatever is deployed meanwhile:
`of_this_process` is for what says by which version something was done.

What parses is the code and data of the rooms that a process which reads documents imports, the libraries that these
use, Python, and Tesseract with its models. What judges is that, and the rooms that correct, bound, judge and reconcile
copies and make rows of them, with their libraries, and the rules. What loads is in neither: it is the SQL of a load,
and the rooms that run it, define its tables and know its reference data.
"""

import hashlib
import platform
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

from etl.read.ocr.tesseract import tesseract_version
from etl.settings import PROJECT_ROOT

ROOMS = (
    "addresses", "errors", "extract", "families", "issues", "limits", "parse", "read", "records", "reference", "repair",
    "terminal", "thai", "unread", "workers",
)  # fmt: skip
LIBRARIES = (
    "msgspec", "numpy", "olefile", "opencv-python-headless", "pillow", "psutil", "py7zr", "pypdfium2", "pythainlp",
    "pyyaml", "rapidfuzz", "selectolax",
)  # fmt: skip
JUDGING_ROOMS = (
    "batch", "bounds", "corrections", "files", "parsed", "pipeline", "reconcile", "sealed", "settings", "storage",
    "unchanged", "validate", "warehouse",
)  # fmt: skip
JUDGING_LIBRARIES = ("great-expectations", "pandas", "pyarrow", "sqlalchemy", "universal-pathlib")
LOADING_ROOMS = ("batch", "families", "load", "records", "reference", "thai", "unchanged", "warehouse")
LOADING_SQL = ("checks", "functions.sql", "refused", "transform")
_ETL = Path(__file__).parent
_DIGITS = 16


def parser_version(etl: Path = _ETL) -> str:
    """Return the version of the parser whose rooms are in a folder, with the libraries and the Tesseract of today."""
    return _digest(_surroundings(), etl, _files(etl, ROOMS))


def of_this_process(current: Callable[[], str]) -> Callable[[], str]:
    """Return what gives a version for as long as it is what it is now, and then one that nothing else ever has.

    What began with one release and reads files of the next is of neither.
    """
    began_with = current()
    return lambda: began_with if current() == began_with else uuid4().hex


def code_version(etl: Path = _ETL) -> str:
    """Return the version of the code that parses and judges, with Python's libraries of today."""
    libraries = (f"{name} {version(name)}" for name in (*LIBRARIES, *JUDGING_LIBRARIES))
    return _digest("\n".join(libraries), etl, _files(etl, (*ROOMS, *JUDGING_ROOMS)))


def judging_version(code: str, rules: Path) -> str:
    """Return the version of what judges: that of its code, by the rules in a folder, with the Tesseract of today."""
    return _digest(f"{_surroundings()}\n{code}", rules, sorted(rules.glob("*.json")))


def loading_version(etl: Path = _ETL, sql: Path = PROJECT_ROOT / "sql") -> str:
    """Return the version of what loads batches."""
    statements = [path for path in sorted(sql.rglob("*.sql")) if path.relative_to(sql).parts[0] in LOADING_SQL]
    return _digest(_digest("", etl, _files(etl, LOADING_ROOMS)), sql, statements)


def _digest(begun: str, folder: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256(begun.encode())
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:_DIGITS]


def _files(etl: Path, rooms: Iterable[str]) -> Iterator[Path]:
    for room in rooms:
        if (module := etl / f"{room}.py").exists():
            yield module
        else:
            yield from sorted(path for path in (etl / room).rglob("*") if path.is_file() and path.suffix != ".pyc")


@cache  # a process that has imported them keeps the libraries that it has
def _surroundings() -> str:
    libraries = (f"{name} {version(name)}" for name in LIBRARIES)
    return "\n".join([platform.python_version(), *libraries, tesseract_version()])
