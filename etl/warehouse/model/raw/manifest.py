"""`raw.manifest`."""

from sqlalchemy import BigInteger, Text

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.kinds import Address, Timestamp

raw_manifest = table(
    "raw", "manifest", "An observation of a document: where its bytes were, and as of when.",
    column("sha256", Text, "ค่าแฮชของเอกสาร", "Hash of the bytes.").as_key(),
    column("uri", Address, "ที่อยู่เอกสาร", "Address that the export was pulled from.", is_prose=True).as_key(),
    column(
        "reported_at", Timestamp, "เวลาตามแหล่งข้อมูล", "When its source says it was made; else when it was pulled."
    ).as_key(),
    column(
        "snapshot_at", Timestamp, "เวลาที่ออกเอกสาร",
        "When it was made, as far as can be believed; never after it was pulled.",
    ),
    column("fetched_at", Timestamp, "เวลาที่ดึงครั้งแรก", "When it was pulled first.", is_audit=True),
    optional(
        "time_rule_id", Text, "กฎที่เวลาไม่ผ่าน",
        "The rule that the reported time breaks; empty where it can be believed.",
    ),
    optional("time_reported", Text, "เวลาตามที่แจ้ง", "The time as reported, where it breaks a rule."),
    column("byte_size", BigInteger, "ขนาด (ไบต์)", "Size of the export in bytes."),
    grain="a document at an address as of a time",
)  # fmt: skip
