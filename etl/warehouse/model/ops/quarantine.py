"""`ops.quarantine`."""

from sqlalchemy import CheckConstraint, Integer, Text

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.fields import COPY, DOCUMENT, FINDING_LINE, surrogate
from etl.warehouse.model.kinds import Remark, Timestamp

quarantine = table(
    "ops", "quarantine", "A document or record that is held back.",
    surrogate("quarantine_id", "รหัสรายการที่ถูกกัก", "The case: document, copy, record and line.", is_made_by_load=True),
    DOCUMENT, COPY,
    column("record", Remark, "รายการ", "The record; `document` where nothing could be read.", names=True),
    column("reason", Remark, "เหตุผลที่กักไว้", "Why it is held back, in words.", quotes=True),
    column("rule_id", Text, "รหัสกฎ", "The critical rule that it breaks."),
    column("severity", Text, "ระดับความรุนแรง", "Always critical."),
    optional("page", Integer, "หน้าที่", "The page to look at."),
    FINDING_LINE,
    column(
        "first_seen", Timestamp, "กักไว้ครั้งแรก", "When it was held back first.", is_audit=True, is_made_by_load=True
    ),
    column(
        "last_seen", Timestamp, "กักไว้ครั้งล่าสุด", "When it was held back last.", is_audit=True, is_made_by_load=True
    ),
    column(
        "state", Text, "สถานะ",
        "held, released (a later load read it otherwise) or rejected (somebody gave it up).", is_made_by_load=True,
    ),
    optional("remark", Text, "หมายเหตุ", "Why somebody rejected it.", is_made_by_load=True),
    optional("decided_by", Text, "ผู้ตัดสินใจ", "Who rejected it, in Airflow or on its machine.", is_made_by_load=True),
    optional("decided_at", Timestamp, "เวลาที่ตัดสินใจ", "When it was rejected.", is_made_by_load=True),
    CheckConstraint("state IN ('held', 'released', 'rejected')", name="state"),
    grain="a document or record that is held back",
)  # fmt: skip
