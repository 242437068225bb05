"""The marts: a folder each in `sql/marts/`, found by being there, with what its columns mean in English and in Thai.

In comes that folder; out come the statements that make its views and functions, in the order in which they read each
other, and the texts of which comments, data dictionary and data contract are made.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql

from etl.settings import PROJECT_ROOT

MARTS = PROJECT_ROOT / "sql" / "marts"
_TEXTS = "columns.yaml"  # beside the folders what marts share, in each what it alone says
_COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = %s::REGCLASS AND attnum > 0 ORDER BY attnum"

_QUESTION = re.compile(r"\A(?:-- .*\n)+")
_REMARK = re.compile(r"--.*")
_NAMED = re.compile(r"\bmart\.(\w+)", re.IGNORECASE)


@dataclass(frozen=True)
class Text:
    """What a mart or a column means, in English and in Thai, and its Thai name.

    What is not said is empty: a column's Thai name may be that of what it shows.
    """

    name: str = ""
    en: str = ""
    th: str = ""
    never_empty: bool = False


@dataclass(frozen=True)
class Mart:
    """A view or function of the schema `mart`.

    `own` is what its folder says of columns, and `shared` what is said for all marts; each is a name's entries.
    """

    name: str
    kind: str = "view"
    statement: str = ""
    text: Text = Text()
    own: Mapping[str, Any] = field(default_factory=dict)
    shared: Mapping[str, Any] = field(default_factory=dict)

    def column(self, name: str) -> Text:
        """Return what a column means here; empty where neither this mart nor the shared file knows it."""
        here = self.own.get(name, {})
        if isinstance(here, str):  # one of several texts that marts share
            here = self.shared[f"{name}.{here}"]
        return Text(**self.shared.get(name, {}) | here)


def read_marts(folder: Path = MARTS) -> list[Mart]:
    """Return all marts, each behind those that it reads.

    Raises graphlib's CycleError where they read each other in a circle, OSError where one lacks its `columns.yaml`.
    """
    shared = _entries(folder / _TEXTS)
    marts = {path.parent.name: _mart(path, shared) for path in sorted(folder.glob("*/*.sql"))}
    order = TopologicalSorter({name: sorted(_read(mart) & marts.keys()) for name, mart in marts.items()})
    return [marts[name] for name in order.static_order()]


def mart_files(folder: Path) -> list[Path]:
    """Return the files that say what the marts are."""
    return sorted((*folder.glob("*/*.sql"), *folder.rglob(_TEXTS)))


def create_marts(connection: psycopg.Connection, folder: Path) -> None:
    """Make all marts, and explain them in English, in a schema `mart` that holds none. Raises as `read_marts` does."""
    marts = read_marts(folder)
    for mart in marts:
        connection.execute(mart.statement.encode())
    connection.execute(sql.SQL("; ").join(comment for mart in marts for comment in _comments(connection, mart)))


def _comments(connection: psycopg.Connection, mart: Mart) -> Iterator[sql.Composed]:
    kind, name = sql.SQL(mart.kind.upper()), sql.Identifier(*mart.name.split("."))
    yield sql.SQL("COMMENT ON {} {} IS {}").format(kind, name, mart.text.en)
    shown = connection.execute(_COLUMNS, [mart.name]).fetchall() if mart.kind == "view" else []
    for (column,) in shown:
        place = sql.Identifier(*mart.name.split("."), column)
        yield sql.SQL("COMMENT ON COLUMN {} IS {}").format(place, mart.column(column).en)


def _mart(path: Path, shared: Mapping[str, Any]) -> Mart:
    """Return the mart of a `view.sql` or `function.sql`; its first comment is the question that it answers."""
    statement, said = path.read_text("utf-8"), _entries(path.with_name(_TEXTS))
    opening = _QUESTION.match(statement)
    question = " ".join(line.removeprefix("-- ") for line in opening[0].splitlines()) if opening else ""
    return Mart(
        name=f"mart.{path.parent.name}", kind=path.stem, statement=statement,
        text=Text(said.get("name", ""), question, said.get("th", "")), own=said.get("columns", {}), shared=shared,
    )  # fmt: skip


def _entries(path: Path) -> dict[str, Any]:
    entries: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return entries


def _read(mart: Mart) -> set[str]:
    """Return the names of the marts that one reads; what comments say of others does not count."""
    return {name.lower() for name in _NAMED.findall(_REMARK.sub("", mart.statement))} - {mart.name.partition(".")[2]}
