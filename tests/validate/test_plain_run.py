"""What `check` finds is what Great Expectations finds when it is left to itself, on every family and every rule."""

from datetime import date
from typing import Any

import great_expectations as gx
import pandas as pd
import pytest

from etl.records import Copy, Project, Strategy
from etl.validate import suites
from etl.validate.checking import check
from etl.validate.measures.indicators import IndicatorRow, indicator_frame
from etl.validate.measures.projects import ProjectRow, project_frame
from etl.validate.measures.reports import report_frame, report_rows
from tests.validate.test_rules import BROKEN, copies_of

TODAY = date(2026, 11, 29)


@pytest.fixture(scope="module")
def copies() -> list[Copy]:
    """Copies of all families, sound in most and broken in every way that a rule knows."""
    documents = [document for some in BROKEN.values() for document in some]
    return [copy for number, document in enumerate(documents) for copy in copies_of(number, document)]


def frame_of(name: str, copies: list[Copy]) -> pd.DataFrame:
    if name == "projects":
        return project_frame(
            [
                ProjectRow(
                    copy.document.family, copy.project or Project(), copy.strategy or Strategy(), copy.reports, TODAY
                )
                for copy in copies
            ]
        )
    if name == "reports":
        return report_frame([row for copy in copies for row in report_rows(copy)])
    return indicator_frame(
        [IndicatorRow(copy.document.family, each, TODAY) for copy in copies for each in copy.indicators]
    )


def plain_run(frame: pd.DataFrame, configs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the results of expectations over a frame, as Great Expectations gives them by its own way."""
    decimals = [name for name in frame if pd.api.types.infer_dtype(frame[name], skipna=True) == "decimal"]
    floats = frame.assign(**{name: pd.to_numeric(frame[name]) for name in decimals})
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("records").add_dataframe_asset("batch")
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch(batch_parameters={"dataframe": floats})
    suite = gx.ExpectationSuite(name="plain", expectations=configs)
    outcome = batch.validate(suite, result_format={"result_format": "COMPLETE", "return_unexpected_index_query": False})
    return outcome.to_json_dict()["results"]


@pytest.mark.parametrize("name", ["projects", "reports", "indicators"])
def test_the_results_are_those_of_a_plain_run(name: str, copies: list[Copy]) -> None:
    frame = frame_of(name, copies)

    checked = check(frame, suites()[name])

    ours = checked.result["results"]
    rows: dict[tuple[object, ...], list[int]] = {}
    for failure in checked.failures:
        rows.setdefault(failure.rule.key, []).append(failure.row)
    plain = plain_run(frame, [entry["expectation_config"] for entry in ours])
    assert len(plain) == len(ours) > 20
    for entry, own in zip(plain, ours, strict=True):
        config, meta = entry["expectation_config"], entry["expectation_config"]["meta"]
        config["kwargs"].pop("batch_id")
        assert {**entry, "result": {name: entry["result"][name] for name in own["result"]}} == own
        key = meta["rule_id"], config["kwargs"]["column"], tuple(meta["families"])
        assert entry["result"]["unexpected_index_list"] == rows.get(key, [])
