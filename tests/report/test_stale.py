"""Pages of the city report are those of what stands now, whatever left a fiscal year, and whenever they were made."""

import shutil
from pathlib import Path

import pytest

from etl import pipeline
from etl.errors import BadInputError
from etl.report import make_report
from etl.warehouse import open_engine, schema
from tests.conftest import Warehouse
from tests.forms import Form

FORM = Form(code="50210000-0043")
STAYS = Form(code="50230000-0044")
OLDER = Form(
    code="50240000-0045", fiscal_year="2566", start="2022-10-01", end="2023-09-30", reports=(), goal="๔.๓.๒ เป้าหมายเดิม"
)
# What reads the same documents otherwise than before is all that takes something out of a year.
MOVES = """[[correction]]
record = "{code}/{was}"
field = "fiscal_year"
expect = {was}
value = {now}
reason = "another year's"
source = "letter 12/2567"
date = 2024-05-01
"""
NEW_NAME = "ชื่อใหม่ของโครงการ"


class Published:
    """A source with its warehouse and city report."""

    def __init__(self, warehouse: Warehouse, exports: Path) -> None:
        self.warehouse, self.exports = warehouse, exports
        self.corrections = exports.parent / "corrections.toml"
        self.corrections.touch()
        warehouse.settings = warehouse.settings.model_copy(update={"etl_corrections": self.corrections})
        self.folder = warehouse.settings.home / "city_report"

    def load(self, *forms: Form) -> int:
        """Load what the source holds, with some forms written anew; return the load."""
        for form in forms:
            (self.exports / f"{form.code}.txt").write_text(form.text(), "utf-8")
        return int(self.warehouse.load(self.exports)["load_id"])

    def publish(self, *forms: Form) -> None:
        """Load what the source holds, with some forms written anew, and publish it."""
        pipeline.publish(self.warehouse.settings, self.load(*forms), [])

    def move(self, *forms: Form, was: int = 2567, now: int = 2566) -> None:
        """From now on, forms are of another year."""
        moves = [MOVES.format(code=form.code, was=was, now=now) for form in forms]
        self.corrections.write_text("".join(moves), "utf-8")

    @property
    def pages(self) -> dict[str, str]:
        """The pages as they stand, by their paths."""
        return _pages(self.folder)

    def made_anew(self) -> dict[str, str]:
        """Return the pages of a report that is made from nothing."""
        return _pages(make_report(open_engine(self.warehouse.settings), self.exports.parent / "anew").parent)


def _pages(folder: Path) -> dict[str, str]:
    return {str(page.relative_to(folder)): page.read_text("utf-8") for page in folder.rglob("*.html")}


@pytest.fixture
def published(warehouse: Warehouse, exports: Path) -> Published:
    """A published report of two projects of 2567."""
    city = Published(warehouse, exports)
    city.publish(FORM, STAYS)
    assert {"2567/project/50210000-0043.html", "2567/agency/5021.html"} <= city.pages.keys()
    return city


def test_what_leaves_a_year_leaves_its_pages(published: Published) -> None:
    published.move(FORM)
    published.publish()
    assert not {"2567/project/50210000-0043.html", "2567/agency/5021.html"} & published.pages.keys()
    assert "2566/project/50210000-0043.html" in published.pages
    assert published.pages == published.made_anew()
    published.move(FORM, STAYS)
    published.publish()
    assert {page.split("/")[0] for page in published.pages} == {"2566", "index.html"}
    assert not (published.folder / "2567").exists(), "nothing is left of it"
    assert published.pages == published.made_anew()


def test_what_nobody_published_is_published_by_the_next_load_and_nothing_else(published: Published) -> None:
    published.publish(OLDER)
    untouched = published.folder / "2566" / "index.html"
    untouched.write_text("as it was")
    published.load(FORM.with_(name=NEW_NAME))  # and its publish failed
    published.publish()
    assert NEW_NAME in published.pages["2567/project/50210000-0043.html"]
    assert untouched.read_text() == "as it was"


def test_a_name_is_the_same_in_all_years(published: Published) -> None:
    published.publish(OLDER)
    named = [
        STAYS.with_(code=code, agency="สำนักตัวอย่าง / กองหนึ่ง", fiscal_year=year, start=start, end=end, reports=())
        for code, year, start, end in (
            ("99010000-0001", "2567", "2023-10-01", "2024-09-30"),
            ("99010000-0002", "2566", "2022-10-01", "2023-09-30"),
        )
    ]
    published.publish(*named)
    published.publish(*(named[0].with_(code=f"99010000-001{n}", agency="สำนักที่สอง / กองหนึ่ง") for n in range(3)))
    assert "สำนักที่สอง" in published.pages["2566/agency/9901.html"]
    assert published.pages == published.made_anew()


