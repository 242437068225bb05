"""Suites of expectations, read from the JSON that people edit by hand; `checking` runs them.

Every rule judges rows one by one, so that a failure names the row to hold back or to flag. Great Expectations takes
seconds to import and is therefore imported by the functions that need it, never by this module.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Any

import msgspec

from etl import families
from etl.errors import BadInputError
from etl.records import Severity

_Text = Annotated[str, msgspec.Meta(min_length=1)]

_RULE_SHAPE = (
    "a rule has type, kwargs, severity (critical, warning or info) and meta with rule_id, field or fields, "
    "description, message and perhaps families (of exports), personal and anomaly (true or false)"
)

# Of what all expectations take, a rule sets these; `mostly` for one would let a share of the rows fail unseen.
_COMMON_KWARGS = frozenset({"column", "row_condition"})


@dataclass(frozen=True)
class Rule:
    """What one column's values must be; `rule_id`, `column` and `families` together name it.

    `field` is the contract's name of what is judged, `message` says of `{value}` what is wrong with it. With `families`
    only rows of these are judged. In a column of `personal` data the message cannot speak of the value. What breaks an
    `anomaly` rule was read well, but is odd: it is asked of the project and not of the document.
    """

    rule_id: str
    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    field: str
    description: str
    message: str
    families: tuple[str, ...] = ()
    personal: bool = False
    anomaly: bool = False

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def column(self) -> str:
        """The column of the frame whose values are judged."""
        return str(self.kwargs["column"])

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """What identifies the rule in its suite: one id may have another severity for other families."""
        return self.rule_id, self.column, self.families


@dataclass(frozen=True)
class Suite:
    """The rules for one kind of record, in the order of the file."""

    name: str
    description: str
    rules: tuple[Rule, ...]

    def judging(self, present: Collection[str | None]) -> "Suite":
        """Return the suite without the rules that judge none of these families; each costs time, rows or not."""
        return replace(
            self,
            rules=tuple(rule for rule in self.rules if not rule.families or not {*rule.families}.isdisjoint(present)),
        )


class _SuiteMeta(msgspec.Struct, forbid_unknown_fields=True):
    description: str = ""


class _SuiteFile(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(pattern=r"^\w+$")]
    expectations: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1)]
    meta: _SuiteMeta = msgspec.field(default_factory=_SuiteMeta)


class _RuleMeta(msgspec.Struct, forbid_unknown_fields=True):
    rule_id: _Text
    description: _Text
    message: _Text
    field: str = ""
    fields: list[_Text] = []
    families: list[str] = []
    personal: bool = False
    anomaly: bool = False


class _RuleEntry(msgspec.Struct, forbid_unknown_fields=True):
    type: _Text
    kwargs: dict[str, Any]
    severity: Severity
    meta: _RuleMeta


def load_suite(path: Path) -> Suite:
    """Return the suite of a JSON file.

    Raises BadInputError when the file cannot be read as JSON, or when a rule is incomplete, is given twice for one
    column, does not judge rows, or is not one that Great Expectations can run; the text names file, rule and remedy.
    """
    try:
        file = msgspec.convert(_read_json(path), _SuiteFile)
    except msgspec.ValidationError as fault:
        remedy = "a suite has a name, a list of expectations and perhaps meta with a description"
        raise BadInputError(f"{path}: {fault}; {remedy}") from fault
    rules = [rule for number, entry in enumerate(file.expectations, start=1) for rule in _rules(path, number, entry)]
    personal = {rule.column for rule in rules if rule.personal}
    suite = Suite(
        file.name, file.meta.description, tuple(replace(rule, personal=rule.column in personal) for rule in rules)
    )
    require_usable(path, suite)
    return suite


# Reading a suite


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=_without_repeats)
    except OSError as fault:
        raise BadInputError(f"{path}: the suite cannot be read ({fault.strerror}); restore the file") from fault
    except json.JSONDecodeError as fault:
        raise BadInputError(f"{path}, line {fault.lineno}: not JSON ({fault.msg}); correct the line") from fault
    except ValueError as fault:
        raise BadInputError(f"{path}: not a suite ({fault}); correct the file") from fault


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs as a dictionary. Raises ValueError when a name repeats: JSON would keep the last in silence."""
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name!r} stands twice in one object")
    return dict(pairs)


