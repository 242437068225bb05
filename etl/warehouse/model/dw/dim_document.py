"""`dw.dim_document`."""

from sqlalchemy import Text

from etl.warehouse.model.declare import optional, table
from etl.warehouse.model.fields import surrogate
from etl.warehouse.model.kinds import Timestamp

dim_document = table(
    "dw", "dim_document", "An export.",
    surrogate("document_key", "รหัสเอกสาร", "Key of the export."),
    optional("sha256", Text, "ค่าแฮชของเอกสาร", "Hash of the bytes.").with_options(unique=True),
    optional("uri", Text, "ที่อยู่เอกสาร", "Address that it was pulled from first.", is_prose=True),
    optional("family", Text, "ประเภทเอกสาร", "Kind of export; empty where nobody could tell."),
    optional("channel", Text, "ช่องทางเอกสาร", "How it reached us: text, html, pdf, ocr or office."),
    optional(
        "snapshot_at", Timestamp, "เวลาที่ออกเอกสาร",
        "When it was made, as far as its source tells; the first time of several.", is_made_by_load=True,
    ),
    optional(
        "last_seen_at", Timestamp, "เวลาที่พบเอกสารล่าสุด",
        "Until when it was seen as it is; the time that it prints on itself goes before.", is_made_by_load=True,
    ),
    optional(
        "fetched_at", Timestamp, "เวลาที่ดึงครั้งแรก", "When it was pulled first.", is_audit=True, is_made_by_load=True
    ),
    grain="an export",
)  # fmt: skip