def test_a_finding_leaves_the_pages_of_its_year(published: Published) -> None:
    published.publish(held := STAYS.with_(code="50230000-0046", start="2023-13-45"))
    published.move(held)
    published.publish()
    assert published.pages == published.made_anew()


def test_pages_that_something_else_drew_are_drawn_anew(published: Published) -> None:
    page = published.folder / "2567" / "index.html"
    page.write_text("as an earlier release drew it")
    (page.parent / ".made_of").unlink()
    published.publish()
    assert page.read_text("utf-8") != "as an earlier release drew it"


def test_a_year_of_which_no_load_is_known_has_its_pages(published: Published) -> None:
    with published.warehouse.connect() as connection:
        connection.execute("UPDATE ops.load SET changed_years = '{}'")
    assert "2567/project/50210000-0043.html" in published.made_anew()


# What stands in folders that have nothing of ours.
THEIRS = ("2024/project/plan.txt", "2023.old/project/plan.txt", "2561/project/plan.txt", "1066/index.html")


def test_what_is_no_year_of_a_report_stays(published: Published, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    for theirs in THEIRS:
        (folder / theirs).parent.mkdir(parents=True)
        (folder / theirs).write_text("mine")
    for left in ("2562", "2563.old", ".2564.part", ".2565.old", ".2567.part"):
        shutil.copytree(published.folder / "2567", folder / left)
        (folder / left / ".made_of").unlink()  # an earlier release wrote none
    for killed in (".2564.part", ".2565.old"):
        shutil.rmtree(folder / killed / "project")
    make_report(open_engine(published.warehouse.settings), folder)
    assert {place.name for place in folder.iterdir()} == {
        "1066", "2023.old", "2024", "2561", "2567", "assets", "index.html",
    }  # fmt: skip
    assert {(folder / theirs).read_text() for theirs in THEIRS} == {"mine"}


@pytest.mark.parametrize("theirs", ["2567/project/plan.txt", "index.html"])
def test_no_page_is_written_over_what_is_not_ours(published: Published, tmp_path: Path, theirs: str) -> None:
    folder = tmp_path / "pages"
    (folder / theirs).parent.mkdir(parents=True)
    (folder / theirs).write_text("mine")
    with pytest.raises(BadInputError, match=rf"{theirs.partition('/')[0]} is there already, and is of no city report"):
        make_report(open_engine(published.warehouse.settings), folder)
    assert [path for path in folder.rglob("*") if path.is_file()] == [folder / theirs]
    assert (folder / theirs).read_text() == "mine"


def test_the_years_that_there_are_are_linked_on_the_page_of_each(published: Published) -> None:
    published.publish(OLDER)
    assert "../2566/index.html" in published.pages["2567/index.html"]
    assert published.pages == published.made_anew()
    published.move(OLDER, was=2566, now=2567)
    published.publish()
    assert "../2566/index.html" not in published.pages["2567/index.html"]
    assert published.pages == published.made_anew()


def test_another_rule_or_function_of_the_warehouse_draws_pages_anew(
    published: Published, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    published.publish(FORM.with_report(2, progress="95.00"))
    before = published.pages
    rules = Path(shutil.copytree(schema.EXPECTATIONS, tmp_path / "rules"))
    reports = rules / "reports.json"
    reports.write_text(reports.read_text("utf-8").replace('"anomaly": true', '"anomaly": false'), "utf-8")
    for room in ("validate", "warehouse.schema"):
        monkeypatch.setattr(f"etl.{room}.EXPECTATIONS", rules)
    published.publish()
    assert published.pages == published.made_anew() != before
    functions = Path(shutil.copy(schema.SQL / "functions.sql", tmp_path))
    functions.write_text(functions.read_text("utf-8").replace("ต.ค.,", "ตุลา,"), "utf-8")
    monkeypatch.setattr(schema, "_BEFORE_MARTS", (schema.SQL / "schemas.sql", functions, schema.SQL / "members.sql"))
    published.publish()
    assert "ตุลา" in published.pages["2567/index.html"]
    assert published.pages == published.made_anew()
