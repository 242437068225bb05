"""Project pages: real ones by their facts, and pages of our own in every layout, with and without damage."""

import re
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract import extract, parse
from etl.families.project_page import parser
from etl.records import Copy, Document, Project
from tests.forms import Page
from tests.judging import findings_added
from tests.project_pages import LINK, PLAN, PageReport, ProjectPage, lines_of

WHOLE, BARE = ProjectPage().saved(), ProjectPage().saved(ProjectPage().bare())


def copies_of(page: Page | str, address: str | None = None) -> list[Copy]:
    uri, text = page if isinstance(page, Page) else ("page.html", page)
    return parse(Document(uri=uri, sha256="0" * 64, address=address), lines_of(text))


def only(page: Page | str) -> Copy:
    (copy,) = copies_of(page)
    return copy


def project_of(page: Page | str) -> Project:
    project = only(page).project
    assert project
    return project


def whole(**changes: object) -> Project:
    page = ProjectPage().with_(**changes)
    return project_of(page.saved())


# Each by hand from what is printed


def assert_facts(copy: Copy) -> None:
    """Assert what every layout of the page prints."""
    project, strategy = copy.project, copy.strategy
    assert project and strategy
    assert copy.document.family == "project_page"
    assert (project.project_code, project.agency_code, project.unit_code) == ("50210000-0042", "5021", "50210300")
    assert project.progress_pct == Decimal("33.00")
    assert (project.evaluation_quarter, project.evaluation_score) == (2, Decimal(100))
    assert project.contact == "หัวหน้าฝ่ายโยธา โทร. 2548"
    assert project.rationale == "พื้นที่ริมคลองขาดร่มเงา ยุทธศาสตร์ที่ ๔ ของแผนจึงให้ความสำคัญ"
    assert project.objectives == ["เพิ่มพื้นที่สีเขียว", "ลดความร้อนในชุมชน"]
    assert project.targets == "ต้นไม้ 37,285 ต้น"
    assert strategy.plan_version == "plan2556-2575"
    assert (strategy.strategy_code, strategy.sub_issue_code, strategy.goal_code) == ("4", "4.1", "4.1.2")
    assert strategy.strategy_name == "มหานครกระชับ : Compact City"
    assert strategy.sub_issue_name == "กรุงเทพมหานครเติบโตอย่างเป็นระเบียบตามผังเมืองรวม"
    assert strategy.goal_name == "มีสวนขนาดเล็กใกล้บ้าน"
    assert [report.report_no for report in copy.reports] == [3, 2, 1]
    assert [str(report.report_date) for report in copy.reports] == ["2020-03-31", "2020-02-29", "2019-11-15"]
    assert [str(report.progress_pct) for report in copy.reports] == ["33.00", "20.50", "10.00"]
    assert copy.reports[0].narrative == "ปลูกต้นไม้แล้วเสร็จ และบำรุงรักษาต่อเนื่อง"
    assert copy.reports[1].narrative == "ปลูกต้นไม้ตามแผนงานประจำเดือน"
    assert not any(report.issues for report in copy.reports)
    assert not strategy.issues


@pytest.mark.parametrize("between", ["\n\n", "\n", "\n\n\n"], ids=["blank lines", "none", "many"])
def test_a_whole_page(between: str) -> None:
    copy = only(ProjectPage().saved(ProjectPage().whole(between=between)))
    assert_facts(copy)
    assert copy.project
    assert copy.project.project_name == 'โครงการ "สวนริมคลอง" ปี 2563 : ระยะที่ 2 (PM 2.5) *'
    assert (copy.project.fiscal_year, copy.project.agency_path) == (2563, ["สำนักงานเขตภาษีเจริญ"])
    assert not copy.project.issues


def test_a_page_that_lost_its_headings() -> None:
    copy = only(BARE)
    assert_facts(copy)
    assert copy.project
    assert (copy.project.project_name, copy.project.fiscal_year, copy.project.agency_path) == (None, None, [])
    assert copy.project.issues == {
        "project_code_from_address": "50210000-0042",
        "headings_lost": "rationale, objectives, targets",
    }


