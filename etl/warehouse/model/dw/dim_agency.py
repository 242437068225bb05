"""`dw.dim_agency`."""

from sqlalchemy import Boolean, CheckConstraint, Date, Text

from etl.warehouse.model.declare import column, one_after_the_other, optional, table
from etl.warehouse.model.fields import surrogate
from etl.warehouse.model.kinds import Code

dim_agency = table(
    "dw", "dim_agency", "An agency, or a unit of it, in a period (type 2).",
    surrogate("agency_key", "รหัสหน่วยงานรายช่วงเวลา", "Key of the agency or unit in its period."),
    optional("agency_code", Code, "รหัสหน่วยงาน", "Agency, four digits."),
    optional(
        "unit_code", Code, "รหัสส่วนราชการ",
        "Agency and unit, eight digits; the agency as a whole ends in four zeros.",
    ),
    optional("agency_name", Text, "หน่วยงาน", "Name of the agency."),
    optional("unit_name", Text, "ส่วนราชการ", "Name of the unit; empty for the agency as a whole."),
    optional(
        "agency_sort_key", Text(collation="C"), "ลำดับตามตัวอักษร",
        "What the name is sorted by as a Thai dictionary would, in any collation.",
    ),
    optional("agency_name_en", Text, "ชื่อหน่วยงานภาษาอังกฤษ", "Official English name, where it is known."),
    optional("district_code", Code, "รหัสเขต", "Code of the district in official statistics and maps, four digits."),
    optional("agency_kind", Text, "ประเภทหน่วยงาน", "district, department or division."),
    optional("valid_from", Date, "มีผลตั้งแต่", "First day on which this holds."),
    optional("valid_to", Date, "มีผลถึง", "First day on which it no longer does; empty while it holds."),
    column("is_current", Boolean, "เป็นข้อมูลปัจจุบัน", "This holds today."),
    *one_after_the_other("dw.dim_agency", "unit_code"),
    CheckConstraint("agency_kind IN ('district', 'department', 'division')", name="agency_kind"),
    grain="an agency or unit in a period",
    affected=("agency_period", "unit_code"),
)  # fmt: skip
