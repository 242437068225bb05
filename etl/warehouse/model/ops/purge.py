"""`ops.purge`."""

from sqlalchemy import Boolean, Text, text

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.kinds import Timestamp

purge = table(
    "ops", "purge", "A document whose personal data was taken out, and is not taken in again.",
    column("sha256", Text, "ค่าแฮชของเอกสาร", "Hash of the document.").as_key(),
    column("purged_at", Timestamp, "เวลาที่ลบ", "When it was purged first."),
    column("purged_by", Text, "ผู้ลบ", "The login that did it."),
    column(
        "is_prose_purged", Boolean, "ลบข้อความทั้งหมดแล้ว", "Every text that it says was taken out too."
    ).with_options(server_default=text("false")),
    optional("reason", Text, "เหตุผล", "Why; empty where nobody said."),
    grain="a purged document",
    is_audit=True,
)  # fmt: skip
