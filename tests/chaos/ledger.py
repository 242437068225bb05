"""What was done and what came of it, counted: kind, where, outcome; and every fault in words."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.table import Table

from tests.chaos.moment import AFTER, BEFORE


@dataclass
class Ledger:
    """Counts of what was done; faults are what should not have come of it."""

    tell: Callable[[str], object]
    began: float = field(default_factory=time.monotonic)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def note(self, kind: str, where: str, outcome: str) -> None:
        self.counts[kind, where, outcome] += 1
        self._say(f"{kind}: {where}: {outcome}")

    def fault(self, text: str) -> None:
        self.faults.append(text)
        self._say(f"FAULT  {text}")

    def _say(self, text: str) -> None:
        self.tell(f"{time.monotonic() - self.began:5.0f} s  {text}")

    def in_load(self) -> tuple[int, int]:
        """Return how many kills fell into a load's transaction, and how many there were."""
        kills = {key: count for key, count in self.counts.items() if key[0].startswith("kill")}
        return sum(n for (_, where, _), n in kills.items() if is_in_load(where)), sum(kills.values())

    def table(self) -> Table:
        shown = Table(title="What was done, and what came of it", title_justify="left")
        for column in ("kind", "where", "outcome"):
            shown.add_column(column)
        shown.add_column("times", justify="right")
        for (kind, where, outcome), count in sorted(self.counts.items()):
            shown.add_row(kind, where, outcome, str(count))
        return shown


def is_in_load(where: str) -> bool:
    return where not in (BEFORE, AFTER)
