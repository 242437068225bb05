"""`raw.project`."""

from sqlalchemy import ARRAY, Boolean, Index, Integer, SmallInteger, Text

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.fields import (
    BUDGET,
    COPY_KEY,
    EVALUATION_QUARTER,
    EVALUATION_SCORE,
    IS_SHOWN,
    PAGE,
    PLACES,
    PLAN_NODE,
    PROJECT_ATTRIBUTES,
    PROJECT_YEAR,
    RECORD,
)
from etl.warehouse.model.kinds import Code, Name, Percent

raw_project = table(
    "raw", "project", "A project-year as one accepted copy describes it.",
    *COPY_KEY, RECORD, IS_SHOWN, *PROJECT_YEAR, *PROJECT_ATTRIBUTES,
    PAGE,
    column("first_line", Integer, "บรรทัดแรก", "First line of the copy."),
    column("last_line", Integer, "บรรทัดสุดท้าย", "Last line of the copy."),
    *BUDGET,
    optional("agency_path", ARRAY(Text), "หน่วยงานที่รับผิดชอบ", "Agency, division and section as printed."),
    optional("agency_code", Code, "รหัสหน่วยงาน", "Agency, four digits of the project code.", is_checked=True),
    optional("unit_code", Code, "รหัสส่วนราชการ", "Agency and unit, eight digits.", is_checked=True),
    optional("owner", Text, "ชื่อผู้รับผิดชอบ", "Who is responsible. Personal data.", is_personal=True),
    optional(
        "coordinator", Text, "ผู้ประสานงาน สยป.",
        "Coordinator at the Strategy and Evaluation Department. Personal data.", is_personal=True,
    ),
    optional("contact", Text, "ผู้ติดต่อ", "Contact as printed. Personal data.", is_personal=True),
    optional(
        "progress_pct", Percent, "ความคืบหน้าโครงการ (ร้อยละ)",
        "Progress that the export prints as its headline, percent.",
    ),
    EVALUATION_QUARTER, EVALUATION_SCORE, *PLAN_NODE,
    optional("dimension_no", SmallInteger, "มิติที่", "Performance dimension of the indicator named."),
    optional("indicator_name", Name, "ตัวชี้วัด", "Indicator named."),
    column(
        "has_report_log", Boolean, "แสดงรายการรายงาน",
        "The copy shows a log of the project's reports, be it empty: only then is a report that is not there missing.",
    ),
    PLACES,
    Index(None, "record"),
    grain="a project-year in a copy",
    affected=("changed_document", "document_key"),
)  # fmt: skip
