"""The newer views: real ones by their facts, and views of our own with their cells glued, parted and stacked."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract import parse
from etl.records import Copy, Document, Project
from tests.forms import Page
from tests.project_pages import GridIndicator, GridReport, ProjectGrid, ProjectView, lines_of

GLUED, COLON, STACKED, TAB, BAR = "", " : ", "\n", "\t", " | "


def only(page: Page | str) -> Copy:
    uri, text = page if isinstance(page, Page) else ("page.html", page)
    (copy,) = parse(Document(uri=uri, sha256="0" * 64), lines_of(text))
    return copy


def project_of(page: Page | str) -> Project:
    project = only(page).project
    assert project
    return project


# Labels and values


@pytest.mark.parametrize("between", [GLUED, COLON, ":", " ", STACKED, TAB, BAR])
def test_a_view_however_its_labels_and_values_are_parted(between: str) -> None:
    copy = only(ProjectView().text(between))
    project = copy.project
    assert project
    assert copy.document.family == "project_view"
    assert (project.project_code, project.fiscal_year) == ("50210000-0042", 2566)
    assert (project.agency_code, project.unit_code) == ("5021", "50210000")
    assert project.project_name == "ปีใหม่ปลอดภัย ปี 2566 : ระยะที่ 2"
    assert (str(project.start_date), str(project.end_date)) == ("2022-10-01", "2023-09-30")
    assert (project.budget_received_thb, project.budget_spent_thb) == (Decimal("1250000.50"), Decimal(312500))
    assert project.progress_pct == Decimal("45.50")
    assert project.agency_path == ["สำนักงานเขตภาษีเจริญ"]
    assert project.rationale == "หน่วยงานในพื้นที่ต้องการความปลอดภัย หน่วยงานจึงจัดทำโครงการ"
    assert not project.issues
    (indicator,) = copy.indicators
    assert (indicator.kpi_id, indicator.agency_code, indicator.fiscal_year) == ("5021-871", "5021", 2566)
    assert copy.reports == []
    assert copy.strategy is None


@pytest.mark.parametrize("between", [GLUED, COLON, STACKED])
def test_a_blank_is_not_zero_and_no_other_value(between: str) -> None:
    blank = ProjectView(received="", spent="", progress="", headline="", start="", kpi_id="", title="", rationale="")
    copy = only(blank.text(between))
    project = copy.project
    assert project
    assert (project.budget_received_thb, project.budget_spent_thb, project.progress_pct) == (None, None, None)
    assert (project.start_date, str(project.end_date)) == (None, "2023-09-30")
    assert (project.project_name, project.rationale) == (None, None)
    assert (project.project_code, project.agency_path) == ("50210000-0042", ["สำนักงานเขตภาษีเจริญ"])
    assert copy.indicators == []
    assert set(project.issues) == {"kpi_id_blank"}


def test_zero_is_not_a_blank() -> None:
    project = project_of(ProjectView(received="0", spent="0", progress="0", headline="0").text())
    assert (project.budget_received_thb, project.budget_spent_thb, project.progress_pct) == (0, 0, 0)


def test_a_title_that_wraps() -> None:
    text = ProjectView().text().replace(" : ระยะที่ 2", "\n: ระยะที่ 2")
    assert project_of(text).project_name == "ปีใหม่ปลอดภัย ปี 2566 : ระยะที่ 2"


@pytest.mark.parametrize(
    ("changes", "fault", "printed"),
    [
        ({"heading_code": "50210000-0043"}, "id_mismatch", "50210000-0042 / 50210000-0043"),
        ({"code": "5O210000-0042"}, "id_mismatch", "5O210000-0042 / 50210000-0042"),
        ({"code": "5O210000-0042", "heading_code": None}, "project_code_unreadable", "5O210000-0042"),
        ({"headline": "46"}, "progress_pct_mismatch", "45.50 / 46"),
        ({"progress": "x"}, "progress_pct_unreadable", "x"),
        ({"fiscal_year": "256x"}, "fiscal_year_unreadable", "256x"),
        ({"received": "1,25"}, "budget_received_thb_unreadable", "1,25"),
        ({"end": "2023-09-31"}, "end_date_unreadable", "2023-09-31"),
        ({"start": "02/03/2023"}, "start_date_uncertain", "02/03/2023"),
    ],
)
def test_what_cannot_be_so_is_an_issue(changes: dict[str, str], fault: str, printed: str) -> None:
    for between in (GLUED, STACKED):
        assert project_of(ProjectView().with_(**changes).text(between)).issues[fault] == printed


def test_the_address_is_held_against_the_code() -> None:
    uri = "http://host.example/index.php?project_id=50210000-0099&r=tbl-project-main%2Fview"
    project = project_of(Page(uri, ProjectView(heading_code=None).text()))
    assert project.project_code == "50210000-0042"
    assert project.issues == {"id_mismatch": "50210000-0042 / 50210000-0099"}


@pytest.mark.parametrize("label", ["ปี", "Policy ID", "Kpi ID", "งบฯ ที่ใช้ไป (บาท)", "Finish Date", "หน่วยงาน"])
def test_a_label_that_is_lost_is_missed(label: str) -> None:
    text = re.sub(rf"(?m)^{re.escape(label)}.*\n", "", ProjectView(rationale="พื้นที่ต้องการความปลอดภัย").text(), count=1)
    assert "labels_missing" in project_of(text).issues


def test_a_label_printed_twice_is_noted_where_its_values_differ() -> None:
    text = ProjectView().text()
    assert project_of(text.replace("ปี2566\n", "ปี2566\nปี2566\n")).issues == {}
    assert project_of(text.replace("ปี2566\n", "ปี2566\nปี2565\n")).issues["labels_repeated"] == "fiscal_year"


def test_views_one_after_the_other_are_copies() -> None:
    texts = [ProjectView(code=code, heading_code=code).text() for code in ("50210000-0001", "50210000-0002")]
    copies = parse(Document(uri="two.html", sha256=""), lines_of("".join(texts)))
    assert [copy.project and copy.project.project_code for copy in copies] == ["50210000-0001", "50210000-0002"]
    assert [copy.project and copy.project.issues for copy in copies] == [{}, {}]


MONEY = st.decimals(min_value=0, max_value=10**9, places=2)


@given(
    code=st.from_regex(r"50[0-4][1-9]0000-[0-9]{4}", fullmatch=True), year=st.integers(2555, 2569),
    received=MONEY, spent=MONEY, progress=st.decimals(min_value=0, max_value=100, places=2),
    kpi=st.from_regex(r"50[0-4][1-9]-[0-9]{3,4}", fullmatch=True), grouped=st.booleans(),
    between=st.sampled_from([GLUED, COLON, STACKED, TAB]),
)  # fmt: skip
def test_what_a_view_prints_is_read(
    code: str, year: int, received: Decimal, spent: Decimal, progress: Decimal, kpi: str, grouped: bool, between: str
) -> None:
    amounts = {
        name: f"{value:,}" if grouped else str(value) for name, value in {"received": received, "spent": spent}.items()
    }
    view = ProjectView(
        code=code, heading_code=code, fiscal_year=str(year), progress=str(progress), headline=str(progress), kpi_id=kpi,
        start="", end="", **amounts,
    )  # fmt: skip
    copy = only(view.text(between))
    project = copy.project
    assert project
    assert (project.project_code, project.fiscal_year, project.progress_pct) == (code, year, progress)
    assert (project.budget_received_thb, project.budget_spent_thb) == (received, spent)
    assert [indicator.kpi_id for indicator in copy.indicators] == [kpi]
    assert not project.issues


# Grids


@pytest.mark.parametrize("between", [GLUED, STACKED, TAB, BAR])
def test_a_grid_however_its_cells_are_parted(between: str) -> None:
    grid = ProjectGrid(title="โครงการห้องเรียนสีเขียว")
    copy = only(grid.saved(grid.text(between)))
    project = copy.project
    assert project
    assert copy.document.family == "project_view"
    assert (project.view_id, project.project_code, project.fiscal_year) == ("2484", None, None)
    assert (project.project_name, project.budget_received_thb) == ("โครงการห้องเรียนสีเขียว", Decimal(0))
    assert project.agency_path == ["สำนักการศึกษา", "กลุ่มงานการเงินและงบประมาณ"]
    assert set(project.issues) == ({"cells_glued"} if between == GLUED else set())
    first, second = copy.indicators
    assert (first.kpi_id, first.unit, first.target_raw) == ("3.4.1.3", "โรงเรียน", "1,437.00")
    assert first.indicator_name == "จำนวนโรงเรียนที่เข้าร่วม"
    assert (first.target_value, first.result_value) == (Decimal(1437), Decimal("359.25"))
    assert (second.kpi_id, second.indicator_name, second.unit) == ("6.2.1", "โรงเรียนสีเขียวต้นแบบ", "แห่ง")
    assert (second.target_value, second.result_value) == (4, 4)
    for indicator in copy.indicators:
        assert set(indicator.issues) == ({"cells_glued"} if between == GLUED else set())
    assert [str(report.report_date) for report in copy.reports] == ["2023-10-16", "2023-11-15"]
    assert [report.narrative for report in copy.reports] == ["ประชุมคณะทำงาน 3 ครั้ง", "สำรวจโรงเรียน"]
    assert [report.issues for report in copy.reports] == [{"result_unassigned": "0.00"}, {"result_unassigned": "12.50"}]
    assert {(report.report_no, report.progress_pct) for report in copy.reports} == {(None, None)}


@pytest.mark.parametrize(
    ("title", "budget", "is_sure"),
    [
        ("โครงการห้องเรียน", "0.00", True),
        ("โครงการห้องเรียน", "1,250,000.50", True),
        ("โครงการห้องเรียน", "58,671,244.78", False),
        ("โครงการห้องเรียน ระยะที่ 2", "0.00", False),
        ("โครงการห้องเรียน ปี 2567", "0.00", False),
    ],
)
def test_where_a_glued_amount_begins_is_sure_or_an_issue(title: str, budget: str, is_sure: bool) -> None:
    grid = ProjectGrid(title=title, budget=budget)
    glued, stacked = project_of(grid.text()), project_of(grid.text(STACKED))
    assert ("budget_received_thb_uncertain" not in glued.issues) == is_sure
    if is_sure:
        assert (glued.project_name, glued.budget_received_thb) == (title, Decimal(budget.replace(",", "")))
    assert (stacked.project_name, stacked.budget_received_thb) == (title, Decimal(budget.replace(",", "")))
    assert stacked.issues == {}


def test_a_cell_cut_in_the_wrong_place_shows_in_the_share() -> None:
    grid = ProjectGrid(indicators=(GridIndicator("KPI 1.1 : คะแนนเฉลี่ย", "ร้อยละ 30", "80.00", "80.00", "100.00"),))
    assert only(grid.text()).indicators[0].issues["share_mismatch"] == "3080.00 / 80.00 / 100.00"
    assert only(grid.text(STACKED)).indicators[0].issues == {}
    assert only(grid.text(STACKED)).indicators[0].target_value == 80


def test_a_cell_that_is_gone_shows_in_the_share() -> None:
    text = ProjectGrid().text(STACKED)
    first, second = only(text.replace("\n1,437.00\n", "\n")).indicators
    assert "share_mismatch" in first.issues
    assert second.issues == {}


@pytest.mark.parametrize("between", [GLUED, STACKED, TAB, BAR])
@pytest.mark.parametrize("printed", [".2.1", "6.2 .1", "6. 2.1", "6..2.1"])
def test_a_torn_number_of_an_indicator_is_none(printed: str, between: str) -> None:
    grid = ProjectGrid(indicators=(GridIndicator(label=f"OKR {printed} โรงเรียนต้นแบบ"),))
    (indicator,) = only(grid.text(between)).indicators
    assert indicator.kpi_id is None
    assert "kpi_id_unreadable" in indicator.issues


@pytest.mark.parametrize("between", [GLUED, STACKED, TAB, BAR])
@pytest.mark.parametrize("stray", ["12.50", "หมายเหตุ : ไม่มี"])
def test_a_stray_line_below_the_project_s_row_is_no_part_of_it(between: str, stray: str) -> None:
    text = ProjectGrid().text(between)
    project = project_of(text.replace("\n\nKRs/KPI", f"\n{stray}\n\nKRs/KPI"))
    assert project.issues["text_unplaced"].startswith("1: ")
    assert project.agency_path == ["สำนักการศึกษา", "กลุ่มงานการเงินและงบประมาณ"]
    assert (project.project_name, project.budget_received_thb) == ("โครงการห้องเรียนสีเขียว", Decimal(0))


@pytest.mark.parametrize("between", [GLUED, TAB, BAR])
def test_the_headings_of_columns_are_no_cells_wherever_they_stand(between: str) -> None:
    lines = ProjectGrid().text(between).splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("Action"))
    on_a_new_page = [*lines[: head + 2], lines[head], *lines[head + 2 :]]
    below_a_line = [*lines[:head], "หมายเหตุ", *lines[head:]]
    for changed, unplaced in ((on_a_new_page, None), (below_a_line, "1")):
        copy, sound = only("\n".join(changed)), only("\n".join(lines))
        assert copy.project
        assert copy.project.issues.get("text_unplaced", "").partition(":")[0] == (unplaced or "")
        assert [one.issues for one in copy.indicators] == [one.issues for one in sound.indicators]
        assert [one.result_value for one in copy.indicators] == [Decimal("359.25"), Decimal(4)]


def test_a_line_above_the_headings_of_columns_is_no_part_of_the_name() -> None:
    text = ProjectGrid().text(STACKED).replace("\nFile\n", "\nหมายเหตุ : ไม่มี\nFile\n", 1)
    project = project_of(text)
    assert (project.project_name, project.issues["text_unplaced"][:2]) == ("โครงการห้องเรียนสีเขียว", "1:")


@pytest.mark.parametrize("between", [STACKED, TAB, BAR])
def test_an_empty_cell_is_none(between: str) -> None:
    grid = ProjectGrid(
        indicators=(GridIndicator(result="", share=""), GridIndicator(unit=""), GridIndicator(target=""))
    )
    first, second, third = only(grid.text(between)).indicators
    assert (first.target_value, first.result_value, first.unit) == (1437, None, "โรงเรียน")
    assert (second.target_value, second.result_value, second.unit) == (1437, Decimal("359.25"), None)
    assert (third.target_value, third.result_value, third.target_raw) == (None, Decimal("359.25"), None)


def test_blank_lines_between_the_cells_are_no_cells() -> None:
    first, second = only(ProjectGrid().text("\n\n")).indicators
    assert (first.indicator_name, first.unit) == ("จำนวนโรงเรียนที่เข้าร่วม", "โรงเรียน")
    assert (first.target_value, first.result_value) == (Decimal(1437), Decimal("359.25"))
    assert (second.indicator_name, second.unit_raw, second.issues) == ("โรงเรียนสีเขียวต้นแบบ", "แห่ง", {})


def test_rows_on_other_pages_of_the_grid_are_missed() -> None:
    assert project_of(ProjectGrid(reports_shown="1-20 of 25 items").text()).issues["rows_missing"] == "reports: 2 of 25"


def test_a_clock_of_thousandths_and_a_note_over_several_lines() -> None:
    grid = ProjectGrid(
        reports=(GridReport("16-10-2023 00:00:00.000", "0.00", "ก\n- ข"),), reports_shown="1-1 of 1 item"
    )
    for between in (GLUED, STACKED):
        (report,) = only(grid.text(between)).reports
        assert (str(report.report_date), report.narrative) == ("2023-10-16", "ก - ข")


def test_without_its_address_the_view_has_no_number() -> None:
    assert project_of(ProjectGrid(view_id=None).saved()).view_id is None
    assert project_of(ProjectGrid().saved()).view_id == "2484"


AMOUNT = st.decimals(min_value=Decimal("0.01"), max_value=10**6, places=2)


@given(rows=st.lists(st.tuples(AMOUNT, AMOUNT), min_size=1, max_size=5), grouped=st.booleans(),
       between=st.sampled_from([GLUED, STACKED, TAB]))  # fmt: skip
def test_what_a_grid_prints_is_read(rows: list[tuple[Decimal, Decimal]], grouped: bool, between: str) -> None:
    printed = [
        [f"{value:,}" if grouped else str(value) for value in (target, result, round(result / target * 100, 2))]
        for target, result in rows
    ]
    grid = ProjectGrid(
        indicators=tuple(GridIndicator("KPI 1.2.3 : จำนวนต้นแบบ", "แห่ง", *amounts) for amounts in printed)
    )
    indicators = only(grid.text(between)).indicators
    assert [(one.target_value, one.result_value) for one in indicators] == rows
    assert not any("share_mismatch" in one.issues for one in indicators)


@given(
    st.lists(
        st.sampled_from([*ProjectGrid().text(STACKED).splitlines(), *ProjectView().text().splitlines()]), max_size=30
    )
)
def test_no_mixture_of_lines_makes_a_parser_stumble(lines: list[str]) -> None:
    from etl.families.project_view import grids, labelled

    read_lines = lines_of("\n".join(lines))
    for layout in (grids, labelled):
        if layout.recognise(Document(uri="", sha256=""), read_lines):
            assert layout.parse(Document(uri="", sha256=""), read_lines)
