"""`ops.judged`."""

from sqlalchemy import ARRAY, SmallInteger, Text

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.fields import DOCUMENT

judged = table(
    "ops", "judged", "What came of a document when it was judged, and by what: a run that judges by the same need not.",
    DOCUMENT.as_key(),
    optional(
        "judged_by", Text, "รุ่นของการตรวจสอบ",
        "Digest of all that decides what is loaded of it, but its bytes; empty where the next run may judge otherwise.",
    ),
    column("records_digest", Text, "ค่าแฮชของข้อมูลที่อ่านได้", "Hash of everything read from it, as `raw.document` has it."),
    optional("family", Text, "ประเภทเอกสาร", "Kind of export; empty where nobody could tell."),
    optional("channel", Text, "ช่องทางเอกสาร", "How it reached us."),
    optional(
        "fiscal_years", ARRAY(SmallInteger), "ปีงบประมาณ (พ.ศ.)",
        "The fiscal years that it speaks of; empty where it belongs to every year's load, as it does not say its own.",
    ),
    grain="a document",
    is_audit=True,
)  # fmt: skip
