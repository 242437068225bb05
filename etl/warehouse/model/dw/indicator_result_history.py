"""`dw.indicator_result_history`."""

from sqlalchemy import CheckConstraint

from etl.warehouse.model.declare import history_table
from etl.warehouse.model.dw.fact_indicator_result import fact_indicator_result

indicator_result_history = history_table(
    fact_indicator_result, "indicator_result_history",
    "How an indicator's result stood in a period that has passed; fact_indicator_result tells how it stands.",
    CheckConstraint("quarter BETWEEN 0 AND 4", name="quarter"),
    grain="a quarter of an indicator, or its headline, in a period that has passed",
)  # fmt: skip
