"""`ops.parsed`."""

from sqlalchemy import ARRAY, SmallInteger, Text

from etl.warehouse.model.declare import column, optional, table

parsed = table(
    "ops", "parsed", "What was parsed already, and where it is kept: a later run takes it from there.",
    column("parser_version", Text, "รุ่นของตัวอ่าน", "Digest of all that decides what is read from a document.").as_key(),
    column("sha256", Text, "ค่าแฮชของเอกสาร", "Hash of the document.").as_key(),
    column(
        "address_ids", Text, "รหัสในที่อยู่", "The ids that its address says, which parsers take from there; often none."
    ).as_key(),
    optional(
        "fiscal_years", ARRAY(SmallInteger), "ปีงบประมาณ (พ.ศ.)",
        "The fiscal years that it speaks of; empty where it belongs to every year's load, as it does not say its own.",
    ),
    column("pack", Text, "แฟ้มที่เก็บ", "The file that what it says is kept in, under `parsed` on storage."),
    grain="a document as a version of the parser reads it, with the ids of an address",
    is_audit=True,
)  # fmt: skip
