"""What a load would change, for the person who lets it pass: how much, of whom, and the largest changes."""

import heapq
import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

import msgspec

from etl.diff import Change, Counts, Difference

LARGEST = 10
_FACTS = "dw.fact_"
_PUBLISHED = "dw."  # marts show what stands there
_OF_DOCUMENTS = ("raw.", "dw.dim_document")
_OF_AGENCY = re.compile(r"^(\d{4}).*/(\d{4})(?:/|$)")  # of a project's or an indicator's name


class Ask(StrEnum):
    """Of what a load needs approval: nothing, what is lost, what is published and would change, or anything at all."""

    NEVER = "never"
    LOSSES = "losses"
    CHANGES = "changes"
    ANYTHING = "anything"


class AgencyEffect(msgspec.Struct, frozen=True):
    """How many facts of one agency and fiscal year (B.E.) would be added, changed or removed."""

    agency_code: str
    fiscal_year: int
    added: int
    changed: int
    removed: int


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a load would change; differences that are only another document saying the same are counted, and no change.

    `volume` says what would be less than before by more than it may be. `money` and `progress` have the largest
    changes only.
    """

    volume: list[str]
    tables: list[Counts]
    agencies: list[AgencyEffect]
    money: list[Difference]
    progress: list[Difference]
    projects_added: list[str]
    projects_removed: list[str]

    @property
    def is_none(self) -> bool:
        """Whether nothing would change that people ask for: that a document was met again is no change."""
        return not any(
            counts.added or counts.removed or counts.changed
            for counts in self.tables
            if not counts.table_name.startswith(_OF_DOCUMENTS)
        )

    def needs_approval(self, of: Ask) -> bool:
        """Tell whether somebody is to be asked. A loss is volume that shrinks; new rows alone are no change."""
        match of:
            case Ask.NEVER:
                return False
            case Ask.LOSSES:
                return bool(self.volume)
            case Ask.CHANGES:
                published = [table for table in self.tables if table.table_name.startswith(_PUBLISHED)]
                others = [table for table in published if not table.table_name.startswith(_OF_DOCUMENTS)]
                return bool(self.volume) or any(table.changed or table.removed for table in others)
            case Ask.ANYTHING:
                return bool(self.volume) or not self.is_none


def effect_of(compared: Iterable[Difference | Counts], volume: Iterable[str]) -> Effect:
    """Return the effect of a load, by the differences between the warehouse before and after it."""
    tables: list[Counts] = []
    agencies: Counter[tuple[str, int, Change]] = Counter()
    money: list[Difference] = []
    progress: list[Difference] = []
    projects: dict[Change, list[str]] = {Change.ADDED: [], Change.REMOVED: []}
    row = None
    for difference in compared:
        if isinstance(difference, Counts):
            tables.append(difference)
            continue
        if not difference.table_name.startswith(_FACTS) or difference.change == Change.RESTATED:
            continue
        path, _, field = (difference.field or "").rpartition(".")
        is_whole = difference.change != Change.CHANGED  # then the field is the path of the row, if it has one
        row_before, row = row, (difference.table_name, difference.record, difference.field if is_whole else path)
        if row != row_before and (owner := _OF_AGENCY.match(difference.record)):  # a row has all its fields together
            agencies[owner[1], int(owner[2]), difference.change] += 1
        if difference.table_name == "dw.fact_project" and difference.change in projects:
            projects[difference.change].append(difference.record)
        if not is_whole and field.endswith("_thb"):
            money.append(difference)
        elif not is_whole and field == "progress_pct":
            progress.append(difference)
    return Effect(
        volume=list(volume),
        tables=tables,
        agencies=[
            AgencyEffect(
                code, year, *(agencies[code, year, kind] for kind in (Change.ADDED, Change.CHANGED, Change.REMOVED))
            )
            for code, year in sorted({(code, year) for code, year, _ in agencies})
        ],
        money=heapq.nlargest(LARGEST, money, key=_size),
        progress=heapq.nlargest(LARGEST, progress, key=_size),
        projects_added=projects[Change.ADDED],
        projects_removed=projects[Change.REMOVED],
    )


def _size(difference: Difference) -> Decimal:
    """Return by how much a number changes; what only one side states counts from or to zero."""
    before, after = (Decimal(value or 0) for value in (difference.before, difference.after))
    return abs(after - before)
