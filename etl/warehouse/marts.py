"""The marts: a folder each in `sql/marts/`, found by being there, with what its columns mean in English and in Thai.

In comes that folder; out come the statements that make its views and functions, in the order in which they read each
other, and the texts of which comments, data dictionary and data contract are made.
"""

import re
from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql
from psycopg.rows import tuple_row
from sqlalchemy import Column

from etl.settings import PROJECT_ROOT
from etl.warehouse.model import TABLES
from etl.warehouse.query import QUESTIONS

MARTS = PROJECT_ROOT / "sql" / "marts"
_TEXTS = "columns.yaml"  # beside the folders what marts share, in each what it alone says

# What is a mart to a login that was granted agencies: a barrier, so that no condition of its query sees other rows. Who
# asks is the login itself, whatever role it has set, and not one that had its name before; its agencies are looked up
# once a query, and found by their key.
OF_AGENCIES = """
CREATE VIEW {} WITH (security_barrier) AS SELECT * FROM {}
WHERE agency_code = ANY (ARRAY(
    SELECT given.agency_code FROM ops.agency_grant AS given
    INNER JOIN pg_catalog.pg_roles AS role ON given.login = role.rolname AND given.role_oid = role.oid
    WHERE given.login = session_user
));
"""
OF_NO_AGENCY = "CREATE VIEW {} AS SELECT * FROM {};"
_OF_TABLES = re.compile(r"\b(?:FROM|JOIN)\s+(?:raw|dw|ops)\.", re.IGNORECASE)

_QUESTION = re.compile(r"\A(?:-- .*\n)+")
_REMARK = re.compile(r"--.*")
_NAMED = re.compile(r"\bmart\.(\w+)", re.IGNORECASE)


@dataclass(frozen=True)
class Text:
    """What a mart or a column means, in English and in Thai, and its Thai name; what is not said is empty.

    `is_open`: anybody may see the column, as far as what it is taken from tells.
    """

    name: str = ""
    en: str = ""
    th: str = ""
    never_empty: bool = False
    is_open: bool = True

    def or_as(self, others: Collection["Text"]) -> "Text":
        """Return this text; each empty part is filled from the others where they all agree.

        It is open if it and all the others are.
        """
        names, meanings = {text.name for text in others}, {(text.en, text.th) for text in others}
        (name,) = names if len(names) == 1 else ("",)
        ((en, th),) = meanings if len(meanings) == 1 else (("", ""),)
        is_open = self.is_open and all(text.is_open for text in others)
        return replace(self, name=self.name or name, en=self.en or en, th=self.th or th, is_open=is_open)


@dataclass(frozen=True)
class Mart:
    """A view or function of the schema `mart`.

    `own` is what its folder says of columns, and `shared` what is said for all marts; each is a name's entries.
    `is_everybody_s`: its rows are of no agency, and are shown to logins that were granted agencies as well.
    `is_open`: it speaks of projects, indicators, agencies and plans, and not of documents and their words, which are
    nobody's but those who oversee.
    """

    name: str
    kind: str = "view"
    statement: str = ""
    text: Text = Text()
    own: Mapping[str, Any] = field(default_factory=dict)
    shared: Mapping[str, Any] = field(default_factory=dict)
    is_everybody_s: bool = False
    is_open: bool = True

    def column(self, name: str) -> Text:
        """Return what this mart or the shared file says of a column."""
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


