"""`ops.pull`."""

from sqlalchemy import BigInteger, Text

from etl.warehouse.model.declare import column, counted_up, optional, table
from etl.warehouse.model.kinds import Timestamp
from etl.warehouse.model.ops.counts import counted

pull = table(
    "ops", "pull", "A pull: what a source listed, and what was fetched of it.",
    counted_up("pull_id", BigInteger, "การดึงที่", "The pull."),
    column("run_id", Text, "รอบการทำงาน", "The run that it was part of."),
    column("source", Text, "แหล่งข้อมูล", "Address of the source, without a login."),
    column("pulled_at", Timestamp, "เวลาที่ดึง", "When it ended."),
    counted("files_listed", "จำนวนแฟ้มที่พบ", "Files that the source listed."),
    counted("files_fetched", "จำนวนแฟ้มที่ดึง", "Files that were fetched: new ones, and other versions of known ones."),
    counted("files_gone", "จำนวนแฟ้มที่หายไป", "Files that it lists no more since the pull before."),
    column("bytes_fetched", BigInteger, "จำนวนไบต์ที่ดึง", "Bytes that were fetched."),
    optional(
        "alert", Text, "คำเตือน",
        "Why somebody should look at the source: it listed nothing, or much less than before; empty where all is well.",
    ),
    grain="a pull",
    is_audit=True,
)  # fmt: skip
