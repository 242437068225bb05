"""What the dictionary says, as values: every table, view and function of the warehouse with its columns.

Tables come from their definition, `etl.warehouse.model`; views and functions of `mart` from a migrated warehouse and
from their folders; rules from the suites; labels and units from `etl.reference`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Column as Definition
from sqlalchemy import Dialect, Engine, Table, UniqueConstraint

from etl import families
from etl.reference import words
from etl.validate import suites
from etl.validate.suites import Rule, Suite
from etl.warehouse import connect
from etl.warehouse.marts import MARTS, Mart, Text, explained, read_marts
from etl.warehouse.model import TABLES, marks, metadata
from etl.warehouse.query import ask

_QUARTER_FIELD = re.compile(r"quarters\[\d\]\.(?P<field>\w+)")
_GRAIN = re.compile(r"\bA row (?P<grain>an? .+?)[.;:]")
_SHORT_TYPES = {"timestamp with time zone": "timestamptz", ", ": ","}
_NUMBERS = ("numeric", "smallint", "integer", "bigint")

_Judges = Mapping[tuple[str, str], tuple[Rule, ...]]  # the rules that judge what a column holds, by table and column
_Texts = Mapping[tuple[str, str], Text]  # what the columns of views mean, by view and column
_Sources = Mapping[str, Sequence[tuple[str, str]]]  # the tables' and views' columns that a view reads, by the view


@dataclass(frozen=True)
class Label:
    """What an export calls a field, in all spellings that differ, and the file that knows its labels."""

    file: str
    spellings: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column with its type, meaning, keys and everything that is known of it elsewhere.

    `thai` is its Thai name, and `comment_th` its meaning in Thai. `is_open`: anybody may see it. `references` is the
    `schema.table.column` that it points at. `rules` are those that judge its values before they are loaded, one of each
    id, severity and choice of families.
    """

    name: str
    type: str
    comment: str
    comment_th: str = ""
    thai: str | None = None
    unit: str | None = None
    is_nullable: bool = True
    is_primary_key: bool = False
    is_unique: bool = False
    references: str | None = None
    is_personal: bool = False
    is_open: bool = True
    known_words: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Relation:
    """A table, view or function.

    `grain` says what one row is, and `unique` which columns name a row together. A function has no columns of its own:
    `returns` names the view whose rows it returns. `is_open`: anybody may see it, but for columns that are not.
    """

    name: str
    kind: str
    comment: str
    columns: tuple[Column, ...]
    comment_th: str = ""
    thai: str | None = None
    grain: str | None = None
    arguments: str = ""
    returns: str = ""
    unique: tuple[tuple[str, ...], ...] = ()
    is_open: bool = True

    @property
    def schema(self) -> str:
        """The schema that it is in."""
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class Asked:
    """What one rule of a suite asks, and of which fields."""

    suite: str
    rule: Rule
    fields: tuple[str, ...]

    @property
    def expectation(self) -> str:
        """What Great Expectations is asked; of several fields, as the suite's file says it for all."""
        column = self.rule.column if len(self.fields) == 1 else self.rule.column.replace(self.rule.field, "{field}")
        limits = {name: value for name, value in self.rule.kwargs.items() if name != "column"}
        return f"{self.rule.type}({', '.join([column, *(f'{name}={value!r}' for name, value in limits.items())])})"


@dataclass(frozen=True)
class Catalogue:
    """All relations, in the order in which they are read, and all rules in the order of the suites."""

    relations: tuple[Relation, ...]
    rules: tuple[Asked, ...]

    def of(self, schema: str) -> list[Relation]:
        """Return the relations of a schema."""
        return [relation for relation in self.relations if relation.schema == schema]


def read_catalogue(engine: Engine, folder: Path = MARTS) -> Catalogue:
    """Return what is known of the warehouse; `mart` is as it stands in the database, made of the folder's marts.

    Raises WarehouseUnavailableError when it does not answer; BadInputError when a suite cannot be used.
    """
    rules = suites()
    judges = _judges(rules)
    marts = {mart.name: mart for mart in read_marts(folder)}
    views = read_views(engine, marts, judges)
    functions = [_function(marts[row["relation"]], row) for row in ask(engine, "mart_functions")]
    tables = [_table(table, judges, engine.dialect) for table in TABLES]
    return Catalogue((*views, *functions, *tables), tuple(_asked(rules)))


