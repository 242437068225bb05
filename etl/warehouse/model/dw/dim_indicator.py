"""`dw.dim_indicator`."""

from etl.warehouse.model.declare import table
from etl.warehouse.model.fields import INDICATOR_ATTRIBUTES, RECORD, surrogate

dim_indicator = table(
    "dw", "dim_indicator",
    "An indicator (KPI) of an agency in a fiscal year, of each field the value that an export stated last. "
    "What is printed without a year stays apart from the same id in a year: years are not guessed.",
    surrogate("indicator_key", "รหัสตัวชี้วัดรายปี", "Key of the indicator-year."),
    RECORD.optional(), *INDICATOR_ATTRIBUTES,
    grain="an indicator of an agency in a fiscal year",
    affected=("affected_indicator", "indicator_key"),
)  # fmt: skip
