"""A batch's files: whatever a record holds has a column to go to."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from upath import UPath

from etl.batch import STAGED, read_table
from etl.errors import BatchDamagedError
from etl.records import Indicator, IndicatorQuarter, Project, Record, Report, Strategy
from tests.conftest import ROOT
from tests.load.records import write_sealed

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


MADE_IN_A_BATCH = {
    "document_key", "copy", "is_shown", "ordinal", "project_code", "fiscal_year", "report_ref", "page", "first_line",
    "last_line", "indicator_key", "has_unit_clash", "has_report_log", "record", "field_prefix",
}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "kinds"),
    [
        ("project", (Project, Strategy)), ("report", (Report,)), ("indicator", (Indicator,)),
        ("indicator_quarter", (IndicatorQuarter,)),
    ],
)  # fmt: skip
def test_every_column_of_a_record_is_filled_from_one(file: str, kinds: tuple[type[Record], ...]) -> None:
    stated = {name for kind in kinds for name in kind.__struct_fields__}
    assert STAGED[file].columns.keys() - stated <= MADE_IN_A_BATCH


def test_a_batch_is_read_without_a_thread_that_could_outlive_the_interpreter(tmp_path: Path) -> None:
    rows = pa.Table.from_pylist([{}] * 10_000, STAGED["report"].schema)
    write_sealed(rows, tmp_path / "report.parquet", row_group_size=100)
    script = (
        "import psutil, sys; from upath import UPath;"
        " from etl.batch import read_table; from etl.load.stage import ready;"
        " process = psutil.Process(); before = process.num_threads();"
        " rows = read_table(UPath(sys.argv[1]), 'report'); ready('report', rows);"
        " print(rows.num_rows, process.num_threads() - before)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    assert subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.split() == [
        "10000",
        "0",
    ]


def test_a_batch_without_one_of_its_columns_is_damaged(tmp_path: Path) -> None:
    schema = STAGED["report"].schema
    write_sealed(pa.Table.from_pylist([], schema.remove(0)), tmp_path / "report.parquet")
    with pytest.raises(BatchDamagedError, match="is damaged"):
        read_table(UPath(tmp_path), "report")
