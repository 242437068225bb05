"""Values with what people write beside them: remarks, corrections, boxes to tick. None of it passes in silence."""

from datetime import date
from decimal import Decimal

import pytest

from etl.parse.grammar import Text
from etl.parse.values import fill_date, fill_money, fill_percent, fill_word
from etl.records import Line, Place, Report

PLAN, LATE, EARLY = "เป็นไปตามแผน", "ช้ากว่าแผน", "เร็วกว่าแผน"


def text(printed: str) -> Text:
    return Text(Place(1, 1), printed)


def status(text: str) -> tuple[str | None, dict[str, str]]:
    fill_word(report := Report(), "plan_status", Text(Place(1, 1), text))
    return report.plan_status, report.issues


@pytest.mark.parametrize("ticked", ["☑", "☒", "(/)", "( x )", "[✓]", "■", "●"])
@pytest.mark.parametrize("empty", ["☐", "( )", "[]", "□", "○"])
@pytest.mark.parametrize("is_behind", [False, True])
def test_of_words_with_boxes_the_ticked_one_is_meant(ticked: str, empty: str, is_behind: bool) -> None:
    def printed(*boxes: str) -> str:
        words = zip(boxes, ("เป็นไปตามแผน", "ช้ากว่า แผน", "เร็วกว่าแผน"), strict=True)
        return " ".join(f"{word} {box}" if is_behind else f"{box} {word}" for box, word in words)

    assert status(printed(empty, ticked, empty)) == ("ช้ากว่าแผน", {})
    assert status(printed(empty, empty, empty)) == (None, {})
    assert status(several := printed(ticked, ticked, empty)) == (None, {"plan_status_conflict": several})


@pytest.mark.parametrize(
    ("printed", "word"),
    [
        (f"✗ {PLAN} ✓ {LATE}", LATE), (f"X {PLAN} _ {LATE}", PLAN), (f"{PLAN} _ {LATE} _/_", LATE),
        (f"(√) {PLAN} ( ) {LATE}", PLAN), (f"✓ {PLAN}  {LATE}", PLAN), (f"{PLAN} {LATE} ✓", LATE),
        (f"{PLAN}✓ / {LATE}", PLAN), (f"/ {PLAN}  {LATE}", PLAN), (f"{PLAN} [x], {LATE} [ ]", PLAN),
        (f"● {LATE}", LATE), (f"☐ {PLAN} ☒ {LATE} ☐ {EARLY}", LATE), ("☑ ชะลอ ☐ " + PLAN, "ชะลอ"),
        (f"○ {PLAN} ◉ {LATE}", LATE), (f"{LATE} (/)", LATE), (f"[✗] {PLAN} [✓] {LATE}", LATE),
        (f"[ ] {PLAN} [v] {LATE}", LATE), (f"✔\ufe0f {LATE}", LATE), (f"¨ {PLAN} þ {LATE}", LATE), (f"- {LATE}", LATE),
        (f"⬜ {PLAN} ⬛ {LATE}", LATE), (f"⊠ {LATE} ☐ {PLAN}", LATE), (f"2. {LATE}", LATE), (f"\uf0fe {LATE}", LATE),
        (f"( ) {PLAN} (ü) {LATE}", LATE), (f"[þ] {PLAN} [ ] {LATE}", PLAN), (f"(☑) {PLAN} (☐) {LATE}", PLAN),
        (f"☑ 1. {PLAN} ☐ 2. {LATE}", PLAN), (f"(1) {PLAN} ☑ (2) {LATE} ☐", PLAN), (f"☐ 1) {PLAN} ☑ 2) ชะลอ", "ชะลอ"),
        (f"☐ {PLAN} / ☑ {LATE}", LATE), (f"( ) {PLAN} (✗) {LATE}", LATE), (f"{PLAN} {LATE} /", LATE),
        (f"{PLAN} ✗ {LATE} /", LATE), (f"ý {LATE} ¨ {PLAN}", LATE),
    ],
)  # fmt: skip
def test_the_word_that_a_person_ticked_is_read(printed: str, word: str) -> None:
    assert status(printed) == (word, {})


