"""What differs between two warehouses, or between the states of one after two of its loads, record by record.

In come engines on warehouses, or one and two loads; out come differences one by one, each table's followed by its
counts. What is compared is content: what says when and by which load something came is not. `warehouses` and `loads`
compare, `rows` says which columns identify a row and what a reader calls it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class Change(StrEnum):
    """What became of a row.

    Restated is one whose values are the same and come from another document; unclear is one that was added or changed
    where the warehouse does not keep which.
    """

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RESTATED = "restated"
    UNCLEAR = "unclear"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A row that one side lacks, or a field in which both differ.

    Of a row that one side lacks, the value is what it says of itself: a finding's message, a case's reason. Personal
    data differs without being shown: both values are None then. `seen_at` is the snapshot that showed a change, where
    two loads are compared.
    """

    table_name: str
    record: str
    change: Change
    field: str | None = None
    before: Any = None
    after: Any = None
    is_personal: bool = False
    seen_at: datetime | None = None


class Counts(msgspec.Struct, frozen=True):
    """How many rows a table has on either side, and how many of them differ."""

    table_name: str
    rows_before: int
    rows_after: int
    added: int
    removed: int
    changed: int
    restated: int


class LoadCounts(msgspec.Struct, frozen=True):
    """How many rows a table had after either load, and how many the loads between wrote; None is not known.

    `written_since` counts rows that a still later load wrote: what they were before is not kept.
    """

    table_name: str
    rows_before: int | None
    rows_after: int | None
    added: int
    changed: int
    unclear: int
    written_since: int | None
