"""The steps of a load, read from `sql/transform/`: a folder for each part of the work, a file for each SELECT.

What a load that is refused still does stands in `sql/refused/`.

The head of a file describes its rows, then declares what it needs and where the rows go:

    -- reads: tables and temporary tables that it reads, as this load has filled or made them
    -- before: tables of the warehouse that it reads as they were before this load
    -- gives: the temporary table that gets its rows; behind it the columns to index, where there are many rows
    -- periods: a table with history. The SELECT gives moments, `seen_at` with the values of that moment; equal moments
    --     in a row are then made one period. `is_only` is true where a key was seen at one moment alone
    -- fills: tables of the warehouse that the rows are merged into

The order of the steps follows from that, and from nothing else.
"""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from graphlib import TopologicalSorter
from pathlib import Path
from typing import LiteralString, NamedTuple

from sqlalchemy import Table

from etl.settings import PROJECT_ROOT
from etl.warehouse.model import metadata

TRANSFORM = PROJECT_ROOT / "sql" / "transform"
ACCOUNT = "account"  # the folder of a load's own counts; a purge runs the steps of all other folders again

# Halfway through, the records of changed documents are copied in: that fills `_COPIED`. `_BROUGHT` is there from the
# start.
RECORDS = "records"
_BROUGHT = frozenset(
    {
        "this_load", "stage_manifest", "stage_document", "stage_judged", "stage_family", "stage_agency",
        "stage_district", "stage_section", "stage_plan_node", "stage_notice",
    }
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
    """A SELECT with what its file declares; `part` is the folder, `found_by` the columns to index."""

    part: str
    name: str
    reads: frozenset[str]
    before: frozenset[str]
    found_by: tuple[str, ...]
    periods: Table | None
    fills: tuple[Table, ...]
    select: str

    def condition(self, table: Table) -> LiteralString:
        """Return the condition on the rows that a table takes: of periods the current one, the past ones, or all."""
        if self.periods is None or table.info["version_of"]:
            return "TRUE"
        return "valid_to IS NULL" if table.info["history_of"] is None else "valid_to IS NOT NULL"


class Action(NamedTuple):
    """Something to run: make a step's rows, or merge them into the table `into`."""

    step: Step
    into: Table | None = None

    @property
    def name(self) -> str:
        """The unique name of the action."""
        return self.step.name if self.into is None else f"{self.step.name} -> {self.into.fullname}"


def read_steps() -> list[Step]:
    """Return all steps, in the order of their files. Raises KeyError where one names a table that is not defined."""
    return [read_step(path) for path in sorted(TRANSFORM.glob("*/*.sql"))]


def in_order(steps: Sequence[Step]) -> tuple[list[Action], list[Action]]:
    """Return the actions to run before the records of changed documents are copied in, and those to run after.

    Raises graphlib's CycleError where steps wait for each other, and ValueError where one reads a table that no step
    gives.
    """
    actions = {action.name: action for step in steps for action in actions_of(step)}
    filled = {name: {RECORDS} for name in _COPIED}
    for action in actions.values():
        if action.into is not None:
            filled.setdefault(action.into.fullname, set()).add(action.name)
    waits = {name: _awaited(action, actions.keys(), filled) for name, action in actions.items()}
    waits[RECORDS] = {"changed_document"}
    for step in steps:
        for table in step.before:
            for fill in filled.get(table, ()):
                waits[fill].add(step.name)
    order = list(TopologicalSorter({name: sorted(waits[name]) for name in sorted(waits)}).static_order())
    copied = order.index(RECORDS)
    return [actions[name] for name in order[:copied]], [actions[name] for name in order[copied + 1 :]]


def actions_of(step: Step) -> list[Action]:
    """Return what is to be run for a step, in this order."""
    return [Action(step), *(Action(step, table) for table in step.fills)]


def _awaited(action: Action, made: AbstractSet[str], filled: Mapping[str, set[str]]) -> set[str]:
    """Return the names of the actions that have to run before this one."""
    if action.into is not None:
        return {action.step.name, *(made & set(action.into.info["affected"][:1]))}
    own = {Action(action.step, table).name for table in action.step.fills}
    awaited: set[str] = set()
    for name in action.step.reads:
        if name in made:
            awaited.add(name)
        elif name in filled:
            awaited |= filled[name] - own
        elif name not in metadata.tables and name not in _BROUGHT:
            raise ValueError(f"{action.step.part}/{action.step.name} reads {name}, which no step gives")
    return awaited


def read_step(path: Path) -> Step:
    """Return the step in a file. Raises KeyError where it names a table that is not defined."""
    text = path.read_text(encoding="utf-8")
    said = {key: _NAMES.findall(value) for key, value in _SAID.findall(text)}
    name, *found_by = said["gives"]
    periods = [metadata.tables[table] for table in said.get("periods", ())]
    return Step(
        part=path.parent.name, name=name, reads=frozenset(said.get("reads", ())),
        before=frozenset(said.get("before", ())), found_by=tuple(found_by), periods=periods[0] if periods else None,
        fills=tuple(metadata.tables[table] for table in said.get("fills", ())), select=text,
    )  # fmt: skip
