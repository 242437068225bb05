"""Which words of the families can be put right, and how: each family's `labels.toml` says it under `repair`.

Labels are put right wherever they are near to their spelling, whatever family they are of, but for tables that
`left_alone` names. What else is done hangs on the part that words play: each key of `Parts` is one, and its value says
where these words stand in the file.
"""

from functools import cache
from typing import Any

import msgspec

from etl import families

_Place = list[str]


class Parts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the words of a family stand that play a part; None where the family has none.

    * `left_alone`: tables of words of which none is put right.
    * `title`: what stands alone on a line, between stars or a picture.
    * `signature`: what begins the line of a signature; the first of these words counts.
    * `numbered`: `sections`, headings by their number, which is put right as well, and `fields`, the labels of the
      fields below a heading, by its number: one that is lost is told by what is missing there.
    * `plan_heading`: what stands on the line before the levels of a plan.
    * `log`: `heading`, `progress`, `disbursed` and `counter` of reports of two lines,
      `heading 2 :: date : …` and `:: progress = 5 : disbursed (counter 2) = 100 : status : status`.
    * `table`: the headings of the columns of a table in which each report is a row, by field.
    * `entry`: `progress` and `per_cent` of reports of one line, `(2) progress per_cent 5 (date) …`.
    """

    left_alone: list[str] = []
    title: _Place | None = None
    signature: _Place | None = None
    numbered: dict[str, _Place] | None = None
    plan_heading: _Place | None = None
    log: _Place | None = None
    table: _Place | None = None
    entry: dict[str, _Place] | None = None


def parts(family: str) -> Parts:
    """Return what a family says of its words. Raises msgspec.ValidationError where that is no part."""
    return msgspec.convert(families.repairable(family), Parts)


def playing(part: str) -> list[Any]:
    """Return the words that play a part, or tables of them, of each family that has such."""
    return [words for family in families.names() if (words := of_family(family, part)) is not None]


@cache
def of_family(family: str, part: str) -> Any:
    """Return the words of a family that play a part, or a table of them; None where it has none."""
    place = getattr(parts(family), part)
    if isinstance(place, dict):
        return {name: _at(family, steps) for name, steps in place.items()}
    return None if place is None else _at(family, place)


def labels_of(suite: str, *fields: str) -> list[str]:
    """Return the labels of some fields of the records that a suite judges, whatever family prints them."""
    return [label for field in fields for labels in families.printing(suite, field).values() for label in labels]


def _at(family: str, place: _Place) -> Any:
    words: Any = families.labels(family)
    for step in place:
        words = words[step]
    return words
