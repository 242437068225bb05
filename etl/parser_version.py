"""The version of the parser: a digest of all that decides what is read from a document, so that it changes by itself.

That are the code and data of the rooms that a process which reads documents imports, the libraries that these use,
Python, and Tesseract with its models. What judges, corrects or loads is not among them.
"""

import hashlib
import platform
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from etl.read.ocr.tesseract import tesseract_version

ROOMS = (
    "addresses", "errors", "extract", "families", "issues", "limits", "parse", "read", "records", "reference", "repair",
    "terminal", "thai", "unread", "workers",
)  # fmt: skip
LIBRARIES = (
    "msgspec", "numpy", "olefile", "opencv-python-headless", "pillow", "psutil", "py7zr", "pypdfium2", "pythainlp",
    "pyyaml", "rapidfuzz", "selectolax",
)  # fmt: skip
_ETL = Path(__file__).parent
_DIGITS = 16


def parser_version(etl: Path = _ETL) -> str:
    """Return the version of the parser whose rooms are in a folder, with the libraries and the Tesseract of today."""
    digest = hashlib.sha256(_surroundings().encode())
    for path in _files(etl):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(etl).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:_DIGITS]


def _files(etl: Path) -> Iterator[Path]:
    for room in ROOMS:
        if (module := etl / f"{room}.py").exists():
            yield module
        else:
            yield from sorted(path for path in (etl / room).rglob("*") if path.is_file() and path.suffix != ".pyc")


@cache  # a process that has imported them keeps the libraries that it has
def _surroundings() -> str:
    libraries = (f"{name} {version(name)}" for name in LIBRARIES)
    return "\n".join([platform.python_version(), *libraries, tesseract_version()])