def test_the_oldest_pages_say_no_year_and_part_the_score_with_a_colon() -> None:
    page = ProjectPage(fiscal_year=None, evaluation=" : ไตรมาสที่ 4 : 0.0000")
    copy = only(page.saved())
    assert copy.project and copy.strategy
    assert (copy.project.fiscal_year, copy.project.agency_path) == (None, ["สำนักงานเขตภาษีเจริญ"])
    assert (copy.project.evaluation_quarter, copy.project.evaluation_score) == (4, Decimal(0))
    assert copy.strategy.plan_version == "plan2556-2575"  # only that plan says ด้าน, มิติ and เป้าประสงค์
    assert not copy.project.issues


@pytest.mark.parametrize(
    ("title", "agency", "code", "expected"),
    [
        ("กิจกรรมสวนฯ 50 เขต", "สํานักสิ่งแวดล้อม", "22000000-3609", "สำนักสิ่งแวดล้อม"),
        (
            "ปรับปรุงห้องและพื้นที่", "** สำนักงานเลขานุการ สํานักปลัดกรุงเทพมหานคร", "04010000-3679",
            "สำนักงานเลขานุการ สำนักปลัดกรุงเทพมหานคร",
        ),
        ("โครงการเชิงรุก*", "สำนักการแพทย์", "07000000-3611", "สำนักการแพทย์"),
        ("โครงการ (Car Free Day 2020)", "สํานักการจราจรและขนส่ง", "17000000-3294", "สำนักการจราจรและขนส่ง"),
        ("อ.2/2 ฟื้นฟู 1(สจน)", "สํานักการระบายน้ำ", "11000000-4032", "สำนักการระบายน้ำ"),
        ("Best Service พ.ศ. 2563 (ปี 2) : (2563)", "สำนักงานเขตคลองเตย", "50330000-3133", "สำนักงานเขตคลองเตย"),
    ],
)  # fmt: skip
def test_titles_and_agencies_as_real_pages_have_them(title: str, agency: str, code: str, expected: str) -> None:
    project = whole(title=title, agency=agency, code=code, units=None)
    assert (project.project_name, project.project_code, project.agency_path) == (title, code, [expected])
    assert (project.agency_code, project.unit_code) == (code[:4], code[:8])
    assert project.fiscal_year == 2563


def test_a_second_title_belongs_to_no_field() -> None:
    for page in (ProjectPage(), ProjectPage(fiscal_year=None)):
        text = page.whole().replace("สำนักงานเขตภาษีเจริญ", "อื่น : 50210000-0043\n\nสำนักงานเขตภาษีเจริญ", 1)
        project = project_of(page.saved(text))
        assert (project.project_code, project.agency_path) == ("50210000-0042", ["สำนักงานเขตภาษีเจริญ"])
        assert project.issues.keys() == {"text_unplaced", "facts_lost"}


@pytest.mark.parametrize(
    ("printed", "quarter", "score"),
    [
        (" : ไตรมาสที่ 1", 1, None),
        (" : ไตรมาสที่ 1 ", 1, None),
        (" : ไตรมาสที่ 1 100", 1, Decimal(100)),
        (" : ไตรมาสที่ 3 : 0.0000", 3, Decimal(0)),
        (": ไตรมาสที่4:95.50", 4, Decimal("95.5")),
        (" : ไตรมาสที่ ๒ ๑๐๐", 2, Decimal(100)),
        (" : ไตรมาสที่ 2\n100.0000", 2, Decimal(100)),
        (" : ไตรมาสที่", None, None),
    ],
)
def test_a_blank_score_is_not_zero(printed: str, quarter: int | None, score: Decimal | None) -> None:
    for page in (ProjectPage(evaluation=printed), ProjectPage(evaluation=printed, contact=None)):
        for text in (page.whole(), page.bare()):
            project = project_of(page.saved(text))
            assert (project.evaluation_quarter, project.evaluation_score) == (quarter, score)
            assert project.rationale and project.rationale.startswith("พื้นที่")


