"""What is said to be one folder or one line is no more: a house with a new family, a new plan and a new agency."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from etl import families
from etl.extract import extract
from etl.pipeline import judge
from etl.records import Severity
from tests.conftest import ROOT, Databases
from tests.forms import Form, PrintedReport

LEAFLET = Path(__file__).parent / "leaflet"
FOLDERS = Path(families.__file__).parent

_GOAL = "๑.๑.๑ กรุงเทพมหานครมีลำคลองที่เรือไฟฟ้าแล่นได้ตลอดสาย"
OF_A_NEW_PLAN = Form(
    code="50990000-0001", fiscal_year="2569", start="2025-10-01 00:00:00", end="2026-09-30 00:00:00",
    agency="สำนักงานเขตริมคลองใหม่ / ฝ่ายโยธา", strategy="แผนหลักที่ ๑ – มหานครริมน้ำ", sub_issue="๑.๑ - คลองใส", goal=_GOAL,
    reports=(PrintedReport("1", "15/11/2568", "10.00"),),
)  # fmt: skip


class House:
    """An installation of its own, to which something was added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "etl", folder / "etl", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("expectations", "sql", "tests", "samples", "corrections.toml"):
            (folder / name).symlink_to(ROOT / name)
        (folder / "docs").mkdir()
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
        (packages,) = (folder / "venv" / "lib").glob("*/site-packages")
        installed = [path for path in sys.path if path.endswith("site-packages")]
        (packages / "house.pth").write_text("\n".join([str(folder), *installed]))

    def add_line(self, file: str, line: str) -> None:
        path = self.folder / file
        path.write_text(f"{path.read_text('utf-8').rstrip()}\n{line}\n", "utf-8")

    def run(self, *arguments: str, **environment: str) -> str:
        """Run Python in the house, and return what it prints."""
        done = subprocess.run(
            [self.folder / "venv" / "bin" / "python", *arguments], check=False, cwd=self.folder, capture_output=True,
            text=True, env=os.environ | {"ETL_HOME": str(self.folder / "home"), **environment},
        )  # fmt: skip
        assert done.returncode in {0, 3}, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house with a family more, a plan more and an agency more."""
    house = House(tmp_path_factory.mktemp("house"))
    shutil.copytree(LEAFLET, house.folder / "etl" / "families" / "leaflet")
    plans, words = (house.folder / "etl" / "reference" / name for name in ("plan_versions.tsv", "plan_path.toml"))
    plans.write_text(plans.read_text("utf-8").replace("2566\t\n", "2566\t2568\n") + "plan2569-2588\t2569\t\n", "utf-8")
    words.write_text(words.read_text("utf-8").replace('"ยุทธศาสตร์ที่"]', '"ยุทธศาสตร์ที่", "แผนหลักที่"]'), "utf-8")
    for code, name in (("1", "มหานครริมน้ำ"), ("1.1", "คลองใส"), ("1.1.1", _GOAL.partition(" ")[2])):
        house.add_line("etl/reference/plans.tsv", f"plan2569-2588\t{code}\t{name}\tfalse")
    house.add_line("etl/reference/agencies.tsv", "5099\tสำนักงานเขตริมคลองใหม่\tdistrict\t2569\t")
    return house


@pytest.fixture(scope="module")
def parsed(house: House) -> dict[str, dict[str, Any]]:
    """What `etl parse` prints of a leaflet whose seal is torn, and of a form of the new plan and agency."""
    exports = house.folder / "exports"
    exports.mkdir()
    example = (LEAFLET / "example.txt").read_text("utf-8")
    (exports / "leaflet.txt").write_text(example.replace("ประทับ>", ""), "utf-8")
    (exports / "form.txt").write_text(OF_A_NEW_PLAN.text(), "utf-8")
    copies = [json.loads(line) for line in house.run("-m", "etl", "parse", str(exports)).splitlines()]
    return {Path(copy["document"]["uri"]).stem: copy for copy in copies}


def test_a_folder_is_all_that_it_takes_to_read_and_judge_another_family(parsed: dict[str, dict[str, Any]]) -> None:
    leaflet = parsed["leaflet"]
    assert leaflet["document"]["family"] == "leaflet"
    assert (leaflet["project"]["project_code"], leaflet["project"]["progress_pct"]) == ("50210000-0042", 33.5)
    assert [(one["rule_id"], one["message"]) for one in leaflet["findings"]] == [
        ("R-seal-torn", "of the seal ตรา is left")
    ]


def test_the_dictionary_knows_the_labels_and_rules_of_another_family(house: House, new_database: Databases) -> None:
    house.run("-m", "etl", "warehouse", "dictionary", WAREHOUSE_URL=new_database())
    told = (house.folder / "docs" / "data_dictionary.md").read_text("utf-8")
    assert "เลขที่โครงการนำร่อง (leaflet)" in told
    assert "R-seal-torn" in told


def test_the_fuzzer_damages_another_family(house: House) -> None:
    script = "from tests.fuzz.run import attempt, verdict; print(verdict(attempt('leaflet', range(40))).failures)"
    assert house.run("-c", script) == "[]\n"


def test_lines_of_the_reference_are_all_that_it_takes_to_know_another_plan_and_agency(
    parsed: dict[str, dict[str, Any]],
) -> None:
    form = parsed["form"]
    assert {name: form["strategy"][name] for name in ("plan_version", "strategy_code", "goal_code")} == {
        "plan_version": "plan2569-2588", "strategy_code": "1", "goal_code": "1.1.1",
    }  # fmt: skip
    assert form["findings"] == []


@pytest.mark.parametrize("name", families.names())
def test_the_example_of_a_family_is_read_and_breaks_no_rule(name: str) -> None:
    judged = judge(extract(f"{name}.txt", (FOLDERS / name / "example.txt").read_bytes()))
    assert [copy.document.family for copy in judged.copies] == [name]
    assert {finding.severity for copy in judged.copies for finding in copy.findings} <= {Severity.INFO}
