"""Runs suites over whole batches with Great Expectations: which rows break which rule, and the result for Data Docs.

Judging a row is cheap. Expensive is what Great Expectations does before: it builds each expectation a dozen times, and
collects and orders its metrics. So each rule is prepared once a process; for a batch, only the metrics are computed,
each over the one column of its rule. A test checks that the results equal those of a plain run. Great Expectations
takes seconds to import and pandas half a second: the functions that need them import them, never this module.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from etl.errors import BadInputError
from etl.validate.suites import Rule, Suite

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
    from great_expectations.expectations.expectation import ColumnMapExpectation
    from great_expectations.validator.metric_configuration import MetricConfiguration, MetricConfigurationID
    from great_expectations.validator.validation_graph import MetricEdge

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

# Whole, or Great Expectations completes it in place.
_RESULT_FORMAT = {
    "result_format": "COMPLETE", "return_unexpected_index_query": False, "partial_unexpected_count": 20,
    "include_unexpected_rows": False, "map_expectation_unexpected_rows_as_dict": False,
}  # fmt: skip
_RUNTIME = {"result_format": _RESULT_FORMAT}

_PREPARED_MAX = 2_000

# Great Expectations does not guard its registry against threads.
_PREPARING = Lock()


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


class _Prepared(NamedTuple):
    """A rule as Great Expectations runs it, the metrics that it needs in their order, and how Data Docs show it.

    `lists` are the metrics that name rows and values, which are asked for only where `failing` counts any.
    """

    rule: Rule
    expectation: "ColumnMapExpectation"
    edges: "Sequence[MetricEdge]"
    failing: "MetricConfiguration | None"
    lists: "Sequence[MetricConfiguration]"
    config: bytes


def check(frame: "pd.DataFrame", suite: Suite) -> Checked:
    """Return every row of a batch that breaks a rule, and the result for Data Docs without personal values.

    The frame's index must count its rows from 0. Absent values (None, NaN, NA, NaT) break none but the rules about
    absence. Columns of `Decimal` are compared as floats, as the numbers of the suite are.

    Raises BadInputError when a column is missing, or when Great Expectations could not judge every row by a rule.
    """
    import pandas as pd

    if not frame.index.equals(pd.RangeIndex(len(frame))):
        raise ValueError("rows are named by their place: reset the index of the frame")
    if missing := sorted(_columns(suite).difference(frame.columns)):
        raise BadInputError(f"suite {suite.name} judges columns that are not there: {', '.join(missing)}; correct them")
    batches = _batches(frame, suite.rules)
    with _PREPARING:
        rules = [_prepare(suite, rule, batches[_batch_id(rule)][rule.column].dtype) for rule in suite.rules]
    results = _run(suite, rules, batches)
    judged = zip(suite.rules, results, strict=True)
    failures = [failure for rule, result in judged for failure in _failures(frame, rule, result)]
    failures.sort(key=lambda failure: failure.row)  # a stable sort keeps the suite's order within a row
    return Checked(failures, _storable(suite, rules, results))


def without_samples(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result as `check` gives it, with counts and no value that broke a rule."""
    entries = [
        {**entry, "result": {name: value for name, value in entry["result"].items() if name not in _SAMPLES}}
        for entry in result["results"]
    ]
    return {**result, "results": entries}


def _columns(suite: Suite) -> set[str]:
    return {rule.column for rule in suite.rules} | {"family" for rule in suite.rules if rule.families}


# Running a suite


def _batches(frame: "pd.DataFrame", rules: Sequence[Rule]) -> "dict[str, pd.DataFrame]":
    """Return by its id what each rule looks at: its column of the rows of its families, which keep their places."""
    of_families: dict[tuple[str, ...], pd.DataFrame] = {(): frame}
    batches: dict[str, pd.DataFrame] = {}
    for rule in rules:
        if rule.families not in of_families:
            of_families[rule.families] = frame[frame["family"].isin([str(family) for family in rule.families])]
        if (batch_id := _batch_id(rule)) not in batches:
            rows = of_families[rule.families]
            column = _comparable(rows[rule.column])
            is_wide = "row_condition" in rule.kwargs  # which may ask for any column
            batches[batch_id] = rows.assign(**{rule.column: column}) if is_wide else column.to_frame()
    return batches


def _batch_id(rule: Rule) -> str:
    return f"{rule.column} of {' '.join(rule.families)}{rule.kwargs.get('row_condition', '')}"


