"""The warehouse, defined once: a file a table, each column with its type, Thai label, meaning and marks.

`raw` keeps what each document says, `dw` is the star that is derived from it, `ops` tells what happened. The columns of
batches, staging, upserts, comments, the data dictionary and the contract of `mart` follow from these tables; a
migration brings a database to them. `declare` says what there is to be declared of a column and a table, `fields` holds
what several tables have, `kinds` the types.

A surrogate key is the hash of what it names (`dw.key`), so that it is the same in whatever order documents are loaded.
Keys -1 and -2 are the members "unknown" and "not applicable"; facts have no empty foreign key. A project-year is named
by code and year in every row that is about it: where an export prints no code, by the number of the view that it is,
and where it prints no year, by -1. The views of `mart` show neither of the two; they stand in `sql/marts/`.
"""

from typing import Any

from sqlalchemy import ARRAY, Column, Table, Text

from etl.warehouse.model.declare import History, Marks, metadata
from etl.warehouse.model.dw.bridge_project_indicator import bridge_project_indicator
from etl.warehouse.model.dw.bridge_project_strategy import bridge_project_strategy
from etl.warehouse.model.dw.dim_agency import dim_agency
from etl.warehouse.model.dw.dim_date import dim_date
from etl.warehouse.model.dw.dim_document import dim_document
from etl.warehouse.model.dw.dim_indicator import dim_indicator
from etl.warehouse.model.dw.dim_project import dim_project
from etl.warehouse.model.dw.dim_report_status import dim_report_status
from etl.warehouse.model.dw.dim_strategy import dim_strategy
from etl.warehouse.model.dw.fact_indicator_result import fact_indicator_result
from etl.warehouse.model.dw.fact_progress_report import fact_progress_report
from etl.warehouse.model.dw.fact_project import fact_project
from etl.warehouse.model.dw.indicator_result_history import indicator_result_history
from etl.warehouse.model.dw.progress_report_history import progress_report_history
from etl.warehouse.model.dw.project_history import project_history
from etl.warehouse.model.fields import NOT_APPLICABLE_KEY, UNKNOWN_KEY, UNKNOWN_YEAR
from etl.warehouse.model.ops.agency_grant import agency_grant
from etl.warehouse.model.ops.field_change import field_change
from etl.warehouse.model.ops.field_conflict import field_conflict
from etl.warehouse.model.ops.finding import finding
from etl.warehouse.model.ops.judged import judged
from etl.warehouse.model.ops.load import load
from etl.warehouse.model.ops.load_document import load_document
from etl.warehouse.model.ops.load_table import load_table
from etl.warehouse.model.ops.parsed import parsed
from etl.warehouse.model.ops.pull import pull
from etl.warehouse.model.ops.purge import purge
from etl.warehouse.model.ops.quality_check import quality_check
from etl.warehouse.model.ops.quarantine import quarantine
from etl.warehouse.model.ops.rehearsal import rehearsal
from etl.warehouse.model.ops.storage import storage
from etl.warehouse.model.raw.document import raw_document
from etl.warehouse.model.raw.indicator import raw_indicator
from etl.warehouse.model.raw.indicator_quarter import raw_indicator_quarter
from etl.warehouse.model.raw.landed_file import landed_file
from etl.warehouse.model.raw.manifest import raw_manifest
from etl.warehouse.model.raw.project import raw_project
from etl.warehouse.model.raw.report import raw_report
from etl.warehouse.model.raw.source_document import source_document
from etl.warehouse.model.raw.source_file import source_file

__all__ = [
    "NOT_APPLICABLE_KEY",
    "TABLES",
    "UNKNOWN_KEY",
    "UNKNOWN_YEAR",
    "History",
    "Marks",
    "agency_grant",
    "bridge_project_indicator",
    "bridge_project_strategy",
    "content_columns",
    "content_tables",
    "dim_agency",
    "dim_date",
    "dim_document",
    "dim_indicator",
    "dim_project",
    "dim_report_status",
    "dim_strategy",
    "fact_indicator_result",
    "fact_progress_report",
    "fact_project",
    "field_change",
    "field_conflict",
    "finding",
    "free_texts",
    "indicator_result_history",
    "judged",
    "landed_file",
    "load",
    "load_document",
    "load_table",
    "marks",
    "metadata",
    "parsed",
    "progress_report_history",
    "project_history",
    "pull",
    "purge",
    "quality_check",
    "quarantine",
    "raw_document",
    "raw_indicator",
    "raw_indicator_quarter",
    "raw_manifest",
    "raw_project",
    "raw_report",
    "rehearsal",
    "source_document",
    "source_file",
    "storage",
]  # fmt: skip

# In the order in which one reads of them.
TABLES = (
    source_file, source_document, landed_file,
    raw_manifest, raw_document, raw_project, raw_report, raw_indicator, raw_indicator_quarter,
    dim_date, dim_agency, dim_project, dim_strategy, dim_indicator, dim_report_status, dim_document,
    fact_project, project_history, fact_progress_report, progress_report_history, fact_indicator_result,
    indicator_result_history,
    bridge_project_strategy, bridge_project_indicator,
    pull, load, rehearsal, load_document, load_table, finding, field_conflict, field_change, quarantine, purge,
    quality_check, storage, parsed, judged, agency_grant,
)  # fmt: skip


def marks(column: Column[Any]) -> Marks:
    """Return what is to be known of a column beyond its type."""
    found: Marks = column.info["marks"]
    return found


def content_tables() -> list[Table]:
    """Return the tables whose rows follow from the documents loaded, in the order of `TABLES`."""
    return [table for table in TABLES if not table.info["is_audit"]]


def content_columns(table: Table) -> list[Column[Any]]:
    """Return the columns of a table whose values follow from the documents loaded, in their order."""
    return [column for column in table.columns if not marks(column).is_audit]


def free_texts(table: Table) -> list[Column[Any]]:
    """Return the columns of a table of `raw` in which a document may say anything."""
    return [
        column
        for column in table.columns
        if isinstance(column.type.item_type if isinstance(column.type, ARRAY) else column.type, Text)
        and not marks(column).is_checked
    ]
