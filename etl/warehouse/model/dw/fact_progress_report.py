"""`dw.fact_progress_report`."""

from sqlalchemy import BigInteger, Index, PrimaryKeyConstraint, text

from etl.warehouse.model.declare import History, column, optional, table
from etl.warehouse.model.fields import (
    PROJECT_YEAR_KEY,
    REPORT_NO,
    REPORT_REF,
    REPORTED,
    SOURCE_DOCUMENT,
    VALID_FROM,
    WRITTEN_BY,
    date_key,
)
from etl.warehouse.model.kinds import Percent

fact_progress_report = table(
    "dw", "fact_progress_report", "A progress report of a project-year.",
    *PROJECT_YEAR_KEY, REPORT_REF.as_key(),
    column(
        "project_key", BigInteger, "รหัสโครงการรายช่วงเวลา", "The project-year as it is now.",
        references="dw.dim_project.project_key", history=History.CURRENT,
    ),
    column(
        "agency_key", BigInteger, "รหัสหน่วยงานรายช่วงเวลา", "The unit that the project code names, in that year.",
        references="dw.dim_agency.agency_key", history=History.CURRENT,
    ),
    REPORT_NO,
    date_key("report_date_key", "วันที่รายงาน", "Day of the report."),
    column(
        "status_key", BigInteger, "รหัสคู่สถานะ", "The pair of statuses.",
        references="dw.dim_report_status.status_key",
    ),
    *REPORTED,
    optional(
        "progress_delta_pct", Percent, "ความก้าวหน้าที่เพิ่มขึ้น",
        "Progress since the report numbered before, percentage points.", history=History.CURRENT,
    ),
    SOURCE_DOCUMENT, VALID_FROM, WRITTEN_BY,
    # By year first: what a fiscal year's load adds then stands together in the index, however many years there are.
    PrimaryKeyConstraint("fiscal_year", "project_code", "report_ref"),
    Index(None, "project_key"),
    # The few reports of which nobody knows when they were made.
    Index(
        "ix_fact_progress_report_undated", "project_code", "fiscal_year",
        postgresql_where=text("report_date_key = -1"),
    ),
    grain="a report of a project-year",
    affected=("affected_project", "project_code", "fiscal_year"),
)  # fmt: skip
