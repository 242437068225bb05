"""`ops.quality_check`."""

from sqlalchemy import BigInteger, CheckConstraint, SmallInteger, Text, text

from etl.warehouse.model.declare import column, counted_up, optional, table
from etl.warehouse.model.kinds import Timestamp

quality_check = table(
    "ops", "quality_check", "What a check of the warehouse found: the trend of what should be looked at.",
    counted_up("quality_check_id", BigInteger, "ลำดับผลการตรวจ", "The result."),
    column("checked_at", Timestamp, "เวลาที่ตรวจ", "When the warehouse was checked.").with_options(
        server_default=text("now()")
    ),
    column("check_name", Text, "หัวข้อที่ตรวจ", "load, freshness, news, volume, quarantine, coverage or anomalies."),
    optional(
        "fiscal_year", SmallInteger, "ปีงบประมาณ (พ.ศ.)", "The fiscal year that it is about; empty where about none."
    ),
    column("severity", Text, "ระดับ", "ok, info, warning or critical."),
    column("cases", BigInteger, "จำนวนกรณี", "How many cases: loads, tables, documents, monthly reports or findings."),
    column("message", Text, "ข้อความ", "What was found, in a line."),
    CheckConstraint("severity IN ('ok', 'info', 'warning', 'critical')", name="severity"),
    grain="a check and fiscal year, each time it is made",
    is_audit=True,
)  # fmt: skip
