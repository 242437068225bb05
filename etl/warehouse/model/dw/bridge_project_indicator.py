"""`dw.bridge_project_indicator`."""

from sqlalchemy import BigInteger, Index

from etl.warehouse.model.declare import column, table

bridge_project_indicator = table(
    "dw", "bridge_project_indicator", "The indicators that a project-year is measured by.",
    column(
        "project_key", BigInteger, "รหัสโครงการรายช่วงเวลา", "The project-year as it is now.",
        references="dw.dim_project.project_key",
    ).as_key(),
    column(
        "indicator_key", BigInteger, "รหัสตัวชี้วัดรายปี", "The indicator-year.",
        references="dw.dim_indicator.indicator_key",
    ).as_key(),
    Index(None, "indicator_key"),
    grain="a project-year and an indicator",
    affected=("affected_version", "project_key"),
)  # fmt: skip
