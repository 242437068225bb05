"""`raw.indicator`."""

from sqlalchemy import BigInteger, Boolean, Integer

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.fields import (
    COPY_KEY,
    EVALUATION_QUARTER,
    EVALUATION_SCORE,
    INDICATOR_ATTRIBUTES,
    INDICATOR_RECORD,
    IS_SHOWN,
    PLACES,
    RESULT_VALUE,
)
from etl.warehouse.model.kinds import Value

raw_indicator = table(
    "raw", "indicator", "An indicator as one accepted copy prints it.",
    *COPY_KEY,
    column("ordinal", Integer, "ลำดับที่", "Place among the copy's indicators, from 1.").as_key(),
    INDICATOR_RECORD, IS_SHOWN, *INDICATOR_ATTRIBUTES,
    column(
        "indicator_key", BigInteger, "รหัสตัวชี้วัดรายปี", "The indicator-year: by its id, or else by agency and text."
    ).with_options(index=True),
    optional("target_value", Value, "ค่าเป้าหมาย", "Target, in the unit."),
    RESULT_VALUE,
    optional(
        "has_unit_clash", Boolean, "หน่วยนับไม่ตรงกัน",
        "Target and results are of different units; empty where not both are printed.",
    ),
    EVALUATION_QUARTER, EVALUATION_SCORE, PLACES,
    grain="an indicator in a copy",
    affected=("changed_document", "document_key"),
)  # fmt: skip
