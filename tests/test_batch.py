"""A batch's files: whatever a record holds has a column to go to."""

import pytest

from etl.batch import STAGED
from etl.records import Indicator, IndicatorQuarter, Project, Record, Report, Strategy

NOT_STORED = {"issues", "quarters"}  # issues become findings, quarters are rows of their own


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        (Project, "project"),
        (Strategy, "project"),
        (Report, "report"),
        (Indicator, "indicator"),
        (IndicatorQuarter, "indicator_quarter"),
    ],
)
def test_every_field_of_a_record_has_a_column(kind: type[Record], file: str) -> None:
    assert set(kind.__struct_fields__) - NOT_STORED <= STAGED[file].columns.keys()
