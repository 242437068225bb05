"""`raw.source_file`."""

from sqlalchemy import Text

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.kinds import Address, Timestamp

source_file = table(
    "raw", "source_file", "A file at a source, as it was when it was fetched last.",
    column("uri", Address, "ที่อยู่แฟ้ม", "Address of the file.").as_key(),
    optional(
        "version", Text, "รุ่นของแฟ้ม",
        "What its source says of it as long as its bytes are the same; empty where it says too little to tell.",
    ),
    column("sha256", Text, "ค่าแฮชของแฟ้ม", "Hash of the bytes."),
    column("fetched_at", Timestamp, "เวลาที่ดึง", "When it was fetched."),
    optional(
        "unpacked_by", Text, "รุ่นของตัวเปิดแฟ้ม",
        "The version of the parser that found the documents in it; empty where it could not be unpacked whole.",
    ),
    optional("gone_at", Timestamp, "เวลาที่ไม่พบ", "When its source listed it no more; empty while it does."),
    grain="a file at a source",
    is_audit=True,
)  # fmt: skip
