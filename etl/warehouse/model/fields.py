"""Fields that several tables have, each declared once: a name means the same wherever it stands."""

from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Date, Integer, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB

from etl.warehouse.model.declare import Field, History, column, optional
from etl.warehouse.model.kinds import Code, FiscalYear, Money, Name, Percent, RecordName, Timestamp, Value

UNKNOWN_KEY, NOT_APPLICABLE_KEY = -1, -2
UNKNOWN_YEAR = -1


# What a row is about, and whence it comes


def surrogate(name: str, thai: str, comment: str, **marks: Any) -> Field:
    """Return a key that is a hash of what it names."""
    return column(name, BigInteger, thai, comment, **marks).as_key()


def date_key(name: str, thai: str, comment: str, **marks: Any) -> Field:
    """Return a field that points at a day."""
    return column(name, Integer, thai, comment, references="dw.dim_date.date_key", is_checked_at_once=True, **marks)


PROJECT_CODE = column(
    "project_code", Code, "รหัสโครงการ",
    "Project code as printed: agency and unit, a dash, running number; `view:2484` where a view prints none.",
    is_checked=True,
)  # fmt: skip
FISCAL_YEAR = column(
    "fiscal_year", FiscalYear, "ปีงบประมาณ (พ.ศ.)",
    "Thai fiscal year, Buddhist era: 2566 is 2022-10-01 to 2023-09-30; -1 where the export prints none.",
    is_checked=True,
)  # fmt: skip
PROJECT_YEAR = (PROJECT_CODE, FISCAL_YEAR)
PROJECT_YEAR_KEY = (PROJECT_CODE.as_key(), FISCAL_YEAR.as_key())
REPORT_REF = column(
    "report_ref", Code, "เลขอ้างอิงรายงาน",
    "What tells it from the project-year's other reports: its number, or where none is printed, its day.",
    is_checked=True,
)  # fmt: skip

# What a record is called, as `etl.records.names` makes it: nothing else does.

RECORD = column(
    "record", RecordName, "รายการ", "Name of the record, as findings have it: `50490000-3572/2566`.",
    is_checked=True, history=History.FOLLOWS,
)  # fmt: skip
INDICATOR_RECORD = optional(
    "record", RecordName, "รายการ",
    "Name of the record, as findings have it: `5030-1086/2566`; empty where it was of a text that was purged.",
    is_checked=True, names=True,
)  # fmt: skip
FIELD_PREFIX = column(
    "field_prefix", Code, "ส่วนหน้าของเส้นทาง",
    "What stands before a field of it in the path from its project-year or indicator-year: `reports[2].`.",
    is_checked=True,
)  # fmt: skip

DOCUMENT = column(
    "document_key", BigInteger, "รหัสเอกสาร", "The document.", references="dw.dim_document.document_key"
)  # fmt: skip
COPY = column("copy", Integer, "สำเนาที่", "The copy in the document, from 1.")
COPY_KEY = (DOCUMENT.as_key(), COPY.as_key())
SOURCE_DOCUMENT = column(
    "document_key", BigInteger, "รหัสเอกสารที่มา", "The export that the values shown come from.",
    references="dw.dim_document.document_key", is_source=True, history=History.FOLLOWS,
)  # fmt: skip
LOAD = column("load_id", BigInteger, "การนำเข้าที่", "The load.", references="ops.load.load_id")
WRITTEN_BY = column(
    "load_id", BigInteger, "การนำเข้าที่บันทึก", "The load that wrote this row last.", references="ops.load.load_id",
    is_audit=True, is_made_by_load=True, history=History.FOLLOWS,
)  # fmt: skip
PAGE = column("page", Integer, "หน้าที่", "Page on which the copy begins.")
PLACES = column(
    "places", JSONB, "ตำแหน่งในเอกสาร", "Where each field stood: its name, and page and line, both from 1."
)  # fmt: skip
IS_SHOWN = column(
    "is_shown", Boolean, "เป็นสำเนาที่แสดง",
    "This copy is the one shown; the others of its document are evidence.",
)  # fmt: skip

# Periods

VALID_FROM = column(
    "valid_from", Timestamp, "มีผลตั้งแต่", "The snapshot since which the row's values are these.",
    history=History.CURRENT,
)  # fmt: skip
VERSION_PERIOD = (
    optional(
        "valid_from", Timestamp, "มีผลตั้งแต่", "The snapshot that showed this first.", history=History.FOLLOWS
    ),
    optional(
        "valid_to", Timestamp, "มีผลถึง", "The snapshot that no longer showed it; empty while it is shown.",
        history=History.FOLLOWS,
    ),
    column(
        "is_current", Boolean, "เป็นข้อมูลปัจจุบัน", "This is what the latest snapshot shows.",
        history=History.FOLLOWS,
    ),
)  # fmt: skip

# What a project-year is: `raw.project` and `dw.dim_project` both say it

