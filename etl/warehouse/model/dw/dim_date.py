"""`dw.dim_date`."""

from sqlalchemy import Date, Integer, SmallInteger

from etl.warehouse.model.declare import column, optional, table

dim_date = table(
    "dw", "dim_date", "A day.",
    column("date_key", Integer, "รหัสวัน", "yyyymmdd; -1 is unknown, -2 not applicable.").as_key(),
    optional("full_date", Date, "วันที่", "The day.").with_options(unique=True),
    optional("be_year", SmallInteger, "ปีปฏิทิน (พ.ศ.)", "Buddhist calendar year."),
    optional("fiscal_year", SmallInteger, "ปีงบประมาณ (พ.ศ.)", "Thai fiscal year, Buddhist era."),
    optional(
        "fiscal_quarter", SmallInteger, "ไตรมาสของปีงบประมาณ", "Quarter of the fiscal year; 1 is October to December."
    ),
    optional("fiscal_month", SmallInteger, "เดือนที่ของปีงบประมาณ", "Month of the fiscal year; 1 is October."),
    grain="a day",
)  # fmt: skip
