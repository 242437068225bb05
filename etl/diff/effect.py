"""What a load would change, for the person who lets it pass: how much, of whom, and the largest changes."""

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

import msgspec

from etl.diff import Change, Counts, Difference
from etl.records.names import read_name

LARGEST = 10
_FACTS = "dw.fact_"
_PUBLISHED = "dw."  # marts show what stands there
_OF_DOCUMENTS = ("raw.", "dw.dim_document")


class Ask(StrEnum):
    """Of what a load needs approval: nothing, what is lost, what is published and would change, or anything at all."""

    NEVER = "never"
    LOSSES = "losses"
    CHANGES = "changes"
    ANYTHING = "anything"


class AgencyEffect(msgspec.Struct, frozen=True):
    """How many facts of one agency and fiscal year (B.E.) would be added, changed or removed.

    What names no agency or no year has a row of its own, with None: the rows sum up to the counts of the fact tables.
    """

    agency_code: str | None
    fiscal_year: int | None
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
        """Whether nothing would change that people ask for: that a document was observed again is no change."""
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


def effect_of(compared: Iterable[Sequence[Difference] | Counts], volume: Iterable[str]) -> Effect:
    """Return the effect of a load, by what differs row by row between the warehouse before and after it."""
    tables: list[Counts] = []
    agencies: Counter[tuple[str | None, int | None, Change]] = Counter()
    money: list[Difference] = []
    progress: list[Difference] = []
    projects: dict[Change, list[str]] = {Change.ADDED: [], Change.REMOVED: []}
    for found in compared:
        if isinstance(found, Counts):
            tables.append(found)
            continue
        table_name, record, change = found[0].table_name, found[0].record, found[0].change
        if not table_name.startswith(_FACTS) or change == Change.RESTATED:
            continue
        agencies[*_whose(record), change] += 1
        if table_name == "dw.fact_project" and change in projects:
            projects[change].append(record)
        if change == Change.CHANGED:
            money += [one for one in found if _field(one).endswith("_thb")]
            progress += [one for one in found if _field(one) == "progress_pct"]
    return Effect(
        volume=list(volume),
        tables=tables,
        agencies=[
            AgencyEffect(
                code, year, *(agencies[code, year, kind] for kind in (Change.ADDED, Change.CHANGED, Change.REMOVED))
            )
            for code, year in sorted({(code, year) for code, year, _ in agencies}, key=_known_first)
        ],
        money=heapq.nlargest(LARGEST, money, key=_size),
        progress=heapq.nlargest(LARGEST, progress, key=_size),
        projects_added=projects[Change.ADDED],
        projects_removed=projects[Change.REMOVED],
    )


def _whose(record: str) -> tuple[str | None, int | None]:
    """Return the agency and fiscal year (B.E.) that the name of a record tells."""
    try:
        name = read_name(record)
    except ValueError:  # what is unknown, or named by its key alone
        return None, None
    return name.agency_code, name.fiscal_year


def _field(difference: Difference) -> str:
    """Return the field without its path."""
    return (difference.field or "").rpartition(".")[2]


def _known_first(whose: tuple[str | None, int | None]) -> tuple[bool, str, bool, int]:
    code, year = whose
    return code is None, code or "", year is None, year or 0


def _size(difference: Difference) -> Decimal:
    """Return by how much a number changes; what only one side states counts from or to zero."""
    before, after = (Decimal(value or 0) for value in (difference.before, difference.after))
    return abs(after - before)
