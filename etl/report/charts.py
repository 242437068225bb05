"""The charts of the city report: a file each in `dashboards/city/`, in a folder for the kind of page that shows it.

A file has the question as title in Thai and English, how it is drawn, its columns with their labels, and its SQL on
`mart` alone. Charts stand on a page in the order of their names. The first of an agency's and of a project's page says
which pages there are: its rows have `page`, `title`, `agency_code` and `agency_name`.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from etl.errors import BadInputError
from etl.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "dashboards" / "city"


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column that is shown: its name in the SQL, its labels, and how a value is drawn.

    `show` is `bar` for a share of 100, `gap` for a progress against the share of time gone in the column `against`,
    `share` for a value beside the largest of its column; `link` names the kind of page that the value leads to, whose
    name is in the column `key`. `small` is a column whose value stands below.
    """

    name: str
    th: str
    en: str
    show: str = "text"
    against: str = ""
    link: str = ""
    key: str = ""
    small: str = ""


class Chart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question, its SQL, and how the answer is drawn: `cards`, `table`, `months` or `line`."""

    name: str
    title_th: str
    title_en: str
    kind: str
    sql: str
    columns: tuple[Column, ...] = ()
    note_th: str = ""
    note_en: str = ""
    empty_th: str = "ไม่มี"
    empty_en: str = "None."

    @property
    def views(self) -> list[str]:
        """The views of `mart` that it asks."""
        return sorted(set(re.findall(r"mart\.\w+", self.sql)))


@cache
def charts(scope: str) -> tuple[Chart, ...]:
    """Return the charts of a kind of page: `years`, `year`, `agency` or `project`, in their order.

    Raises BadInputError where there is none: the folder was not installed.
    """
    found = sorted((FOLDER / scope).glob("*.toml"))
    if not found:
        raise BadInputError(f"{FOLDER / scope} has no charts; install dashboards/ beside etl/")
    return tuple(map(_read, found))


def _read(path: Path) -> Chart:
    stated: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return msgspec.convert({"name": path.stem.partition("_")[2], **stated}, Chart)
