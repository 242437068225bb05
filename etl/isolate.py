"""Work on many things at once, of which one may make it fail: those are found by halves, and the rest is done."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def do_without_faulty(
    items: Sequence[Item],
    fault_of_first: Callable[[int], Exception | None],
    put_aside: Callable[[Item, Exception], None],
) -> None:
    """Do some work on all items, those put aside that it cannot be done with.

    `fault_of_first` does the work on the first of them, as many as it is given, and returns what went wrong; of an item
    that was put aside it does only what says so. To find one takes as many tries as their number can be halved. Raises
    what went wrong when that is no item's fault: without any, too, or with all that are at fault put aside.
    """
    sound, aside = 0, set[int]()
    while fault := fault_of_first(len(items)):
        if not aside and (fault_without := fault_of_first(0)):
            raise fault_without
        place, fault = _first_faulty(len(items), sound, fault, fault_of_first)
        if place in aside:
            raise fault
        aside.add(place)
        put_aside(items[place], fault)
        sound = place


def _first_faulty(
    count: int, sound: int, fault_of_all: Exception, fault_of_first: Callable[[int], Exception | None]
) -> tuple[int, Exception]:
    """Return the place, from 0, of an item with which the work fails, and without it does not; and how it fails.

    It does not fail for the first `sound`, and it does for all.
    """
    faults = {count: fault_of_all}

    def fails(tried: int) -> bool:
        if fault := fault_of_first(tried):
            faults[tried] = fault
        return fault is not None

    place = sound + bisect_left(range(sound + 1, count), True, key=fails)
    return place, faults[place + 1]
