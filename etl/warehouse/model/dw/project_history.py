"""`dw.project_history`."""

from sqlalchemy import Index

from etl.warehouse.model.declare import history_table
from etl.warehouse.model.dw.fact_project import fact_project

project_history = history_table(
    fact_project, "project_history",
    "How a project-year stood in a period that has passed; fact_project tells how it stands.",
    Index(None, "project_key"),
    grain="a project-year in a period that has passed",
)  # fmt: skip
