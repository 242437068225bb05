"""`ops.field_change`."""

from sqlalchemy import Text

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.fields import WRITTEN_BY
from etl.warehouse.model.kinds import Timestamp

field_change = table(
    "ops", "field_change", "A field that changed from one snapshot to the next.",
    column("record", Text, "รายการ", "The record, as findings name it: `50490000-3572/2566`.").as_key(),
    column("field", Text, "รายการข้อมูล", "The field, by its path in the parsed object.").as_key(),
    optional("old_value", Text, "ค่าเดิม", "What the snapshot before showed.", is_prose=True),
    optional("new_value", Text, "ค่าใหม่", "What this snapshot shows.", is_prose=True),
    column("seen_at", Timestamp, "เวลาของเอกสารที่พบ", "The snapshot that showed the change.").as_key(),
    WRITTEN_BY,
    grain="a field of a record and a snapshot that changed it",
    affected=("affected_record", "record"),
)  # fmt: skip
