"""Indicator pages in every layout: golden facts of real pages, lost blanks and headings, and what is no value."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.extract import extract
from etl.records import Indicator
from tests.indicator_pages import IndicatorPage, Row

SOUND = IndicatorPage()
STYLES = ("cells", "bars", "tabs", "blanks", "three")


def indicator(page: IndicatorPage | str, uri: str | None = None) -> Indicator:
    """Return the one indicator of a page."""
    text = page if isinstance(page, str) else page.text()
    address = uri or (SOUND if isinstance(page, str) else page).page().uri
    (copy,) = extract(address, text.encode())
    assert copy.document.family == "indicator_page", copy.findings
    (one,) = copy.indicators
    return one


def table(one: Indicator) -> list[tuple[str | None, ...]]:
    """Return the quarters as text: number, result, score and pair."""
    return [
        (
            str(row.quarter),
            *(None if one is None else str(one) for one in (row.result_value, row.score)),
            row.pair_score,
        )
        for row in one.quarters
    ]


# Facts of real pages: what is printed, and what it says


def rows(*cells: tuple[str, str, str]) -> tuple[Row, ...]:
    return tuple(Row(str(number), *row) for number, row in enumerate(cells, start=1))


GOLDEN: dict[str, tuple[IndicatorPage, dict[str, Any], list[tuple[str | None, ...]]]] = {
    "a long unit, a blank score": (
        IndicatorPage(
            kpi_id="5037-2014", name="ร้อยละของร้านอาหารที่ได้มาตรฐาน", unit="ร้อยละตามการดำเนินการตามเป้าหมาย",
            target="100", result="100", evaluation="ไตรมาสที่ 1: 100",
            rows=rows(("30.00", "100", "100 / 100"), ("60.00", "", "0 / 0"), ("85.00", "100", "100 / 100"),
                      ("100.00", "100", "0 / 0")),
        ),
        {
            "kpi_id": "5037-2014", "agency_code": "5037", "unit_raw": "ร้อยละตามการดำเนินการตามเป้าหมาย", "unit": "ร้อยละ",
            "target_value": Decimal(100), "result_value": Decimal(100), "indicator_type": "strategic",
            "indicator_level": "output", "evaluation_quarter": 1, "evaluation_score": Decimal(100), "fiscal_year": None,
        },
        [("1", "30.00", "100", "100 / 100"), ("2", "60.00", None, "0 / 0"), ("3", "85.00", "100", "100 / 100"),
         ("4", "100.00", "100", "0 / 0")],
    ),
    "a fall, and a last quarter that nobody reported": (
        IndicatorPage(
            kpi_id="5018-0817", name="มิติที่ 3 (3.2) ร้อยละความสำเร็จของโครงการบริการ", target="100.0000", result="56.6600",
            type="ตัวชี้วัดงานประจำ", evaluation="ไตรมาสที่ 4: 0.0000",
            rows=rows(("15.00", "100.0000", "100 / 100"), ("57.50", "100.0000", "100 / 100"),
                      ("56.66", "0.0000", "0 / 0"), ("0.00", "0.0000", "0 / 0")),
        ),
        {
            "kpi_id": "5018-0817", "indicator_name": "(3.2) ร้อยละความสำเร็จของโครงการบริการ", "dimension_no": 3,
            "indicator_type": "routine", "result_value": Decimal("56.66"), "evaluation_quarter": 4,
            "evaluation_score": Decimal(0), "issues": {"quarters[4].result_value_after_positive": "0.00"},
        },
        [("1", "15.00", "100.0000", "100 / 100"), ("2", "57.50", "100.0000", "100 / 100"),
         ("3", "56.66", "0.0000", "0 / 0"), ("4", None, "0.0000", "0 / 0")],
    ),
    "a thousands separator": (
        IndicatorPage(
            kpi_id="5035-893", name="ปี 2564 ๒. พื้นที่สวนที่เพิ่มขึ้น", target="100", result="1", evaluation="ไตรมาสที่ 3: 0",
            rows=rows(("18.22", "100", "100 / 100"), ("170.83", "100", "100 / 100"), ("1.00", "0", "0 / 0"),
                      ("1,407.52", "0", "0 / 0")),
        ),
        {
            "kpi_id": "5035-893", "indicator_name": "ปี 2564 ๒. พื้นที่สวนที่เพิ่มขึ้น", "result_value": Decimal(1),
            "evaluation_score": Decimal(0),
        },
        [("1", "18.22", "100", "100 / 100"), ("2", "170.83", "100", "100 / 100"), ("3", "1.00", "0", "0 / 0"),
         ("4", "1407.52", "0", "0 / 0")],
    ),
    "zeros before any result": (
        IndicatorPage(
            kpi_id="1500-1469", name="ระดับความพึงพอใจต่อถนน 15 เส้นทาง (ถนนสายหลัก)", unit="คะแนน", target="3.51",
            result="4.57", level="ผลลัพธ์ (outcome)", evaluation="ไตรมาสที่ 3: 0",
            rows=rows(("0.00", "95", "95 / 100"), ("0.00", "0", "0 / 0"), ("4.54", "0", "0 / 0"),
                      ("4.57", "0", "100 / 100")),
        ),
        {
            "agency_code": "1500", "unit": "คะแนน", "target_value": Decimal("3.51"), "result_value": Decimal("4.57"),
            "indicator_level": "outcome", "evaluation_quarter": 3, "evaluation_score": Decimal(0),
        },
        [("1", "0.00", "95", "95 / 100"), ("2", "0.00", "0", "0 / 0"), ("3", "4.54", "0", "0 / 0"),
         ("4", "4.57", "0", "100 / 100")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN)
def test_what_real_pages_print(case: str) -> None:
    page, facts, quarters = GOLDEN[case]
    one = indicator(page)
    assert {name: getattr(one, name) for name in facts} == facts
    assert table(one) == quarters
    assert one.issues == facts.get("issues", {})


@pytest.mark.parametrize("blank_lines", [True, False])
@pytest.mark.parametrize("style", STYLES)
def test_every_layout_of_the_table_says_the_same(style: str, blank_lines: bool) -> None:
    one = indicator(SOUND.text(blank_lines=blank_lines, style=style))
    assert table(one) == [
        ("1", "15.00", "100.0000", "100 / 100"), ("2", "57.50", None, "95 / 100"),
        ("3", "56.66", "0.0000", "0 / 0"), ("4", "60.25", "100.0000", "0 / 0"),
    ]  # fmt: skip
    assert one.issues == {}


def test_a_line_after_every_line_is_no_blank_cell() -> None:
    one = indicator(SOUND.text().replace("\n", "\n\n"))
    assert table(one)[1] == ("2", "57.50", None, "95 / 100")
    assert one.issues == {}


def test_prose_is_told_apart_by_its_headings() -> None:
    one = indicator(SOUND.with_row(3, narrative="(1) สำรวจแล้ว\n\nค่าเป้าหมาย ร้อยละ : 5"))
    assert [row.narrative for row in one.quarters] == [
        "สำรวจพื้นที่และจัดทำแผน ร่วมกับชุมชน", "สำรวจพื้นที่และจัดทำแผน ร่วมกับชุมชน",
        "(1) สำรวจแล้ว ค่าเป้าหมาย ร้อยละ : 5", "สำรวจพื้นที่และจัดทำแผน ร่วมกับชุมชน",
    ]  # fmt: skip
    assert one.summary == "สวนริมคลองแล้วเสร็จ"
    assert one.definition == "สวน หมายถึง พื้นที่สีเขียว ที่ประชาชนใช้ได้"
    assert one.target_value == Decimal(80)


def test_the_name_is_all_that_stands_before_the_last_colon() -> None:
    assert indicator(SOUND).indicator_name == "3.2 ร้อยละของสวน : ระยะที่ 2 (PM 2.5)"
    wrapped = SOUND.with_(name="ร้อยละของสวน\nและพื้นที่โล่ง")
    assert indicator(wrapped).indicator_name == "ร้อยละของสวน และพื้นที่โล่ง"


@pytest.mark.parametrize(
    ("printed", "kpi_id"),
    [("5019-871", "5019-871"), ("5019-0871", "5019-0871"), ("0411-2012", "0411-2012"), ("5019 – 871", "5019-871"),
     ("๕๐๑๙-๘๗๑", "5019-871")],
)  # fmt: skip
def test_the_id_is_kept_as_printed(printed: str, kpi_id: str) -> None:
    one = indicator(SOUND.with_(kpi_id=printed), uri="page.html")
    assert (one.kpi_id, one.agency_code, one.issues) == (kpi_id, kpi_id[:4], {})


def test_a_bare_page_has_its_id_in_its_address_and_no_name() -> None:
    one = indicator(SOUND.with_(evaluation="ไตรมาสที่ 3:").bare(), uri="file:///a/mykpi.php_pid=5021-0775.txt")
    assert (one.kpi_id, one.agency_code, one.indicator_name) == ("5021-0775", "5021", None)
    assert (one.target_value, one.result_value, one.unit) == (Decimal(80), Decimal("60.25"), "ร้อยละ")
    assert (one.evaluation_quarter, one.evaluation_score) == (3, None)
    assert one.quarters == []
    assert one.issues.keys() == {"kpi_id_from_address", "quarters_missing", "text_unplaced"}


def test_without_title_and_address_there_is_no_id() -> None:
    one = indicator(SOUND.bare(), uri="page.txt")
    assert (one.kpi_id, one.agency_code) == (None, None)


def test_the_page_is_believed_before_its_address() -> None:
    one = indicator(SOUND, uri="mykpi.php?pid=5022-0775")
    assert one.kpi_id == "5021-0775"
    assert one.issues == {"kpi_id_mismatch": "5021-0775 / 5022-0775"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ค่าเป้าหมาย ร้อยละ : 80.0000", "ค่าเป้าหมาย ร้อยละ :\n80.0000"),
        ("ค่าเป้าหมาย ร้อยละ : 80.0000", "ค่าเป้าหมาย\nร้อยละ : 80.0000"),
        ("ค่าเป้าหมาย ร้อยละ : 80.0000\n\n", "ค่าเป้าหมาย ร้อยละ : 80.0000 | "),
        ("ค่าเป้าหมาย ร้อยละ : 80.0000", "ค่าเป้าหมาย ร้อยละ:๘๐.๐๐๐๐"),
        ("ค่าเป้าหมาย ร้อยละ : 80.0000", "| ค่าเป้าหมาย ร้อยละ : 80.0000 ร้อยละ |"),
        ("ตัวชี้วัดเชิงยุทธศาสตร์\n(", "ตัวชี้วัดเชิงยุทธศาสตร์ ("),
        ("ประเภทตัวชี้วัด : ", "ประเภทตัวชี้วัด :\n"),
        ("ไตรมาสที่ 1: 100.0000", "ไตรมาสที่ 1:\n100.0000"),
        ("ไตรมาสที่ 1: 100.0000", "ไตรมาสที่ ๑ : ๑๐๐.๐๐๐๐"),
        ("ไตรมาสที่ 1: 100.0000", "ไตรมาสที 1 : 100.0000"),
        ("ค่าเป้าหมาย", "คาเปาหมาย"),
        ("ผลงานที่ทำได้ ร้อยละ : ", "ผลงานที่ทําได้ ร้อยละ\n: "),
        ("รายงานผลฯ ไตรมาสที่ ", "รายงานผลฯ ไตรมาสที่"),
        ("(* 2.1 / 2.2 *)\n", "(* 2.1 / 2.2 *)\n---|---|---\n"),
        ("(output))\n\n0\n", "(output))\n"),
        ("(output))\n\n0\n", "(output))\n\n60.25\n"),
        ("\nรายละเอียดตัวชี้วัดฯ : พิมพ์ข้อมูล\n", "\n"),
        ("ผลงานเทียบกับเป้าหมายรายไตรมาส\n", ""),
        ("100 / 100\n", "100/100\n"),
        ("100 / 100\n", "100.00 / 100.00\n"),
        ("\n1\n15.00", "\nไตรมาสที่ 1\n15.00"),
    ],
)  # fmt: skip
def test_variants_that_say_the_same(old: str, new: str) -> None:
    assert old in SOUND.text()
    one, sound = indicator(SOUND.text().replace(old, new)), indicator(SOUND)
    assert one.issues == {}
    fields = set(Indicator.__struct_fields__) - {"places", "issues"}
    assert {name: getattr(one, name) for name in fields} == {name: getattr(sound, name) for name in fields}


def test_blank_is_not_zero() -> None:
    page = SOUND.with_(type="", level=" ()", target="", evaluation="ไตรมาสที่ 2:").with_row(1, result="", score="95")
    one = indicator(page)
    assert (one.indicator_type, one.indicator_level, one.target_value, one.evaluation_score) == (None,) * 4
    assert table(one)[0] == ("1", None, "95", "100 / 100")
    assert one.issues == {"quarters_blank": "1"}


def test_of_a_lone_number_its_look_tells_what_it_is() -> None:
    text = SOUND.with_row(2, result="57").text(blank_lines=False)
    one = indicator(text)
    assert table(one)[1] == ("2", "57", None, "95 / 100")
    assert one.issues == {"quarters_unclear": "2"}


@pytest.mark.parametrize(
    ("style", "blank_lines", "old", "new", "quarter"),
    [
        ("cells", True, "57.50\n\n95", "57.50\n56.66\n\n95", "2"),
        ("cells", True, "57.50\n\n95", "57.50\n\n56.66\n95", "2"),
        ("cells", False, "57.50\n95", "57.50\n56.66\n95", "2"),
        ("cells", True, "56.66\n0.0000", "0.0000\n56.66", "3"),
        ("bars", True, "56.66 | 0.0000", "56.66 | 0.0000 | ", "3"),
        ("blanks", True, "56.66 0.0000", "5 6.66", "3"),
        ("three", True, "0.0000\n3 56.66", "57.50\n3 56.66", "3"),
    ],
)
def test_a_row_with_a_cell_where_none_should_be_is_unclear(
    style: str, blank_lines: bool, old: str, new: str, quarter: str
) -> None:
    text = SOUND.text(style=style, blank_lines=blank_lines)
    assert old in text
    assert indicator(text.replace(old, new)).issues["quarters_unclear"] == quarter


@pytest.mark.parametrize("style", ["bars", "tabs"])
def test_what_stands_between_two_bars_is_one_cell(style: str) -> None:
    one = indicator(SOUND.text(style=style).replace("57.50", "5 7.50"))
    assert [row.quarter for row in one.quarters if row.result_value is not None] == [1, 3, 4]
    assert one.issues.keys() == {"quarters_missing", "text_unplaced", "facts_lost"}
    assert one.issues["facts_lost"] == "7.50"


@pytest.mark.parametrize(
    ("page", "issues"),
    [
        (SOUND.with_(target="8O"), {"target_value_unreadable": "8O"}),
        (SOUND.with_(target="1,40"), {"target_value_unreadable": "1,40"}),
        (SOUND.with_(result="60 70"), {"result_value_unreadable": "60 70"}),
        (SOUND.with_(result_unit="ระดับ"), {"unit_conflict": "ร้อยละ / ระดับ"}),
        (SOUND.with_(type="ตัวชี้วัดอื่น"), {"indicator_type_unreadable": "ตัวชี้วัดอื่น"}),
        (SOUND.with_(level="ผลผลิต (outcome)"), {"indicator_level_unreadable": "ผลผลิต (outcome))"}),
        (SOUND.with_(evaluation="ไตรมาสที่ 5: 100"), {"evaluation_quarter_unreadable": "5"}),
        (SOUND.with_(evaluation="ไตรมาสที่ 1: 1OO"), {"evaluation_score_unreadable": "1OO"}),
        (SOUND.with_row(2, result="5T.50"), {"quarters[2].result_value_unreadable": "5T.50"}),
        (SOUND.with_row(3, score="1OO"), {"quarters[3].score_unreadable": "1OO"}),
        (SOUND.with_row(3, pair="O1 / 100"), {"quarters[3].pair_score_unreadable": "O1 / 100"}),
        (SOUND.with_row(3, pair="0 / 04"), {"quarters[3].pair_score_unreadable": "0 / 04"}),
        (SOUND.with_row(3, pair="0.0000 / 0"), {"quarters[3].pair_score_unreadable": "0.0000 / 0"}),
        (
            SOUND.with_row(3, quarter="2"),
            {"quarters_repeated": "2", "quarters_missing": "3", "facts_lost": "56.66, 0.0000"},
        ),
        (SOUND.with_row(1, pair=""), {"quarters_incomplete": "1"}),
        (SOUND.with_(rows=SOUND.rows[:2]), {"quarters_missing": "3, 4"}),
        (SOUND.with_row(3, result="0.00"), {"quarters[3].result_value_after_positive": "0.00"}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_an_issue_and_no_value(page: IndicatorPage, issues: dict[str, str]) -> None:
    assert indicator(page).issues == issues


def test_an_id_that_cannot_be_read_is_taken_from_the_address_or_is_none() -> None:
    text = SOUND.text().replace("5021-0775", "5021-O775")
    assert indicator(text, uri="page.html").issues == {"kpi_id_unreadable": "5021-O775"}
    one = indicator(text, uri="mykpi.php?pid=5021-0775")
    assert one.kpi_id == "5021-0775"
    assert one.issues == {"kpi_id_mismatch": "5021-O775 / 5021-0775", "kpi_id_from_address": "5021-0775"}


def test_lines_of_no_field_and_labels_printed_twice_or_never_are_noted() -> None:
    text = SOUND.text()
    stray = indicator(text.replace("\n0\n", "\nหมายเหตุ\n"))
    assert stray.issues.keys() == {"text_unplaced"}
    missing = indicator(text.replace("ค่าเป้าหมาย ร้อยละ : 80.0000\n", ""))
    assert missing.issues == {"labels_missing": "target_value"}
    twice = indicator(text.replace("ผลงานที่ทำได้", "ค่าเป้าหมาย ร้อยละ : 90\nผลงานที่ทำได้"))
    assert (twice.target_value, twice.issues) == (Decimal(80), {"labels_repeated": "target_value"})


def test_values_say_where_they_stand() -> None:
    one, lines = indicator(SOUND), SOUND.text().splitlines()
    for field, printed in {
        "kpi_id": "5021-0775", "target_value": "80.0000", "evaluation_score": "ไตรมาสที่ 1: 100.0000",
        "quarters[2].result_value": "57.50", "quarters[4].result_value": "60.25", "quarters[2].pair_score": "95 / 100",
    }.items():  # fmt: skip
        assert printed in lines[one.places[field].line - 1]


def test_two_pages_in_one_document_are_two_copies() -> None:
    text = SOUND.text() + SOUND.with_(kpi_id="5022-0775", target="50").text()
    copies = extract("mykpi.php?pid=5022-0775", text.encode())
    found = [(copy.copy, one.kpi_id, one.target_value, one.issues) for copy in copies for one in copy.indicators]
    assert found == [(1, "5021-0775", Decimal(80), {}), (2, "5022-0775", Decimal(50), {})]
    assert copies[1].first_line == copies[0].last_line + 2 - 1


@pytest.mark.parametrize(
    ("printed", "unit"),
    [
        ("ร้อยละ 30", "ร้อยละ"), ("ร้อยละ๓๐", "ร้อยละ"), ("ตารางเมตร", "ตร.ม."), ("ตร.ม.", "ตร.ม."), ("ตรม.", "ตร.ม."),
        ("คน (สะสม)", "คน"), ("ผลลัพธ์", None), ("ร้อยละของสวนริมคลองที่ประชาชนใช้ประโยชน์ได้จริงต", None),
    ],
)  # fmt: skip
def test_units(printed: str, unit: str | None) -> None:
    page = SOUND.with_(unit=printed, name="ร้อยละของสวนริมคลองที่ประชาชนใช้ประโยชน์ได้จริงตลอดทั้งปีงบประมาณ")
    one = indicator(page)
    assert (one.unit_raw, one.unit, one.issues) == (printed, unit, {})


# Whatever the facts, and however the page is damaged

_number = st.decimals(min_value=0, max_value=10**6, places=2).map(lambda number: f"{number:,.2f}")
_score = st.sampled_from(["", "0", "100", "95.0000", "0.0000"])
_pair = st.tuples(st.integers(0, 100), st.sampled_from([0, 100])).map(lambda pair: f"{pair[0]} / {pair[1]}")
_rows = st.tuples(*(st.builds(Row, st.just(str(number)), _number, _score, _pair) for number in (1, 2, 3, 4)))
_pages = st.builds(
    IndicatorPage,
    kpi_id=st.from_regex(r"50[0-4][0-9]-[0-9]{3,4}", fullmatch=True),
    unit=st.sampled_from(["ร้อยละ", "ตร.ม.", "ระดับ", "ร้อยละ 30", "ร้อยละตามการดำเนินการตามเป้าหมาย"]),
    target=_number, result=_number, rows=_rows,
    type=st.sampled_from(["ตัวชี้วัดเชิงยุทธศาสตร์", "ตัวชี้วัดงานประจำ", ""]),
    evaluation=st.tuples(st.integers(1, 4), _score).map(lambda pair: f"ไตรมาสที่ {pair[0]}: {pair[1]}"),
)  # fmt: skip


def plain(text: str) -> Decimal | None:
    return Decimal(text.replace(",", "")) if text else None


@given(_pages, st.sampled_from(STYLES), st.booleans())
def test_what_is_printed_is_read(page: IndicatorPage, style: str, blank_lines: bool) -> None:
    one = indicator(page.text(style=style, blank_lines=blank_lines), uri=page.page().uri)
    assert (one.kpi_id, one.unit_raw) == (page.kpi_id, page.unit)
    assert (one.target_value, one.result_value) == (plain(page.target), plain(page.result))
    highest = Decimal(0)
    for printed, read in zip(page.rows, one.quarters, strict=True):
        result = plain(printed.result)
        assert read.result_value == (None if result == 0 < highest else result)
        assert (read.score, read.pair_score) == (plain(printed.score), printed.pair)
        highest = max(highest, result or highest)
    assert {fault for fault in one.issues if not fault.endswith("after_positive")} == set()


@settings(max_examples=60)
@given(_pages, st.sampled_from(STYLES), st.sampled_from(["", "O", "l", "."]), st.data())
def test_a_damaged_line_costs_no_value_in_silence(
    page: IndicatorPage, style: str, ink: str, data: st.DataObject
) -> None:
    lines = page.text(style=style).splitlines()
    damaged = data.draw(st.integers(0, len(lines) - 1))
    lines[damaged] = re.sub("[0-9]", ink, lines[damaged], count=1) if ink else ""
    (copy,) = extract(page.page().uri, "\n".join(lines).encode())
    (one,) = copy.indicators
    whole = indicator(page.text(style=style), uri=page.page().uri)
    for field in ("kpi_id", "target_value", "result_value", "evaluation_quarter", "evaluation_score", "unit"):
        assert getattr(one, field) in (getattr(whole, field), None) or one.issues
    of_whole = {row.quarter: row for row in whole.quarters}
    for row in one.quarters:
        right = of_whole[row.quarter]
        is_less = row.result_value in (right.result_value, None) and row.score in (right.score, None)
        assert is_less or one.issues


@given(st.lists(st.sampled_from(SOUND.text().splitlines()), max_size=40))
def test_no_order_of_lines_breaks_the_parser(lines: list[str]) -> None:
    for copy in extract("mykpi.php?pid=5021-0775", "\n".join(lines).encode()):
        assert "R-not-processed" not in {finding.rule_id for finding in copy.findings}
