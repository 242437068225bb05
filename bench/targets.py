"""What was to be reached, what was measured, and whether that is enough."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec


class Target(msgspec.Struct):
    """What is measured, what was to be reached and what was, in words, and whether that is enough; None: not said."""

    what: str
    goal: str
    measured: str
    is_met: bool | None


class Part(msgspec.Struct):
    """What one step gives: targets, what they were drawn from, and one line on how it was measured."""

    targets: list[Target]
    details: dict[str, Any]
    about: str = ""


def at_least(what: str, measured: float, least: float, unit: str = "") -> Target:
    """Return the target that something is no less than so much."""
    return Target(what, f"≥ {least:g}{unit}", f"{measured:.3g}{unit}", measured >= least)


def at_most(what: str, measured: float, most: float, unit: str = "") -> Target:
    """Return the target that something is no more than so much."""
    return Target(what, f"≤ {most:g}{unit}", f"{measured:.3g}{unit}", measured <= most)


def none(what: str, measured: int) -> Target:
    """Return the target that there is nothing of something."""
    return Target(what, "0", f"{measured}", measured == 0)


def table(targets: Iterable[Target]) -> Iterator[str]:
    """Yield the lines of a table of targets, as Markdown."""
    yield "| what | goal | measured | met |"
    yield "|---|---:|---:|---|"
    words = {True: "yes", False: "**no**", None: ""}
    for target in targets:
        yield f"| {target.what} | {target.goal} | {target.measured} | {words[target.is_met]} |"