def create_marts(connection: psycopg.Connection[Any], folder: Path) -> None:
    """Make all marts, and explain them in English, in the schemas `mart` and `mart_agency`, which hold none.

    `mart_agency` has the views whose rows are of an agency, or of none and everybody's, and the functions, which read
    these. So do views that read no table: what they sum up is of the login's agencies from the start, which is right as
    well, and quicker than to sum up all and leave most out. Raises as `read_marts` does.
    """
    marts = read_marts(folder)
    for mart in marts:
        connection.execute(mart.statement.encode())
    texts = explained(connection, marts)
    shown = {mart.name: mart for mart in marts if mart.is_everybody_s or (mart.name, "agency_code") in texts}
    for name, mart in shown.items():
        if not mart.is_everybody_s and not _OF_TABLES.search(_said(mart)):
            connection.execute(_of_agencies(mart.statement).encode())
            continue
        statement = sql.SQL(OF_NO_AGENCY if mart.is_everybody_s else OF_AGENCIES)
        connection.execute(statement.format(_identifier(_of_agencies(name)), _identifier(name)))
    for mart in marts:
        if mart.kind == "function":
            shown[mart.name] = mart
            connection.execute(_of_agencies(mart.statement).encode())
    comments = [(mart.kind, [mart.name], mart.text.en) for mart in marts]
    comments += [("column", [*place], text.en) for place, text in texts.items()]
    comments += [(kind, [_of_agencies(name), *of], text) for kind, (name, *of), text in comments if name in shown]
    connection.execute(
        sql.SQL("; ").join(
            sql.SQL("COMMENT ON {} {} IS {}").format(sql.SQL(kind.upper()), _identifier(*place), text)
            for kind, place, text in comments
        )
    )


def _of_agencies(text: str) -> str:
    """Return a name or a statement with what stands in `mart_agency` for what stands in `mart`."""
    return _NAMED.sub(r"mart_agency.\1", text)


def explained(connection: psycopg.Connection[Any], marts: Iterable[Mart]) -> dict[tuple[str, str], Text]:
    """Return what the columns of views mean, by view and column.

    What a mart does not say of a column is what is said of the columns of that name that its view reads, in tables and
    other views, where they all say the same. `marts` come as `read_marts` returns them, and have been made.
    """
    of_tables = {(table.fullname, column.name): _text(column) for table in TABLES for column in table.columns}
    named = {column: text.name for (_, column), text in reversed(of_tables.items())}
    with connection.cursor(row_factory=tuple_row) as cursor:
        sources = groupby(cursor.execute(_question("mart_sources")).fetchall(), key=itemgetter(0))
        read = {view: [(source, column) for _, source, column in rows] for view, rows in sources}
        shown = groupby(cursor.execute(_question("mart_columns")).fetchall(), key=itemgetter(0))
        columns = {view: [row[2] for row in rows] for view, rows in shown}
    found: dict[tuple[str, str], Text] = {}
    known = ChainMap(found, of_tables)
    for mart in marts:
        for column in columns.get(mart.name, ()):
            places = [place for place in read.get(mart.name, ()) if place[1] == column]
            said = mart.column(column).or_as({known[place] for place in places if place in known})
            found[mart.name, column] = replace(said, name=said.name or named.get(column, ""))
    return found


def _text(column: Column[Any]) -> Text:
    """Return what a table's column means; in Thai it says no more than its name."""
    return Text(column.info["thai"], column.comment or "", column.info["thai"], is_open=column.info["marks"].is_open)


def _question(name: str) -> bytes:
    return (QUESTIONS / f"{name}.sql").read_bytes()


def _identifier(relation: str, *column: str) -> sql.Identifier:
    return sql.Identifier(*relation.split("."), *column)


def _mart(path: Path, shared: Mapping[str, Any]) -> Mart:
    """Return the mart of a `view.sql` or `function.sql`; its first comment is the question that it answers."""
    statement, said = path.read_text("utf-8"), _entries(path.with_name(_TEXTS))
    opening = _QUESTION.match(statement)
    question = " ".join(line.removeprefix("-- ") for line in opening[0].splitlines()) if opening else ""
    return Mart(
        name=f"mart.{path.parent.name}", kind=path.stem, statement=statement,
        text=Text(said.get("name", ""), question, said.get("th", "")), own=said.get("columns", {}), shared=shared,
        is_everybody_s=said.get("is_everybody_s", False), is_open=said.get("is_open", True),
    )  # fmt: skip


def _entries(path: Path) -> dict[str, Any]:
    entries: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return entries


def _read(mart: Mart) -> set[str]:
    """Return the names of the marts that one reads, not counting those that comments mention."""
    return {name.lower() for name in _NAMED.findall(_said(mart))} - {mart.name.partition(".")[2]}


def _said(mart: Mart) -> str:
    """Return the statement of a mart without its comments."""
    return _REMARK.sub("", mart.statement)
