"""`dw.bridge_project_strategy`."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Numeric

from etl.warehouse.model.declare import column, table

bridge_project_strategy = table(
    "dw", "bridge_project_strategy", "The nodes of the plan that a project-year supports.",
    column(
        "project_key", BigInteger, "รหัสโครงการรายช่วงเวลา", "The project-year as it is now.",
        references="dw.dim_project.project_key",
    ).as_key(),
    column(
        "strategy_key", BigInteger, "รหัสรายการในแผน", "The node of the plan.",
        references="dw.dim_strategy.strategy_key",
    ).as_key(),
    column("is_disputed", Boolean, "ข้อมูลขัดแย้งกัน", "Copies of the export name different nodes."),
    column(
        "is_shown", Boolean, "เป็นรายการที่แสดง",
        "The one node of the project-year that is shown: that of the copy shown.",
    ),
    column(
        "weight", Numeric(10, 9), "สัดส่วนของโครงการ",
        "Share of the project that counts for this node; a project's shares sum to 1.",
    ),
    CheckConstraint("weight > 0 AND weight <= 1", name="weight"),
    grain="a project-year and a node of a plan",
    affected=("affected_version", "project_key"),
)  # fmt: skip
