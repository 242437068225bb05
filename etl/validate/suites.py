"""Suites of expectations: read from the JSON that people edit by hand, run over whole batches by Great Expectations.

Every rule judges rows one by one, so that a failure names the row to hold back or to flag. Great Expectations takes
seconds to import and is therefore imported by the functions that need it, never by this module.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from string import Formatter
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import pandas as pd

from etl.errors import BadInputError
from etl.records import Family, Severity

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.expectations.expectation import ColumnMapExpectation

_Text = Annotated[str, msgspec.Meta(min_length=1)]

_RULE_SHAPE = (
    "a rule has type, kwargs, severity (critical, warning or info) and meta with rule_id, field or fields, "
    "description, message and perhaps families (of exports), personal and anomaly (true or false)"
)

# Of what all expectations take, a rule sets these; `mostly` for one would let a share of the rows fail unseen.
_COMMON_KWARGS = frozenset({"column", "row_condition"})

_COUNTS = frozenset(
    {
        "element_count",
        "missing_count",
        "missing_percent",
        "partial_unexpected_index_list",
        "unexpected_count",
        "unexpected_percent",
        "unexpected_percent_nonmissing",
        "unexpected_percent_total",
    }
)
_SAMPLES = frozenset({"partial_unexpected_list", "partial_unexpected_counts"})

_RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}

# The context and its one batch are the process's; Great Expectations does not guard them against threads.
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class Rule:
    """What one column's values must be; `rule_id` and `column` together name it.

    `field` is the contract's name of what is judged, `message` says of `{value}` what is wrong with it. With `families`
    only rows of these are judged. In a column of `personal` data the message cannot speak of the value. What breaks an
    `anomaly` rule is told well, but odd: it is asked of the project and not of the document.
    """

    rule_id: str
    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    field: str
    description: str
    message: str
    families: tuple[Family, ...] = ()
    personal: bool = False
    anomaly: bool = False

    @property
    def column(self) -> str:
        """The column of the frame whose values are judged."""
        return str(self.kwargs["column"])

    @property
    def key(self) -> tuple[str, str, tuple[Family, ...]]:
        """What tells the rule from the others of its suite: for other families it may be graver, or milder."""
        return self.rule_id, self.column, self.families


@dataclass(frozen=True)
class Suite:
    """The rules for one kind of record, in the order of the file."""

    name: str
    description: str
    rules: tuple[Rule, ...]

    def judging(self, families: Collection[Family | None]) -> "Suite":
        """Return the suite without the rules that judge none of these families; each costs time, rows or not."""
        return replace(
            self,
            rules=tuple(rule for rule in self.rules if not rule.families or not {*rule.families}.isdisjoint(families)),
        )


@dataclass(frozen=True)
class RuleFailure:
    """A row, by its place in the frame, that broke a rule; the value is None if it is absent or personal."""

    row: int
    rule: Rule
    value: object


@dataclass(frozen=True)
class Checked:
    """The failures of a batch, by row and then in the suite's order, and the result that Data Docs show."""

    failures: list[RuleFailure]
    result: dict[str, Any]


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
    families: list[Family] = []
    personal: bool = False
    anomaly: bool = False


class _RuleEntry(msgspec.Struct, forbid_unknown_fields=True):
    type: _Text
    kwargs: dict[str, Any]
    severity: Severity
    meta: _RuleMeta


def load_suite(path: Path) -> Suite:
    """Return the suite of a JSON file.

    Raises BadInputError when the file cannot be read as JSON, or when a rule is incomplete, stands there twice for one
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
    _require_usable(path, suite)
    return suite


def check(frame: pd.DataFrame, suite: Suite) -> Checked:
    """Return every row of a batch that breaks a rule, and the result for Data Docs without personal values.

    The frame's index must count its rows from 0. Absent values (None, NaN, NA, NaT) break none but the rules about
    absence. Columns of `Decimal` are compared as floats, as the numbers of the suite are.

    Raises BadInputError when a column is missing, or when Great Expectations could not judge every row by a rule.
    """
    if not frame.index.equals(pd.RangeIndex(len(frame))):
        raise ValueError("rows are named by their place: reset the index of the frame")
    if missing := sorted({rule.column for rule in suite.rules}.difference(frame.columns)):
        raise BadInputError(f"suite {suite.name} judges columns that are not there: {', '.join(missing)}; correct them")
    outcome = _run(_comparable(frame), suite)
    failures = [failure for rule in suite.rules for failure in _failures(frame, suite, rule, outcome)]
    failures.sort(key=lambda failure: failure.row)  # a stable sort keeps the suite's order within a row
    return Checked(failures, _storable(outcome, suite))


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
    for field in read.meta.fields or [read.meta.field]:
        yield Rule(
            rule_id=read.meta.rule_id, type=read.type, severity=read.severity, field=field,
            kwargs={**read.kwargs, "column": column.replace("{field}", field)},
            description=read.meta.description, message=read.meta.message,
            families=tuple(read.meta.families), personal=read.meta.personal, anomaly=read.meta.anomaly,
        )  # fmt: skip


def _require_usable(path: Path, suite: Suite) -> None:
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


# Running a suite


def _run(frame: pd.DataFrame, suite: Suite) -> "ExpectationSuiteValidationResult":
    from great_expectations.exceptions.exceptions import GreatExpectationsError

    with _ONE_AT_A_TIME:
        try:
            batch = _batches().get_batch(batch_parameters={"dataframe": frame})
            return batch.validate(_expectation_suite(suite), result_format=_RESULT_FORMAT)
        except GreatExpectationsError as fault:
            raise BadInputError(f"suite {suite.name} cannot be run ({_one_line(fault)}); correct it") from fault


@cache
def _batches() -> "BatchDefinition[Any]":
    """Return where every batch of this process is handed in; a context for each would never be freed."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    asset = context.data_sources.add_pandas("records").add_dataframe_asset("batch")
    return asset.add_batch_definition_whole_dataframe("whole")


