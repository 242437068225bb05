"""`dw.dim_project`."""

from sqlalchemy import Text

from etl.warehouse.model.declare import one_after_the_other, optional, table
from etl.warehouse.model.fields import FISCAL_YEAR, PROJECT_ATTRIBUTES, PROJECT_CODE, RECORD, VERSION_PERIOD, surrogate

dim_project = table(
    "dw", "dim_project", "A project-year as it stood in a period (type 2).",
    surrogate("project_key", "รหัสโครงการรายช่วงเวลา", "Key of the project-year in its period."),
    RECORD.optional(), PROJECT_CODE.optional(), FISCAL_YEAR.optional(), *PROJECT_ATTRIBUTES,
    optional("section_name", Text, "ฝ่าย/ส่วน", "Section of the agency, the last level of its path as printed."),
    *VERSION_PERIOD,
    *one_after_the_other("dw.dim_project", "project_code", "fiscal_year"),
    grain="a project-year in a period",
    affected=("affected_project", "project_code", "fiscal_year"),
    version_of=("project_code", "fiscal_year"),
    surrogate="dw.key('project', project_code, fiscal_year::TEXT, extract(EPOCH FROM valid_from)::TEXT)",
)  # fmt: skip
