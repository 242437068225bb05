"""What is known beforehand: agencies, plans and vocabularies, as data files beside this module, each read once.

Names and codes are facts read off exports and published lists; where a name is not known it is empty, not invented.
"""

import csv
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from itertools import groupby, pairwise
from math import inf
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from etl.errors import BadInputError


class Agency(NamedTuple):
    """A department, district or division in a period of fiscal years (B.E.), both included; None is without end.

    The name is None where only the code is known, and so is the kind of a code in years that no line names. Codes move:
    1800 meant one department up to 2564, and 2500 means it since.
    """

    agency_code: str
    agency_name: str | None
    agency_kind: str | None
    fiscal_year_from: int | None
    fiscal_year_to: int | None


class PlanNode(NamedTuple):
    """A strategy (`7`), sub-issue (`7.2`) or goal (`7.2.1`) of a plan; some names are known only cut short."""

    plan_version: str
    code: str
    name: str
    is_truncated: bool


@cache
def agency_periods() -> list[Agency]:
    """Return the lines of agencies.tsv, by code and year. Raises BadInputError where two of a code are of one year."""
    periods = [
        Agency(
            row["agency_code"], row["agency_name"] or None, row["agency_kind"],
            _year(row["fiscal_year_from"]), _year(row["fiscal_year_to"]),
        )
        for row in _rows("agencies.tsv")
    ]  # fmt: skip
    code = attrgetter("agency_code")
    by_code = groupby(sorted(periods, key=code), code)
    return [period for _, of_code in by_code for period in _in_order("agencies.tsv", of_code, code)]


def without_gaps(periods: Iterable[Agency]) -> list[Agency]:
    """Return agencies' periods with one more, of no name and kind, for the years of a code that none of them covers.

    So a code that was given up, or is not in use yet, has a period in every year. The periods come by code and year.
    """
    covered: list[Agency] = []
    for code, of_code in groupby(periods, attrgetter("agency_code")):
        uncovered_from: int | None = None
        for period in of_code:
            if period.fiscal_year_from is not None and period.fiscal_year_from != uncovered_from:
                covered.append(Agency(code, None, None, uncovered_from, period.fiscal_year_from - 1))
            covered.append(period)
            uncovered_from = period.fiscal_year_to and period.fiscal_year_to + 1
        if uncovered_from is not None:
            covered.append(Agency(code, None, None, uncovered_from, None))
    return covered


@cache
def agencies() -> dict[str, Agency]:
    """Return every known agency by its four-digit code, as it was last: also those whose code was given up."""
    return {agency.agency_code: agency for agency in agency_periods()}


@cache
def is_agency(agency_code: str, fiscal_year: int | None) -> bool:
    """Tell whether a code is an agency's in a fiscal year (B.E.); of an unknown year, in any."""
    return any(_is_of_year(agency, fiscal_year) for agency in agency_periods() if agency.agency_code == agency_code)


@cache
def names_of(agency_code: str, fiscal_year: int | None) -> frozenset[str]:
    """Return the names that an agency's code has in exports of a fiscal year (B.E.); of an unknown year, in any."""
    periods = [agency for agency in agency_periods() if agency.agency_code == agency_code]
    of_year = (agency.agency_name for agency in periods if _is_of_year(agency, fiscal_year))
    return frozenset(filter(None, of_year)) | other_names(agency_code)


@cache
def other_names(agency_code: str) -> frozenset[str]:
    """Return the names beside the official one that exports print for an agency's code."""
    rows = _rows("agency_names.tsv")
    return frozenset(row["printed_name"] for row in rows if row["agency_code"] == agency_code)


@cache
def plan_nodes() -> dict[tuple[str, str], PlanNode]:
    """Return every known node by plan version and code."""
    return {
        (row["plan_version"], row["code"]): PlanNode(
            row["plan_version"], row["code"], row["name"], row["is_truncated"] == "true"
        )
        for row in _rows("plans.tsv")
    }


class RuleName(NamedTuple):
    """What a rule is called where people see what it found, and whether that is words of no field.

    Such words may be a person's name or telephone.
    """

    rule_id: str
    name_th: str
    name_en: str
    is_free_text: bool