def read_views(engine: Engine, marts: Mapping[str, Mart], judges: _Judges) -> list[Relation]:
    """Return what is known of the views of `mart`; without `judges`, all but the rules. `marts` is by their names."""
    sources = _sources(ask(engine, "mart_sources"))
    with connect(engine) as connection:
        texts = explained(connection, marts.values())
    return [
        _view(marts.get(name, Mart(name)), texts, rows, sources, judges)
        for name, rows in _by_relation(engine, "mart_columns")
    ]


# Tables, views and functions


def _table(table: Table, judges: _Judges, dialect: Dialect) -> Relation:
    unique = [(*constraint.columns.keys(),) for constraint in _unique(table)]
    columns = [_column(table.fullname, column, judges, dialect) for column in table.columns]
    return Relation(
        name=table.fullname, kind="table", comment=table.comment or "", columns=tuple(columns),
        grain=f"{table.info['grain']}: {_natural_key(table, unique)}", unique=tuple(unique),
    )  # fmt: skip


def _unique(table: Table) -> list[UniqueConstraint]:
    """Return the constraints that name a row; one that can be deferred guards a period, and names none."""
    found = [part for part in table.constraints if isinstance(part, UniqueConstraint) and not part.deferrable]
    return sorted(found, key=lambda constraint: [*constraint.columns.keys()])


def _natural_key(table: Table, unique: Sequence[tuple[str, ...]]) -> str:
    """Return the columns that name a row: a surrogate key names it to the warehouse only, if others do as well."""
    primary = (*table.primary_key.columns.keys(),)
    natural = unique[0] if unique and len(primary) == 1 else primary
    return " × ".join(natural)


def _column(relation: str, column: Definition[Any], judges: _Judges, dialect: Dialect) -> Column:
    kind = _short(column.type.compile(dialect).lower())
    # What points at its own table guards a period, and leads nowhere.
    keys = [key.target_fullname for key in column.foreign_keys if not key.references(column.table)]
    return Column(
        name=column.name, type=kind, comment=column.comment or "", thai=column.info["thai"],
        unit=_unit(column.name, kind), is_nullable=bool(column.nullable), is_primary_key=column.primary_key,
        is_unique=bool(column.unique), references=keys[0] if keys else None,
        is_personal=marks(column).is_personal, known_words=_known_words(column.name),
        labels=_labels({relation}, column.name), rules=judges.get((relation, column.name), ()),
    )  # fmt: skip


def _by_relation(engine: Engine, question: str) -> list[tuple[str, list[dict[str, Any]]]]:
    return [(name, list(rows)) for name, rows in groupby(ask(engine, question), key=lambda row: row["relation"])]


def _sources(rows: Iterable[Mapping[str, str]]) -> _Sources:
    return {
        name: [(row["source"], row["name"]) for row in group]
        for name, group in groupby(rows, key=lambda row: row["relation"])
    }


def _view(mart: Mart, texts: _Texts, rows: Sequence[Mapping[str, Any]], sources: _Sources, judges: _Judges) -> Relation:
    comment = rows[0]["relation_comment"] or ""
    grain = _GRAIN.search(comment)
    return Relation(
        name=mart.name, kind="view", comment=comment, comment_th=mart.text.th, thai=mart.text.name,
        grain=grain["grain"] if grain else None,
        columns=tuple(_view_column(mart.name, texts, row, sources, judges) for row in rows), is_open=mart.is_open,
    )  # fmt: skip


def _view_column(view: str, texts: _Texts, row: Mapping[str, Any], sources: _Sources, judges: _Judges) -> Column:
    name, kind = row["name"], _short(row["type"])
    text, read = texts.get((view, name), Text()), list(_base(view, name, sources))
    return Column(
        name=name, type=kind, comment=row["comment"] or "", comment_th=text.th, thai=text.name,
        unit=_unit(name, kind), is_nullable=not text.never_empty, is_open=text.is_open,
        known_words=_known_words(name), labels=_labels({table for table, _ in read}, name),
        rules=_once(rule for source in read for rule in judges.get(source, ())),
    )  # fmt: skip