@pytest.mark.parametrize(
    "printed",
    [
        f"☑ {PLAN} ☑ {LATE}", f"(x) {PLAN} (✓) {LATE}", f"☒ {PLAN} ☑ {LATE}", f"{PLAN} ☑ {LATE}", f"{PLAN}/{LATE}",
        f"☐ {PLAN} ☑ {LATE} ☐", f"{PLAN} {LATE}", f"{PLAN} หรือ {LATE}", f"✗ {PLAN}", "☑",
        f"[x] {PLAN} [x] {LATE} [ ] {EARLY}",
        f"/ {PLAN} / {LATE}", f"{PLAN} / {LATE} /", f"( ) {PLAN} / {LATE}", f"☐ {PLAN} / {LATE}", f"✗ {PLAN} / {LATE}",
        "2,000", "(2)", f"X {PLAN} / {LATE}",
        f"✗ {PLAN} {LATE}", f"{PLAN} {LATE} ✗", f"x {LATE}", f"X {PLAN} {LATE}", f"☑ 1 ☐ {LATE}",
        f"{PLAN} _/_ {LATE}", f"[ ] {PLAN} [ ] {LATE} [?] {EARLY}",
    ],
)  # fmt: skip
def test_where_nobody_can_tell_which_word_is_chosen_none_is(printed: str) -> None:
    assert status(printed) == (None, {"plan_status_conflict": printed})


def test_boxes_that_slashes_part_may_all_be_empty() -> None:
    assert status(f"☐ {PLAN} / ☐ {LATE}") == (None, {})


@pytest.mark.parametrize("printed", ["ชะลอ", f"ไม่{PLAN}", f"{PLAN}งาน", "หยุดชั่วคราว"])
def test_another_word_is_kept(printed: str) -> None:
    assert status(printed) == (printed, {})


@pytest.mark.parametrize("remark", ["(ล่าช้า 3 วัน)", "เนื่องจากฝนตก", "[รอตรวจรับ]", "*"])
def test_a_remark_behind_a_status_is_noted(remark: str) -> None:
    assert status(f"{LATE} {remark}") == (LATE, {"plan_status_remarked": f"{LATE} {remark}"})


@pytest.mark.parametrize(
    "remark",
    [
        "(รอโอน)", "(งวดที่ 1)", "(รวมโอนเพิ่ม 250,000 บาท)", "จากวงเงิน 900,000 บาท", "รวมสะสม 980,000 บาท", "*",
        "(ยังไม่เบิกจ่าย)", "โอนแล้ว", "[รอตรวจ]", "- รอโอน", ", รอโอน", "/ โอนแล้ว", "ณ 31/01/2566",
        "*ข้อมูล ณ 30 มิ.ย. 66", "** รอโอน",
    ],
)  # fmt: skip
def test_a_remark_behind_an_amount_is_noted(remark: str) -> None:
    fill_money(report := Report(), "disbursed_thb", text(printed := f"500,000 บาท {remark}"))
    assert report.disbursed_thb == 500_000
    assert report.issues == {"disbursed_thb_remarked": printed}


def test_an_amount_in_bold_is_an_amount() -> None:
    fill_money(report := Report(), "disbursed_thb", text("**405,000** บาท"))
    assert (report.disbursed_thb, report.issues) == (405_000, {})


@pytest.mark.parametrize(
    "remark",
    ["* 600,000", "(พันบาท)", "(ล้าน)", "(ประมาณการ)", "(600,000)", "(thousand)", "- 600,000 บาท", "/ 600,000 บาท"],
)
def test_what_makes_another_amount_of_it_is_no_remark(remark: str) -> None:
    fill_money(report := Report(), "disbursed_thb", text(printed := f"500,000 {remark}"))
    assert report.disbursed_thb is None
    assert report.issues == {"disbursed_thb_unreadable": printed}


@pytest.mark.parametrize(
    "between", ["แก้เป็น", "แก้ไขเป็น", "→", "->", "=>", "เปลี่ยนเป็น", "ขอแก้ไขเป็น", "ปรับเป็น", "ที่ถูกต้องคือ"]
)
@pytest.mark.parametrize(
    "form", ["{old} {between} {new}", "{old} ({between} {new})", "{old} {between} 1 {between} {new}"]
)
def test_of_a_corrected_value_the_new_one_is_read_and_noted(between: str, form: str) -> None:
    report = Report()

    def said(old: str, new: str) -> str:
        return form.format(old=old, between=between, new=new)

    fill_percent(report, "progress_pct", text(said("80.00 %", "85.00 %")))
    fill_money(report, "disbursed_thb", text(said("500,000", "550,000 บาท")))
    fill_date(report, "report_date", text(said("31/01/2566", "28/02/2566")), 2566)
    fill_word(report, "plan_status", text(said(PLAN, LATE)))
    assert (report.progress_pct, report.disbursed_thb) == (Decimal(85), Decimal(550_000))
    assert (report.report_date, report.plan_status) == (date(2023, 2, 28), LATE)
    assert set(report.issues) == {
        f"{field}_corrected" for field in ("progress_pct", "disbursed_thb", "report_date", "plan_status")
    }


