"""The department index: many KPIs on a page, whole or as a crawler left it; prose that looks like more of them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.extract import extract
from etl.records import Copy, Indicator
from tests.indicator_pages import KPIS, ROUTINE, DepartmentIndex, IndexKpi, Row

SOUND = DepartmentIndex()


def read(page: DepartmentIndex | str, uri: str | None = None) -> tuple[Copy, list[Indicator]]:
    """Return the one copy of a page and its indicators."""
    (copy,) = extract(uri or SOUND.page().uri, (page if isinstance(page, str) else page.text()).encode())
    assert copy.document.family == "department_index", copy.findings
    return copy, copy.indicators


def issues(indicators: list[Indicator]) -> list[dict[str, str]]:
    return [one.issues for one in indicators]


@pytest.mark.parametrize("style", ["cells", "bars", "tabs", "blanks", "three"])
@pytest.mark.parametrize("blank_lines", [True, False])
@pytest.mark.parametrize("has_table_head", [True, False])
def test_an_index(style: str, blank_lines: bool, has_table_head: bool) -> None:
    page = SOUND.with_(has_table_head=has_table_head)
    _, (first, second) = read(page.text(blank_lines=blank_lines, style=style))
    assert (first.indicator_name, first.kpi_id) == ("1.1 ร้อยละของสวนที่เพิ่มขึ้น", None)
    assert (first.dimension_no, first.indicator_class) == (1, "ตัวชี้วัดเจรจา")
    assert (first.fiscal_year, first.agency_code) == (2564, "2300")
    assert (first.unit_raw, first.unit, first.target_value, first.result_value) == (
        "ร้อยละ", "ร้อยละ", Decimal("80.00"), Decimal("82.62"),
    )  # fmt: skip
    assert (first.plan_version, first.sub_issue_code, first.goal_code) == ("plan2556-2575", "1.6", "1.6.6")
    assert (first.sub_issue_name, first.goal_name) == (
        "ปลอดโรคคนเมือง อาหารปลอดภัย", "คนกรุงเทพฯมีวิถีชีวิตแบบ Active Living Lifestyle",
    )  # fmt: skip
    assert (second.indicator_name, second.unit) == ("ปี 2564 ๔. จำนวนชุมชนสะอาด", "ชุมชน")
    assert (second.dimension_no, second.indicator_class) == (1, None)
    assert (second.sub_issue_code, second.goal_code) == ("1.6", "1.6.2")
    for one in (first, second):
        assert [(row.quarter, row.result_value, row.score, row.pair_score) for row in one.quarters] == [
            (1, Decimal(0), None, "95 / 100"), (2, Decimal(50), None, "0 / 0"),
            (3, Decimal(75), None, "0 / 0"), (4, Decimal("82.62"), None, "0 / 0"),
        ]  # fmt: skip
    assert issues([first, second]) == [{}, {}]


def test_routine_work_is_no_part_of_the_plan() -> None:
    kpi = IndexKpi(
        name="ปี 2564 ๔. จำนวนสวน", bracket="[มิติที่ 2 : ตัวชี้วัดเจรจา]", goal=f"{ROUTINE} {ROUTINE}",
        target="30.00", result="36.75", head="มิติที่ 2 ด้านประสิทธิภาพของการปฏิบัติราชการ",
        rows=(Row("1", "7.98", "", "100 / 100"), Row("2", "28.92", "", "100 / 100"),
              Row("3", "36.75", "", "0 / 0"), Row("4", "42.12", "", "0 / 0")),
    )  # fmt: skip
    copy, (one,) = read(DepartmentIndex(unit_code="50350000", year="", kpis=(kpi,)), uri="index102.php")
    assert (one.indicator_type, one.sub_issue_code, one.goal_code, copy.strategy) == ("routine", None, None, None)
    assert (one.agency_code, one.fiscal_year, one.dimension_no) == ("5035", None, 2)
    assert (one.target_value, one.result_value) == (Decimal(30), Decimal("36.75"))
    assert [row.result_value for row in one.quarters] == [
        Decimal("7.98"), Decimal("28.92"), Decimal("36.75"), Decimal("42.12")
    ]  # fmt: skip
    assert one.issues == {}


def test_sub_issue_and_goal_on_one_line_and_a_dimension_by_its_heading() -> None:
    goal = "มิติที่ ๗.๓ - การบริหารทรัพยากรบุคคล เป้าหมายที่ ๗.๓.๑ บุคลากรทำงานแบบมืออาชีพ และเป็นที่เชื่"
    kpi = IndexKpi(
        name="3.2 ร้อยละความสำเร็จของบริการ", bracket="[มิติที่ 3 : ]", goal=goal, head="มิติที่ 3 ด้านคุณภาพการปฏิบัติราชการ"
    )
    copy, (one,) = read(DepartmentIndex(unit_code="50230000", year="", kpis=(kpi,), has_table_head=True), uri="a.html")
    assert (one.dimension_no, one.indicator_class) == (3, None)
    assert (one.sub_issue_code, one.sub_issue_name) == ("7.3", "การบริหารทรัพยากรบุคคล")
    assert (one.goal_code, one.goal_name) == ("7.3.1", "บุคลากรทำงานแบบมืออาชีพ และเป็นที่เชื่")
    assert (one.plan_version, one.issues) == ("plan2556-2575", {})
    assert copy.strategy
    assert (copy.strategy.goal_code, copy.strategy.sub_issue_code) == ("7.3.1", "7.3")


def test_what_a_crawler_left() -> None:
    kpis = (IndexKpi(head="๑.๑ - ปลอดมลพิษ", goal="๑.๑.๑ อากาศสะอาด"), IndexKpi(goal="๑.๑.๓ น้ำสะอาด", target="50.00"))
    copy, (first, second) = read(DepartmentIndex(kpis=kpis).crawled(), uri="file:///a/host_index11_08000000_2564.txt")
    assert copy.strategy is None
    assert [(one.agency_code, one.fiscal_year, one.indicator_name) for one in (first, second)] == [
        ("0800", 2564, None)
    ] * 2
    assert [(one.unit, one.target_value, one.result_value) for one in (first, second)] == [
        ("ร้อยละ", Decimal(80), Decimal("82.62")), ("ร้อยละ", Decimal(50), Decimal("82.62")),
    ]  # fmt: skip
    assert (first.sub_issue_code, first.sub_issue_name) == ("1.1", "ปลอดมลพิษ")
    assert [(one.goal_code, one.goal_name) for one in (first, second)] == [
        ("1.1.1", "อากาศสะอาด"), ("1.1.3", "น้ำสะอาด"),
    ]  # fmt: skip
    assert [one.issues.get("goal_name_stray_digit") for one in (first, second)] == ["อากาศสะอาด1", "น้ำสะอาด1"]
    assert all(
        {"quarters_missing", "text_unplaced", "agency_code_from_address"} <= one.issues.keys()
        for one in (first, second)
    )


def test_without_a_year_the_names_tell_the_plan() -> None:
    kpi = IndexKpi(head="๑.๑ - ปลอดมลพิษ", goal="๑.๑.๙ อื่น")
    assert read(DepartmentIndex(year="", kpis=(kpi,)))[1][0].plan_version == "plan2556-2575"
    kpi = IndexKpi(head="๑.๑ - ปลอดอาชญากรรมและยาเสพติด", goal="๑.๑.๙ อื่น")
    assert read(DepartmentIndex(year="", kpis=(kpi,)))[1][0].plan_version == "plan2561-2580rev"
    kpi = IndexKpi(head="๑.๑ - อื่น", goal="๑.๑.๙ อื่น")
    assert read(DepartmentIndex(year="", kpis=(kpi,)))[1][0].plan_version is None


def test_prose_that_looks_like_a_kpi_is_none() -> None:
    prose = "(1) สำรวจพื้นที่\n(2) ปลูกต้นไม้\nเป้าหมาย : 5 สวน\n๑.๑ - สวนแรก\n๑.๖.๖ สวนที่สอง"
    text = SOUND.text().replace("\n\n(2) ปี 2564", f"\n\n{prose}\n\n(2) ปี 2564") + prose
    _, indicators = read(text)
    assert [one.indicator_name for one in indicators] == [kpi.name for kpi in KPIS]
    assert [one.goal_code for one in indicators] == ["1.6.6", "1.6.2"]
    assert [one.target_value for one in indicators] == [Decimal(80)] * 2
    assert [one.keys() for one in issues(indicators)] == [{"text_unplaced"}] * 2


def test_a_heading_below_the_name_is_no_part_of_it() -> None:
    head, name = KPIS[0].head, f"(1) {KPIS[0].name}"
    text = SOUND.text().replace(f"{head}\n\n{name}\n", f"{name}\n\n{head}\n")
    _, (first, _) = read(text)
    assert (first.indicator_name, first.sub_issue_code, [*first.issues]) == (KPIS[0].name, None, ["text_unplaced"])


@pytest.mark.parametrize("blank_lines", [True, False])
@pytest.mark.parametrize("has_table_head", [True, False])
def test_below_a_blank_label_the_table_is_no_value(blank_lines: bool, has_table_head: bool) -> None:
    page = SOUND.with_kpi(result="").with_(has_table_head=has_table_head)
    _, (first, _) = read(page.text(blank_lines=blank_lines))
    assert (first.result_value, len(first.quarters), first.issues) == (None, 4, {})
    page = SOUND.with_kpi(result="\n\n82.62").with_(has_table_head=has_table_head)
    _, (first, _) = read(page.text(blank_lines=blank_lines))
    assert (first.result_value, len(first.quarters), first.issues) == (Decimal("82.62"), 4, {})


def test_one_damaged_kpi_leaves_the_others_whole() -> None:
    _, (first, second) = read(SOUND.with_kpi(target="8O", unit="", rows=()))
    assert (first.target_value, first.unit_raw) == (None, None)
    assert first.issues == {"target_value_unreadable": "8O", "quarters_missing": "1, 2, 3, 4"}
    assert (second.target_value, second.unit_raw, second.issues) == (Decimal(80), "ชุมชน", {})


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (SOUND.with_(year="25x4"), {"fiscal_year_unreadable": "25x4"}),
        (SOUND.with_(unit_code="2300000O"), {"agency_code_unreadable": "2300000O"}),
        (SOUND.with_kpi(bracket="[มิติที่ ๑๒ : ]"), {"dimension_no_unreadable": "๑๒"}),
        (SOUND.with_kpi(bracket="[มิติที่ 2 : ]", head="มิติที่ 1 ด้านประสิทธิผล\n๑.๖ - ปลอดโรค"),
         {"dimension_no_mismatch": "2 / 1"}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_an_issue(page: DepartmentIndex, expected: dict[str, str]) -> None:
    _, (first, _) = read(page, uri="page.html")
    assert first.issues == expected


def test_title_and_address_may_disagree_or_fill_each_other_s_gaps() -> None:
    _, (one, _) = read(SOUND, uri="index11.php?selDEP=24000000&selYear=2563")
    assert (one.agency_code, one.fiscal_year) == ("2300", 2564)
    assert one.issues == {"agency_code_mismatch": "2300 / 2400", "fiscal_year_mismatch": "2564 / 2563"}
    _, (one, _) = read(SOUND.with_(year="[]"), uri="index11.php?selDEP=23000000&selYear=2564")
    assert (one.fiscal_year, one.issues) == (2564, {"fiscal_year_from_address": "2564"})


def test_an_index_without_a_kpi_is_held_back() -> None:
    (copy,) = extract("index11.php?selDEP=23000000", DepartmentIndex(kpis=()).text().encode())
    assert [(one.rule_id, one.severity) for one in copy.findings] == [("R-form-incomplete", "critical")]


_number = st.decimals(min_value=1, max_value=10**6, places=2).map(lambda number: f"{number:,.2f}")
_rows = st.tuples(
    *(st.builds(Row, st.just(str(quarter)), _number, st.just(""), st.just("0 / 0")) for quarter in (1, 2, 3, 4))
)
_kpis = st.lists(st.builds(IndexKpi, target=_number, result=_number, rows=_rows), min_size=1, max_size=4)


def plain(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


@settings(max_examples=50)
@given(_kpis, st.sampled_from(["cells", "bars", "blanks", "three"]), st.booleans())
def test_what_is_printed_is_read(kpis: list[IndexKpi], style: str, blank_lines: bool) -> None:
    _, indicators = read(DepartmentIndex(kpis=tuple(kpis)).text(style=style, blank_lines=blank_lines))
    for kpi, one in zip(kpis, indicators, strict=True):
        assert (one.target_value, one.result_value) == (plain(kpi.target), plain(kpi.result))
        assert [row.result_value for row in one.quarters] == [plain(row.result) for row in kpi.rows]
        assert one.issues == {}


@given(st.lists(st.sampled_from([*SOUND.text().splitlines(), *SOUND.crawled().splitlines()]), max_size=50))
def test_no_order_of_lines_breaks_the_parser(lines: list[str]) -> None:
    for copy in extract("index11.php?selDEP=23000000", "\n".join(lines).encode()):
        assert "R-not-processed" not in {finding.rule_id for finding in copy.findings}