@pytest.mark.parametrize("contact", ["2548", "ฝ่ายโยธา", "โทร.5884,5885", "โทร. 0 2203 2888", "(3036)", "ต่อ 3121"])
def test_a_contact_is_whatever_stands_under_the_headline(contact: str) -> None:
    for page in (ProjectPage(contact=contact), ProjectPage(contact=contact, fiscal_year=None)):
        assert project_of(page.saved()).contact == contact
        assert project_of(page.saved(page.bare())).contact == contact
    assert whole(contact=None).contact is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ความคืบหน้าโครงการ ร้อยละ 33.00", "ความคืบหน้าโครงการ ร้อยละ\n33.00"),
        ("ความคืบหน้าโครงการ ร้อยละ 33.00", "ความคืบหน้าโครงการ : ร้อยละ 33.00 %"),
        ("\n33.00\n", "\n33.00 %\n"),
        ("หลักการและเหตุผล\n\n", "หลักการและเหตุผล : "),
        ("หลักการและเหตุผล\n\n", "หลักการและเหตุผล "),
        ("วัตถุประสงค์ของโครงการ\n\n", "วัตถุประสงค์ของโครงการ :\n"),
        ("เป้าหมายของโครงการ\n\n", "เป้าหมายของโครงการ  "),
        ("50210300/50210300", "๕๐๒๑๐๓๐๐ / ๕๐๒๑๐๓๐๐"),
        (" : 50210000-0042", " : ๕๐๒๑๐๐๐๐-๐๐๔๒ *"),
        (" : 50210000-0042", " :\n50210000-0042"),
        (" : (2563)", ": (๒๕๖๓) "),
        (" : (2563)", "\n: (2563)"),
        ("ปี 2563 : ระยะที่ 2", "ปี 2563 :\nระยะที่ 2"),
        ("ความคืบหน้าโครงการ/กิจกรรม\n", ""),
        ("Back Home\nFusionCharts will render here\n", ""),
        ("Back Home", "Back\nHome"),
        (LINK, "ดูโครงการแผนปีฯ :\nพิมพ์ข้อมูล"),
        ("ด้านที่ ๔ – ", "ด้านที่ ๔ ? "),
        ("มิติที่ ๔.๑ - ", "๔.๑ - "),
        ("เป้าหมายที่ ๔.๑.๒ ", "๔.๑.๒ "),
        ("มิติที่ ๔.๑ - กรุง", "มิติที่ 4.1 กรุง"),
        ("\nเป้าหมายที่ ๔.๑.๒", " เป้าหมายที่ ๔.๑.๒"),
        ("\nเป้าหมายที่ ๔.๑.๒", " ๔.๑.๒"),
        ("ระเบียบตามผังเมืองรวม", "\nระเบียบตามผังเมืองรวม"),
        ("เป้าประสงค์ที่ ๔.๑.๒.๑ ทุกเขต", "๔.๑.๒.๑ ทุกเขต"),
        ("เป้าประสงค์ที่ ๔.๑.๒.๑ ทุกเขตมีสวนขนาดเล็กเพิ่มขึ้น", "เป้าประสงค์ที่"),
        ("(2) ความคืบหน้าโครงการฯ ร้อยละ 20.50 (2020-02-29)", "( 2 ) ความคืบหน้าโครงการ ร้อยละ 20.50% (2020-02-29)"),
        ("29/02/2563 : ", "29/02/2563:"),
        ("29/02/2563 : ", "29/02/2563 :\n"),
        ("(2020-02-29)\n29/02/2563", "(2020-02-29) 29/02/2563"),
        ("สํา", "สำ"),
        ("ำ", "ํา"),
        ("หลักการและเหตุผล", "หลักการ และเหตุผล"),
    ],
)  # fmt: skip
def test_what_may_be_printed_otherwise_reads_the_same(old: str, new: str) -> None:
    text = ProjectPage().whole()
    copy = only(ProjectPage().saved(text.replace(old, new)))
    project, strategy = copy.project, copy.strategy
    assert project and strategy
    strategy.sub_issue_name = (strategy.sub_issue_name or "").replace("ป็น ", "ป็น")
    assert_facts(copy)
    assert re.sub(r"[\s]", "", project.project_name or "") == 'โครงการ"สวนริมคลอง"ปี2563:ระยะที่2(PM2.5)*'
    assert (project.fiscal_year, project.agency_path) == (2563, ["สำนักงานเขตภาษีเจริญ"])
    assert not project.issues


