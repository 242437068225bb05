"""`dw.progress_report_history`."""

from etl.warehouse.model.declare import history_table
from etl.warehouse.model.dw.fact_progress_report import fact_progress_report

progress_report_history = history_table(
    fact_progress_report, "progress_report_history",
    "How a progress report stood in a period that has passed; fact_progress_report tells how it stands.",
    grain="a report in a period that has passed",
)  # fmt: skip