@cache
def rule_names() -> list[RuleName]:
    """Return the names of rules, by their ids; one that somebody adds to a suite may have none."""
    return [
        RuleName(row["rule_id"], row["name_th"], row["name_en"], row["free_text"] == "yes")
        for row in _rows("rule_names.tsv")
    ]


class Section(NamedTuple):
    """A section of every agency of a kind, by the fifth and sixth digit of a unit's code."""

    agency_kind: str
    section_code: str
    section_name: str


@cache
def sections() -> list[Section]:
    """Return the sections whose names are proven."""
    return [Section(**row) for row in _rows("sections.tsv")]


@cache
def words(name: str) -> dict[str, Any]:
    """Return the labels or vocabularies of one TOML file, named without its ending."""
    return tomllib.loads(_read(f"{name}.toml"))


def plan_version(fiscal_year: int | None) -> str | None:
    """Return the plan that exports of a fiscal year (B.E.) speak of: two plans share the numbers 1 to 7.

    Raises BadInputError where two plans are of one year.
    """
    if fiscal_year is None:
        return None
    return next((plan.plan_version for plan in _plan_versions() if _is_of_year(plan, fiscal_year)), None)


def is_plan_complete(version: str) -> bool:
    """Tell whether plans.tsv has all goals of a plan: only then is a code that it lacks no goal of that plan."""
    return any(plan.is_complete for plan in _plan_versions() if plan.plan_version == version)


class District(NamedTuple):
    """What a district's agency is called in English, and its code in official statistics and maps."""

    agency_code: str
    district_code: str
    agency_name_en: str


@cache
def districts() -> list[District]:
    """Return all districts."""
    return [District(**row) for row in _rows("districts.tsv")]


class _PlanVersion(NamedTuple):
    """A plan, and the fiscal years (B.E.) whose exports speak of it; None is without end."""

    plan_version: str
    fiscal_year_from: int | None
    fiscal_year_to: int | None
    is_complete: bool


@cache
def _plan_versions() -> list[_PlanVersion]:
    """Return the plans in the order of their years. Raises BadInputError where two are of one year."""
    plans = [
        _PlanVersion(
            row["plan_version"], _year(row["fiscal_year_from"]), _year(row["fiscal_year_to"]),
            row.get("is_complete") == "true",
        )
        for row in _rows("plan_versions.tsv")
    ]  # fmt: skip
    return _in_order("plan_versions.tsv", plans, attrgetter("plan_version"))


_Period = TypeVar("_Period", Agency, _PlanVersion)


def _in_order(file: str, periods: Iterable[_Period], name: Callable[[_Period], str]) -> list[_Period]:
    """Return periods in the order of their years. Raises BadInputError where two are of one year, or one of none."""
    ordered = sorted(periods, key=lambda period: (period.fiscal_year_from or 0, period.fiscal_year_to or inf))
    for period in ordered:
        if (period.fiscal_year_from or 0) > (period.fiscal_year_to or inf):
            raise BadInputError(f"{file}: {name(period)} ends in {period.fiscal_year_to}, before it begins")
    for period, following in pairwise(ordered):
        if following.fiscal_year_from is None or _is_of_year(period, following.fiscal_year_from):
            raise BadInputError(
                f"{file}: {name(period)} and {name(following)} are both of"
                f" {following.fiscal_year_from or 'the years before all others'}; end the first the year before"
            )
    return ordered


def _is_of_year(valid: Agency | _PlanVersion, fiscal_year: int | None) -> bool:
    if fiscal_year is None:
        return True
    return (valid.fiscal_year_from or fiscal_year) <= fiscal_year <= (valid.fiscal_year_to or fiscal_year)


def _year(printed: str) -> int | None:
    return int(printed) if printed else None


def _rows(name: str) -> Iterator[dict[str, str]]:
    return csv.DictReader(_read(name).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)


def _read(name: str) -> str:
    return (resources.files(__name__) / name).read_text(encoding="utf-8")