def _run(
    suite: Suite, rules: Sequence[_Prepared], batches: "dict[str, pd.DataFrame]"
) -> "list[ExpectationValidationResult]":
    """Return what each rule says of its batch. Raises BadInputError when one does not say which rows broke it."""
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
    from great_expectations.validator.validation_graph import ValidationGraph

    engine = PandasExecutionEngine(batch_data_dict=batches)
    graph = ValidationGraph(engine)
    for edge in chain.from_iterable(prepared.edges for prepared in rules):
        graph.add(edge)
    metrics, aborted = graph.resolve(_RUNTIME, show_progress_bars=False)
    results = []
    for prepared in rules:
        if causes := _causes(prepared.edges, aborted):
            raise _not_judged(suite, prepared.rule, causes)
        try:
            metrics |= _lists(prepared, metrics, engine)
            result = prepared.expectation.metrics_validate(metrics, {**_RUNTIME}, engine)
        except Exception as fault:
            raise _not_judged(suite, prepared.rule, str(fault)) from fault
        if "unexpected_index_list" not in result.result:
            raise _not_judged(suite, prepared.rule, "it judges the column as a whole")
        results.append(result)
    return results


def _lists(
    prepared: _Prepared, metrics: "dict[MetricConfigurationID, Any]", engine: "PandasExecutionEngine"
) -> "dict[MetricConfigurationID, Any]":
    """Return which rows broke a rule and by which values; where none did, there is nothing to look for."""
    if prepared.failing is not None and metrics[prepared.failing.id] == 0:
        return {metric.id: [] for metric in prepared.lists}
    found: dict[MetricConfigurationID, Any] = engine.resolve_metrics(prepared.lists, metrics)
    return found


