"""`raw.source_document`."""

from sqlalchemy import BigInteger, Integer, Text

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.kinds import Address, Timestamp

source_document = table(
    "raw", "source_document", "A document in a file at a source: the file itself, or a member where it is an archive.",
    column(
        "file_uri", Address, "ที่อยู่แฟ้ม", "Address of the file.",
        references="raw.source_file.uri", is_checked_at_once=True,
    ).as_key(),
    column("ordinal", Integer, "ลำดับในแฟ้ม", "Its place in the file, from 1.").as_key(),
    column("uri", Address, "ที่อยู่เอกสาร", "Address of the document."),
    column("sha256", Text, "ค่าแฮชของเอกสาร", "Hash of the bytes."),
    column("byte_size", BigInteger, "ขนาด (ไบต์)", "Size of the document in bytes."),
    optional("modified_at", Timestamp, "เวลาแก้ไขในแฟ้ม", "When it was modified, as its archive says."),
    grain="a document in a file",
    is_audit=True,
)  # fmt: skip
