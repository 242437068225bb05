"""A register of projects is a form for each of them: its columns are fields, its rows projects or reports of one."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

import pytest

from etl.extract import extract
from etl.records import Copy

FIELDS = ("ลำดับ", "รหัสโครงการ", "ชื่อโครงการ/กิจกรรม", "ปีงบประมาณ", "เริ่มต้นโครงการ", "งบประมาณที่ได้รับ (บาท)", "เป้าหมายที่")
REPORTS = ("รายงานครั้งที่", "วันที่รายงาน", "ผลการดำเนินงาน", "ความก้าวหน้า (%)", "งบประมาณที่เบิกใช้ (บาท)", "แผน", "เป้าหมาย")
STATUSES = ("เป็นไปตามแผน", "เป็นไปตามเป้าหมาย")
ONE = ("1", "50210000-0042", "ปลูกต้นไม้, ริมคลอง", "2567", "01/10/2566", "1,250,000.50", "4.3.1")
OTHER = ("2", "50210000-0043", "ล้างท่อ", "2567", "01/11/2566", "0.00", "4.3.1")
FIRST, SECOND = (
    ("1", "15/11/2566", "ประชุม", "10.00", "0", *STATUSES),
    ("2", "20/02/2567", "ปลูก 120 ต้น", "20.50", "1,000.50", *STATUSES),
)
BLANK = ("",) * len(FIELDS)
PLAIN = ("รหัสโครงการ", "ชื่อโครงการ", "ปีงบประมาณ", "งบประมาณที่ได้รับ")
DREDGE, PAINT = ("50210000-0042", "ขุดลอก", "2567", "300,000"), ("50210000-0043", "ทาสี", "2567", "100,000")
NO_HEADS = ("",) * len(PLAIN)


def read(*rows: Sequence[str], separator: str = ",") -> list[Copy]:
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows(rows)
    return extract("register.csv", file.getvalue().encode())


def said(copies: Sequence[Copy]) -> list[tuple[str | None, str | None, str, list[tuple[int | None, str]]]]:
    return [
        (copy.project.project_code, copy.project.project_name, str(copy.project.budget_received_thb),
         [(report.report_no, str(report.progress_pct)) for report in copy.reports])
        for copy in copies if copy.project
    ]  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("is_blank_below", [True, False])
def test_each_project_is_a_copy_with_its_reports(separator: str, is_blank_below: bool) -> None:
    below = BLANK if is_blank_below else ONE
    copies = read((*FIELDS, *REPORTS), (*ONE, *FIRST), (*below, *SECOND), (*OTHER, *FIRST), separator=separator)
    assert said(copies) == [
        ("50210000-0042", "ปลูกต้นไม้, ริมคลอง", "1250000.50", [(1, "10.00"), (2, "20.50")]),
        ("50210000-0043", "ล้างท่อ", "0.00", [(1, "10.00")]),
    ]
    for copy in copies:
        assert copy.project
        assert copy.strategy
        assert copy.strategy.goal_code == "4.3.1"
        assert copy.project.issues.keys() == {"headings_missing", "labels_missing"}
        assert copy.project.issues["headings_missing"] == "1.2, 1.3, 1.4, 1.5"


def test_the_places_are_those_of_the_rows() -> None:
    one, other = read((*FIELDS, *REPORTS), (*ONE, *FIRST), (*ONE, *SECOND), (*OTHER, *FIRST))
    assert [report.places["progress_pct"].line for report in one.reports] == [2, 3]
    assert other.project
    assert other.project.places["project_name"].line == 4


def test_a_register_may_have_the_last_report_alone_or_none() -> None:
    (last,), (none,) = (
        read((*FIELDS, *REPORTS), (*ONE, *SECOND), BLANK),
        read(FIELDS, ONE, ("", "", "", "", "", "", "")),
    )
    for copy, reports in ((last, [(2, "20.50")]), (none, [])):
        assert said([copy])[0][3] == reports
        assert copy.project
        assert "sections_missing" not in copy.project.issues


def test_rows_that_disagree_on_a_field_are_told() -> None:
    differing = ("1", "50210000-0042", "ปลูกต้นไม้, ริมคลอง", "2567", "01/10/2566", "9.00", "4.3.1")
    (copy,) = read((*FIELDS, *REPORTS), (*ONE, *FIRST), (*differing, *SECOND))
    assert copy.project
    assert copy.project.issues["labels_repeated"] == "budget_received_thb"
    assert copy.project.budget_received_thb is None


@pytest.mark.parametrize(
    ("printed", "issues"), [("ก", {"text_unplaced"}), ("7,123.45", {"report_facts_lost", "text_unplaced"})]
)
def test_an_unknown_column_is_told(printed: str, issues: set[str]) -> None:
    (copy,) = read((*FIELDS, "รหัสภายใน", *REPORTS), (*ONE, printed, *FIRST), (*ONE, printed, *SECOND))
    assert copy.project
    assert issues <= copy.project.issues.keys()


def test_a_number_before_the_code_is_that_of_the_row_and_not_of_a_report() -> None:
    one, other = read((*FIELDS, *REPORTS[1:]), (*ONE, *FIRST[1:]), (*OTHER, *SECOND[1:]))
    assert [report.report_no for copy in (one, other) for report in copy.reports] == [None, None]


@pytest.mark.parametrize("total", ["รวม", "รวมทั้งสิ้น 2 โครงการ", "รวมงบประมาณ", "รวม (2 โครงการ)", "รวม :", "รวมฝ่ายโยธา"])
def test_a_row_of_totals_is_no_project_s(total: str) -> None:
    sums = (total, "", "", "", "", "1,250,000.50", "")
    copies = read(FIELDS, ONE, OTHER, sums)
    assert [row[2] for row in said(copies)] == ["1250000.50", "0.00"]
    assert copies[-1].strategy
    assert copies[-1].strategy.goal_name is None
    assert copies[-1].project
    assert copies[-1].project.issues["sums_printed"].startswith("รวม")
    assert not copies[-1].project.issues.keys() & {"facts_lost", "text_unplaced"}


def test_a_header_that_a_page_repeats_begins_no_report_of_the_project_before() -> None:
    head = (*FIELDS, *REPORTS)
    copies = read(head, (*ONE, *FIRST), ("หน้า 2",), head, (*ONE, *SECOND), (*OTHER, *FIRST))
    assert [(row[0], row[3]) for row in said(copies)][-1] == ("50210000-0043", [(1, "10.00")])
    assert {row[0] for row in said(copies)} == {"50210000-0042", "50210000-0043"}


@pytest.mark.parametrize(
    "row",
    [
        ("3", "", "ติดป้ายซอยสมมติ", "2567", "", "20,000.00", ""),
        ("", "", "", "", "", "1,270,000.00", "4.3.1"),  # not the sum, though no name says whose it is
    ],
)
@pytest.mark.parametrize("has_reports", [True, False])
def test_a_row_without_a_code_gives_nothing_to_the_project_above(row: Sequence[str], has_reports: bool) -> None:
    above = (*OTHER[:5], "", "")
    head, report = ((*FIELDS, *REPORTS), FIRST) if has_reports else (FIELDS, ())
    one, other, without = read(head, (*ONE, *report), (*above, *report), (*row, *report))
    assert one.project and other.project and without.project
    assert other.project.budget_received_thb is None
    assert without.project.project_code is None
    assert [len(copy.reports) for copy in (one, other, without)] == [has_reports] * 3


def test_a_caption_over_a_group_is_no_project_s_name() -> None:
    one, other = read(FIELDS, ("", "", "ฝ่ายโยธา", "", "", "", ""), ONE, ("", "", "ฝ่ายทะเบียน", "", "", "", ""), OTHER)
    assert [row[1] for row in said((one, other))] == ["ปลูกต้นไม้, ริมคลอง", "ล้างท่อ"]
    assert one.project and other.project
    assert one.project.issues["text_unplaced"].startswith("2: ")
    assert "text_unplaced" not in other.project.issues


def test_a_name_that_goes_on_on_the_next_row_is_noted_on_its_project() -> None:
    one, other = read(FIELDS, ONE, ("", "", "ระยะที่ 2", "", "", "", ""), OTHER)
    assert one.project and other.project
    assert one.project.issues["text_unplaced"].startswith("1: ")
    assert "text_unplaced" not in other.project.issues


def test_the_plainest_register_has_a_project_a_row() -> None:
    head = ("รหัสโครงการ", "ชื่อโครงการ/กิจกรรม", "ปีงบประมาณ", "งบประมาณที่ได้รับ")
    copies = read(head, ("50210000-0042", "ก่อ", "2567", "300,000"), ("50210000-0043", "ขุด", "2567", "100,000"))
    assert [row[:3] for row in said(copies)] == [
        ("50210000-0042", "ก่อ", "300000"), ("50210000-0043", "ขุด", "100000"),
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["", "รวม", "50210000-0043 รวม"])
def test_a_row_of_nothing_but_the_sums_is_no_project_s(code: str) -> None:
    copies = read(FIELDS, ONE, OTHER, ("", code, "", "", "", "1,250,000.50", ""))
    assert [row[0] for row in said(copies)] == ["50210000-0042", "50210000-0043"]


@pytest.mark.parametrize("name", ["รวมพลังพัฒนาคลอง", "รวมกลุ่มปลูกต้นไม้", "รวม ใจพัฒนา", "เฉลี่ยสุขชุมชน"])
def test_a_project_may_be_named_like_a_sum(name: str) -> None:
    copies = read(FIELDS, ONE, ("", "", name, "2567", "", "50,000.00", ""), OTHER)
    assert [row[:3] for row in said(copies)][1] == (None, name, "50000.00")
    head = (*FIELDS, *REPORTS)
    below = ("", "", "", "", "", "", "", "", "20/02/2567", name, "20.50", "0", *STATUSES)
    (copy,) = read((*head[:7], *head[8:]), (*ONE, *FIRST[1:]), (*below[:7], *below[8:]))
    assert [report.narrative for report in copy.reports] == ["ประชุม", name]


@pytest.mark.parametrize(
    "title",
    [
        "ทะเบียนโครงการ ประจำปีงบประมาณ พ.ศ. 2567",
        "ปีงบประมาณ ๒๕๖๗",
        "โครงการ ปีงบประมาณ พ.ศ.2567 ไตรมาส 2",
        "โครงการปี 2567",
    ],
)
def test_the_fiscal_year_may_stand_in_the_title_alone(title: str) -> None:
    head, *rows = ([*row[:3], *row[4:]] for row in (FIELDS, ONE, OTHER))
    assert [copy.project and copy.project.fiscal_year for copy in read((title,), head, *rows)] == [2567, 2567]


@pytest.mark.parametrize(
    "title", ["แผนปีงบประมาณ 2566 - 2570", "ปีงบประมาณ 2566 และ ปีงบประมาณ 2567", "ทะเบียนโครงการ 2567"]
)
def test_several_years_in_the_title_are_none(title: str) -> None:
    head, *rows = ([*row[:3], *row[4:]] for row in (FIELDS, ONE, OTHER))
    assert [copy.project and copy.project.fiscal_year for copy in read((title,), head, *rows)] == [None, None]


@pytest.mark.parametrize("title", ["ทะเบียนโครงการ ปีงบประมาณ 2568", "โครงการปี 2568"])
@pytest.mark.parametrize("is_blank_between", [True, False])
@pytest.mark.parametrize("is_other_head", [True, False])
def test_a_year_is_that_of_the_table_below_it(title: str, is_blank_between: bool, is_other_head: bool) -> None:
    head, one, other = ([*row[:3], *row[4:]] for row in (FIELDS, ONE, OTHER))
    below = [*head, "เป้าหมายของโครงการ"] if is_other_head else head
    between = ((),) if is_blank_between else ()
    copies = read(("ทะเบียนโครงการ ปีงบประมาณ 2567",), head, one, *between, (title,), below, other)
    assert [copy.project and copy.project.fiscal_year for copy in copies] == [2567, 2568]


@pytest.mark.parametrize(("between", "years"), [((), [2567, 2567]), (("บัญชีแนบท้าย",), [2567, None])])
def test_a_year_goes_on_only_where_nothing_stands_between(between: Sequence[str], years: list[int | None]) -> None:
    head, one, other = ([*row[:3], *row[4:]] for row in (FIELDS, ONE, OTHER))
    copies = read(("ปีงบประมาณ 2567",), head, one, between, [*head, "เป้าหมายของโครงการ"], other)
    assert [copy.project and copy.project.fiscal_year for copy in copies] == years


def test_another_unit_above_the_table_is_said_of_each_project() -> None:
    copies = read(("หน่วย : พันบาท",), FIELDS, ONE, OTHER)
    assert all(copy.project and "unit_stated" in copy.project.issues for copy in copies)


@pytest.mark.parametrize(("unit", "noughts"), [("ล้านบาท", 6), ("พันบาท", 3), ("หน่วย : ล้านบาท", 6)])
def test_the_unit_in_the_head_of_a_column_counts_and_is_noted(unit: str, noughts: int) -> None:
    head = [text.replace("(บาท)", f"({unit})") for text in FIELDS]
    (copy,) = read(head, ("1", "50210000-0042", "ก่อ", "2567", "01/10/2566", "1.25", ""))
    assert copy.project
    assert copy.project.budget_received_thb == Decimal("1.25").scaleb(noughts)
    assert set(copy.project.issues) >= {"budget_received_thb_worded"}


@pytest.mark.parametrize(
    ("cell", "amount", "faults"),
    [
        ("1.5*", 1_500_000, {"remarked", "worded"}), ("0.5 (รอตรวจสอบ)", 500_000, {"remarked", "worded"}),
        ("1.25 → 2", 2_000_000, {"corrected", "worded"}), ("จาก 1 เป็น 2", 2_000_000, {"corrected", "worded"}),
        ("฿0.5", 500_000, {"worded"}), ("1.5.-", 1_500_000, {"worded"}), ("0.5 ล้านบาท", 500_000, {"worded"}),
        ("500 พัน", 500_000, {"worded"}), ("-", None, set()), ("ไม่ใช้งบประมาณ", 0, set()),
        ("1.5 บาท", None, {"unreadable"}), ("ประมาณ 1.5", None, {"unreadable"}), ("1. 5", None, {"unreadable"}),
        ("0.5 (ซื้อพันธุ์ไม้)", 500_000, {"remarked", "worded"}),
    ],
)  # fmt: skip
def test_no_cell_under_another_unit_is_taken_for_baht(cell: str, amount: int | None, faults: set[str]) -> None:
    head = [text.replace("(บาท)", "(ล้านบาท)") for text in FIELDS]
    (copy,) = read(head, ("1", "50210000-0042", "ก่อ", "2567", "01/10/2566", cell, ""))
    assert copy.project
    assert copy.project.budget_received_thb == amount
    assert {f"budget_received_thb_{fault}" for fault in faults} == {
        name for name in copy.project.issues if name.startswith("budget_received_thb_")
    }


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (("การเบิกจ่าย (ล้านบาท)", ""), ("แผน", "ผล")), (("เบิกจ่าย (หน่วย : ล้านบาท)", ""), ("แผน", "ผล")),
        (("การเบิกจ่าย", ""), ("แผน (ล้านบาท)", "ผล (ล้านบาท)")), (("เบิกจ่าย", ""), ("แผน", "ผลจริง (ล้านบาท)")),
        (("ผลการดำเนินงาน (ล้านบาท)", ""), ("แผนการเบิกจ่าย", "เบิกจ่าย")),
    ],
)  # fmt: skip
def test_the_unit_of_a_group_of_columns_is_that_of_each_amount(upper: Sequence[str], lower: Sequence[str]) -> None:
    (copy,) = read(
        (*PLAIN, "ครั้งที่", "วันที่รายงาน", "ความก้าวหน้า (%)", *upper), (*NO_HEADS, "", "", "", *lower),
        (*DREDGE, "1", "15/11/2566", "10", "2", "1.5"),
    )  # fmt: skip
    (report,) = copy.reports
    assert (report.progress_pct, report.disbursed_thb, report.plan_status) == (10, 1_500_000, None)
    assert report.issues.keys() == {"disbursed_thb_worded", "columns_unread"}


def test_the_unit_of_the_columns_of_a_report_is_not_that_of_its_progress() -> None:
    heads = ([*PLAIN, "ครั้งที่ 1 (ล้านบาท)", "", ""], [*NO_HEADS, "วันที่", "ความก้าวหน้า (%)", "เบิกจ่าย"])
    (copy,) = read(*heads, (*DREDGE, "31/01/2567", "20", "1.5"))
    (report,) = copy.reports
    assert (str(report.report_date), report.progress_pct, report.disbursed_thb) == ("2024-01-31", 20, 1_500_000)


def test_planned_figures_are_no_status() -> None:
    heads = ([*PLAIN, "ครั้งที่", "ความก้าวหน้า", "", "เบิกจ่าย", ""], [*NO_HEADS, "", *("แผน", "ผล") * 2])
    (copy,) = read(*heads, (*DREDGE, "1", "15", "10", "2,000", "1,000"))
    (report,) = copy.reports
    assert (report.progress_pct, report.disbursed_thb, report.plan_status) == (10, 1_000, None)
    assert "2,000" in report.issues["columns_unread"]


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (("งบประมาณ (บาท)", "", "ระยะเวลา", ""), ("ที่ได้รับ", "ที่ใช้ไป", "เริ่มต้น", "สิ้นสุด")),
        (("งบประมาณ", "", "ระยะเวลา", ""), ("งบประมาณที่ได้รับ", "งบประมาณที่ใช้ไป", "เริ่มต้น", "สิ้นสุด")),
    ],
)
def test_a_head_of_two_rows_may_hold_nothing_but_fields(upper: Sequence[str], lower: Sequence[str]) -> None:
    copies = read(
        ("รหัสโครงการ", "ชื่อโครงการ", "ปีงบประมาณ", *upper), ("", "", "", *lower),
        ("50210000-0042", "ขุดลอก", "2567", "300,000", "1,000", "01/10/2566", "30/09/2567"),
    )  # fmt: skip
    (project,) = (copy.project for copy in copies)
    assert project
    assert (project.budget_received_thb, project.budget_spent_thb) == (300_000, 1_000)
    assert (str(project.start_date), str(project.end_date)) == ("2023-10-01", "2024-09-30")


def test_a_row_below_the_head_that_names_nothing_is_no_project() -> None:
    copies = read((*PLAIN, "สถานะ", ""), (*NO_HEADS, "ดี", "ไม่ดี"), (*DREDGE, "", "x"), (*PAINT, "x", ""))
    assert [row[0] for row in said(copies)] == ["50210000-0042", "50210000-0043"]


def test_cells_beyond_the_head_are_of_no_field() -> None:
    head = ("รหัสโครงการ", "ปีงบประมาณ", "งบประมาณที่ได้รับ", "ชื่อโครงการ")
    copies = read(head, ("50210000-0042", "2567", "1,000", "ปลูก", "ฝ่ายโยธา"), ("50210000-0043", "2567", "2,000", "ล้าง"))
    assert [row[1] for row in said(copies)] == ["ปลูก", "ล้าง"]
    assert [copy.project is not None and "text_unplaced" in copy.project.issues for copy in copies] == [True, False]


def test_a_column_that_is_not_known_goes_on_with_no_name() -> None:
    head = ("รหัสโครงการ", "ชื่อโครงการ", "กลุ่มงาน", "ปีงบประมาณ", "งบประมาณที่ได้รับ")
    (copy,) = read(head, ("50210000-0042", "ปลูก", "โยธา", "2567", "1,000"))
    assert said([copy])[0][1] == "ปลูก"
    assert copy.project
    assert copy.project.issues["text_unplaced"].startswith("1: ")


@pytest.mark.parametrize(
    ("cut", "field"),
    [
        ("3\t50210000-0044\tทาสี\t2567\t01/10/2566\t12", "budget_received_thb"),
        ("3\t50210000-0044\tทาสี\t2567\t01/10/25", "start_date"),
    ],
)
def test_the_last_number_of_a_register_that_breaks_off_may_be_cut(cut: str, field: str) -> None:
    rows = ("\t".join((*row, *more)) for row, more in ((FIELDS, REPORTS), (ONE, FIRST), (OTHER, FIRST)))
    *whole, last = extract("register.txt", "\n".join((*rows, cut)).encode())
    assert last.project
    assert {f"{field}_cut", f"{field}_unreadable"} & last.project.issues.keys()
    assert not any("_cut" in name for copy in whole if copy.project for name in copy.project.issues)


def test_the_last_row_of_a_whole_register_is_whole() -> None:
    head = (*FIELDS, *REPORTS)
    for last in ((*OTHER, *FIRST), (*OTHER, *FIRST[:5])):
        copies = read(head, (*ONE, *FIRST[:5]), last)
        assert not any("_cut" in name for copy in copies for record in copy.reports for name in record.issues)


def test_the_pages_of_a_register_are_those_of_all_its_projects() -> None:
    one, other = read(("หน้า 1/2",), FIELDS, ONE, ("หน้า 2/2",), FIELDS, OTHER)
    assert all(copy.project and "pages_missing" not in copy.project.issues for copy in (one, other))
    one, other = read(FIELDS, ONE, ("หน้า 2/3",), FIELDS, OTHER)
    assert one.project and other.project
    assert "pages_missing" not in one.project.issues
    assert other.project.issues["pages_missing"] == "1, 3"


def test_a_copy_ends_on_the_last_of_its_rows() -> None:
    one, other = read(
        (*FIELDS, "รหัสภายใน", *REPORTS), (*ONE, "5", *FIRST), (*BLANK, "6", *SECOND), (*OTHER, "7", *FIRST)
    )
    assert [(copy.first_line, copy.last_line) for copy in (one, other)] == [(2, 3), (4, 4)]


def test_sums_in_a_column_of_their_own_are_no_project_s() -> None:
    sums = ("รวม", "", "", "", "1,250,000.50", "")
    copies = read(*zip(FIELDS[1:], ONE[1:], OTHER[1:], sums, strict=True))
    assert [row[0] for row in said(copies)] == ["50210000-0042", "50210000-0043"]
    assert copies[-1].project
    assert "1,250,000.50" in copies[-1].project.issues["sums_printed"]


@pytest.mark.parametrize("top", [(), ("รายการ", "โครงการที่ 1", "โครงการที่ 2")])
def test_a_register_on_its_side_has_a_project_a_column(top: Sequence[str]) -> None:
    rows = [*([top] if top else []), *zip(FIELDS[1:], ONE[1:], OTHER[1:], strict=True)]
    copies = read(*rows)
    assert [row[:3] for row in said(copies)] == [row[:3] for row in said(read(FIELDS, ONE, OTHER))]
    one = copies[0].project
    assert one
    assert one.places["project_name"].line == one.places["project_code"].line + 1


def test_planned_figures_beside_the_real_ones_are_columns_that_no_field_has() -> None:
    for planned, real in (
        ("ความก้าวหน้า (แผน)", "ความก้าวหน้า (ผล)"), ("แผน (ความก้าวหน้า, ร้อยละ)", "ผล (ความก้าวหน้า, ร้อยละ)"),
        ("ความก้าวหน้า แผน (%)", "ความก้าวหน้า ผล (%)"), ("แผนงาน (ร้อยละ)", "ผลงาน (ร้อยละ)"),
    ):  # fmt: skip
        (copy,) = read(
            (*FIELDS, "รายงานครั้งที่", "วันที่รายงาน", planned, real, "สถานะแผน"),
            (*ONE, "1", "15/11/2566", "90", "10", "ช้ากว่าแผน"),
        )
        (report,) = copy.reports
        assert (report.progress_pct, report.plan_status) == (10, "ช้ากว่าแผน")
        assert set(report.issues) == {"columns_unread"}


def test_blanks_and_the_edges_of_pages_end_no_register() -> None:
    head = (*FIELDS, *REPORTS)
    copies = read(head, (*ONE, *FIRST), (), ("หน้า 1/2",), ("- 2 -",), head, (*ONE, *SECOND), (), (*OTHER, *FIRST))
    assert [(row[0], row[3]) for row in said(copies)] == [
        ("50210000-0042", [(1, "10.00"), (2, "20.50")]), ("50210000-0043", [(1, "10.00")]),
    ]  # fmt: skip


def test_one_late_report_a_row_misses_none() -> None:
    (copy,) = read((*FIELDS, *REPORTS), (*ONE, *SECOND))
    assert copy.project
    assert copy.project.issues["report_alone"] == "2"


@pytest.mark.parametrize(
    "heads",
    [
        [[*PLAIN, *(f"ครั้งที่ {no} {name}" for no in "12" for name in ("วันที่", "ร้อยละ", "เบิกจ่าย"))]],
        [[*PLAIN, *(f"{name} (ครั้งที่ {no})" for no in "๑๒" for name in ("วันที่รายงาน", "ความก้าวหน้า", "เบิกจ่าย"))]],
        [
            [*PLAIN, "ครั้งที่ 1", "", "", "ครั้งที่ 2", "", ""],
            [*NO_HEADS, *("วันที่รายงาน", "ร้อยละ", "เบิกจ่าย (บาท)") * 2],
        ],
        [
            [*PLAIN, "รายงานครั้งที่ 1/2567", "", "", "รายงานครั้งที่ 2/2567", "", ""],
            [*NO_HEADS, *("วันที่", "ความก้าวหน้า (%)", "เบิกจ่าย") * 2],
        ],
    ],
)
def test_columns_of_a_report_each_are_reports_of_every_row(heads: list[list[str]]) -> None:
    copies = read(
        *heads,
        (*DREDGE, "31/01/2567", "20", "1,000", "31/03/2567", "50", "-"),
        (*PAINT, "31/01/2567", "10", "", "-", "-", "-"),
    )
    assert said(copies) == [
        ("50210000-0042", "ขุดลอก", "300000", [(1, "20"), (2, "50")]),
        ("50210000-0043", "ทาสี", "100000", [(1, "10")]),
    ]
    first, second = copies[0].reports
    assert (str(first.report_date), first.disbursed_thb) == ("2024-01-31", 1000)
    assert (str(second.report_date), second.disbursed_thb) == ("2024-03-31", None)


def test_a_report_s_status_may_stand_in_its_group_alone() -> None:
    heads = ([*PLAIN, "ครั้งที่ 1", "", "ครั้งที่ 2", "", ""], [*NO_HEADS, *("วันที่", "ร้อยละ") * 2, "สถานะ"])
    (copy,) = read(*heads, (*DREDGE, "31/01/2567", "20", "31/03/2567", "50", "ช้ากว่าแผน"))
    assert [report.plan_status for report in copy.reports] == [None, "ช้ากว่าแผน"]


@pytest.mark.parametrize(
    "heads",
    [
        [[*PLAIN, "ครั้งที่", "ร้อยละ", "เป็นไปตามแผน", "ช้ากว่าแผน", "ยกเลิก", "เป็นไปตามเป้าหมาย", "ต่ำกว่าเป้าหมาย"]],
        [
            [*PLAIN, "ครั้งที่", "ร้อยละ", "สถานะแผน", "", "", "สถานะเป้าหมาย", ""],
            [*NO_HEADS, "", "", "เป็นไปตามแผน", "ช้ากว่าแผน", "ยกเลิก", "เป็นไปตามเป้าหมาย", "ต่ำกว่าเป้าหมาย"],
        ],
    ],
)
@pytest.mark.parametrize("tick", ["✓", "/", "x", "ü", "●"])
def test_each_status_may_have_a_column_to_tick_in(heads: list[list[str]], tick: str) -> None:
    copies = read(*heads, (*DREDGE, "1", "20", "", tick, "", tick, ""), (*PAINT, "1", "5", "", "", "", tick, tick))
    (late,), (unclear,) = (copy.reports for copy in copies)
    assert (late.plan_status, late.target_status, late.issues) == ("ช้ากว่าแผน", "เป็นไปตามเป้าหมาย", {})
    assert (unclear.plan_status, unclear.target_status) == (None, None)
    assert unclear.issues.keys() == {"target_status_conflict"}


def test_a_head_of_two_rows_may_stand_on_each_page() -> None:
    heads = ([*PLAIN, "ครั้งที่ 1", "", "ครั้งที่ 2"], [*NO_HEADS, *("วันที่", "ร้อยละ") * 2])
    reports = ("31/01/2567", "20", "31/03/2567", "50")
    copies = read(*heads, (*DREDGE, *reports), ("หน้า 1/2",), *heads, (*PAINT, *reports))
    assert [(row[1], row[3]) for row in said(copies)] == [
        ("ขุดลอก", [(1, "20"), (2, "50")]), ("ทาสี", [(1, "20"), (2, "50")]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "heads",
    [
        [[*PLAIN, "ความก้าวหน้า (ร้อยละ)", "", ""], [*NO_HEADS, "ต.ค. 66", "พ.ย. 66", "ธ.ค. 66"]],
        [[*PLAIN, "ต.ค.", "พ.ย.", "ธ.ค."]],
        [[*PLAIN, "ตุลาคม", "พฤศจิกายน", "ธันวาคม"]],
        [[*PLAIN, "ไตรมาส 1", "ไตรมาส 2", "ไตรมาส 3"]],
        [[*PLAIN, "ครั้งที่ 1", "ครั้งที่ 2", "ครั้งที่ 3"]],
        [[*PLAIN, "ความก้าวหน้าสะสม ต.ค.", "ความก้าวหน้าสะสม พ.ย.", "ความก้าวหน้าสะสม ธ.ค."]],
        [[*PLAIN, "ความก้าวหน้า", "", ""], [*NO_HEADS, "รอบ 1", "รอบ 2", "รอบ 3"]],
    ],
)
def test_each_row_whose_cells_of_reports_are_not_read_is_held(heads: list[list[str]]) -> None:
    copies = read(*heads, (*DREDGE, "5", "10", "20"), (*PAINT, "", "", "10"), ("50210000-0044", "ปูพื้น", "2567", "7"))
    assert [(copy.reports, "reports_unread" in copy.project.issues) for copy in copies if copy.project] == [
        ([], True), ([], True), ([], False),
    ]  # fmt: skip


def test_reports_may_have_a_number_and_a_progress_alone() -> None:
    copies = read((*PLAIN, *(f"ครั้งที่ {no} ร้อยละ" for no in "123")), (*DREDGE, "5", "10", "20"), (*PAINT, "", "", "10"))
    assert [row[3] for row in said(copies)] == [[(1, "5"), (2, "10"), (3, "20")], [(3, "10")]]


def test_a_row_that_has_nothing_but_a_progress_is_held() -> None:
    copies = read((*PLAIN, "ความก้าวหน้า (%)", "คงเหลือ"), (*DREDGE, "5", ""), (*PAINT, "", "9"))
    first, second = (copy.project for copy in copies)
    assert first and "reports_unread" in first.issues
    assert second and "text_unplaced" in second.issues


def test_the_number_of_a_row_may_be_headed_in_one_word() -> None:
    copies = read(("ทะเบียนโครงการ",), ("ที่", *FIELDS[1:]), ONE, OTHER)
    assert [row[0] for row in said(copies)] == ["50210000-0042", "50210000-0043"]