def _base(relation: str, name: str, sources: _Sources) -> Iterator[tuple[str, str]]:
    """Yield the columns of tables that a view's column shows, as far as names show, also through other views."""
    for source, column in sources.get(relation, ()):
        if column in (name, *_renamed(name)):
            yield from _base(source, column, sources) if source in sources else [(source, column)]


def _function(mart: Mart, row: Mapping[str, Any]) -> Relation:
    return Relation(
        name=mart.name, kind="function", comment=row["comment"] or "", comment_th=mart.text.th, columns=(),
        arguments=row["arguments"], returns=row["returns"], thai=mart.text.name,
    )  # fmt: skip


def _short(kind: str) -> str:
    for long, short in _SHORT_TYPES.items():
        kind = kind.replace(long, short)
    return kind


# Rules


def _asked(rules: Mapping[str, Suite]) -> Iterator[Asked]:
    """Yield every rule once, with all the fields that it judges."""
    for name, suite in rules.items():
        asked: dict[tuple[object, ...], list[Rule]] = {}
        for rule in suite.rules:
            asked.setdefault((rule.rule_id, rule.severity, rule.families, rule.description), []).append(rule)
        for same in asked.values():
            yield Asked(name, same[0], tuple(dict.fromkeys(rule.field for rule in same)))


def _judges(rules: Mapping[str, Suite]) -> _Judges:
    """Return the rules that judge what a column holds, by table and column."""
    found: dict[tuple[str, str], list[Rule]] = {}
    for name, suite in rules.items():
        for rule in suite.rules:
            for place in _holding(name, rule.field):
                found.setdefault(place, []).append(rule)
    return {place: _once(rules) for place, rules in found.items()}


def _holding(suite: str, field: str) -> Iterator[tuple[str, str]]:
    """Yield the columns that hold a field of a suite's records, by table and name."""
    quarter = _QUARTER_FIELD.fullmatch(field)
    name = quarter["field"] if quarter else field
    for table in _reference()["judged"]["quarters" if quarter else suite]:
        yield from ((table, column) for column in (name, *_renamed(name)) if column in metadata.tables[table].columns)


def _once(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules without those that say the same of another column of the frame."""
    return tuple({(rule.rule_id, rule.severity, rule.families): rule for rule in rules}.values())


def _renamed(field: str) -> list[str]:
    names: list[str] = _reference()["renamed"].get(field, [])
    return names


# What is known elsewhere


@cache
def _reference() -> dict[str, Any]:
    return words("dictionary")


def _unit(name: str, kind: str) -> str | None:
    is_number = kind.startswith(_NUMBERS)
    return next((unit for end, unit in _reference()["units"].items() if is_number and name.endswith(end)), None)


def _labels(relations: set[str], column: str) -> tuple[Label, ...]:
    """Return the labels of the fields that these tables hold, by files."""
    found = [
        label
        for suite, field, label in _all_labels()
        if field == column and not relations.isdisjoint(_reference()["judged"][suite])
    ]
    return tuple(sorted(set(found), key=attrgetter("file", "spellings")))


@cache
def _all_labels() -> list[tuple[str, str, Label]]:
    """Return every label of an export with its suite and field."""
    found = [(entry["file"], families.labels_at(words(entry["file"]), entry)) for entry in _reference()["labels"]]
    found += [(name, families.labels_of_fields(name)) for name in families.names()]
    return [
        (label.suite, label.field, Label(file, tuple(label.spellings))) for file, labels in found for label in labels
    ]


def _known_words(column: str) -> tuple[str, ...]:
    """Return the words that a column of an open vocabulary is known to hold, or stands for."""
    known = words("vocabulary").get(column, [])
    if isinstance(known, dict):
        return tuple(f"{word} = {' / '.join(printed)}" for word, printed in known.items())
    return tuple(known)