def test_a_remark_behind_a_day_leaves_the_day_certain() -> None:
    fill_date(report := Report(), "report_date", text("31/01/2566 (ลงนามสัญญา 15/11/2565)"), 2566)
    assert report.report_date == date(2023, 1, 31)
    assert set(report.issues) == {"report_date_remarked"}


def test_progress_is_cumulative_and_an_amount_is_not() -> None:
    fill_percent(report := Report(), "progress_pct", text("50.00 % (สะสม)"))
    fill_money(report, "disbursed_thb", text("500 บาท (สะสม)"))
    assert (report.progress_pct, report.disbursed_thb) == (50, 500)
    assert set(report.issues) == {"disbursed_thb_remarked"}


@pytest.mark.parametrize(
    "lines",
    [
        ("1,200,", "000 บาท"), ("1", ",200,000"), ("1,2", "00,000 บาท"), ("1,20", "0,000 บาท"), ("1,200,000.", "00"),
        ("= 1,200,", "000", "บาท"), ("1200", ".000 บาท"),
    ],
)  # fmt: skip
def test_a_number_that_was_broken_over_two_lines_is_whole(lines: tuple[str, ...]) -> None:
    whole = text(lines[0])
    for line in lines[1:]:
        whole.add(Line(Place(1, 2), line))
    amount = whole.value.removeprefix("= ")
    fill_money(report := Report(), "disbursed_thb", whole, amount)
    assert (report.disbursed_thb, report.issues) == (1_200_000 if "," in amount else 1200, {})


def test_a_percentage_that_was_broken_over_two_lines_is_whole() -> None:
    whole = text("45.")
    whole.add(Line(Place(1, 2), "50 %"))
    fill_percent(report := Report(), "progress_pct", whole)
    assert (report.progress_pct, report.issues) == (Decimal("45.5"), {})


@pytest.mark.parametrize("printed", ["1,200, 000 บาท", "1,2 00,000", "1,20 0,000 บาท", "1,200 ,000", "1,200,000. 00"])
def test_a_number_with_a_blank_that_parts_no_two_is_whole(printed: str) -> None:
    fill_money(report := Report(), "disbursed_thb", text(printed))
    assert (report.disbursed_thb, report.issues) == (1_200_000, {})


@pytest.mark.parametrize("printed", ["1. 50 %", "2. 5 %", "1. 50", "45. 50 %", "5 .5", "**10**20"])
def test_a_number_behind_that_of_an_item_is_no_part_of_it(printed: str) -> None:
    fill_percent(report := Report(), "progress_pct", text(printed))
    assert (report.progress_pct, report.issues) == (None, {"progress_pct_unreadable": printed})


@pytest.mark.parametrize(
    "printed",
    ["500 ,250", "12, 500", "3, 500 บาท", "1 ,500", "12,5 00", "**100**200", "100**200**", "1,000 (พันบาท)"],
)
def test_what_may_be_two_amounts_is_none(printed: str) -> None:
    fill_money(report := Report(), "disbursed_thb", text(printed))
    assert (report.disbursed_thb, report.issues) == (None, {"disbursed_thb_unreadable": printed})


def test_an_amount_that_is_spelt_as_well_is_one_amount() -> None:
    fill_money(report := Report(), "disbursed_thb", text("1,000 (หนึ่งพันบาท)"))
    assert (report.disbursed_thb, report.issues) == (1000, {})


@pytest.mark.parametrize("printed", ["1,200 300", "1, 2", "500 600 บาท", "1,200, 00"])
def test_two_numbers_are_not_one(printed: str) -> None:
    fill_money(report := Report(), "disbursed_thb", text(printed))
    assert report.disbursed_thb is None or report.issues.keys() == {"disbursed_thb_worded"}


@pytest.mark.parametrize(
    "printed",
    [
        "จาก 400,000 เป็น 500,000 บาท", "เดิม 400,000 แก้ 500,000", "400,000 แก้เป็น 500,000 เมื่อ 1/2/2566",
        "เดิม 400,000 บาท ใหม่ 500,000 บาท", "400,000 (ปรับเพิ่มเป็น 500,000)", "400,000 บาท เพิ่มขึ้นเป็น 500,000 บาท",
    ],
)  # fmt: skip
def test_a_correction_may_say_from_what(printed: str) -> None:
    fill_money(report := Report(), "disbursed_thb", text(printed))
    assert (report.disbursed_thb, set(report.issues)) == (500_000, {"disbursed_thb_corrected"})


def test_what_a_value_was_corrected_from_is_a_remark() -> None:
    fill_money(report := Report(), "disbursed_thb", text(printed := "500,000 (แก้ไขจาก 400,000)"))
    assert (report.disbursed_thb, report.issues) == (500_000, {"disbursed_thb_remarked": printed})