def test_the_words_of_the_revised_plan() -> None:
    plan = (
        "ยุทธศาสตร์ที่ ๗ – การสร้างความเป็นมืออาชีพในการบริหารจัดการมหานคร",
        "ยุทธศาสตร์ย่อยที่ ๗.๒ - การบริหารแผนและประเมินผล",
        "๗.๒.๒ ระบบการติดตาม%",
        "กลยุทธ์ที่ ๗.๒.๒.๑ พัฒนาระบบ",
    )
    for year in ("2566", None):
        copy = only(ProjectPage(plan=plan, fiscal_year=year).saved())
        assert copy.strategy
        assert (copy.strategy.plan_version, copy.strategy.goal_code) == ("plan2561-2580rev", "7.2.2")
        assert (copy.strategy.strategy_code, copy.strategy.goal_name) == ("7", "ระบบการติดตาม%")
        assert not copy.strategy.issues


def test_a_plan_of_words_that_both_plans_use_has_no_version_without_a_year() -> None:
    plan = ("ยุทธศาสตร์ที่ ๗ – การบริหาร", "๗.๒ - การบริหารแผน", "๗.๒.๑ ระบบการติดตาม")
    copy = only(ProjectPage(plan=plan, fiscal_year=None).saved())
    assert copy.strategy
    assert (copy.strategy.plan_version, copy.strategy.sub_issue_code) == (None, "7.2")


def test_routine_work_is_no_strategy_of_the_plan() -> None:
    copy = only(ProjectPage(plan=("**** ภารกิจงานประจำของหน่วยงาน ****",)).saved())
    assert copy.strategy
    assert (copy.strategy.strategy_code, copy.strategy.strategy_name) == (None, "ภารกิจงานประจำของหน่วยงาน")
    assert not copy.strategy.issues


def test_a_dimension_among_the_lines_of_the_plan_is_the_indicator() -> None:
    copy = only(ProjectPage(plan=(*PLAN[:3], "มิติที่ 3 ร้อยละของโครงการที่สำเร็จ")).saved())
    assert copy.strategy
    assert (copy.strategy.dimension_no, copy.strategy.indicator_name) == (3, "ร้อยละของโครงการที่สำเร็จ")
    assert copy.strategy.sub_issue_code == "4.1"


@pytest.mark.parametrize(
    ("objectives", "targets", "expected"),
    [
        ("เพิ่มพื้นที่สีเขียว", "ต้นไม้ 500 ต้น", (["เพิ่มพื้นที่สีเขียว"], "ต้นไม้ 500 ต้น")),
        ("- ก\n- ข\n- ค", "ต้นไม้", (["ก", "ข", "ค"], "ต้นไม้")),
        ("1. ก\n2. ข", "1. ค\n2. ง", (["ก", "ข"], "1. ค 2. ง")),
        ("ก\nข", "ค", ([], None)),
        ("ก", "", ([], None)),
        ("- ก", "- ข", ([], None)),
    ],
)
def test_without_headings_only_their_look_parts_objectives_from_targets(
    objectives: str, targets: str, expected: tuple[list[str], str | None]
) -> None:
    page = ProjectPage(objectives=objectives, targets=targets)
    project = project_of(page.saved(re.sub("\n+", "\n", page.bare())))
    assert (project.objectives, project.targets) == expected
    assert ("text_unplaced" in project.issues) == (expected[1] is None)
    assert whole(objectives=objectives, targets=targets).issues == {}


def test_a_page_cut_short_says_what_it_lacks() -> None:
    text = ProjectPage().whole().partition("50210300/")[0]
    project = project_of(ProjectPage().saved(text))
    assert project.rationale
    assert project.issues == {"sections_missing": "unit_code, objectives, targets, strategy"}


