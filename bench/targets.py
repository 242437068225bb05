"""What was to be reached, what was measured, and whether that is enough."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Target(NamedTuple):
    """A target and what was measured, both in words, and whether it is met."""

    name: str
    measured: str
    is_met: bool


def table(targets: Iterable[Target]) -> Iterator[str]:
    """Yield the lines of a table of targets, as Markdown."""
    yield "| target | measured | met |"
    yield "|---|---:|---|"
    for target in targets:
        yield f"| {target.name} | {target.measured} | {met(target.is_met)} |"


def met(is_met: object) -> str:
    """Return the word for a target that is met, or not."""
    return "yes" if is_met else "**no**"
