"""`dw.fact_indicator_result`."""

from sqlalchemy import BigInteger, CheckConstraint, SmallInteger, Text

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.fields import (
    EVALUATION_SCORE,
    RESULT_VALUE,
    SOURCE_DOCUMENT,
    VALID_FROM,
    WRITTEN_BY,
)
from etl.warehouse.model.kinds import Ratio, Value

fact_indicator_result = table(
    "dw", "fact_indicator_result",
    "An indicator's result in a quarter; quarter 0 is the headline, blank where exports only name the indicator.",
    column(
        "indicator_key", BigInteger, "รหัสตัวชี้วัดรายปี", "The indicator-year.",
        references="dw.dim_indicator.indicator_key",
    ).as_key(),
    column("quarter", SmallInteger, "ไตรมาสที่", "Quarter; 0 is the headline.").as_key(),
    column(
        "agency_key", BigInteger, "รหัสหน่วยงานรายช่วงเวลา", "The agency that is measured, in that year.",
        references="dw.dim_agency.agency_key",
    ),
    optional(
        "target_value", Value, "ค่าเป้าหมาย",
        "Target of the year, in the indicator's unit; exports print none for a quarter.",
    ),
    RESULT_VALUE,
    optional(
        "attainment_pct", Ratio, "ร้อยละความสำเร็จ",
        "Result of target, percent; empty where the target is 0 or blank, and where units differ or are not known.",
    ),
    optional(
        "evaluation_quarter", SmallInteger, "ไตรมาสที่ประเมิน",
        "Quarter that the headline's evaluation is of; empty in a quarter.",
    ),
    EVALUATION_SCORE,
    optional(
        "pair_score", Text, "คู่คะแนน",
        "Pair of scores of the quarter as printed, `95 / 100`; empty in the headline.",
    ),
    optional(
        "narrative", Text, "ผลการดำเนินงาน", "What was reported for the quarter; empty in the headline.",
        is_prose=True,
    ),
    SOURCE_DOCUMENT, VALID_FROM, WRITTEN_BY,
    CheckConstraint("quarter BETWEEN 0 AND 4", name="quarter"),
    grain="a quarter of an indicator, or its headline",
    affected=("affected_indicator", "indicator_key"),
)  # fmt: skip
