"""The fields of a printed form that name the strategy, sub-issue, goal and indicator that its project supports."""

import re
from collections.abc import Mapping
from functools import lru_cache, partial

from etl.parse.grammar import Text, add_issue, fill, label_pattern, says_nothing
from etl.parse.plan_path import is_plan_code
from etl.records import Strategy
from etl.reference import words
from etl.thai.text import arabic_digits

_PLAN = words("plan_path")
_LEVELS: dict[str, list[str]] = _PLAN["levels"]
_FIELDS = frozenset({"strategy", "sub_issue", "goal", "indicator"})
_SEPARATORS = r"[?:.\ufffd\s–—−‐-]*"
_ONE_NUMBER, _NUMBERS = r"(?P<code>[0-9])(?!\.?[0-9])", r"(?P<code>[0-9](?:\.[0-9]+)+)"


def _line_of_plan(words_of_level: str, code: str) -> re.Pattern[str]:
    """Return a regular expression for a line of the plan: the words of its level, its code, and its name."""
    return re.compile(rf"{words_of_level}{code}{_SEPARATORS}(?P<name>.*)", re.DOTALL)


_STRATEGY = _line_of_plan(f"(?:{label_pattern(*_LEVELS['strategy'])})?", _ONE_NUMBER)
_SUB_ISSUE = _line_of_plan(f"(?:{label_pattern(*_LEVELS['sub_issue'])})?", _NUMBERS)
_GOAL = _line_of_plan(f"(?:{label_pattern(*_LEVELS['goal'])})?", _NUMBERS)
_INDICATOR = _line_of_plan(label_pattern(_PLAN["dimension"]), _ONE_NUMBER)
_DIMENSION = re.compile(label_pattern(_PLAN["dimension"]))


def read_strategy(texts: Mapping[str, Text], plan: str | None) -> Strategy:
    """Return what the texts of the fields say of the plan; `plan` is its version, None where that is not known."""
    strategy = Strategy(plan_version=plan)
    texts = {field: text for field, text in texts.items() if not (field in _FIELDS and says_nothing(text.value))}
    for field, pattern in (("strategy", _STRATEGY), ("sub_issue", _SUB_ISSUE), ("goal", _GOAL)):
        fill(strategy, f"{field}_code", texts.get(field), partial(_plan_code, pattern))
        if getattr(strategy, f"{field}_code"):
            fill(strategy, f"{field}_name", texts.get(field), partial(_plan_name, pattern))
    if indicator := texts.get("indicator"):
        match = _INDICATOR.fullmatch(arabic_digits(indicator.value))
        strategy.places["indicator_name"] = strategy.places["dimension_no"] = indicator.place
        strategy.dimension_no = int(match["code"]) if match else None
        if not match and _DIMENSION.match(indicator.value):
            add_issue(strategy, "dimension_no_unreadable", indicator.value)
        strategy.indicator_name = (indicator.value[match.start("name") :] if match else indicator.value) or None
    return strategy


def _plan_code(pattern: re.Pattern[str], text: str) -> str:
    """Return the code that a line of the plan begins with, in Arabic digits. Raises ValueError when there is none."""
    return _plan_line(pattern, text)["code"]


def _plan_name(pattern: re.Pattern[str], text: str) -> str | None:
    """Return what a line of the plan says after its code, in the digits printed. Raises as `_plan_code` does."""
    return text[_plan_line(pattern, text).start("name") :] or None


@lru_cache(maxsize=1024)  # a plan has few lines, and each is read for its code and for its name
def _plan_line(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    match = pattern.fullmatch(arabic_digits(text))
    if not match or not is_plan_code(match["code"]):
        raise ValueError(f"{text!r} has no code")
    return match
