"""`dw.dim_report_status`."""

from sqlalchemy import Text

from etl.warehouse.model.declare import optional, table
from etl.warehouse.model.fields import surrogate

dim_report_status = table(
    "dw", "dim_report_status", "A pair of statuses.",
    surrogate("status_key", "รหัสคู่สถานะ", "Key of the pair."),
    optional("plan_status", Text, "สถานะเทียบกับแผน", "Standing against the plan, as printed."),
    optional("target_status", Text, "สถานะเทียบกับเป้าหมาย", "Standing against the target, as printed."),
    grain="a pair of statuses",
)  # fmt: skip
