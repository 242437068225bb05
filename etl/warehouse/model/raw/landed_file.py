"""`raw.landed_file`."""

from sqlalchemy import Text

from etl.warehouse.model.declare import column, table

landed_file = table(
    "raw", "landed_file", "Bytes in the landing area, as they lay when they were proven by their hash.",
    column("sha256", Text, "ค่าแฮช", "Hash of the bytes.").as_key(),
    column(
        "stamp", Text, "ตราของแฟ้ม",
        "What its storage says of the file; when that is another, the bytes are proven again.",
    ),
    grain="bytes in the landing area",
    is_audit=True,
)  # fmt: skip
