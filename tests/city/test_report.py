"""The city report: its numbers are those of the marts, in a browser, for everybody who may look at it."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from etl import pipeline
from etl.errors import BadInputError
from etl.report import make_report
from etl.report.charts import FOLDER, Chart, charts
from etl.warehouse import open_engine
from etl.warehouse.access import connect_as_bi
from tests.city.conftest import CITY
from tests.conftest import Warehouse
from tests.forms import Form
from tests.processes import Etl

YEAR = 2566
ASKED = {"fiscal_year": YEAR}
WIDTHS_PX = (390, 1440)
OWNER = "นางสาวสมมติ ผู้ไม่มีตัวตน"
PROJECT = next(one for one in CITY.projects if one.fiscal_year == YEAR and one.current.other)
KINDS = {
    "years": "index.html",
    "year": f"{YEAR}/index.html",
    "agency": f"{YEAR}/agency/{PROJECT.agency.code}.html",
    "project": f"{YEAR}/project/{PROJECT.code}.html",
}
ALL_CHARTS = [(scope, chart) for scope in KINDS for chart in charts(scope)]
# The cells of a table as programs read them; of one without a number, as it is shown.
CELLS = """section => [...section.querySelectorAll("tbody tr")].map(row => [...row.children].map(
    cell => { const data = cell.querySelector("data"); return data ? data.value : null; }))"""
MONTHS = """section => [...section.querySelectorAll("tr")].map(row => [...row.children].map(
    cell => cell.querySelector("abbr")?.title ?? cell.innerText.trim()))"""


def rows_of(warehouse: Warehouse, scope: str, chart: Chart) -> list[dict[str, Any]]:
    """Return the rows that a chart shows on the page of its kind, asked as BI."""
    page = {"agency": PROJECT.agency.code, "project": PROJECT.code}.get(scope)
    with connect_as_bi(warehouse.settings) as connection:
        rows = connection.execute(chart.sql, ASKED).fetchall()
    return [row for row in rows if page is None or row["page"] == page]


def opened(browser: Browser, report: Path, kind: str, width_px: int = 1440) -> Page:
    """Return a page of a kind; what a browser complains of fails the test."""
    page = browser.new_page(viewport={"width": width_px, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto((report / KINDS[kind]).as_uri())
    assert complaints == []
    return page


@pytest.mark.parametrize(("scope", "chart"), ALL_CHARTS, ids=lambda one: getattr(one, "name", one))
def test_what_a_page_shows_is_what_the_marts_answer(
    loaded: Warehouse, report: Path, browser: Browser, scope: str, chart: Chart
) -> None:
    rows = rows_of(loaded, scope, chart)
    page = opened(browser, report, scope)
    section = page.locator(f"#{chart.name}")
    assert section.locator("h2").inner_text().startswith(chart.title_th)
    fresh = section.locator(".source").inner_text()
    assert "นำเข้าเมื่อ" in fresh and "(ตามเวลาของไฟล์)" in fresh, "how fresh it is, and by what, stands on every chart"
    if not rows:
        assert chart.empty_th in section.inner_text()
    elif chart.kind == "table":
        shown = section.evaluate(CELLS)
        assert [[read(cell) for cell in line] for line in shown] == [
            [number(row[column.name]) for column in chart.columns] for row in rows
        ]
    elif chart.kind == "cards":
        for column, card in zip(chart.columns, section.locator("dd").all(), strict=True):
            if number(rows[0][column.name]) is not None:
                assert read(card.locator("data").get_attribute("value")) == number(rows[0][column.name])
    elif chart.kind == "months":
        (_, *heads), *lines = section.evaluate(MONTHS)
        assert [(line[0], dict(zip(heads, line[1:], strict=True))) for line in lines] == by_month(chart, rows)
    else:
        titles = section.locator("circle title").evaluate_all("all => all.map(one => one.textContent)")
        assert [Decimal(one.split(": ")[1].removesuffix(" %")) for one in titles] == [
            row["progress_pct"] for row in rows
        ]
    page.close()


def by_month(chart: Chart, rows: list[dict[str, Any]]) -> list[tuple[str, dict[str, str]]]:
    """Return the lines of a table of months, each with what stands in the cell of each month, by its heading."""
    (column,) = chart.columns
    labels = {row["fiscal_month"]: f"{row['month_label_th']} ({row['month_label_en']})" for row in rows}
    lines: dict[str, tuple[str, dict[str, str]]] = {}
    for row in rows:
        blank = {labels[month]: "" for month in sorted(labels)}
        heading = "\n".join(str(row[name]) for name in (column.name, column.small) if name)
        _, cells = lines.setdefault(row[column.key], (heading, blank))
        if row["level"] is not None:
            cells[labels[row["fiscal_month"]]] = str(row["text"])
    return [*lines.values()]


def read(shown: str | None) -> Decimal | None:
    """Return the number of a cell; None for what is no number, or is not known."""
    return Decimal(shown) if shown else None


def number(value: Any) -> Decimal | None:
    """Return a value that is a number."""
    return Decimal(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None


def test_every_chart_is_on_a_page_and_says_what_it_asks() -> None:
    assert {path.relative_to(FOLDER).parts[0] for path in FOLDER.rglob("*.toml")} == {*KINDS}
    for _, chart in ALL_CHARTS:
        assert chart.views and not re.search(r"\b(?:dw|raw|ops)\.", chart.sql), chart.name
        assert chart.title_en.endswith("?"), "a title is a question"


@pytest.mark.parametrize("width_px", WIDTHS_PX)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_fits_its_window(report: Path, browser: Browser, kind: str, width_px: int) -> None:
    page = opened(browser, report, kind, width_px)
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
    assert page.evaluate("document.querySelector('header').offsetWidth") == width_px, "nothing squeezes it"
    page.close()


def test_a_page_is_reached_by_keyboard_and_told_by_a_screen_reader(report: Path, browser: Browser) -> None:
    page = opened(browser, report, "year")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    assert page.locator("html").get_attribute("lang") == "th"
    unlabelled = page.locator("th:not([scope]), input:not([aria-label]), svg:not([aria-label])")
    assert unlabelled.count() == 0
    money = page.locator("#money")
    money.locator("input").fill("ไม่มีหน่วยงานนี้")
    assert money.locator("tbody tr:visible").count() == 0
    page.close()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_invented_says_so_on_every_page(report: Path, kind: str) -> None:
    assert 'class="invented"' in (report / KINDS[kind]).read_text("utf-8")


def test_a_page_prints_in_thai(report: Path, browser: Browser) -> None:
    page = opened(browser, report, "project")
    text = "".join(sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(page.pdf()))
    assert "โครงการ" in text and PROJECT.code in text
    page.close()


def links(report: Path) -> Iterator[Path]:
    for path in report.rglob("*.html"):
        for href in re.findall(r'(?:href|src)="([^"#]+)"', path.read_text("utf-8")):
            yield (path.parent / href).resolve()


def test_every_link_leads_to_a_page_that_is_there(report: Path) -> None:
    assert {path for path in links(report) if not path.is_file()} == set()
    pages = {path.stem for path in (report / str(YEAR) / "project").iterdir()}
    assert pages == {one.code for one in CITY.all_projects if one.fiscal_year == YEAR}


def test_values_are_text_and_nobody_is_named(warehouse: Warehouse, exports: Path, browser: Browser) -> None:
    trap = "<img src=x onerror=document.title='ran'> & “สวน”"
    form = Form(name=trap, owner=f"{OWNER} โทร. 0 2999 7777")
    (exports / "form.txt").write_text(form.text(), "utf-8")
    warehouse.load(exports)
    index = make_report(open_engine(warehouse.settings), warehouse.settings.home / "city_report")
    page = browser.new_page()
    page.goto((index.parent / form.fiscal_year / "project" / f"{form.code}.html").as_uri())
    assert page.locator("h1").inner_text().startswith(trap)
    assert page.title().startswith(trap)
    page.close()
    text = "".join(path.read_text("utf-8") for path in index.parent.rglob("*.html"))
    assert OWNER not in text and "2999" not in text
    assert 'class="invented"' not in text


def test_a_year_is_made_anew_where_it_changed(warehouse: Warehouse, exports: Path) -> None:
    form = Form()
    (exports / "form.txt").write_text(form.text(), "utf-8")
    (exports / "older.txt").write_text(
        form.with_(code="50210000-0043", fiscal_year="2566", start="2022-10-01", end="2023-09-30", reports=()).text(),
        "utf-8",
    )
    settings = warehouse.settings.model_copy(update={"etl_source": str(exports)})
    warehouse.load(exports)
    index = pipeline.city_report(settings)
    untouched = index.parent / "2566" / "index.html"
    untouched.write_text("as it was")
    page = index.parent / form.fiscal_year / "project" / f"{form.code}.html"
    (exports / "form.txt").write_text(form.with_(name="ชื่อใหม่ของโครงการ").text(), "utf-8")
    summary = warehouse.load(exports)
    assert pipeline.publish(settings, summary["load_id"], [])["city_report"] == index.as_uri()
    assert "ชื่อใหม่ของโครงการ" in page.read_text("utf-8")
    assert untouched.read_text() == "as it was"
    # What is purged is gone from the pages as well.
    for row in warehouse.rows("SELECT sha256 FROM dw.dim_document WHERE uri LIKE '%%form.txt'"):
        pipeline.purge(settings, row["sha256"], None, prose=True)
    assert "ชื่อใหม่ของโครงการ" not in page.read_text("utf-8")


def test_a_year_without_a_project_has_no_page(warehouse: Warehouse, exports: Path, tmp_path: Path) -> None:
    (exports / "form.txt").write_text(Form().text(), "utf-8")
    warehouse.load(exports)
    with pytest.raises(BadInputError, match="no project of the fiscal year 2570"):
        pipeline.city_report(warehouse.settings, {2570}, tmp_path / "report")
    done = Etl(warehouse)("report", str(tmp_path / "report"), "--fiscal-year", "2567")
    assert done.stdout.strip() == (tmp_path / "report" / "index.html").as_uri()
