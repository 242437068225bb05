"""The steps of a load, from `sql/transform/`: a folder for each part of the work, and in it a file a SELECT.

A file opens with what its rows are, and then says what it needs and what becomes of them:

    -- reads: tables and temporary tables that it reads, as this load has filled or made them
    -- before: tables of the warehouse that it reads as they were before this load
    -- gives: the temporary table of its rows, with the columns that others find them by, where they are many
    -- periods: the table into whose periods the rows are made; the SELECT then gives moments: `seen_at`, and `is_only`
    --     where a key was seen at no other moment
    -- fills: tables of the warehouse that the rows are merged into

The order of the steps follows from that, and from nothing else.
"""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Table

from etl.settings import PROJECT_ROOT
from etl.warehouse.model import metadata

TRANSFORM = PROJECT_ROOT / "sql" / "transform"
ACCOUNT = "account"  # the folder of what a load alone tells of itself: a purge computes all else anew

# Between the steps, what changed documents say is copied in: these tables are filled then, the others are there before.
RECORDS = "records"
_BROUGHT = frozenset(
    {"this_load", "stage_manifest", "stage_document", "stage_agency", "stage_section", "stage_plan_node"}
)  # fmt: skip
_COPIED = frozenset(
    {
        "raw.project", "raw.report", "raw.indicator", "raw.indicator_quarter", "stage_finding", "stage_field_conflict",
        "stage_quarantine",
    }
)  # fmt: skip

_SAID = re.compile(r"^-- (reads|before|gives|periods|fills): (.*(?:\n--  .*)*)", re.MULTILINE)
_NAMES = re.compile(r"[\w.]+")


class Step(NamedTuple):
    """A SELECT with what its file says of it; `part` is the folder. A table that `periods` names has periods made."""

    part: str
    name: str
    reads: frozenset[str]
    before: frozenset[str]
    found_by: tuple[str, ...]
    periods: Table | None
    fills: tuple[Table, ...]
    select: str


class Deed(NamedTuple):
    """A step's rows made, or, where a table is named, merged into that."""

    step: Step
    into: Table | None = None

    @property
    def name(self) -> str:
        """The name that no other deed has."""
        return self.step.name if self.into is None else f"{self.step.name} -> {self.into.fullname}"


def read_steps() -> list[Step]:
    """Return all steps, in the order of their files. Raises KeyError where one names a table that is not defined."""
    return [_step(path) for path in sorted(TRANSFORM.glob("*/*.sql"))]


def in_order(steps: Sequence[Step]) -> tuple[list[Deed], list[Deed]]:
    """Return what is to be done before and after what changed documents say is copied in.

    Raises graphlib's CycleError where steps wait for each other, and ValueError where one reads what none gives.
    """
    deeds = {deed.name: deed for step in steps for deed in (Deed(step), *(Deed(step, table) for table in step.fills))}
    filled = {name: {RECORDS} for name in _COPIED}
    for deed in deeds.values():
        if deed.into is not None:
            filled.setdefault(deed.into.fullname, set()).add(deed.name)
    waits = {name: _awaited(deed, deeds.keys(), filled) for name, deed in deeds.items()}
    waits[RECORDS] = {"changed_document"}
    for step in steps:
        for table in step.before:
            for fill in filled.get(table, ()):
                waits[fill].add(step.name)
    order = list(TopologicalSorter({name: sorted(waits[name]) for name in sorted(waits)}).static_order())
    copied = order.index(RECORDS)
    return [deeds[name] for name in order[:copied]], [deeds[name] for name in order[copied + 1 :]]


def _awaited(deed: Deed, made: AbstractSet[str], filled: Mapping[str, set[str]]) -> set[str]:
    """Return what is to be done before a step's rows can be made or merged."""
    if deed.into is not None:
        return {deed.step.name, *(made & set(deed.into.info["within"][:1]))}
    own = {Deed(deed.step, table).name for table in deed.step.fills}
    awaited: set[str] = set()
    for name in deed.step.reads:
        if name in made:
            awaited.add(name)
        elif name in filled:
            awaited |= filled[name] - own
        elif name not in metadata.tables and name not in _BROUGHT:
            raise ValueError(f"{deed.step.part}/{deed.step.name} reads {name}, which no step gives")
    return awaited


def _step(path: Path) -> Step:
    text = path.read_text(encoding="utf-8")
    said = {key: _NAMES.findall(value) for key, value in _SAID.findall(text)}
    name, *found_by = said["gives"]
    periods = [metadata.tables[table] for table in said.get("periods", ())]
    return Step(
        part=path.parent.name, name=name, reads=frozenset(said.get("reads", ())),
        before=frozenset(said.get("before", ())), found_by=tuple(found_by), periods=periods[0] if periods else None,
        fills=tuple(metadata.tables[table] for table in said.get("fills", ())), select=text,
    )  # fmt: skip
