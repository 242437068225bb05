"""`ops.storage`."""

from sqlalchemy import Text

from etl.warehouse.model.declare import column, table
from etl.warehouse.model.kinds import Timestamp

storage = table(
    "ops", "storage", "A place where documents and batches lie or lay: a purge looks through all of them.",
    column("address", Text, "ที่อยู่ที่เก็บ", "Folder or address that landing area and batches are under.").with_options(
        primary_key=True
    ),
    column("used_at", Timestamp, "เวลาที่ใช้ล่าสุด", "When a run used it last."),
    grain="a place of storage",
    is_audit=True,
)  # fmt: skip
