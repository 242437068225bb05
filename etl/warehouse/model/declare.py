"""How a column and a table are declared: once, and all that is made of them follows from it.

A `Field` is a column that is in no table yet: several tables may have the same. `table` makes SQLAlchemy's table of
fields, with what the load must know of it in its `info`; `history_table` makes the table of its past periods.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.schema import SchemaItem

from etl.warehouse.model.kinds import Timestamp

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# A load may replace a dimension's row and what points at it in any order, and is checked at its commit.
_DEFERRED: Mapping[str, Any] = {"deferrable": True, "initially": "DEFERRED"}


class History(StrEnum):
    """What history does with a column of a table that has past periods."""

    BEGINS = "begins"  # another value begins a period
    FOLLOWS = "follows"  # kept in each period, as its last snapshot showed it; begins none
    CURRENT = "current"  # of the current row only


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What is to be known of a column beyond its type. A purge goes by the first six.

    * `is_checked`: it is a code or word whose shape the parser checks; any other text of `raw` may say anything.
    * `is_personal`: it is about a person.
    * `vocabulary`: the list of words in `etl/reference/` that are about nobody, and stay.
    * `quotes`: its text is about a document and may quote it; `states`: it has the value of a document's field;
      `names`: it names a record, perhaps by a text that a document says.
    * `is_prose`: somebody wrote it as they liked, the name of a file included, and it may name people.
    * `is_audit`: it says when, and by which load, something came. All other columns are content: the same documents
      give the same, in whatever order they come.
    * `is_source`: it tells the document that the row's values come from.
    * `is_made_by_load`: a load makes it, so no batch has it.
    * `history`: what history does with it.
    """

    is_checked: bool = False
    is_personal: bool = False
    vocabulary: str | None = None
    quotes: bool = False
    states: bool = False
    names: bool = False
    is_prose: bool = False
    is_audit: bool = False
    is_source: bool = False
    is_made_by_load: bool = False
    history: History = History.BEGINS

    @property
    def is_open(self) -> bool:
        """Whether anybody may see it: neither a person nor the words of a document are in it."""
        return not (self.is_personal or self.is_prose or self.quotes or self.states or self.names)


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column with its type, its Thai label, its meaning in English, its marks, and SQLAlchemy's other options."""

    name: str
    kind: Any
    thai: str
    comment: str
    is_nullable: bool
    marks: Marks
    references: str | None = None
    is_checked_at_once: bool = False
    options: Mapping[str, Any]

    def as_key(self) -> "Field":
        """Return the field as a part of a table's primary key."""
        return self.with_options(primary_key=True, autoincrement=False)

    def with_options(self, **options: Any) -> "Field":
        """Return the field with more options."""
        return replace(self, options={**self.options, **options})

    def optional(self) -> "Field":
        """Return the field as one that may be empty."""
        return replace(self, is_nullable=True)

    def column(self) -> Column[Any]:
        """Return a column for one table."""
        deferred = {} if self.is_checked_at_once else _DEFERRED
        target = [ForeignKey(self.references, **deferred)] if self.references else []
        info = {"marks": self.marks, "thai": self.thai, "field": self}
        return Column(
            self.name, self.kind, *target,
            comment=self.comment, nullable=self.is_nullable, info=info, **self.options,
        )  # fmt: skip


Part = Field | SchemaItem


def column(
    name: str, kind: Any, thai: str, comment: str,
    *, references: str | None = None, is_checked_at_once: bool = False, options: Mapping[str, Any] | None = None,
    **marks: Any,
) -> Field:  # fmt: skip
    """Return a field that is never empty. The marks are those of `Marks`, by their names."""
    return Field(
        name=name, kind=kind, thai=thai, comment=comment, is_nullable=False, marks=Marks(**marks),
        references=references, is_checked_at_once=is_checked_at_once, options=options or {},
    )  # fmt: skip


def optional(name: str, kind: Any, thai: str, comment: str, **more: Any) -> Field:
    """Return a field that may be empty."""
    return column(name, kind, thai, comment, **more).optional()


def table(
    schema: str, name: str, comment: str, *parts: Part,
    grain: str, affected: Sequence[str] = (), is_audit: bool = False, history_of: Table | None = None,
    version_of: Sequence[str] = (), surrogate: str | None = None,
) -> Table:  # fmt: skip
    """Return a table of fields and constraints.

    `grain` says what one row is. `affected` names the temporary table of the keys that a load computes anew, and the
    columns that it shares with this one: a row with such a key is deleted when the load no longer gives it. Without
    `affected`, no row is ever deleted. A type-2 table says in `version_of` which columns identify what its rows are
    versions of, and in `surrogate` how their own key is made.
    """
    items = [part.column() if isinstance(part, Field) else part for part in parts]
    info = {
        "grain": grain, "affected": tuple(affected), "is_audit": is_audit, "history_of": history_of,
        "version_of": tuple(version_of), "surrogate": surrogate,
    }  # fmt: skip
    return Table(name, metadata, *items, schema=schema, comment=comment, info=info)


# Half open: the next period began where this one ended.
PASSED_PERIOD = (
    column("valid_from", Timestamp, "มีผลตั้งแต่", "The snapshot that showed this first.").as_key(),
    column("valid_to", Timestamp, "มีผลถึง", "The snapshot that no longer showed it."),
)  # fmt: skip


def history_table(of: Table, name: str, comment: str, *parts: Part, grain: str) -> Table:
    """Return the table of a table's past periods: its key with the period, and the columns that history keeps."""
    fields: list[Field] = [column.info["field"] for column in of.columns]
    key = [column for column in fields if column.options.get("primary_key")]
    kept = [column for column in fields if column not in key and column.marks.history is not History.CURRENT]
    return table(
        str(of.schema), name, comment, *key, *PASSED_PERIOD, *kept,
        CheckConstraint("valid_to > valid_from", name="period"), *parts,
        grain=grain, affected=of.info["affected"], history_of=of,
    )  # fmt: skip


def one_after_the_other(name: str, *key: str) -> list[SchemaItem]:
    """Return the constraints by which the periods of a type-2 dimension follow each other, and the last one is open.

    There is no gap and no overlap: a period ends where another begins, no two of a key end together, one has no end.
    """
    return [
        UniqueConstraint(*key, "valid_from"),
        UniqueConstraint(*key, "valid_to", **_DEFERRED),
        ForeignKeyConstraint(
            [*key, "valid_to"], [f"{name}.{column}" for column in (*key, "valid_from")], **_DEFERRED
        ),
        ExcludeConstraint(
            *((column, "=") for column in key),
            using="btree", where=text("valid_to IS NULL"), name=f"ex_{name.partition('.')[2]}_lasting", **_DEFERRED,
        ),
        CheckConstraint("valid_to > valid_from", name="period"),
        CheckConstraint("is_current = (valid_to IS NULL)", name="is_current"),
    ]  # fmt: skip


def counted_up(name: str, kind: Any, thai: str, comment: str, **marks: Any) -> Field:
    """Return a key that the database counts up."""
    return column(name, kind, thai, comment, **marks).with_options(server_default=Identity(), primary_key=True)
