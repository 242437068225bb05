"""Times of several ways to do one thing, taken by turns so that a busy machine slows all of them alike."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple, TypeVar

Item = TypeVar("Item")


class Time(NamedTuple):
    """Medians of one call, in milliseconds: of the process's own time, and of the clock on the wall."""

    process_ms: float
    wall_ms: float


def by_turns(ways: Mapping[str, Callable[[Item], object]], items: Sequence[Item]) -> dict[str, Time]:
    """Return the median time of each way over the items: A B A B …, each item once a way; the first does not count.

    Items should differ as documents do: what is remembered of one must not help with the next more than it would in a
    real batch.
    """
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number, item in enumerate(items):
        for name, way in ways.items():
            process, wall = time.process_time(), time.perf_counter()
            way(item)
            lasted = (time.process_time() - process, time.perf_counter() - wall)
            if number:
                spent[name].append(lasted)
    return {
        name: Time(1000 * median(process for process, _ in times), 1000 * median(wall for _, wall in times))
        for name, times in spent.items()
    }
