"""`dw.dim_strategy`."""

from sqlalchemy import Boolean, SmallInteger, UniqueConstraint

from etl.warehouse.model.declare import optional, table
from etl.warehouse.model.fields import PLAN_NODE, surrogate
from etl.warehouse.model.kinds import Code, Timestamp

dim_strategy = table(
    "dw", "dim_strategy", "A node of a plan: a strategy, a sub-issue or a goal.",
    surrogate("strategy_key", "รหัสรายการในแผน", "Key of the node."),
    optional("node_code", Code, "รหัสในแผน", "Code of the node itself, the longest of its codes."),
    *PLAN_NODE,
    optional(
        "name_rank", SmallInteger, "ลำดับแหล่งที่มาของชื่อ",
        "Who names it: 2 the reference table, 1 a copy that is shown, 0 another copy.",
    ),
    optional(
        "named_at", Timestamp, "เวลาของเอกสารที่ตั้งชื่อ",
        "The snapshot that the name is from; empty where the reference table names it.",
    ),
    optional(
        "is_plan_complete", Boolean, "ตารางอ้างอิงของแผนครบถ้วน",
        "The reference table has all goals of the plan: only then is a goal that it lacks no goal of the plan.",
    ),
    UniqueConstraint("plan_version", "node_code"),
    grain="a node of a plan",
)  # fmt: skip
