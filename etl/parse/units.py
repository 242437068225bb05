"""Units of indicators: printed in many ways, sometimes with a number in them, sometimes not units at all.

In comes the printed unit, out comes its standard spelling, or None where the vocabulary does not have it. Only values
of the same unit may be compared.
"""

import re
from functools import cache

from etl.parse.grammar import shape
from etl.reference import words
from etl.thai.text import arabic_digits

CUT_AT = 50  # characters that the source system's field holds
_SHARES = tuple(words("vocabulary")["share"])
_NUMBER = re.compile(r"(?<![\w.])[0-9][0-9.,]*(?![\w.])|(?<=[\u0e00-\u0e7f])[0-9][0-9.,]*$")
_ASIDE = re.compile(r"\([^()]*\)")


def read_unit(text: str, indicator_name: str | None = None) -> str | None:
    """Return the standard spelling of a printed unit, or None where it is not known; numbers and brackets are ignored.

    Some fields of units hold the indicator's name, cut at the field's length. That is no unit, whatever it begins with.
    """
    if _is_name(text, indicator_name):
        return None
    bare = _ASIDE.sub("", _NUMBER.sub("", arabic_digits(text)))
    known = _units().get(shape(bare))
    return known or next((share for share in _SHARES if shape(bare).startswith(shape(share))), None)


def number_in_unit(text: str) -> str | None:
    """Return the number that stands in a printed unit as a word of its own, in Arabic digits; None without one."""
    match = _NUMBER.search(arabic_digits(text).strip())
    return match[0] if match else None


def unit_in(text: str) -> str | None:
    """Return the standard spelling of the first word in a text that is a unit; None where there is none."""
    return next((unit for word in [text, *text.split()] if (unit := _units().get(shape(word)))), None)


def _is_name(text: str, indicator_name: str | None) -> bool:
    printed, name = shape(text), shape(indicator_name or "")
    return len(text) >= CUT_AT - 1 or (len(name) > len(printed) > CUT_AT // 2 and name.startswith(printed))


@cache
def _units() -> dict[str, str]:
    return {shape(word): unit for unit, spellings in words("vocabulary")["units"].items() for word in spellings}