def _expectation_suite(suite: Suite) -> "ExpectationSuite":
    from great_expectations import ExpectationSuite

    return ExpectationSuite(name=suite.name, expectations=[_expectation(rule) for rule in suite.rules])


def _expectation(rule: Rule) -> "ColumnMapExpectation":
    """Return the rule as Great Expectations knows it; Data Docs show its description first, its terms as a note."""
    expectation: ColumnMapExpectation = _configured_once(rule.type)(
        **_kwargs(rule),
        severity=rule.severity.value,
        description=f"{rule.rule_id} ({rule.severity}): {rule.description}",
        notes=[f"`{rule.type}` `{json.dumps(rule.kwargs, ensure_ascii=False)}`"],
        meta={
            "rule_id": rule.rule_id, "families": list(rule.families), "field": rule.field, "message": rule.message,
            "personal": rule.personal,
        },
    )  # fmt: skip
    return expectation


@cache
def _configured_once(expectation_type: str) -> Any:
    """Return an expectation that works out its configuration once, and not for each key of each metric.

    That takes two fifths of a run. It has the name of the original and takes its place in the registry, which is how
    Great Expectations lets an expectation be extended; a copy works out a configuration of its own.
    """
    from great_expectations.compatibility.pydantic import PrivateAttr
    from great_expectations.expectations import registry

    original: Any = registry.get_expectation_impl(expectation_type)

    def configuration(self: Any) -> Any:
        if self._configured[0] != id(self):
            self._configured = id(self), original.configuration.fget(self)
        return self._configured[1]

    names = {
        "__module__": __name__, "_configured": PrivateAttr((None, None)), "configuration": property(configuration),
    }  # fmt: skip
    registry.logger.disabled = True  # it would warn of what is meant here
    try:
        return type(original)(original.__name__, (original,), names)
    finally:
        registry.logger.disabled = False


def _kwargs(rule: Rule) -> Mapping[str, Any]:
    from great_expectations.expectations.row_conditions import Column

    if not rule.families:
        return rule.kwargs
    return {**rule.kwargs, "row_condition": Column("family").is_in([str(family) for family in rule.families])}


def _comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with columns of `Decimal` as floats, like the limits: `Decimal("99.99") <= 99.99` is false."""
    decimals = [
        name
        for name, column in frame.items()
        if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) == "decimal"
    ]
    return frame.assign(**{str(name): pd.to_numeric(frame[name]) for name in decimals})


def _failures(
    frame: pd.DataFrame, suite: Suite, rule: Rule, outcome: "ExpectationSuiteValidationResult"
) -> list[RuleFailure]:
    rows = _failing_rows(suite, rule, outcome)
    if rule.personal:
        return [RuleFailure(row, rule, None) for row in rows]
    column = frame[rule.column].iloc[rows]
    values = column.astype(object).where(column.notna(), None)
    return [RuleFailure(row, rule, value) for row, value in zip(rows, values, strict=True)]


def _failing_rows(suite: Suite, rule: Rule, outcome: "ExpectationSuiteValidationResult") -> list[int]:
    """Return the rows that broke the rule. Raises BadInputError when Great Expectations does not say which did."""
    for result in outcome.results:
        if _key(result) == rule.key and "unexpected_index_list" in result.result:
            return list(result.result["unexpected_index_list"])
    causes = [_cause(result) for result in outcome.results if _key(result) == rule.key]
    cause = "its cause may tell a personal value" if rule.personal else "".join(causes) or "it gave no result"
    raise BadInputError(
        f"suite {suite.name}, rule {rule.rule_id}: {rule.type} could not judge the rows of column {rule.column} "
        f"({cause}); correct the rule, or the type of the column"
    )


def _key(result: "ExpectationValidationResult") -> tuple[str, str, tuple[Family, ...]]:
    config = result.expectation_config
    return (config.meta["rule_id"], config.kwargs["column"], tuple(config.meta["families"])) if config else ("", "", ())


def _cause(result: "ExpectationValidationResult") -> str:
    """Return why an expectation was not evaluated: it says so itself, or each of its metrics does."""
    info: Mapping[str, Any] = result.exception_info
    faults = [info] if "exception_message" in info else list(info.values())
    messages = {_one_line(fault["exception_message"]) for fault in faults if fault["exception_message"]}
    return "; ".join(sorted(messages)) or "it judges the column as a whole"


def _one_line(fault: object) -> str:
    return " ".join(str(fault).split())


# Keeping a result


def without_samples(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result as `check` gives it, with counts and no value that broke a rule."""
    entries = [
        {**entry, "result": {name: value for name, value in entry["result"].items() if name not in _SAMPLES}}
        for entry in result["results"]
    ]
    return {**result, "results": entries}


def _storable(outcome: "ExpectationSuiteValidationResult", suite: Suite) -> dict[str, Any]:
    """Return the result as JSON, the same for the same batch: counts, a sample of values unless personal, no clock."""
    personal = {rule.column for rule in suite.rules if rule.personal}
    for result in outcome.results:
        config: Any = result.expectation_config
        config.kwargs.pop("batch_id", None)
        kept = _COUNTS if config.kwargs["column"] in personal else _COUNTS | _SAMPLES
        result.result = {name: value for name, value in result.result.items() if name in kept}
    outcome.meta = {
        "great_expectations_version": outcome.meta["great_expectations_version"],
        "suite_description": suite.description,
    }
    document: dict[str, Any] = outcome.to_json_dict()  # type: ignore[no-untyped-call]
    return document
