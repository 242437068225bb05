"""What one would write in an afternoon: `plain_script.py URL FOLDER COUNT` loads so many forms of a folder.

A regular expression a field, a frame a file, a handful of expectations on it, and `to_sql`: no history, no places, no
quarantine, and whatever the expressions miss is missing. It is beside `etl run` in `make bench`.
"""

import os
import re
import sys
from itertools import islice
from pathlib import Path

os.environ |= {"GX_ANALYTICS_ENABLED": "false", "TQDM_DISABLE": "1"}

import great_expectations as gx
import pandas as pd
import sqlalchemy

_FIELDS = {
    "project_code": re.compile(r"(\d{8}-\d{4})"),
    "project_name": re.compile(r"^\s*ชื่อโครงการ/กิจกรรม\s*:\s*(.+)$", re.MULTILINE),
    "fiscal_year": re.compile(r"ปีงบประมาณ[^\d๐-๙]*(\d{4})"),
    "budget_received_thb": re.compile(r"งบประมาณที่ได้รับ[^\d]*([\d,.]+)"),
    "budget_spent_thb": re.compile(r"งบประมาณที่[ใไ]ช้[^\d]*([\d,.]+)"),
}
_REPORT = re.compile(r"รายงานครั้งที่\s*(\d+)\s*::\s*([^:]+?)\s*:\s*(.*?)\s*::\s*=?\s*([\d.]+)", re.DOTALL)


def main(url: str, folder: Path, count: int) -> None:
    """Read, check and load."""
    context = gx.get_context(mode="ephemeral")
    suite = context.suites.add(gx.ExpectationSuite(name="reports"))
    for expectation in (
        gx.expectations.ExpectColumnValuesToNotBeNull(column="project_code"),
        gx.expectations.ExpectColumnValuesToBeBetween(column="progress_pct", min_value=0, max_value=100),
        gx.expectations.ExpectColumnValuesToBeBetween(column="report_no", min_value=1, max_value=100),
        gx.expectations.ExpectColumnValuesToBeUnique(column="report_no"),
        gx.expectations.ExpectColumnValuesToNotBeNull(column="narrative"),
    ):
        suite.add_expectation(expectation)
    asset = context.data_sources.add_pandas("forms").add_dataframe_asset("reports")
    batch = asset.add_batch_definition_whole_dataframe("form")
    checks = context.validation_definitions.add(gx.ValidationDefinition(name="form", data=batch, suite=suite))
    projects, reports = [], []
    for path in islice(sorted(folder.iterdir()), count):
        text = path.read_text(encoding="utf-8")
        project = {name: found[1] if (found := field.search(text)) else None for name, field in _FIELDS.items()}
        frame = pd.DataFrame(
            [
                {"project_code": project["project_code"], "report_no": int(number), "report_date": day,
                 "narrative": narrative, "progress_pct": float(progress.strip("."))}
                for number, day, narrative, progress in _REPORT.findall(text)
            ],
            columns=["project_code", "report_no", "report_date", "narrative", "progress_pct"],
        )  # fmt: skip
        checks.run(batch_parameters={"dataframe": frame})
        projects.append(project)
        reports.append(frame)
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    pd.DataFrame(projects).to_sql("projects", engine, index=False, if_exists="replace")
    pd.concat(reports).to_sql("reports", engine, index=False, if_exists="replace")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