def test_the_code_of_the_title_counts_more_than_that_of_the_address() -> None:
    project = project_of(ProjectPage().saved(code="50410000-6868"))
    assert project.project_code == "50210000-0042"
    assert project.issues == {"id_mismatch": "50210000-0042 / 50410000-6868"}


def test_a_title_without_its_code_is_told_by_the_address() -> None:
    project = project_of(Page(WHOLE.uri, ProjectPage(code=None, title="โครงการสวนริมคลอง").whole()))
    assert (project.project_code, project.project_name) == ("50210000-0042", "โครงการสวนริมคลอง")
    assert project.issues == {"project_code_from_address": "50210000-0042"}


def test_a_code_that_cannot_be_read_is_an_issue_and_no_value() -> None:
    project = project_of(ProjectPage(code="5O210000-0042").whole())
    assert (project.project_code, project.agency_code) == (None, None)
    assert project.issues == {"project_code_unreadable": "5O210000-0042"}


@pytest.mark.parametrize(
    ("changes", "fault", "printed"),
    [
        ({"chart": "38.00"}, "progress_pct_mismatch", "33.00 / 38.00"),
        ({"progress": "สาม"}, "progress_pct_unreadable", "สาม"),
        ({"evaluation": " : ไตรมาสที่ 5 100"}, "evaluation_quarter_unreadable", "5"),
        ({"evaluation": " : ไตรมาสที่ 100.0000"}, "evaluation_quarter_unreadable", "100.0000"),
        ({"evaluation": " : ไตรมาสที่ 1 เต็ม"}, "evaluation_score_unreadable", "เต็ม"),
        ({"units": "50210300/50210600"}, "unit_code_mismatch", "50210300/50210600, 50210000-0042"),
        ({"units": "50220300/50220300"}, "unit_code_mismatch", "50220300/50220300, 50210000-0042"),
        ({"units": "5021O300/5021O300"}, "unit_code_unreadable", "5021O300"),
        ({"fiscal_year": "256x"}, "fiscal_year_unreadable", "256x"),
        ({"agency": None}, "labels_missing", "agency_path"),
    ],
)
def test_what_cannot_be_so_is_an_issue(changes: dict[str, str | None], fault: str, printed: str) -> None:
    assert whole(**changes).issues[fault] == printed


@pytest.mark.parametrize(
    ("changes", "fault", "printed", "day"),
    [
        ({"thai_day": "28/02/2563"}, "report_date_mismatch", "2020-02-29 / 28/02/2563", "2020-02-29"),
        ({"day": "2020-13-29"}, "report_date_mismatch", "2020-13-29 / 29/02/2563", "2020-02-29"),
        ({"day": ""}, "report_date_unpaired", "29/02/2563", "2020-02-29"),
        ({"day": "x", "thai_day": "31/02/2563"}, "report_date_unreadable", "x / 31/02/2563", "None"),
        ({"progress": "สิบ"}, "progress_pct_unreadable", "สิบ", "2020-02-29"),
        ({"no": "ก"}, "report_no_unreadable", "ก", "2020-02-29"),
        ({"narrative": "ก\n30/03/2563 : ข"}, "report_date_repeated", "30/03/2563", "2020-02-29"),
    ],
)
def test_the_issues_of_a_report(changes: dict[str, str], fault: str, printed: str, day: str) -> None:
    report = only(ProjectPage().with_report(2, **changes).saved()).reports[1]
    assert report.issues[fault] == printed
    assert str(report.report_date) == day


def test_a_report_may_speak_of_progress_in_a_line_of_its_own() -> None:
    narrative = "ความคืบหน้าโครงการ ร้อยละ 50\nเป้าหมายของโครงการ\nความคืบหน้าโครงการ/กิจกรรม"
    copy = only(ProjectPage().with_report(1, narrative=narrative).saved())
    assert copy.reports[0].narrative == narrative.replace("\n", " ")
    assert copy.project and copy.project.progress_pct == 33


