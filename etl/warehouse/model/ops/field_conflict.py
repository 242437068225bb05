"""`ops.field_conflict`."""

from sqlalchemy import Text

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.fields import COPY_KEY, FISCAL_YEAR, PROJECT_CODE

field_conflict = table(
    "ops", "field_conflict", "A field on which copies of a document disagree.",
    PROJECT_CODE.optional(), FISCAL_YEAR.optional(),
    column("field", Text, "รายการข้อมูล", "The field, by its path in the parsed object.").as_key(),
    optional("value_shown", Text, "ค่าที่แสดง", "The value of the copy shown.", states=True),
    optional("value_other", Text, "ค่าในสำเนาอื่น", "The value of the other copy.", states=True),
    *COPY_KEY,
    grain="a field of a copy that says otherwise than the copy shown",
    affected=("changed_document", "document_key"),
)  # fmt: skip
