"""Measures that records of several kinds have."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from etl.parse.grammar import is_known_word, shape
from etl.records import Indicator, Project, Record, Strategy
from etl.reference import PlanNode, is_agency, plan_nodes
from etl.thai.calendar import FIRST_YEAR, LAST_YEAR, days_outside_fiscal_year, fiscal_year_start
from etl.validate.measures.frame import fields_of

BLANK = "(blank)"
FULL_PCT = Decimal(100)
_ELIDED = re.compile(r"[^\s.…](?:\s*…|\s*\.{3}|\s+(?:ดูเพิ่มเติม|อ่านต่อ|อ่านเพิ่มเติม)[.…]*)[\s.…]*[)\]\"”]?$")
_END_CHARACTERS = 40


def days_to_fiscal_year(fiscal_year: int | None, today: date) -> int | None:
    """Days until a fiscal year that has not begun; one that cannot be in a calendar is another rule's."""
    if not fiscal_year or not FIRST_YEAR <= fiscal_year <= LAST_YEAR:
        return None
    days = (fiscal_year_start(fiscal_year) - today).days
    return days if days > 0 else None


def agency_unknown(of: Project | Indicator) -> str | None:
    """A code that is no agency's, or is one's in other years only."""
    code, year = of.agency_code, of.fiscal_year
    if not code or is_agency(code, year):
        return None
    return f"{code} in {year}" if is_agency(code, None) else code


def days_outside(day: date | None, fiscal_year: int | None) -> int | None:
    """Days from a day to its fiscal year, 0 for one within."""
    return days_outside_fiscal_year(day, fiscal_year) if day and fiscal_year else None


def goal_truncated(plan: Strategy | Indicator) -> str | None:
    """A goal's text ends in a per cent sign, or just where the plan's own text is known to be cut."""
    name, known = plan.goal_name, _goal_node(plan)
    if not name:
        return None
    is_known_cut = known is not None and known.is_truncated and shape(name) == shape(known.name)
    return name if name.endswith("%") or is_known_cut else None


def goal_mismatch(plan: Strategy | Indicator) -> str | None:
    """The text printed under a goal's code is not the plan's; either may be cut short."""
    known = _goal_node(plan)
    if not (known and plan.goal_name):
        return None
    printed, planned = shape(plan.goal_name.rstrip("%")), shape(known.name)
    is_same = printed.startswith(planned) or planned.startswith(printed)
    return None if is_same else f"{plan.goal_name} / {known.name}"


def plan_path_broken(plan: Strategy | Indicator) -> str | None:
    """The codes of a place in a plan, where one does not lie below the one before it."""
    path = [code for code in (plan.strategy_code, plan.sub_issue_code, plan.goal_code) if code]
    is_nested = all(lower.startswith(f"{upper}.") for upper, lower in pairwise(path))
    return None if is_nested else " / ".join(path)


def placeholder(text: str | None) -> str | None:
    """What stands where a text should: a blank, or a word that means none."""
    if not text:
        return BLANK
    return text if is_known_word("placeholder", text) else None


def elided(text: str | None) -> str | None:
    """The end of a text that says that it was longer: dots, or what is to be pressed for the rest."""
    end = (text or "")[-_END_CHARACTERS:].rstrip()
    return end if _ELIDED.search(end) else None


def texts_of(records: Sequence[Record]) -> list[str]:
    """Return all texts in the fields of records."""
    values = [getattr(record, name) for record in records for name in fields_of(type(record))]
    lists = [value if isinstance(value, list) else [value] for value in values]
    return [text for texts in lists for text in texts if isinstance(text, str)]


def _goal_node(plan: Strategy | Indicator) -> PlanNode | None:
    return plan_nodes().get((plan.plan_version or "", plan.goal_code or ""))