def _comparable(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column of `Decimal` as floats, like the limits: `Decimal("99.99") <= 99.99` is false."""
    import pandas as pd

    if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) == "decimal":
        return pd.to_numeric(column)
    return column


def _failures(frame: "pd.DataFrame", rule: Rule, result: "ExpectationValidationResult") -> list[RuleFailure]:
    rows = list(result.result["unexpected_index_list"])
    if rule.personal or not rows:
        return [RuleFailure(row, rule, None) for row in rows]
    column = frame[rule.column].iloc[rows]
    values = column.astype(object).where(column.notna(), None)
    return [RuleFailure(row, rule, value) for row, value in zip(rows, values, strict=True)]


def _causes(edges: "Sequence[MetricEdge]", aborted: "Mapping[MetricConfigurationID, Any]") -> str:
    """Return why metrics of a rule could not be computed, or nothing when all could."""
    if not aborted:
        return ""
    metrics = {metric.id for edge in edges for metric in (edge.left, edge.right) if metric}
    messages = {aborted[each]["exception_info"]["exception_message"] for each in metrics & aborted.keys()}
    return "; ".join(sorted(map(_one_line, messages)))


def _not_judged(suite: Suite, rule: Rule, cause: str) -> BadInputError:
    shown = "its cause may tell a personal value" if rule.personal else _one_line(cause)
    return BadInputError(
        f"suite {suite.name}, rule {rule.rule_id}: {rule.type} could not judge the rows of column {rule.column} "
        f"({shown}); correct the rule, or the type of the column"
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


# Preparing a rule


def _prepare(suite: Suite, rule: Rule, dtype: object) -> _Prepared:
    """Return the rule, prepared. Raises BadInputError when Great Expectations cannot run it."""
    from great_expectations.exceptions.exceptions import GreatExpectationsError, SuiteParameterError

    try:
        return _prepared(rule, dtype)
    except SuiteParameterError as fault:
        raise BadInputError(f"suite {suite.name} cannot be run ({_one_line(str(fault))}); correct it") from fault
    except GreatExpectationsError as fault:
        raise _not_judged(suite, rule, str(fault)) from fault


@lru_cache(_PREPARED_MAX)
def _prepared(rule: Rule, dtype: Any) -> _Prepared:
    """Return the rule, prepared for columns of a type; of their values nothing is asked yet."""
    import pandas as pd
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
    from great_expectations.validator.validation_graph import ValidationGraph

    batch_id = _batch_id(rule)
    expectation = _keeping(rule.type)(**rule.kwargs, batch_id=batch_id)
    expectation.configuration.process_suite_parameters({})  # there are none; what asks for one is refused
    engine = PandasExecutionEngine(batch_data_dict={batch_id: pd.DataFrame({rule.column: pd.Series(dtype=dtype)})})
    graph = ValidationGraph(engine)
    needed = expectation.get_validation_dependencies(engine, _RUNTIME)
    for metric in needed.get_metric_configurations():
        graph.build_metric_dependency_graph(metric, _RUNTIME)
    failing = needed.get_metric_configuration(f"{expectation.map_metric}.unexpected_count")
    lists = [metric for metric in needed.get_metric_configurations() if _is_list(metric)]
    return _Prepared(
        rule, expectation, [edge for edge in graph.edges if not _is_list(edge.left)], failing, lists, _config(rule)
    )


def _is_list(metric: "MetricConfiguration") -> bool:
    return metric.metric_name.endswith((".unexpected_values", ".unexpected_index_list"))


def _config(rule: Rule) -> bytes:
    """Return the rule as JSON; Data Docs show its description first, its terms as a note."""
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.registry import get_expectation_impl
    from great_expectations.expectations.row_conditions import Column

    families = [str(family) for family in rule.families]
    terms = {**rule.kwargs, "row_condition": Column("family").is_in(families)} if families else rule.kwargs
    expectation = get_expectation_impl(rule.type)(
        **terms,
        severity=FailureSeverity(rule.severity.value),
        description=f"{rule.rule_id} ({rule.severity}): {rule.description}",
        notes=[f"`{rule.type}` `{json.dumps(rule.kwargs, ensure_ascii=False)}`"],
        meta={
            "rule_id": rule.rule_id, "families": families, "field": rule.field, "message": rule.message,
            "personal": rule.personal,
        },
    )  # fmt: skip
    return msgspec.json.encode(expectation.configuration.to_json_dict())


@cache
def _keeping(expectation_type: str) -> Any:
    """Return an expectation class that computes its configuration and metrics once, and not at every access.

    Pydantic makes the class, so that Great Expectations does not register it in place of its own. The query that
    would find the rows again is not asked for, and so no metric.
    """
    from great_expectations.compatibility.pydantic import ModelMetaclass, PrivateAttr
    from great_expectations.expectations.registry import get_expectation_impl

    original: Any = get_expectation_impl(expectation_type)

    def configuration(self: Any) -> Any:
        if self._configuration is None:
            self._configuration = original.configuration.fget(self)
            self._configuration.to_domain_obj = lambda: self  # and not a copy for each metric
        return self._configuration

    def get_validation_dependencies(self: Any, *arguments: Any, **more: Any) -> Any:
        if self._dependencies is None:
            self._dependencies = original.get_validation_dependencies(self, *arguments, **more)
            self._dependencies.metric_configurations.pop(f"{self.map_metric}.unexpected_index_query", None)
        return self._dependencies

    names = {
        "__module__": __name__, "_configuration": PrivateAttr(None), "_dependencies": PrivateAttr(None),
        "configuration": property(configuration), "get_validation_dependencies": get_validation_dependencies,
    }  # fmt: skip
    return ModelMetaclass.__new__(type(original), original.__name__, (original,), names)


# Keeping a result


def _storable(
    suite: Suite, rules: Sequence[_Prepared], results: "Sequence[ExpectationValidationResult]"
) -> dict[str, Any]:
    """Return the results as JSON, the same for the same batch: counts, a sample of values unless personal, no clock.

    They are ordered by column, as in a plain run.
    """
    from great_expectations import __version__
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.validator.validation_statistics import calc_validation_statistics

    statistics = calc_validation_statistics([*results])._asdict()
    whole = ExpectationSuiteValidationResult(
        results=[], success=statistics.pop("success"), suite_name=suite.name, statistics=statistics,
        meta={"great_expectations_version": __version__, "suite_description": suite.description},
    )  # fmt: skip
    document: dict[str, Any] = whole.to_json_dict()  # type: ignore[no-untyped-call]
    by_column = dict[str, list[dict[str, Any]]]()
    for prepared, result in zip(rules, results, strict=True):
        by_column.setdefault(prepared.rule.column, []).append(_entry(prepared, result))
    return {**document, "results": [*chain.from_iterable(by_column.values())]}


def _entry(prepared: _Prepared, result: "ExpectationValidationResult") -> dict[str, Any]:
    """Return a result as Great Expectations writes it, but under the rule's own terms: it names the batch, these do."""
    from great_expectations.util import convert_to_json_serializable

    kept = _COUNTS if prepared.rule.personal else _COUNTS | _SAMPLES
    return {
        "success": result.success,
        "expectation_config": msgspec.json.decode(prepared.config),
        "result": convert_to_json_serializable({name: value for name, value in result.result.items() if name in kept}),
        "meta": result.meta,
        "exception_info": result.exception_info,
    }