PROJECT_ATTRIBUTES = (
    optional(
        "view_id", Code, "เลขที่หน้าโครงการ", "Number in the address of a view that prints no project code.",
        is_checked=True,
    ),
    optional("project_name", Text, "ชื่อโครงการ/กิจกรรม", "Name of the project."),
    optional("start_date", Date, "เริ่มต้นโครงการ", "First day of the project."),
    optional("end_date", Date, "สิ้นสุดโครงการ", "Last day of the project."),
    optional("rationale", Text, "หลักการและเหตุผล", "Why the project is undertaken.", is_prose=True),
    optional(
        "objectives", ARRAY(Text), "วัตถุประสงค์ของโครงการ", "Objectives, in the order printed.", is_prose=True
    ),
    optional("targets", Text, "เป้าหมายของโครงการ", "Targets, in words.", is_prose=True),
    column("is_certified", Boolean, "มีคำรับรอง", "The certification sentence stands in the copy shown."),
)  # fmt: skip

# What a project-year is worth: `raw.project`, `dw.fact_project` and its history

BUDGET = (
    optional("budget_received_thb", Money, "งบประมาณที่ได้รับ (บาท)", "Budget received, baht."),
    optional("budget_spent_thb", Money, "งบประมาณที่ใช้ไป (บาท)", "Budget spent, baht."),
)  # fmt: skip
EVALUATION_SCORE = optional(
    "evaluation_score", Percent, "ผลประเมิน", "Score of the evaluation; blank is not zero."
)  # fmt: skip
EVALUATION_QUARTER = optional("evaluation_quarter", SmallInteger, "ไตรมาสที่ประเมิน", "Quarter of the evaluation.")

# What a report says: `raw.report`, `dw.fact_progress_report` and its history

REPORT_NO = optional("report_no", SmallInteger, "รายงานครั้งที่", "Number of the report; some exports print none.")
REPORTED = (
    optional("progress_pct", Percent, "ความก้าวหน้า (ร้อยละ)", "Progress reported, percent."),
    optional("disbursed_thb", Money, "งบประมาณที่เบิกใช้ (บาท)", "Disbursed with this report, baht."),
    optional("narrative", Text, "ผลการดำเนินงาน", "What was done.", is_prose=True),
)  # fmt: skip

# Where something stands in a plan

PLAN_NODE = (
    optional(
        "plan_version", Code, "ฉบับของแผน", "The plan that the codes are of; two plans share the numbers 1 to 7.",
        is_checked=True,
    ),
    optional("strategy_code", Code, "รหัสยุทธศาสตร์", "Strategy, one number.", is_checked=True),
    optional("strategy_name", Text, "ยุทธศาสตร์", "Name of the strategy."),
    optional("sub_issue_code", Code, "รหัสยุทธศาสตร์ย่อย", "Sub-issue of the strategy, two numbers.", is_checked=True),
    optional("sub_issue_name", Text, "ยุทธศาสตร์ย่อย", "Name of the sub-issue."),
    optional("goal_code", Code, "รหัสเป้าหมาย", "Goal of the sub-issue, three numbers.", is_checked=True),
    optional("goal_name", Text, "เป้าหมาย", "Text of the goal; it may be cut short."),
)  # fmt: skip

# What an indicator is: `raw.indicator` and `dw.dim_indicator`

INDICATOR_ATTRIBUTES = (
    optional(
        "kpi_id", Code, "รหัสตัวชี้วัด",
        "KPI id as printed; empty where an export names the indicator by its text only.", is_checked=True,
    ),
    optional("indicator_name", Name, "ตัวชี้วัด", "Name of the indicator."),
    optional(
        "fiscal_year", FiscalYear, "ปีงบประมาณ (พ.ศ.)",
        "Thai fiscal year, Buddhist era; empty where no export prints one.",
    ),
    optional("agency_code", Code, "รหัสหน่วยงาน", "Agency that is measured, four digits.", is_checked=True),
    optional("dimension_no", SmallInteger, "มิติที่", "Performance dimension, 1 to 4."),
    optional("indicator_type", Code, "ประเภทตัวชี้วัด", "strategic or routine.", is_checked=True),
    optional("indicator_level", Code, "ระดับตัวชี้วัด", "output or outcome.", is_checked=True),
    optional("indicator_class", Text, "ลักษณะตัวชี้วัด", "Class as an index prints it behind the dimension."),
    *PLAN_NODE,
    optional("summary", Text, "สรุปผลการดำเนินงาน", "What the year's work came to, in words.", is_prose=True),
    optional(
        "definition", Text, "นิยาม หรือความหมายของตัวชี้วัด", "What the indicator means, in words.", is_prose=True
    ),
    optional("unit_raw", Text, "หน่วยนับ", "Unit as printed."),
    optional("unit", Code, "หน่วยนับมาตรฐาน", "Unit in its standard spelling.", is_checked=True),
    optional(
        "target_raw", Text, "ค่าเป้าหมายตามเอกสาร", "Target as printed, where it is more than a number.", is_prose=True
    ),
)  # fmt: skip

# What an indicator comes to: `raw.indicator`, `raw.indicator_quarter`, `dw.fact_indicator_result` and its history

RESULT_VALUE = optional("result_value", Value, "ผลงานที่ทำได้", "Result, in the indicator's unit.")
PAIR_SCORE = optional("pair_score", Code, "คู่คะแนน", "Pair of scores as printed, `95 / 100`.", is_checked=True)

# What is said of a record

FINDING_LINE = optional("line", Integer, "บรรทัดที่", "The line to look at.")
