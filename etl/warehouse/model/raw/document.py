"""`raw.document`."""

from sqlalchemy import Integer, Text

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.fields import DOCUMENT, WRITTEN_BY
from etl.warehouse.model.kinds import Timestamp

raw_document = table(
    "raw", "document", "What became of a document when it was read last.",
    DOCUMENT.as_key(),
    column(
        "records_digest", Text, "ค่าแฮชของข้อมูลที่อ่านได้",
        "Hash of everything read from it; where it is the same, nothing is loaded again.",
    ),
    column(
        "records_read", Integer, "จำนวนรายการที่อ่านได้",
        "Records read from it; a document that cannot be read counts as one.",
    ),
    column("records_held", Integer, "จำนวนรายการที่ถูกกักไว้", "Records of it that are held back."),
    optional(
        "printed_at", Timestamp, "เวลาที่พิมพ์บนเอกสาร",
        "The time that the export prints on itself; it goes before what a source tells.",
    ),
    WRITTEN_BY,
    grain="a document",
)  # fmt: skip
