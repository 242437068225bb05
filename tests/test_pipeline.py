"""The steps of the job: what they hand to each other, and what is done once for all of it."""

import json
from pathlib import Path

import pytest
from upath import UPath

from etl import batch, pipeline
from etl.batch import STAGED
from tests.conftest import Warehouse
from tests.forms import Form

FORM = Form()


def parsed(warehouse: Warehouse, source: Path, run_id: str) -> list[str]:
    """Pull and parse forms, one in each work list."""
    settings = warehouse.settings.model_copy(update={"etl_source": str(source), "batch_documents": 1})
    return [pipeline.parse(settings, one) for one in pipeline.pull(settings, run_id, only_new=False)]


@pytest.fixture
def four(exports: Path) -> Path:
    """Four exports, of which one has a report that is held back."""
    for number in range(3):
        (exports / f"{number}.txt").write_text(FORM.with_(code=f"50210000-000{number}").text(), encoding="utf-8")
    (exports / "3.txt").write_text(FORM.with_report(2, progress="150").text(), encoding="utf-8")
    return exports


def test_what_was_parsed_is_judged_together_and_as_it_would_be_alone(
    warehouse: Warehouse, four: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = pipeline.validate(parsed(warehouse, four, "together"))
    monkeypatch.setenv("ETL_VALIDATE_RECORDS", "1")
    alone = pipeline.validate(parsed(warehouse, four, "alone"))
    assert [bool(batch.read_results(UPath(one))) for one in together] == [True, False, False, False]
    assert [bool(batch.read_results(UPath(one))) for one in alone] == [True] * 4
    for name in set(STAGED) - {"manifest"}:
        tables = [[batch.read_table(UPath(one), name) for one in run] for run in (together, alone)]
        assert tables[0] == tables[1]
    summary = pipeline.load(warehouse.settings, "together", together)
    assert (summary["documents_read"], summary["records_quarantined"]) == (4, 1)


def test_each_step_tells_in_one_line_what_it_did(
    warehouse: Warehouse, four: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "etl")
    batches = pipeline.validate(parsed(warehouse, four, "told"))
    load_id = pipeline.load(warehouse.settings, "told", batches)["load_id"]
    pipeline.publish(warehouse.settings, load_id, batches)
    lines = [record.getMessage().partition(": ") for record in caplog.records if record.levelname == "INFO"]
    told = {step: json.loads(facts) for step, _, facts in lines if facts.startswith("{")}
    size = sum(file.stat().st_size for file in four.iterdir())
    assert told["pull"] == {
        "source": f"file://{four}", "files_listed": 4, "files_fetched": 4, "files_gone": 0, "bytes_fetched": size,
        "documents": 4, "documents_to_read": 4, "work_lists": 4,
    }  # fmt: skip
    assert told["parse"] == {
        "work_list": batches[-1], "documents_listed": 1, "documents_parsed": 1, "documents_reused": 0,
        "documents_unchanged": 0, "records": 4,
    }  # fmt: skip
    assert told["validate"] == {"work_lists": 4, "documents": 4, "held_by_rule": {"R-progress-range": 1}}
    assert (told["load"]["load_id"], told["load"]["records_quarantined"]) == (load_id, 1)
    assert told["rows written"]["dw.fact_project"] == 4
    assert told["publish"]["held_by_rule"] == {"R-progress-range": 1}
