"""`ops.load_table`."""

from sqlalchemy import BigInteger, Text

from etl.warehouse.model.declare import column, table
from etl.warehouse.model.fields import LOAD

load_table = table(
    "ops", "load_table", "How many rows a table held after a load.",
    LOAD.as_key(),
    column("table_name", Text, "ตาราง", "The table, with its schema.").as_key(),
    column("row_count", BigInteger, "จำนวนแถว", "Rows after the load."),
    grain="a table after a load",
    is_audit=True,
)  # fmt: skip