@pytest.mark.parametrize("bare", [False, True])
def test_pages_one_after_the_other_are_copies(bare: bool) -> None:
    pages = [ProjectPage(), ProjectPage(code="50220000-0001", agency="สำนักงานเขตหนองแขม", units="50220300/50220300")]
    texts = [page.bare() if bare else page.whole() for page in pages]
    first, second = copies_of(Page("two.html", "".join(texts)))
    assert first.project and second.project
    assert (first.first_line, first.last_line) == (1, len(texts[0].splitlines()))
    assert second.first_line == first.last_line + 1
    assert [copy.project and copy.project.unit_code for copy in (first, second)] == ["50210300", "50220300"]
    assert [copy.project and copy.project.project_code for copy in (first, second)] == (
        [None, None] if bare else ["50210000-0042", "50220000-0001"]
    )
    assert [len(copy.reports) for copy in (first, second)] == [3, 3]


def test_pages_that_lost_their_heading_begin_at_their_title() -> None:
    texts = [ProjectPage(code=code, units=None).whole() for code in ("50210000-0001", "50210000-0002")]
    text = (
        "\n".join(texts)
        .replace("ความคืบหน้าโครงการ/กิจกรรม\n", "")
        .replace("Back Home\nFusionCharts will render here", "")
    )
    codes = [copy.project and copy.project.project_code for copy in copies_of(text)]
    assert codes == ["50210000-0001", "50210000-0002"]


def test_every_value_says_where_it_stands() -> None:
    copy = only(WHOLE)
    lines = WHOLE.text.splitlines()
    assert copy.project and copy.strategy
    expected = {
        "project_name": "สวนริมคลอง", "project_code": "50210000-0042", "agency_path": "สำนักงานเขต",
        "fiscal_year": "(2563)", "progress_pct": "ร้อยละ 33.00", "contact": "2548", "evaluation_score": "100.0000",
        "rationale": "ขาดร่มเงา", "unit_code": "50210300", "objectives": "สีเขียว", "targets": "37,285",
    }  # fmt: skip
    for field, text in expected.items():
        assert text in lines[copy.project.places[field].line - 1]
    assert "๔.๑.๒" in lines[copy.strategy.places["goal_code"].line - 1]
    for report in copy.reports:
        assert f"({report.report_no})" in lines[report.places["report_no"].line - 1]
        assert "ปลูกต้นไม้" in lines[report.places["narrative"].line - 1]


def test_nothing_but_a_heading_is_no_page() -> None:
    assert extract("page.html", "ความคืบหน้าโครงการ/กิจกรรม\n\nBack Home\n".encode())[0].project is None


# Whatever is printed

WORDS = st.text(alphabet="กขคงจชดตนบปพมยรลวสหอ 0123456789.,()/-", min_size=1, max_size=40).map(
    lambda text: "ข้อ" + " ".join(text.split()) + "ก"
)
PERCENT = st.decimals(min_value=0, max_value=100, places=2).map(str)
CODE = st.from_regex(r"50[0-4][1-9][01][0-9]00-[0-9]{4}", fullmatch=True)
DAYS = st.dates(min_value=date(2019, 10, 1), max_value=date(2020, 9, 30))


@st.composite
def printed_reports(draw: st.DrawFn) -> tuple[PageReport, ...]:
    days = sorted(draw(st.lists(DAYS, max_size=4)))
    return tuple(
        PageReport(
            str(number), draw(PERCENT), day.isoformat(), f"{day.day:02}/{day.month:02}/{day.year + 543}", draw(WORDS)
        )
        for number, day in enumerate(days, start=1)
    )


