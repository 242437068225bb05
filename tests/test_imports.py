"""What is heavy is imported only by what uses it: a command answers sooner, and a task costs less."""

import subprocess
import sys

import pytest

from etl import pipeline
from tests.conftest import ROOT, SAMPLE, Warehouse
from tests.processes import Etl

HEAVY = {
    "alembic", "cv2", "fsspec", "great_expectations", "numpy", "pandas", "pyarrow", "pythainlp", "selectolax",
    "sqlalchemy",
}  # fmt: skip
READING = {"cv2", "numpy", "pythainlp", "selectolax"}

IMPORTED_BY_A_COMMAND = """
import atexit, sys
atexit.register(lambda: print("imported", *sys.modules, file=sys.stderr))
from etl.cli import main
main()
"""


def imported(environment: dict[str, str], code: str, *arguments: str) -> set[str]:
    """Return which of the heavy packages a program imports."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    (line,) = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("imported")]
    return HEAVY & {*line.split()}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["--help"], set()),
        (["status"], {"sqlalchemy"}),
        (["quarantine", "list"], {"sqlalchemy"}),
        (["sql", "select 1"], {"sqlalchemy"}),
        (["parse", "--unjudged", str(SAMPLE)], {*READING, "fsspec"}),  # the latter with `etl.pull`
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_imports_only_what_it_uses(warehouse: Warehouse, command: list[str], expected: set[str]) -> None:
    assert imported(Etl(warehouse).environment, IMPORTED_BY_A_COMMAND, *command) <= expected


def test_the_way_through_the_rooms_is_begun_without_what_judges_and_migrates(warehouse: Warehouse) -> None:
    code = "import sys, etl.pipeline; print('imported', *sys.modules)"
    found = imported(Etl(warehouse).environment, code)
    assert found.isdisjoint({"alembic", "great_expectations", "pandas"})


def test_a_year_without_documents_is_validated_without_what_judges_them(warehouse: Warehouse) -> None:
    settings = warehouse.settings.model_copy(update={"etl_source": str(SAMPLE)})
    (work_list,) = pipeline.pull(settings, "run", only_new=False)
    code = "import sys; from etl import pipeline; from etl.settings import Settings;"
    code += " pipeline.validate([pipeline.parse(Settings(), sys.argv[1], fiscal_year=2569)]);"
    code += " print('imported', *sys.modules)"
    assert imported(Etl(warehouse).environment, code, work_list).isdisjoint({"great_expectations"})
