"""The steps of the job: what they hand to each other, and what is done once for all of it."""

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