def _rules(path: Path, number: int, entry: dict[str, Any]) -> Iterator[Rule]:
    """Yield the rule of an entry, or one for each of its `fields`, whose names take the place of `{field}`."""
    meta = entry.get("meta")
    rule_id = meta.get("rule_id") if isinstance(meta, dict) else None
    where = f"{path}, rule {rule_id or number}"
    try:
        read = msgspec.convert(entry, _RuleEntry)
    except msgspec.ValidationError as fault:
        raise BadInputError(f"{where}: {fault}; {_RULE_SHAPE}") from fault
    column = read.kwargs.get("column")
    if not isinstance(column, str):
        raise BadInputError(f"{where}: it names no column to judge; add column to its kwargs")
    if bool(read.meta.field) == bool(read.meta.fields):
        raise BadInputError(f"{where}: it must say which field it judges, or which fields; {_RULE_SHAPE}")
    if unknown := sorted({*read.meta.families}.difference(families.names())):
        raise BadInputError(f"{where}: there is no family {unknown[0]!r}; there are {', '.join(families.names())}")
    for field in read.meta.fields or [read.meta.field]:
        yield Rule(
            rule_id=read.meta.rule_id, type=read.type, severity=read.severity, field=field,
            kwargs={**read.kwargs, "column": column.replace("{field}", field)},
            description=read.meta.description, message=read.meta.message,
            families=tuple(read.meta.families), personal=read.meta.personal, anomaly=read.meta.anomaly,
        )  # fmt: skip


def require_usable(path: Path, suite: Suite) -> None:
    """Raise BadInputError, naming file, rule and remedy, when a rule of the suite cannot be used."""
    keys = [rule.key for rule in suite.rules]
    for rule in suite.rules:
        fault = _message_fault(rule) or _expectation_fault(rule)
        if keys.count(rule.key) > 1:
            fault = f"it stands twice for column {rule.column}; merge the two, or give one another rule_id"
        if fault:
            raise BadInputError(f"{path}, rule {rule.rule_id}: {fault}")


def _message_fault(rule: Rule) -> str | None:
    try:
        placeholders = _placeholders(rule.message)
    except ValueError as fault:
        return f"its message has an unpaired brace ({fault}); write {{{{ or }}}} for a brace itself"
    if rule.personal and placeholders:
        return f"its message may not tell a value of {rule.column}, which is personal; write it without {{value}}"
    if unknown := [name for name in placeholders if name != "value"]:
        return f"its message asks for {{{unknown[0]}}}, which is not available; only {{value}} is"
    return None


def _placeholders(message: str) -> list[str]:
    """Return what a message asks for, as written between braces. Raises ValueError when a brace is unpaired."""
    return [
        name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
        for _, name, form, conversion in Formatter().parse(message)
        if name is not None
    ]


_COMPARING = frozenset(
    f"expect_column_values_to_be_{word}" for word in ("unique", "increasing", "decreasing")
)  # a document that stands unchanged is not judged with the others


@lru_cache(1_000)
def _expectation_fault(rule: Rule) -> str | None:
    from great_expectations.compatibility.pydantic import ValidationError
    from great_expectations.exceptions.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.expectation import ColumnMapExpectation
    from great_expectations.expectations.registry import get_expectation_impl

    try:
        kind = get_expectation_impl(rule.type)
    except ExpectationNotFoundError:
        return f"there is no expectation {rule.type!r}; correct its type"
    if not issubclass(kind, ColumnMapExpectation):
        return f"{rule.type} does not judge the values of one column row by row; derive a column and judge that"
    if rule.type in _COMPARING:
        return (
            f"{rule.type} compares records, and which are judged together says nothing; derive a column of one record"
        )
    if rule.families and "row_condition" in rule.kwargs:
        return "it names families and has a row_condition; choose one, or derive a column and judge that"
    own = kind.__fields__.keys() - ColumnMapExpectation.__fields__.keys() - {"library_metadata"}
    if unknown := sorted(rule.kwargs.keys() - own - _COMMON_KWARGS):
        return f"{rule.type} takes no {', '.join(unknown)} here; it takes {', '.join(sorted(own | _COMMON_KWARGS))}"
    if "regex" in own and "regex" not in rule.kwargs:  # left out, it would match anything
        return f"{rule.type} needs a regex; add it to its kwargs"
    try:
        kind(**rule.kwargs)
    except ValidationError as fault:
        return f"its kwargs do not fit {rule.type}: {_in_one_line(fault.errors())}; correct them"
    return None


def _in_one_line(errors: Iterable[Mapping[str, Any]]) -> str:
    faults = [(".".join(map(str, error["loc"])), error["msg"]) for error in errors]
    return ", ".join(text if place == "__root__" else f"{place}: {text}" for place, text in faults)
