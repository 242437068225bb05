"""What a load would change, for the person who lets it pass: how much, of whom, and the largest changes."""

import heapq
import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from etl.diff import Change, Counts, Difference

LARGEST, NAMED = 10, 20
_FACTS = "dw.fact_"
_OF_DOCUMENTS = ("raw.", "dw.dim_document")
_OF_AGENCY = re.compile(r"^(\d{4}).*/(\d{4})(?:/|$)")  # of a project's or an indicator's name


class AgencyEffect(msgspec.Struct, frozen=True):
    """How many facts of one agency and fiscal year (B.E.) would be added, changed or removed."""

    agency_code: str
    fiscal_year: int
    added: int
    changed: int
    removed: int


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a load would change; differences that are only another document saying the same are counted, and no change.

    `volume` says what would be less than before by more than it may be. Of `money` and `progress` stand the largest
    changes only, of new and lost projects the first ones.
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


def effect_of(compared: Iterable[Difference | Counts], volume: Iterable[str]) -> Effect:
    """Return the effect of a load, by the differences between the warehouse before and after it."""
    tables: list[Counts] = []
    agencies: Counter[tuple[str, int, Change]] = Counter()
    money, progress = _Largest(), _Largest()
    projects: dict[Change, list[str]] = {Change.ADDED: [], Change.REMOVED: []}
    for difference in compared:
        if isinstance(difference, Counts):
            tables.append(difference)
            continue
        if not difference.table_name.startswith(_FACTS) or difference.change == Change.RESTATED:
            continue
        if owner := _OF_AGENCY.match(difference.record):
            agencies[owner[1], int(owner[2]), difference.change] += 1
        if difference.table_name == "dw.fact_project" and difference.change in projects:
            projects[difference.change].append(difference.record)
        field = (difference.field or "").rpartition(".")[2]
        if field.endswith("_thb"):
            money.add(difference)
        elif field == "progress_pct":
            progress.add(difference)
    return Effect(
        volume=list(volume),
        tables=tables,
        agencies=[
            AgencyEffect(code, year, *(agencies[code, year, kind] for kind in _KINDS))
            for code, year in sorted({(code, year) for code, year, _ in agencies})
        ],
        money=money.differences,
        progress=progress.differences,
        projects_added=projects[Change.ADDED][:NAMED],
        projects_removed=projects[Change.REMOVED][:NAMED],
    )


_KINDS = (Change.ADDED, Change.CHANGED, Change.REMOVED)


class _Largest:
    """The largest changes of a number among many."""

    def __init__(self) -> None:
        self._heap: list[tuple[Decimal, int, Difference]] = []
        self._met = 0

    def add(self, difference: Difference) -> None:
        """Look at a field that differs; what is stated on one side only counts from or to zero."""
        if difference.change is not Change.CHANGED:
            return
        size = abs((difference.after or Decimal(0)) - (difference.before or Decimal(0)))
        self._met += 1
        heapq.heappush(self._heap, (size, -self._met, difference))
        if len(self._heap) > LARGEST:
            heapq.heappop(self._heap)

    @property
    def differences(self) -> list[Difference]:
        """The largest ones, the largest first."""
        return [difference for _, _, difference in sorted(self._heap, reverse=True, key=lambda entry: entry[:2])]
