"""`ops.finding`."""

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, Text

from etl.warehouse.model.declare import column, counted_up, optional, table
from etl.warehouse.model.fields import COPY, DOCUMENT, FINDING_LINE, WRITTEN_BY
from etl.warehouse.model.kinds import Code, Remark

finding = table(
    "ops", "finding", "A rule that a record of a document breaks; load_id is the load that found it first.",
    counted_up("finding_id", BigInteger, "ข้อค้นพบที่", "The finding.", is_audit=True, is_made_by_load=True),
    WRITTEN_BY,
    column("rule_id", Text, "รหัสกฎ", "The rule; expectations/ says what it asks."),
    column("severity", Text, "ระดับความรุนแรง", "critical, warning or info."),
    DOCUMENT, COPY,
    column(
        "record", Remark, "รายการ",
        "The record: `50490000-3572/2566`, with `/reports[2]` behind it, or `5030-1086/2566`.", names=True,
    ),
    column(
        "of_record", Remark, "โครงการหรือตัวชี้วัด",
        "The record itself, or the project-year or indicator-year that it is a part of.", names=True,
    ),
    optional("field", Remark, "รายการข้อมูล", "The field, by its path in the parsed object."),
    optional("value", Remark, "ค่าที่พบ", "The value that breaks the rule; never personal data.", quotes=True),
    column("message", Remark, "คำอธิบาย", "What is wrong, in words.", quotes=True),
    FINDING_LINE,
    optional(
        "agency_code", Code, "รหัสหน่วยงาน",
        "Agency of the record, or else of all that its copy speaks of; empty where none tells.",
    ),
    optional("kpi_id", Code, "รหัสตัวชี้วัด", "KPI id of the record; empty where it is of none."),
    optional("project_code", Code, "รหัสโครงการ", "Project code of the record; empty where it is of none."),
    optional(
        "fiscal_year", SmallInteger, "ปีงบประมาณ (พ.ศ.)",
        "Thai fiscal year of the record, Buddhist era; empty where it does not tell.",
    ),
    CheckConstraint("severity IN ('critical', 'warning', 'info')", name="severity"),
    Index(None, "document_key"),
    Index(None, "fiscal_year", "agency_code"),
    Index(None, "project_code"),
    grain="a rule that a record breaks, and the value that breaks it",
    affected=("affected_finding", "finding_id"),
)  # fmt: skip
