"""`dw.fact_project`."""

from sqlalchemy import ARRAY, BigInteger, Index, Integer, SmallInteger, text

from etl.warehouse.model.declare import History, column, optional, table
from etl.warehouse.model.fields import (
    BUDGET,
    EVALUATION_SCORE,
    PROJECT_YEAR_KEY,
    SOURCE_DOCUMENT,
    VALID_FROM,
    WRITTEN_BY,
    date_key,
)
from etl.warehouse.model.kinds import Code, Money, Percent, Ratio

fact_project = table(
    "dw", "fact_project", "A project-year from its first to its last report (accumulating snapshot).",
    *PROJECT_YEAR_KEY,
    column(
        "project_key", BigInteger, "รหัสโครงการรายช่วงเวลา", "The project-year as it stood.",
        references="dw.dim_project.project_key",
    ),
    column(
        "agency_key", BigInteger, "รหัสหน่วยงานรายช่วงเวลา", "The unit that the project code names, in that year.",
        references="dw.dim_agency.agency_key",
    ),
    date_key("start_date_key", "เริ่มต้นโครงการ", "First day of the project.", history=History.FOLLOWS),
    date_key("end_date_key", "สิ้นสุดโครงการ", "Last day of the project.", history=History.FOLLOWS),
    date_key("first_report_date_key", "วันที่รายงานครั้งแรก", "Day of the first report."),
    date_key("last_report_date_key", "วันที่รายงานล่าสุด", "Day of the last report."),
    *BUDGET,
    optional(
        "spent_pct", Ratio, "ร้อยละการใช้จ่าย", "Spent of received, percent; empty where nothing was received.",
        history=History.FOLLOWS,
    ),
    optional(
        "progress_pct", Percent, "ความก้าวหน้า (ร้อยละ)",
        "Progress: the headline where one is printed, else the last report's, percent.",
    ),
    optional(
        "report_count", Integer, "จำนวนรายงาน",
        "Reports in the warehouse; empty where no export shows a log of reports.",
    ),
    EVALUATION_SCORE,
    optional(
        "disbursed_thb", Money, "งบประมาณที่เบิกใช้รวม (บาท)",
        "Sum of what the reports say was disbursed, baht; empty where none says.", history=History.CURRENT,
    ),
    optional(
        "report_months", ARRAY(SmallInteger), "เดือนที่มีรายงาน",
        "Months of its fiscal year with a report, in order; 1 is October.", history=History.CURRENT,
    ),
    optional(
        "last_report_ref", Code, "เลขอ้างอิงรายงานล่าสุด", "The last report; empty where there is none.",
        is_checked=True, history=History.CURRENT,
    ),
    column(
        "log_document_key", BigInteger, "รหัสเอกสารที่แสดงรายการรายงาน",
        "The last export that shows the log of reports; -1 where none does, and nobody knows what was reported.",
        references="dw.dim_document.document_key", is_source=True, history=History.CURRENT,
    ),
    optional(
        "progress_months", ARRAY(SmallInteger), "เดือนที่รายงานความก้าวหน้า",
        "Months of its fiscal year with a report that states progress, in order; 1 is October.",
        history=History.CURRENT,
    ),
    optional(
        "progress_by_month", ARRAY(Percent), "ความก้าวหน้าเมื่อสิ้นเดือน (ร้อยละ)",
        "Progress by the last report dated up to the end of each month of its fiscal year, percent.",
        history=History.CURRENT,
    ),
    optional(
        "disbursed_by_month", ARRAY(Money), "งบประมาณที่เบิกใช้เมื่อสิ้นเดือน (บาท)",
        "Sum of what the reports dated up to the end of each month of its fiscal year say was disbursed, baht.",
        history=History.CURRENT,
    ),
    SOURCE_DOCUMENT, VALID_FROM, WRITTEN_BY,
    Index(None, "project_key"),
    # Code and year as marts show them.
    Index("ix_fact_project_printed_code", text("substring(project_code, '^[0-9].*')")),
    Index("ix_fact_project_printed_year", text("nullif(fiscal_year, -1)")),
    grain="a project-year",
    affected=("affected_project", "project_code", "fiscal_year"),
)  # fmt: skip
