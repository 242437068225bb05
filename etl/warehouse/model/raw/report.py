"""`raw.report`."""

from sqlalchemy import Date, Integer, Text

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.fields import (
    COPY_KEY,
    FIELD_PREFIX,
    IS_SHOWN,
    PLACES,
    PROJECT_YEAR,
    RECORD,
    REPORT_NO,
    REPORT_REF,
    REPORTED,
)

raw_report = table(
    "raw", "report", "A progress report as one accepted copy prints it.",
    *COPY_KEY,
    column("ordinal", Integer, "ลำดับที่", "Place among the copy's reports, from 1.").as_key(),
    RECORD, FIELD_PREFIX, IS_SHOWN, *PROJECT_YEAR, REPORT_REF, REPORT_NO,
    optional("report_date", Date, "วันที่รายงาน", "Day of the report."),
    *REPORTED,
    optional("plan_status", Text, "สถานะเทียบกับแผน", "Standing against the plan.", vocabulary="plan_status"),
    optional("target_status", Text, "สถานะเทียบกับเป้าหมาย", "Standing against the target.", vocabulary="target_status"),
    PLACES,
    grain="a report in a copy",
    affected=("changed_document", "document_key"),
)  # fmt: skip
