"""What is said to be one folder or one line is no more: a house with a new family, a new plan and a new agency."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from etl import families
from etl.extract import extract
from etl.pipeline import judge
from etl.records import Severity
from etl.repair.near import strings
from etl.repair.parts import Parts, of_family, parts
from tests.conftest import ROOT, Databases
from tests.forms import Form, PrintedReport

LEAFLET = Path(__file__).parent / "leaflet"
FOLDERS = Path(families.__file__).parent
CODE = {".py", ".sql", ".toml", ".yaml", ".tsv", ".json", ".j2", ".cfg"}
THAI_WORD = re.compile("[ก-ฮ][\u0e01-\u0e4e]{3}")  # shorter are signs, and the unit of money

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
        for name in ("dashboards", "expectations", "sql", "tests", "samples", "corrections.toml"):
            (folder / name).symlink_to(ROOT / name)
        (folder / "docs").mkdir()
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
        (packages,) = (folder / "venv" / "lib").glob("*/site-packages")
        installed = [path for path in sys.path if path.endswith("site-packages")]
        (packages / "house.pth").write_text("\n".join([str(folder), *installed]))

    def add_line(self, file: str, line: str) -> None:
        path = self.folder / file
        path.write_text(f"{path.read_text('utf-8').rstrip()}\n{line}\n", "utf-8")

    @cached_property
    def _python(self) -> subprocess.Popen[str]:
        """The house's own Python, to which nothing may be added any more."""
        return subprocess.Popen(
            [self.folder / "venv" / "bin" / "python", "-m", "tests.families.serving"], cwd=self.folder, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"ETL_HOME": str(self.folder / "home")},
        )  # fmt: skip

    def run(self, code: str, **environment: str) -> str:
        """Run code in the house, in a process of its own, and return what it prints."""
        assert self._python.stdin
        assert self._python.stdout
        with tempfile.TemporaryDirectory() as folder:
            asked = {"code": code, "environment": environment, "folder": folder}
            print(json.dumps(asked), file=self._python.stdin, flush=True)
            status = self._python.stdout.readline().strip()
            printed, complained = ((Path(folder) / name).read_text("utf-8") for name in ("1", "2"))
        assert status in {"0", "3"}, complained
        return printed

    def etl(self, *arguments: str, **environment: str) -> str:
        """Call the house's command line, and return what it prints."""
        return self.run(f"import sys; from etl.cli import main; sys.argv[1:] = {arguments!r}; main()", **environment)

    def close(self) -> None:
        with self._python as python:  # its input ends, and so does it
            assert python.stdin


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with a family more, a plan more and an agency more."""
    house = House(tmp_path_factory.mktemp("house"))
    shutil.copytree(LEAFLET, house.folder / "etl" / "families" / "leaflet")
    plans, words = (house.folder / "etl" / "reference" / name for name in ("plan_versions.tsv", "plan_path.toml"))
    plans.write_text(
        plans.read_text("utf-8").replace("2566\t\t", "2566\t2568\t") + "plan2569-2588\t2569\t\tfalse\n", "utf-8"
    )
    words.write_text(words.read_text("utf-8").replace('"ยุทธศาสตร์ที่"]', '"ยุทธศาสตร์ที่", "แผนหลักที่"]'), "utf-8")
    for code, name in (("1", "มหานครริมน้ำ"), ("1.1", "คลองใส"), ("1.1.1", _GOAL.partition(" ")[2])):
        house.add_line("etl/reference/plans.tsv", f"plan2569-2588\t{code}\t{name}\tfalse")
    house.add_line("etl/reference/agencies.tsv", "5099\tสำนักงานเขตริมคลองใหม่\tdistrict\t2569\t")
    yield house
    house.close()


@pytest.fixture(scope="module")
def parsed(house: House) -> dict[str, dict[str, Any]]:
    """What `etl parse` prints of a leaflet whose seal is torn, and of a form of the new plan and agency."""
    exports = house.folder / "exports"
    exports.mkdir()
    example = (LEAFLET / "example.txt").read_text("utf-8")
    (exports / "leaflet.txt").write_text(example.replace("ประทับ>", ""), "utf-8")
    (exports / "form.txt").write_text(OF_A_NEW_PLAN.with_(certified=True).text(), "utf-8")
    copies = [json.loads(line) for line in house.etl("parse", str(exports)).splitlines()]
    return {Path(copy["document"]["uri"]).stem: copy for copy in copies}


def test_a_folder_is_all_that_it_takes_to_read_and_judge_another_family(parsed: dict[str, dict[str, Any]]) -> None:
    leaflet = parsed["leaflet"]
    assert leaflet["document"]["family"] == "leaflet"
    assert (leaflet["project"]["project_code"], leaflet["project"]["progress_pct"]) == ("50210000-0042", 33.5)
    assert [(one["rule_id"], one["message"]) for one in leaflet["findings"]] == [
        ("R-seal-torn", "of the seal ตรา is left")
    ]


def test_the_dictionary_knows_the_labels_and_rules_of_another_family(house: House, new_database: Databases) -> None:
    house.etl("warehouse", "dictionary", WAREHOUSE_URL=new_database())
    told = (house.folder / "docs" / "data_dictionary.md").read_text("utf-8")
    assert "เลขที่โครงการนำร่อง (leaflet)" in told
    assert "R-seal-torn" in told


def test_the_fuzzer_damages_another_family(house: House) -> None:
    script = "from tests.fuzz.run import attempt, verdict; print(verdict(attempt('leaflet', range(40))).failures)"
    assert house.run(script) == "[]\n"


RECOGNISED = """
from etl.extract import parse
from etl.records import Channel, Document, Line, Place, to_json
TEXT = '''* ใบแจ้งความคืบหนาโคงการนำร่อง
เลขที่โครงกานำรอง . 50210000-0042
นามโครงการบำร่อง : ปลูกต้นไม้ริมคลองสาธารณะ
ประจาปีของโครงการนำร่อง : 2567
ทำสำเร็จแลวรัอยละ : 33.50'''
lines = [Line(Place(1, number), text) for number, text in enumerate(TEXT.splitlines(), start=1)]
(copy,) = parse(Document(uri="leaflet.png", sha256="0" * 64, channel=Channel.OCR), lines)
print(to_json(copy).decode())
"""


def test_what_recognition_does_to_the_words_of_another_family_is_undone(house: House) -> None:
    (line,) = house.run(RECOGNISED).splitlines()
    copy = json.loads(line)
    assert copy["document"]["family"] == "leaflet"
    assert copy["project"].items() >= {
        "project_code": "50210000-0042", "project_name": "ปลูกต้นไม้ริมคลองสาธารณะ", "fiscal_year": 2567,
        "progress_pct": 33.5,
    }.items()  # fmt: skip


@pytest.mark.parametrize("snapshots", [1, 2])
def test_whether_a_project_of_another_family_is_certified_is_known(
    house: House, new_database: Databases, tmp_path: Path, snapshots: int
) -> None:
    example = (LEAFLET / "example.txt").read_text("utf-8")
    for number in range(snapshots):
        export = tmp_path / f"{number}.txt"
        export.write_text(example.replace("33.50", f"3{number}.50"), "utf-8")
        os.utime(export, (1_700_000_000 + number, 1_700_000_000 + number))
    warehouse = new_database()
    house.etl("run", str(tmp_path), WAREHOUSE_URL=warehouse)
    asked = "SELECT is_certified, progress_pct FROM mart.project_status"
    told = house.etl("sql", asked, "--format", "json", WAREHOUSE_URL=warehouse)
    assert json.loads(told) == [{"is_certified": True, "progress_pct": 30 + snapshots - 0.5}]


def code_outside_of_families() -> list[Path]:
    """Return what is written by hand and is no family's: code, wiring and SQL; a migration is as of its day."""
    folders = ("etl", "sql", "dags", "plugins", "deploy")
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.suffix in CODE]
    return [path for path in found if not path.is_relative_to(FOLDERS) and "migrations" not in path.parts]


def test_no_family_is_named_outside_of_its_folder() -> None:
    # A suite of `expectations/` may limit a rule to some.
    named = re.compile(rf"\b(?:{'|'.join(families.names())})\b")
    assert [str(path) for path in code_outside_of_families() if named.search(path.read_text("utf-8"))] == []


def test_repair_knows_no_label_but_those_that_families_declare() -> None:
    texts = [
        node.value
        for path in (ROOT / "etl" / "repair").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert [text for text in texts if THAI_WORD.search(text)] == []


@pytest.mark.parametrize("name", families.names())
def test_the_parts_that_a_family_lets_repair_are_words_of_its_own(name: str) -> None:
    for part in Parts.__struct_fields__:
        if part != "left_alone":
            assert strings(of_family(name, part)) or getattr(parts(name), part) is None
    assert {*parts(name).left_alone} <= families.labels(name).keys()


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
