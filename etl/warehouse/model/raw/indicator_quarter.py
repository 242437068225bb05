"""`raw.indicator_quarter`."""

from sqlalchemy import Integer, Text

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.fields import COPY_KEY, FIELD_PREFIX, INDICATOR_RECORD, PAIR_SCORE, RESULT_VALUE
from etl.warehouse.model.kinds import Percent, Quarter

raw_indicator_quarter = table(
    "raw", "indicator_quarter", "A row of an indicator's table of quarters, as one accepted copy prints it.",
    *COPY_KEY,
    column("ordinal", Integer, "ลำดับที่", "Place of the indicator among the copy's.").as_key(),
    column("quarter", Quarter, "ไตรมาสที่", "Quarter of the fiscal year.").as_key(),
    INDICATOR_RECORD, FIELD_PREFIX, PAIR_SCORE,
    optional("narrative", Text, "ผลการดำเนินงาน", "What was reported for the quarter.", is_prose=True),
    RESULT_VALUE,
    optional("score", Percent, "คะแนน", "Score of the quarter's evaluation; blank is not zero."),
    grain="a quarter of an indicator in a copy",
    affected=("changed_document", "document_key"),
)  # fmt: skip
