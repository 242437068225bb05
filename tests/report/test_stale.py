"""Pages of the city report are those of what stands now, whatever left a fiscal year, and whenever they were made."""

import shutil
from pathlib import Path

import pytest

from etl import pipeline
from etl.report import make_report
from etl.warehouse import open_engine
from tests.conftest import Warehouse
from tests.forms import Form

FORM = Form(code="50210000-0043")
STAYS = Form(code="50230000-0044")
OLDER = Form(
    code="50240000-0045", fiscal_year="2566", start="2022-10-01", end="2023-09-30", reports=(), goal="๔.๓.๒ เป้าหมายเดิม"
)
# What reads the same documents otherwise than before is all that takes something out of a year.
MOVES = """[[correction]]
record = "{code}/2567"
field = "fiscal_year"
expect = 2567
value = 2566
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

    def move(self, *forms: Form) -> None:
        """From now on, forms are of the year before."""
        self.corrections.write_text("".join(MOVES.format(code=form.code) for form in forms), "utf-8")

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


def test_what_is_no_year_of_a_report_stays(published: Published, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    (folder / "2024").mkdir(parents=True)
    (folder / "2024" / "notes.txt").write_text("mine")
    for left in ("2561", "2561.old"):
        shutil.copytree(published.folder / "2567", folder / left)
    make_report(open_engine(published.warehouse.settings), folder)
    assert {place.name for place in folder.iterdir()} == {"2024", "2567", "assets", "index.html"}
    assert (folder / "2024" / "notes.txt").read_text() == "mine"