@given(
    code=CODE, title=WORDS, progress=PERCENT, contact=st.none() | st.sampled_from(["2548", "ฝ่ายโยธา"]),
    year=st.sampled_from(["2560", "2563", "2566", None]), reports=printed_reports(), unit=st.integers(0, 15),
    quarter=st.integers(1, 4), score=st.none() | PERCENT, between=st.sampled_from(["\n", "\n\n"]),
)  # fmt: skip
def test_what_is_printed_is_read(
    code: str, title: str, progress: str, contact: str | None, year: str | None, reports: tuple[PageReport, ...],
    unit: int, quarter: int, score: str | None, between: str,
) -> None:  # fmt: skip
    page = ProjectPage(
        code=code, title=title, fiscal_year=year, progress=progress, chart=progress, contact=contact,
        evaluation=f" : ไตรมาสที่ {quarter} {score or ''}", units=f"{code[:4]}{unit:02}00/{code[:4]}{unit:02}00",
        reports=reports,
    )  # fmt: skip
    for text in (page.whole(between=between), page.bare()):
        copy = only(page.saved(text))
        project = copy.project
        assert project
        assert project.project_code == code
        assert project.unit_code == f"{code[:4]}{unit:02}00"
        assert project.progress_pct == Decimal(progress)
        assert project.contact == contact
        assert project.evaluation_quarter == quarter
        assert project.evaluation_score == (Decimal(score) if score else None)
        if text != page.bare():
            assert (project.project_name, project.fiscal_year) == (title, int(year) if year else None)
        found = [(str(one.report_no), str(one.report_date), one.progress_pct, one.narrative) for one in copy.reports]
        assert found == [(one.no, one.day, Decimal(one.progress), one.narrative) for one in reports]
        assert not {"text_unplaced", "labels_repeated", "sections_missing"} & project.issues.keys()


@given(st.lists(st.sampled_from([*WHOLE.text.splitlines(), "50220000-0001", ": (2563)", "๔.๑ -"]), max_size=40))
def test_no_mixture_of_lines_makes_the_parser_stumble(lines: list[str]) -> None:
    document, printed = Document(uri="page.html", sha256=""), lines_of("\n".join(lines))
    if parser.recognise(document, printed):
        copies = parser.parse(document, printed)
        assert [copy.copy for copy in copies] == list(range(1, len(copies) + 1))
        assert all(first.last_line < second.first_line for first, second in pairwise(copies))


STRUCTURED = ("project_code", "fiscal_year", "agency_code", "progress_pct", "evaluation_quarter", "evaluation_score")


def damaged(lines: list[str], how: str, index: int) -> list[str]:
    lines = list(lines)
    if how == "deleted":
        del lines[index]
    elif how == "doubled":
        lines.insert(index, lines[index])
    else:
        lines[index], lines[index + 1] = lines[index + 1], lines[index]
    return lines


@pytest.mark.parametrize("how", ["deleted", "doubled", "swapped"])
@pytest.mark.parametrize("page", [WHOLE, BARE], ids=["whole", "bare"])
def test_damage_changes_no_value_in_silence(page: Page, how: str) -> None:
    lines = page.text.splitlines()
    texts = [page.text, *("\n".join(damaged(lines, how, index)) for index in range(len(lines) - 1))]
    documents = [extract(page.uri, text.encode()) for text in texts]
    sound, *others = findings_added(documents)
    for text, copies in zip(texts[1:], others, strict=True):
        assert facts_of(copies) == facts_of(sound) or findings_of(copies) - findings_of(sound), text


def facts_of(copies: list[Copy]) -> dict[str, object]:
    """Return the structured values of a document."""
    facts: dict[str, object] = {"copies": len(copies)}
    for copy in copies:
        project, strategy = copy.project, copy.strategy
        facts |= {name: getattr(project, name, None) for name in STRUCTURED} if project else {}
        facts |= {"goal": strategy.goal_code, "strategy": strategy.strategy_code} if strategy else {}
        for report in copy.reports:
            facts |= {f"{report.report_no} day": report.report_date, f"{report.report_no} %": report.progress_pct}
    return facts


def findings_of(copies: list[Copy]) -> set[tuple[str, str | None]]:
    return {(finding.rule_id, finding.field) for copy in copies for finding in copy.findings}


def test_a_note_below_the_reports_that_corrects_is_heard() -> None:
    project = only(ProjectPage().whole() + "\n\nหมายเหตุ ความคืบหน้าที่ถูกต้องคือ ร้อยละ 25\n").project
    assert project
    assert project.issues["text_changing"] == "1: หมายเหตุ ความคืบหน้าที่ถูกต้องคือ ร้อยละ 25"
