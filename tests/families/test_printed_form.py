"""The printed form: the real sample field by field, and forms of our own in every shape that was seen."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from etl.extract import parse
from etl.read import read
from etl.records import Copy, Document, Place, to_json
from tests.conftest import SAMPLE
from tests.forms import CERTIFICATION, TITLE, Form, PrintedReport

GOLDEN = Path(__file__).with_name("golden")


def copies_of(content: str | bytes) -> list[Copy]:
    data = content.encode() if isinstance(content, str) else content
    return parse(Document(uri="form.txt", sha256="0" * 64), read(data).lines)


def only(content: str | bytes) -> Copy:
    (copy,) = copies_of(content)
    return copy


def test_the_sample_is_read_field_by_field() -> None:
    golden = (GOLDEN / SAMPLE.name).with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(to_json(copy), parse_float=Decimal) for copy in copies_of(SAMPLE.read_bytes())]
    expected = [json.loads(line, parse_float=Decimal) for line in golden]
    for one in (*found, *expected):
        del one["document"]
    assert found == expected


def test_every_value_of_the_sample_says_where_it_stands() -> None:
    first, second = copies_of(SAMPLE.read_bytes())
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    for copy in (first, second):
        assert copy.project and copy.strategy
        assert "50490000-3572" in lines[copy.project.places["project_code"].line - 1]
        assert lines[copy.project.places["project_name"].line - 1].endswith("Co-working Space")
        assert copy.strategy.goal_name
        assert copy.strategy.goal_name in lines[copy.strategy.places["goal_code"].line - 1]
        for report in copy.reports:
            assert f"{report.progress_pct}" in lines[report.places["progress_pct"].line - 1]
            assert report.narrative
            assert report.narrative in lines[report.places["narrative"].line - 1]


@pytest.mark.parametrize("percent_signs", [True, False], ids=["with per cent signs", "without"])
def test_both_layouts_give_the_same(percent_signs: bool) -> None:
    copy = only(Form(certified=True).text(percent_signs=percent_signs))
    project, strategy = copy.project, copy.strategy
    assert project and strategy
    assert (project.project_code, project.fiscal_year) == ("50210000-0042", 2567)
    assert project.project_name == "ปลูกต้นไม้ริมคลองสาธารณะ ปี 2567 : ระยะที่ 2"
    assert (str(project.start_date), str(project.end_date)) == ("2023-10-01", "2024-09-30")
    assert (project.budget_received_thb, project.budget_spent_thb) == (Decimal("1250000.50"), Decimal(312500))
    assert project.agency_path == ["สำนักงานเขตภาษีเจริญ", "ฝ่ายโยธา"]
    assert (project.agency_code, project.unit_code) == ("5021", "50210000")
    assert (project.owner, project.coordinator, project.contact) == ("ฝ่ายโยธา", None, None)
    assert project.rationale == "คลองในพื้นที่ขาดร่มเงา จึงต้องปลูกต้นไม้เพิ่ม"
    assert project.objectives == ["เพิ่มพื้นที่สีเขียว", "ลดความร้อน ในชุมชน"]
    assert project.targets == "ต้นไม้ 500 ต้น"
    assert project.is_certified
    assert (strategy.plan_version, strategy.strategy_code) == ("plan2561-2580rev", "4")
    assert strategy.strategy_name == "การเชื่อมโยงเมืองที่มีความคล่องตัวและระบบบริการสาธารณะแบบบูรณาการ"
    assert (strategy.sub_issue_code, strategy.goal_code, strategy.dimension_no) == ("4.3", "4.3.1", 1)
    assert strategy.indicator_name == "จำนวนต้นไม้ที่ปลูกเพิ่ม"
    assert [report.report_no for report in copy.reports] == [1, 2, 3]
    assert [str(report.report_date) for report in copy.reports] == ["2023-11-15", "2024-02-20", "2024-02-29"]
    assert [str(report.progress_pct) for report in copy.reports] == ["10.00", "20.50", "33.00"]
    assert {report.plan_status for report in copy.reports} == {"เป็นไปตามแผน"}
    assert not project.issues
    assert not any(report.issues for report in copy.reports)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.replace(" : ", "\u00a0:\u00a0"),
        lambda text: text.replace(" : ", ":"),
        lambda text: text.replace("ำ", "\u0e4d\u0e32"),
        lambda text: text.replace("โครงการ", "โครง\u200bการ"),
        lambda text: text.replace("แ", "เเ"),
        lambda text: text.replace("\t", "    "),
        lambda text: text.replace("– ", "? "),
        lambda text: text.replace("– ", "- "),
        lambda text: "\n\n" + text + "\n\n\n",
        lambda text: text.replace("รหัสโครงการ... :", "รหัสโครงการ :"),
        lambda text: text.replace("1.3 หลักการ", "๑.๓ หลักการ"),
        lambda text: text.replace("= ", "="),
        lambda text: text.replace("มิติที่ 1", "มิติที 1").replace("ยุทธศาสตร์ที่ ๔", "ยุทธศาสตรที ๔"),
        lambda text: text.replace("สนับสนุนแผนพัฒนา", "สันนิษฐานแผนพัฒนา"),
        lambda text: text.replace(f"**** {TITLE} ****", ""),
        lambda text: re.sub(r"(รายงานครั้งที่ ?\d+)\s+::", r"\1\n::", text),
    ],
)  # fmt: skip
def test_what_transcriptions_do_to_a_form_changes_nothing(change) -> None:
    text = Form(name="ปลูกต้นไม้ริมคลองสาธารณะ", certified=True).text()
    assert change(text) != text
    expected, found = json.loads(to_json(only(text))), json.loads(to_json(only(change(text))))
    for copy in (expected, found):
        del copy["first_line"], copy["last_line"]
    assert found == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le-with-mark", "tis-620", "cp874"])
def test_every_encoding_in_use_is_read(encoding: str) -> None:
    text = Form(strategy="ยุทธศาสตร์ที่ ๔ - การเชื่อมโยงเมือง").text()
    mark = b"\xff\xfe" if encoding.endswith("mark") else b""
    content = mark + text.encode(encoding.removesuffix("-with-mark"))
    assert to_json(only(content)) == to_json(only(text))


def test_thai_digits_are_read_in_every_structured_field() -> None:
    thai = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
    form = Form()
    reports = tuple(
        PrintedReport(r.no.translate(thai), r.date.translate(thai), r.progress.translate(thai)) for r in form.reports
    )
    translated = form.with_(
        code=form.code.translate(thai), fiscal_year=form.fiscal_year.translate(thai), start=form.start.translate(thai),
        end=form.end.translate(thai), received=form.received.translate(thai), spent=form.spent.translate(thai),
        indicator="มิติที่ ๑ จำนวนต้นไม้ที่ปลูกเพิ่ม", reports=reports,
    )  # fmt: skip
    assert to_json(only(translated.text())) == to_json(only(form.text()))


def test_copies_follow_each_other_and_each_says_whether_it_is_certified() -> None:
    text = Form().text() + Form(certified=True).text(percent_signs=False) + Form(code="50210000-0043").text()
    copies = copies_of(text)
    assert [copy.copy for copy in copies] == [1, 2, 3]
    assert [copy.project and copy.project.is_certified for copy in copies] == [False, True, False]
    assert [copy.project and copy.project.project_code for copy in copies] == [
        "50210000-0042", "50210000-0042", "50210000-0043",
    ]  # fmt: skip
    assert all(before.last_line < after.first_line for before, after in zip(copies, copies[1:], strict=False))


def test_a_form_feed_begins_a_page() -> None:
    first, second = copies_of(Form().text() + "\f" + Form(certified=True).text())
    assert (first.page, second.page) == (1, 2)


def test_wrapped_text_is_joined() -> None:
    form = Form(name="โครงการที่มี\nชื่อยาว", indicator="มิติที่ 2 ร้อยละของ\nโครงการ")
    report = PrintedReport(
        "1", "15/11/2566", "10.00", narrative="บรรทัดแรก\nบรรทัดที่สอง", target_status="เป็นไปตาม\nเป้าหมาย"
    )
    copy = only(form.with_(reports=(report,)).text())
    assert copy.project and copy.strategy
    assert copy.project.project_name == "โครงการที่มี ชื่อยาว"
    assert (copy.strategy.dimension_no, copy.strategy.indicator_name) == (2, "ร้อยละของ โครงการ")
    assert copy.reports[0].narrative == "บรรทัดแรก บรรทัดที่สอง"
    assert copy.reports[0].target_status == "เป็นไปตามเป้าหมาย"


def test_a_narrative_keeps_its_colons_and_times() -> None:
    copy = only(Form().with_report(1, narrative="ประชุม เวลา 10:30 น. : ห้อง 1 :: ชั้น 2").text())
    assert copy.reports[0].narrative == "ประชุม เวลา 10:30 น. : ห้อง 1 :: ชั้น 2"


@pytest.mark.parametrize(
    "date",
    ["2023-11-15 08:05:00", "2023-11-15 00:00:00", "2023-11-15 00:00:00.000", "(2023-11-15 00:00:00)",
     "15-11-2023 00:00", "15 พ.ย. 2566", "15 พ. ย. 2566", "15 / 11 / 2566", "15/11/66"],
)  # fmt: skip
def test_a_report_s_date_in_any_form_leaves_the_narrative_alone(date: str) -> None:
    report = only(Form().with_report(1, date=date).text()).reports[0]
    assert str(report.report_date) == "2023-11-15"
    assert report.narrative == Form().reports[0].narrative
    assert not report.issues


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"progress": ""}, "progress_pct"),
        ({"progress": "-"}, "progress_pct"),
        ({"disbursed": ""}, "disbursed_thb"),
        ({"disbursed": "บาท"}, "disbursed_thb"),
        ({"date": ""}, "report_date"),
        ({"narrative": ""}, "narrative"),
        ({"plan_status": " "}, "plan_status"),
        ({"target_status": " "}, "target_status"),
    ],
)
def test_a_blank_is_none_and_never_zero(changes: dict[str, str], field: str) -> None:
    report = only(Form().with_report(2, **changes).text()).reports[1]
    assert getattr(report, field) is None
    assert not report.issues


@pytest.mark.parametrize(
    ("changes", "issue", "printed"),
    [
        ({"date": "31/13/2566"}, "report_date_unreadable", "31/13/2566"),
        ({"progress": "สิบ"}, "progress_pct_unreadable", "สิบ %"),
        ({"disbursed": "1,40 บาท"}, "disbursed_thb_unreadable", "1,40 บาท"),
        ({"no": "ก"}, "report_no_unreadable", "ก"),
        ({"counter": "7"}, "report_no_mismatch", "รายงานครั้งที่ 2 / (ครั้งที่7)"),
        ({"target_status": "เป็นไปตามเป้าหมาย : อื่น"}, "status_extra", "อื่น"),
    ],
)
def test_what_cannot_be_read_is_an_issue_with_its_text_and_place(
    changes: dict[str, str], issue: str, printed: str
) -> None:
    form = Form().with_report(2, **changes)
    copy = only(form.text())
    assert copy.reports[1].issues[issue] == printed
    assert not copy.reports[0].issues
    assert not copy.reports[2].issues


def test_a_report_number_that_is_nowhere_in_its_line_is_missing() -> None:
    copy = only(Form().with_report(2, no="", counter="").text())
    assert copy.reports[1].report_no is None


@pytest.mark.parametrize("kept", [0.25, 0.4, 0.55])
def test_a_torn_form_says_which_sections_it_lacks(kept: float) -> None:
    text = Form().text()
    copy = only(text[: int(len(text) * kept)])
    assert copy.project
    assert copy.project.issues["sections_missing"].endswith("2")
    assert copy.project.places["sections"] == Place(1, copy.last_line)


@pytest.mark.parametrize("cut", range(2, 130, 7))
def test_a_form_that_breaks_off_in_its_last_report_issues_that_report(cut: int) -> None:
    *sound, torn = only(Form().text()[:-cut]).reports
    assert not any(report.issues for report in sound)
    is_status_cut = torn.target_status not in {None, "เป็นไปตามเป้าหมาย"}
    assert "detail_incomplete" in torn.issues or is_status_cut


@pytest.mark.parametrize("rule", [".....", "_______", "- - -", "……"])
def test_a_rule_below_a_name_is_no_part_of_it(rule: str) -> None:
    agency = "หน่วยงานที่รับผิดชอบ. : สำนักงานเขตภาษีเจริญ / ฝ่ายโยธา\n"
    assert agency in Form().text()
    project = only(Form().text().replace(agency, f"{agency}{rule}\n")).project
    assert project
    assert project.agency_path == ["สำนักงานเขตภาษีเจริญ", "ฝ่ายโยธา"]
    assert project.issues["text_unplaced"].startswith("1: ")


def test_a_line_that_belongs_to_no_field_is_not_lost_in_silence() -> None:
    text = Form().text().replace("1.2 หน่วยงาน", "หมายเหตุ ตรวจแล้ว\n\n1.2 หน่วยงาน")
    project = only(text).project
    assert project
    assert project.issues["text_unplaced"].startswith("1: ")
    line = next(n for n, line in enumerate(text.splitlines(), start=1) if "หมายเหตุ" in line)
    assert project.places["text"].line == line


@pytest.mark.parametrize(
    ("printed", "objectives"),
    [
        ("เพิ่มพื้นที่สีเขียว\nลดความร้อน", ["เพิ่มพื้นที่สีเขียว", "ลดความร้อน"]),
        ("1) เพิ่มพื้นที่สีเขียว\n2) ลด 2.5 องศา", ["เพิ่มพื้นที่สีเขียว", "ลด 2.5 องศา"]),
        ("(๑) ลดขยะ\nในชุมชน\n(๒) เพิ่มต้นไม้", ["ลดขยะ ในชุมชน", "เพิ่มต้นไม้"]),
        ("● ลดขยะ\n● เพิ่มต้นไม้", ["ลดขยะ", "เพิ่มต้นไม้"]),
        ("-\nลดขยะ\n-\nเพิ่มต้นไม้", ["ลดขยะ", "เพิ่มต้นไม้"]),
        ("- ลดความร้อน\n-5 ถึง 10 องศา", ["ลดความร้อน -5 ถึง 10 องศา"]),
        ("2.5 ล้านต้น\n1.1 ต่อคน", ["2.5 ล้านต้น", "1.1 ต่อคน"]),
    ],
)
def test_objectives_are_a_list(printed: str, objectives: list[str]) -> None:
    project = only(Form(objectives=printed).text()).project
    assert project
    assert project.objectives == objectives


def test_older_forms_speak_of_the_older_plan() -> None:
    form = Form(
        fiscal_year="2565", strategy="ด้านที่ ๗ – การบริหารจัดการเมืองมหานคร",
        sub_issue="มิติที่ ๗.๒ – การบริหารแผนและประเมินผล", goal="๗.๒.๑ กรุงเทพมหานครมีระบบการติดตาม%",
    )  # fmt: skip
    strategy = only(form.text()).strategy
    assert strategy
    assert (strategy.plan_version, strategy.strategy_code, strategy.sub_issue_code, strategy.goal_code) == (
        "plan2556-2575", "7", "7.2", "7.2.1",
    )  # fmt: skip
    assert strategy.sub_issue_name == "การบริหารแผนและประเมินผล"


def test_the_certification_sentence_is_found_in_its_own_words() -> None:
    copy = only(Form().text() + CERTIFICATION.replace("ขอรับรองว่า ", "ขอรับรองว่า"))
    assert copy.project
    assert copy.project.is_certified


def test_prose_that_sounds_like_a_label_or_a_heading_stays_prose() -> None:
    rationale = (
        "งบประมาณที่ได้รับ : ไม่พอ\n2. หน่วยงานที่รับผิดชอบมีน้อย\n1.6 ล้านคนเดือดร้อน\nตัวชี้วัด : ไม่มี\n"
        "ตำแหน่งของต้นไม้ยังไม่ชัด\nเป้าหมายที่ ๑ คือร่มเงา"
    )
    copy = only(Form(rationale=rationale).text())
    assert copy.project
    assert copy.project.rationale == rationale.replace("\n", " ")
    assert not copy.project.issues


HEADINGS_IN_PROSE = [
    "1.2 หน่วยงานที่รับผิดชอบลงพื้นที่", "1.3 หลักการและเหตุผลได้รับความเห็นชอบ", "1.4 วัตถุประสงค์ของโครงการชัดเจนขึ้น",
    "๑.๕ เป้าหมายของโครงการ ๕๐ คน", "1.6 สนับสนุนแผนพัฒนา กทม.", "1.2. หน่วยงานที่รับผิดชอบประชุมร่วมกัน",
    "เป้าหมายของโครงการ", "สนับสนุนแผนพัฒนา",
]  # fmt: skip


@pytest.mark.parametrize("line", HEADINGS_IN_PROSE)
def test_prose_that_sounds_like_a_heading_parts_no_form(line: str) -> None:
    sound = only(Form().text())
    for field, printed in (("rationale", Form().rationale), ("objectives", "ลดความร้อน"), ("targets", Form().targets)):
        if field == "targets" and line.startswith("1.6 "):  # which nothing tells from the heading that follows
            continue
        copy = only(Form().with_(**{field: f"{printed}\n{line}\nและสรุปผลแล้ว"}).text())
        assert copy.project
        text = getattr(copy.project, field)
        assert line.partition(" ")[2] in " ".join(text if isinstance(text, list) else [text])
        assert copy.project.issues == {}
        assert (len(copy.reports), copy.strategy and copy.strategy.goal_code) == (3, "4.3.1")
    copy = only(Form().with_report(2, narrative=f"ดำเนินการดังนี้\n{line}\nแล้วเสร็จ").text())
    assert copy.reports[1].narrative == f"ดำเนินการดังนี้ {line} แล้วเสร็จ"
    assert copy.project
    assert (copy.project.issues, copy.project.targets) == ({}, sound.project and sound.project.targets)


def test_a_heading_that_stands_twice_is_an_issue() -> None:
    project = only(Form(targets="ต้นไม้ 500 ต้น\n1.6 สนับสนุนแผนพัฒนา กทม.\nและสรุปผลแล้ว").text()).project
    assert project
    assert project.issues["labels_repeated"] == "1.6"


def test_a_second_copy_of_which_the_first_page_is_gone_is_a_copy() -> None:
    text = Form().text()
    first, second = copies_of(text + text[text.index("1.3 หลัก") :])
    assert [len(copy.reports) for copy in (first, second)] == [3, 3]
    assert second.project
    assert "sections_missing" in second.project.issues


@pytest.mark.parametrize("line", ["ตำแหน่ง", "ลงชื่อ", "ตำแหน่งที่จะปลูก"])
def test_a_narrative_may_have_a_line_that_begins_as_a_signature_does(line: str) -> None:
    copy = only(Form().with_report(2, narrative=f"สำรวจ\n{line}\nลงชื่อผู้เข้าร่วม 20 คน").text())
    assert copy.reports[1].narrative == f"สำรวจ {line} ลงชื่อผู้เข้าร่วม 20 คน"
    assert copy.reports[1].progress_pct == Decimal("20.50")


@pytest.mark.parametrize(
    ("printed", "path"),
    [
        ("สำนักการคลัง / กลุ่มงานการเงิน/งบประมาณ", ["สำนักการคลัง", "กลุ่มงานการเงิน/งบประมาณ"]),
        ("สำนักการคลัง /\nกลุ่มงานการเงิน/งบประมาณ", ["สำนักการคลัง", "กลุ่มงานการเงิน/งบประมาณ"]),
        ("สำนักการคลัง/กลุ่มงานการเงิน", ["สำนักการคลัง", "กลุ่มงานการเงิน"]),
    ],
)
def test_a_slash_within_a_name_parts_no_levels(printed: str, path: list[str]) -> None:
    project = only(Form(agency=printed).text()).project
    assert project
    assert project.agency_path == path


def test_a_signature_block_is_no_field_and_no_issue() -> None:
    signature = "ลงชื่อ.....(ผู้รับผิดชอบโครงการ)\n\nตำแหน่ง\n\n.....\n"
    copy = only(Form().text() + signature)
    assert copy.project
    assert not copy.project.issues
    copy = only(Form(certified=True).text() + "( ผู้ลงนาม )\nผู้อำนวยการเขต\n")
    assert copy.project
    assert not copy.project.issues


def test_a_value_behind_its_heading_is_read() -> None:
    text = Form().text().replace("1.5 เป้าหมายของโครงการ..\n\n", "1.5 เป้าหมายของโครงการ.. : ")
    assert to_json(only(text)).replace(b'"last_line":59', b"") == to_json(only(Form().text())).replace(
        b'"last_line":61', b""
    )


def test_a_value_below_its_label_is_read() -> None:
    text = (
        Form()
        .text()
        .replace("หน่วยงานที่รับผิดชอบ. : ", "หน่วยงานที่รับผิดชอบ. :\n")
        .replace("รหัสโครงการ... : ", "รหัสโครงการ... :\n\n")
    )
    copy = only(text)
    assert copy.project
    assert copy.project.agency_path == ["สำนักงานเขตภาษีเจริญ", "ฝ่ายโยธา"]
    assert copy.project.project_code == "50210000-0042"
    assert not copy.project.issues


def test_a_field_that_nobody_knows_is_not_taken_for_the_end_of_the_one_before() -> None:
    text = Form().text().replace("\n\nรหัสโครงการ", "\nประเภทโครงการ : ใหม่\nรหัสโครงการ")
    project = only(text).project
    assert project
    assert project.project_name == Form().name
    assert project.issues["text_unplaced"].startswith("1: ")


def test_a_report_behind_the_certification_is_not_lost() -> None:
    form = Form(certified=True)
    text = (
        form.with_(reports=form.reports[:2]).text()
        + form.with_(certified=False).text().partition("รายงานครั้งที่2")[2].partition("\n")[2].partition("\n")[2]
    )
    assert [report.report_no for report in only(text).reports] == [1, 2, 3]


def test_fields_printed_in_two_columns_are_two_fields() -> None:
    columns = Form().text().replace("\n\nงบประมาณที่", "\tงบประมาณที่").replace("\n\nชื่อผู้รับผิดชอบ", " ชื่อผู้รับผิดชอบ")
    found, expected = only(columns), only(Form().text())
    assert found.project
    assert expected.project
    assert not found.project.issues
    assert found.project.budget_spent_thb == expected.project.budget_spent_thb
    assert found.project.agency_path == expected.project.agency_path
    assert found.project.owner == expected.project.owner


def test_a_label_that_is_nowhere_or_twice_is_an_issue() -> None:
    project = only(Form().text().replace("งบประมาณที่ใช้ไป : 312,500.- บาท", "")).project
    assert project
    assert project.issues == {"labels_missing": "budget_spent_thb"}
    twice = Form().text().replace("ตัวชี้วัด... :", "ตัวชี้วัด... : มิติที่ 3 ร้อยละความพึงพอใจ\n\nตัวชี้วัด... :")
    project = only(twice).project
    assert project
    assert project.issues == {"labels_repeated": "indicator"}
    project = only(Form().text().replace("ตัวชี้วัด... :", f"ตัวชี้วัด... : {Form().indicator}\n\nตัวชี้วัด... :")).project
    assert project
    assert not project.issues


def test_a_signature_s_name_runs_into_no_field() -> None:
    form = Form().with_report(3, target_status="ปกติ")
    copy = only(form.text() + "ลงชื่อ.....\n(ผู้ลงนาม)\nวันที่ 30/09/2567\n")
    assert copy.reports[2].target_status == "ปกติ"
    assert copy.project
    assert not copy.project.issues


@pytest.mark.parametrize(
    ("line", "code", "name"),
    [
        ("ยุทธศาสตร์ที่ ๔ — การเชื่อมโยงเมือง", "4", "การเชื่อมโยงเมือง"),
        ("ยุทธศาสตร์ที่ 4: การเชื่อมโยงเมือง", "4", "การเชื่อมโยงเมือง"),
        ("ยุทธศาสตร์ที่ ๔๔ – ก", None, None),
        ("ยุทธศาสตร์ที่ ๔.๑ – ก", None, None),
    ],
)
def test_a_strategy_has_one_digit_and_a_separator_of_any_kind(line: str, code: str | None, name: str | None) -> None:
    strategy = only(Form(strategy=line).text()).strategy
    assert strategy
    assert (strategy.strategy_code, strategy.strategy_name) == (code, name)
    assert ("strategy_code_unreadable" in strategy.issues) == (code is None)


@pytest.mark.parametrize("line", ["มิติที่ 3 : ร้อยละ", "มิติที่ 3 - ร้อยละ", "มิติที่ 3ร้อยละ", "มิติที่ ๓. ร้อยละ"])
def test_an_indicator_s_dimension_is_parted_from_its_name(line: str) -> None:
    strategy = only(Form(indicator=line).text()).strategy
    assert strategy
    assert (strategy.dimension_no, strategy.indicator_name) == (3, "ร้อยละ")


def test_counters_with_leading_zeros_agree() -> None:
    assert not only(Form().with_report(1, no="01", counter="01").text()).reports[0].issues


def test_lines_before_the_form_are_not_lost_in_silence() -> None:
    project = only("ฉบับร่าง ยกเลิกแล้ว\n\n" + Form().text()).project
    assert project
    assert project.issues["text_unplaced"].startswith("1: ")


def test_stars_round_a_heading_do_not_hide_it() -> None:
    assert to_json(only(Form().text().replace("1.3 หลัก", "** 1.3 หลัก"))) == to_json(only(Form().text()))


def test_long_runs_of_blanks_take_no_long_time() -> None:
    text = Form().text().replace("รหัสโครงการ... :", "รหัสโครงการ" + " " * 40_000 + "x :") + "\n" * 100_000
    assert only(text).project


@pytest.mark.parametrize("before", ["1.2 หน่วยงานที่รับผิดชอบ", "ชื่อผู้รับผิดชอบ", "1.4 วัตถุประสงค์", "ประเด็นยุทธศาสตร์ย่อย"])
def test_a_report_among_the_other_sections_runs_into_no_field(before: str) -> None:
    sound = Form().text()
    strayed = "รายงานครั้งที่ 9 :: 15/10/2566 : เริ่มงาน\n\t:: ความก้าวหน้าของงานฯ = 5 %\n"
    copy, expected = only(sound.replace(before, strayed + before)), only(sound)
    assert copy.project and expected.project
    assert copy.project.issues.keys() == {"text_unplaced", "text_changing", "report_facts_lost", "facts_lost"}
    assert (copy.project.issues["report_facts_lost"], copy.project.issues["facts_lost"]) == ("9", "15/10/2566, 5")
    copy.project.issues = {}
    for record in (copy.project, expected.project):
        record.places = {}
    assert copy.project == expected.project


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1.1 รหัสโครงการและชื่อโครงการ", "1.1 รหัสโครงการและชื่อโครงการ (หน่วย : ล้านบาท)"),
        ("งบประมาณที่ได้รับ", "(หน่วย: พันบาท)\n\nงบประมาณที่ได้รับ"),
        ("การใช้จ่ายงบประมาณ", "การใช้จ่ายงบประมาณ (พันบาท)"),
        ("งบประมาณที่ได้รับ", "งบประมาณที่ได้รับ (หน่วย: พัน)"),
        ("จึงต้องปลูกต้นไม้เพิ่ม", "จึงต้องปลูกต้นไม้เพิ่ม (ตัวเลขเงินในแบบรายงานนี้เป็นพันบาท)"),
        ("ลดความร้อน", "หน่วย : พันบาท\n- ลดความร้อน"),
        ("รายงานครั้งที่1", "หน่วย : พบ.\n\nรายงานครั้งที่1"),
        ("รายงานครั้งที่1", "(จำนวนเงิน : 000 บาท)\n\nรายงานครั้งที่1"),
        ("รายงานครั้งที่1", "Unit: THB'000\n\nรายงานครั้งที่1"),
        ("รายงานครั้งที่1", "หน่วย : สตางค์\n\nรายงานครั้งที่1"),
    ],
)
def test_amounts_in_another_unit_than_baht_are_an_issue(old: str, new: str) -> None:
    project = only(Form().text().replace(old, new)).project
    assert project
    assert "unit_stated" in project.issues
    assert only(Form(rationale="งบลงทุน (ล้านบาท) เป็นล้านบาท งบ 3 ล้านบาท").text()).project.issues == {}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("printed", "amount"),
    [
        ("480,000 บาท (สี่แสนแปดหมื่นบาทถ้วน)", "480000"),
        ("480,000 บาท (เดิม 500,000 บาท)", "480000"),
        ("480\nล้าน", "480000000"),
    ],
)
def test_an_amount_with_something_behind_it_is_read(printed: str, amount: str) -> None:
    project = only(Form().with_(received=printed).text()).project
    assert project
    assert project.budget_received_thb == Decimal(amount)
    assert ("budget_received_thb_remarked" in project.issues) == ("เดิม" in printed)


@pytest.mark.parametrize("printed", ["480,000 บาท (สี่แสนบาทถ้วน)", "480,000 บาท (เดิม)(2)", "480,000 บาท (ประมาณ)"])
def test_an_amount_that_what_stands_behind_it_may_change_is_not_read(printed: str) -> None:
    project = only(Form().with_(received=printed).text()).project
    assert project
    assert project.budget_received_thb is None
    assert project.issues["budget_received_thb_unreadable"] == printed


@pytest.mark.parametrize("printed", ["2566 (2023)", "พ.ศ. 2566 (ค.ศ. 2023)", "2566/2023", "66"])
def test_a_fiscal_year_is_read_with_the_same_of_the_common_era_beside_it(printed: str) -> None:
    project = only(Form().with_(fiscal_year=printed).text()).project
    assert project
    assert project.fiscal_year == 2566


def test_a_fiscal_year_beside_another_one_is_not_read() -> None:
    project = only(Form().with_(fiscal_year="2566 (2022)").text()).project
    assert project
    assert project.fiscal_year is None
    assert "fiscal_year_unreadable" in project.issues


def test_progress_is_read_beside_what_was_planned() -> None:
    report = only(Form().with_report(1, progress="50.00 (แผน 90)").text()).reports[0]
    assert report.progress_pct == Decimal("50.00")
    assert report.issues == {"progress_pct_remarked": "50.00 (แผน 90) %"}


@pytest.mark.parametrize("broken", ["48\n0,000 บาท", "480\n.000 บาท"])
def test_an_amount_that_goes_on_below_is_not_cut_there(broken: str) -> None:
    project = only(Form().with_(received=broken).text()).project
    assert project
    assert project.budget_received_thb is None
    assert "budget_received_thb_unreadable" in project.issues


@pytest.mark.parametrize("worded", ["0.48 ล้านบาท", "0.48\nล้านบาท", "480\nพันบาท"])
def test_an_amount_whose_noughts_are_a_word_is_read_and_an_issue(worded: str) -> None:
    project = only(Form().with_(received=worded).text()).project
    assert project
    assert project.budget_received_thb == Decimal(480000)
    assert "budget_received_thb_worded" in project.issues


@pytest.mark.parametrize("dash", "-‐‑‒–—―−")
def test_a_code_has_a_dash_of_any_kind(dash: str) -> None:
    project = only(Form(code=f"50210000{dash}0042").text()).project
    assert project
    assert (project.project_code, project.issues) == ("50210000-0042", {})


OLD_WORDS = {
    "ด้าน :": "มิติ :",
    "ด้าน": "มิติ",
    "ด้านที่ ๗ :": "มิติที่ ๗.๒ :",
    "ด้านที่ ๗ –": "มิติที่ ๗.๒ –",
    "ด้าน\t": "มิติ\t",
    "ด้าน\n: ด้านที่": "มิติ\n: มิติที่",
    "ด้าน (ยุทธศาสตร์) :": "มิติ (ยุทธศาสตร์ย่อย) :",
    "ยุทธศาสตร์ :": "ยุทธศาสตร์ย่อย :",
    "ยุทธศาสตร์ที่ 7 :": "ยุทธศาสตร์ย่อยที่ 7.2 :",
}


@pytest.mark.parametrize("strategy_label", OLD_WORDS)
def test_a_level_s_word_in_any_plan_is_its_label(strategy_label: str) -> None:
    """The label may hold the number of its level."""
    form = Form(fiscal_year="2565", strategy="S", sub_issue="Z", goal="๗.๒.๑ กรุงเทพมหานครมีระบบการติดตาม%")
    text = form.text()
    for old, label, code, name in (
        ("ประเด็นยุทธศาสตร์ : S", strategy_label, "๗", "การบริหารจัดการเมือง"),
        ("ประเด็นยุทธศาสตร์ย่อย : Z", OLD_WORDS[strategy_label], "๗.๒", "การบริหารแผน"),
    ):
        is_coded = any(digit in label for digit in "7๗")
        text = text.replace(old, f"{label} {name}" if is_coded else f"{label} {code} – {name}")
    copy = only(text.replace("ด้าน ๗", "ด้าน\n๗").replace("มิติ ๗", "มิติ\n๗"))
    assert copy.strategy and copy.project
    assert (copy.strategy.strategy_code, copy.strategy.strategy_name) == ("7", "การบริหารจัดการเมือง")
    assert (copy.strategy.sub_issue_code, copy.strategy.sub_issue_name) == ("7.2", "การบริหารแผน")
    assert copy.strategy.indicator_name == "จำนวนต้นไม้ที่ปลูกเพิ่ม"
    assert copy.project.issues == copy.strategy.issues == {}


def test_a_level_s_word_ends_a_line_of_a_name_and_is_no_label() -> None:
    """A name may be broken there."""
    strategy = only(Form(goal="๔.๓.๑ พัฒนาเมืองในทุก\nมิติ\nและทุก\nด้าน\nอย่างยั่งยืน").text()).strategy
    assert strategy
    assert strategy.goal_name == "พัฒนาเมืองในทุก มิติ และทุก ด้าน อย่างยั่งยืน"


@pytest.mark.parametrize("stamp", ["พิมพ์เมื่อ 03/10/2566 14:22", "หน้า 1/3", "หน้าที่ ๒ จาก ๓", "พิมพ์วันที่ 3 ต.ค. 66"])
@pytest.mark.parametrize("behind", ["ระยะที่ 2", "ฝ่ายโยธา", "จึงต้องปลูกต้นไม้เพิ่ม", "ต้นไม้ 500 ต้น"])
def test_what_a_browser_prints_on_a_page_runs_into_no_field(stamp: str, behind: str) -> None:
    sound = Form().text()
    copy, expected = only(sound.replace(behind, f"{behind}\n{stamp}", 1)), only(sound)
    assert copy.project and expected.project
    assert ("text_unplaced" in copy.project.issues) == (stamp == "พิมพ์วันที่ 3 ต.ค. 66")
    assert copy.project.issues.get("stamp_printed") == (stamp if stamp.startswith("พิมพ์เมื่อ") else None)
    for record in (copy.project, expected.project):
        record.issues, record.places = {}, {}
    assert copy.project == expected.project


@pytest.mark.parametrize("line", ["[ตราประทับ]", "รหัสงบประมาณ 12345", "โทร. 0 2000 0000 ต่อ 5839"])
def test_a_remark_below_a_name_is_no_part_of_it(line: str) -> None:
    project = only(Form().text().replace("ระยะที่ 2", f"ระยะที่ 2\n{line}", 1)).project
    assert project
    assert project.project_name == Form().name
    assert "text_unplaced" in project.issues


@pytest.mark.parametrize(
    "line",
    ["โทรทัศน์วงจรปิด (CCTV) ริมคลอง", "หน่วยบริการสาธารณสุขเคลื่อนที่", "โทรคมนาคมในชุมชน", "พิมพ์โดยศูนย์เยาวชน", "หน้า 2/3 ของตลาด"],
)
def test_a_name_goes_on_with_any_word(line: str) -> None:
    for field, behind in (("project_name", "ระยะที่ 2"), ("targets", "ต้นไม้ 500 ต้น")):
        project = only(Form().text().replace(behind, f"{behind}\n{line}", 1)).project
        assert project
        assert getattr(project, field) == f"{getattr(Form(), 'name' if field == 'project_name' else field)} {line}"
        assert project.issues == {}


@pytest.mark.parametrize("remark", ["(ข้อมูล ณ 30 กันยายน 2567 จำนวน 3 ครั้ง)", "1 2 3 4"])
def test_a_remark_above_the_reports_is_no_report_that_was_not_read(remark: str) -> None:
    copy = only(Form().text().replace("รายงานครั้งที่1", f"{remark}\n\nรายงานครั้งที่1", 1))
    assert copy.project
    assert len(copy.reports) == len(Form().reports)
    assert "reports_unread" not in copy.project.issues


@pytest.mark.parametrize("footer", ["- 2 -", "2/3", "หน้า 2"])
def test_a_page_number_is_no_report_that_was_not_read(footer: str) -> None:
    project = only(Form(reports=()).text() + f"\n{footer}\n").project
    assert project
    assert "reports_unread" not in project.issues


@pytest.mark.parametrize(
    "remark",
    ["พัน", "Thousand Baht", "KB", "พบ.", "ลบ.", "MB", "ร้อยละ", "สะสม", "แผน", "USD", "รวมก่อหนี้ผูกพัน"],
)
def test_what_a_label_says_of_an_amount_is_known_or_an_issue(remark: str) -> None:
    budget = f"งบประมาณที่ได้รับ ({remark}) : 1752"
    text = re.sub("งบประมาณที่ได้รับ.*", budget, Form().text())
    project = only(text).project
    assert project
    assert project.issues["remark_unknown"] == f"({remark})"
    assert text.splitlines()[project.places["unit"].line - 1] == budget


@pytest.mark.parametrize("remark", ["บาท", "หน่วย : บาท", "THB"])
def test_a_label_may_say_that_an_amount_is_in_baht(remark: str) -> None:
    project = only(re.sub("งบประมาณที่ได้รับ.*", f"งบประมาณที่ได้รับ ({remark}) : 1752", Form().text())).project
    assert project
    assert (project.budget_received_thb, project.issues) == (Decimal(1752), {})


@pytest.mark.parametrize(
    ("label", "printed", "amount"),
    [
        ("(พันบาท) :", "1,752.5", 1_752_500), ("(หน่วย : ล้านบาท) :", "1.5", 1_500_000), ("(ล้านบาท)\t", "0.5*", 500_000),
        ("(พันบาท) :\n", "1,752.5", 1_752_500), ("(พันบาท) :", "5 ล้านบาท", 5_000_000), ("(พันบาท) :", "1,752 บาท", None),
    ],
)  # fmt: skip
def test_a_label_may_state_the_unit_of_its_amount(label: str, printed: str, amount: int | None) -> None:
    project = only(re.sub("งบประมาณที่ได้รับ.*", f"งบประมาณที่ได้รับ {label} {printed}", Form().text())).project
    assert project
    assert project.budget_received_thb == amount
    assert f"budget_received_thb_{'worded' if amount else 'unreadable'}" in project.issues
    assert not {"unit_stated", "remark_unknown"} & project.issues.keys()
    assert project.budget_spent_thb == only(Form().text()).project.budget_spent_thb  # type: ignore[union-attr]


@pytest.mark.parametrize("units", [("(พันบาท)", "(บาท)"), ("", "(พันบาท)"), ("(พันบาท)", "(ล้านบาท)")])
def test_labels_of_one_amount_that_state_two_units_are_an_issue(units: tuple[str, str]) -> None:
    twice = "\n".join(f"งบประมาณที่ได้รับ {unit} : 1,752" for unit in units)
    project = only(re.sub("งบประมาณที่ได้รับ.*", twice, Form().text())).project
    assert project
    assert "unit_stated" in project.issues


TABLE = (
    "ครั้งที่\tวันที่รายงาน\tผลการดำเนินงาน\tความก้าวหน้า (%)\tงบประมาณที่เบิกใช้ (บาท)\tเทียบกับแผน\tเทียบกับเป้าหมาย\n"
    "1\t15/11/2566\tสำรวจ\t10.00\t5\tเป็นไปตามแผน\tเป็นไปตามเป้าหมาย\n"
)


@pytest.mark.parametrize(
    ("known", "other"),
    [
        ("(บาท)", "(พัน)"), ("(บาท)", "(KB)"), ("(บาท)", "(แผน)"), ("(%)", "(แผน)"), ("(%)", "(แห่ง)"),
        ("(%)", "(ระดับ 1-5)"), ("(%)", "(สัดส่วน)"), ("วันที่รายงาน", "วันที่ (กำหนด)"),
    ],
)  # fmt: skip
def test_what_a_column_says_of_its_values_is_known_or_an_issue(known: str, other: str) -> None:
    form = Form(reports=()).text()
    project = only(form + TABLE).project
    assert project
    assert project.issues == {}
    project = only(form + TABLE.replace(known, other)).project
    assert project
    assert project.issues["remark_unknown"] == f"({other.partition('(')[2]}"


@pytest.mark.parametrize(("before", "behind"), [(" (", ")"), (" / ", ""), ("/", ""), (" [", "]"), (" | ", "")])
def test_the_labels_of_a_report_may_be_in_two_languages(before: str, behind: str) -> None:
    form = Form().text()
    text = re.sub(r"(รายงานครั้งที่\s*)(\d)", rf"\1\2{before}Report No. \2{behind}", form)
    text = re.sub(r"(\(ครั้งที่ \d\))", rf"\1{before}Disbursed{behind}", text)
    copy = only(text.replace("ความก้าวหน้าของงานฯ =", f"ความก้าวหน้าของงานฯ{before}Progress{behind} ="))
    plain = only(form)
    for report in (*copy.reports, *plain.reports):
        report.places = {}
    assert copy.reports == plain.reports


def test_the_unit_in_the_heading_of_a_column_is_that_of_its_amounts() -> None:
    form = Form(reports=()).text()
    listed = "รายงานครั้งที่ : 1\nวันที่ : 15/11/2566\nความก้าวหน้า : 10\nงบประมาณที่เบิกใช้ (พันบาท) : 1.5\n"
    turned = "รายงานครั้งที่\t1\t2\nวันที่\t15/11/2566\t15/12/2566\nความก้าวหน้า\t5\t9\nเบิกจ่าย (พันบาท)\t1.5\t2\n"
    table = TABLE.replace("(บาท)", "(พันบาท)").replace("\t5\t", "\t1.5\t")
    for reports in (listed, turned, table):
        copy = only(form + reports)
        assert copy.project
        assert not {"unit_stated", "remark_unknown"} & copy.project.issues.keys()
        assert (copy.reports[0].disbursed_thb, "disbursed_thb_worded" in copy.reports[0].issues) == (1_500, True)


@pytest.mark.parametrize(
    "caption",
    [
        "จำนวนเงินหน่วยเป็นพันบาท",
        "ตัวเลขเงินเป็นหลักพัน",
        "Unit: Thousand Baht",
        "หน่วย : พัน",
        "หน่วยเงิน: ล้านบาท",
        "หมายเหตุ: จำนวนเงินเป็นพันบาท",
        "หน่วย: '000 บาท",
        "(x1,000 บาท)",
    ],
)
def test_a_line_that_speaks_of_another_unit_is_an_issue(caption: str) -> None:
    form = Form(reports=()).text()
    for text in (form + f"{caption}\n" + TABLE, form + TABLE + f"\n{caption}\n"):
        project = only(text).project
        assert project
        assert "unit_stated" in project.issues


LISTED = "\n- {}\n- อย่างที่สอง"


def test_of_a_list_below_the_label_of_a_name_the_first_is_taken_and_that_there_are_more_is_noted() -> None:
    form = Form()
    printed = only(
        form.with_(
            name=LISTED.format(form.name), agency=f"\n• {form.agency}\n• สำนักงานเขตบางรัก",
            goal=LISTED.format(form.goal),
            sub_issue=LISTED.format(form.sub_issue), indicator=f"\n1. {form.indicator}\n2. มิติที่ 1 อื่น",
        ).text()
    )  # fmt: skip
    sound = only(form.text())
    assert printed.project
    assert sound.project
    assert (printed.project.project_name, printed.project.agency_path) == (
        sound.project.project_name, sound.project.agency_path,
    )  # fmt: skip
    for field in ("sub_issue_code", "sub_issue_name", "goal_code", "goal_name", "indicator_name", "dimension_no"):
        assert getattr(printed.strategy, field) == getattr(sound.strategy, field)
    assert printed.project.issues["labels_repeated"] == "agency_path, goal, indicator, project_name, sub_issue"


def test_a_lone_item_is_the_name_without_its_bullet() -> None:
    project = only(Form().with_(name="\n- ปลูกต้นไม้").text()).project
    assert project
    assert (project.project_name, project.issues) == ("ปลูกต้นไม้", {})


def test_items_below_a_name_are_noted() -> None:
    project = only(Form().with_(name="ปลูกต้นไม้\n- ระยะที่ 2").text()).project
    assert project
    assert project.issues["labels_repeated"] == "project_name"


def test_a_second_indicator_with_a_label_of_its_own_is_noted_and_not_glued() -> None:
    form = Form()
    copy = only(form.with_(indicator=f"{form.indicator}\n\nตัวชี้วัด : มิติที่ 1 อื่น").text())
    assert copy.project
    assert copy.strategy
    assert copy.strategy.indicator_name == only(form.text()).strategy.indicator_name  # type: ignore[union-attr]
    assert copy.project.issues["labels_repeated"] == "indicator"


def test_a_word_that_was_broken_over_two_lines_is_whole() -> None:
    copy = only(Form().with_(name="สวน 15 นาท\nี ใกล้บ้าน", rationale="จัดทำแผนการดำ\nเนินงานใน\nพื้นที่").text())
    assert copy.project
    assert copy.project.project_name == "สวน 15 นาที ใกล้บ้าน"
    assert copy.project.rationale == "จัดทำแผนการดำเนินงานใน พื้นที่"


@pytest.mark.parametrize("level", ["กลยุทธ์ที่ ๔.๓.๑.๑ พัฒนาระบบ", "เป้าประสงค์ที่ : พัฒนาระบบ", "กลยุทธ์ : พัฒนาระบบ"])
def test_a_level_of_the_plan_without_a_field_is_told_and_goes_on_by_itself(level: str) -> None:
    form = Form()
    copy = only(form.with_(goal=f"{form.goal}\n{level}\nติดตามผล").text())
    assert copy.strategy
    assert copy.strategy.goal_name == only(form.text()).strategy.goal_name  # type: ignore[union-attr]
    assert copy.project
    assert copy.project.issues == {"text_fieldless": "1"}


def test_what_follows_a_line_of_no_field_is_not_glued_to_the_name_above_it() -> None:
    copy = only(Form().with_(name="ปลูกต้นไม้\nประเภทโครงการ : ต่อเนื่อง\nระยะที่ 2").text())
    assert copy.project
    assert (copy.project.project_name, [*copy.project.issues]) == ("ปลูกต้นไม้", ["text_unplaced"])


def test_the_number_of_a_page_is_no_text_that_has_no_field() -> None:
    form = Form()
    copy = only(form.with_(goal=f"{form.goal}\n- หน้า 1 / 2 -").text() + "- หน้า 2 / 2 -\n")
    assert copy.project
    assert copy.project.issues == {}


@pytest.mark.parametrize(
    ("label", "shortened"),
    [
        ("รหัสโครงการ...", "รหัส"),
        ("รหัสโครงการ...", "รหัสโครงการ…"),
        ("ปีงบประมาณ พ.ศ.", "ปี"),
        ("เริ่มต้นโครงการ", "เริ่ม"),
        ("สิ้นสุดโครงการ", "วันที่สิ้นสุด"),
        ("งบประมาณที่ได้รับ", "งบที่ได้รับ"),
        ("งบประมาณที่ใช้ไป", "ใช้ไป"),
        ("ผู้ประสานงาน สยป", "ผู้ประสาน"),
        ("ชื่อผู้รับผิดชอบ", "ผู้รับผิดชอบ"),
    ],
)
def test_a_label_that_people_shorten_is_known(label: str, shortened: str) -> None:
    sound = Form().text()
    assert f"\n{label}" in sound
    copy, expected = only(sound.replace(f"\n{label}", f"\n{shortened}")), only(sound)
    assert copy.project == expected.project


@pytest.mark.parametrize("note", ["(หมายเหตุ: ตรวจแล้ว)", "แก้ไขเป็น 12,345 บาท", "ขอเพิ่มอีก 500 บาท"])
def test_a_note_between_the_lines_is_not_glued_to_a_name(note: str) -> None:
    form = Form()
    copy, expected = only(form.with_(name=f"{form.name}\n{note}").text()), only(form.text())
    assert copy.project and expected.project
    assert copy.project.project_name == expected.project.project_name
    assert copy.project.issues["text_unplaced"].startswith("1: ")


def test_a_narrative_may_begin_a_line_like_the_detail_below_it() -> None:
    said = "ความก้าวหน้าของงานฯ = 5.00 % ในเดือนธันวาคม"
    copy = only(Form().with_report(2, narrative=f"ประชุม\n{said}").text())
    plain = only(Form().text()).reports[1]
    report = copy.reports[1]
    assert (report.narrative, report.progress_pct, report.disbursed_thb) == (
        f"ประชุม {said}", plain.progress_pct, plain.disbursed_thb,
    )  # fmt: skip
    assert not report.issues


_END = (
    "ขอรับรองว่า ข้อมูลที่ปรากฏในเอกสารฉบับนี้ หน่วยงานได้จัดพิมพ์จากระบบงานจริง\n"
    "เพื่อเป็นหลักฐานไว้ตรวจสอบ\n\nลงชื่อ.....(ผู้รับผิดชอบโครงการ)\n\n"
)


@pytest.mark.parametrize(
    ("behind", "issue"),
    [
        ("หน่วย : พันบาท", "unit_stated"), ("หมายเหตุ : ตัวเลขงบประมาณทุกช่องเป็นหลักพัน", "unit_stated"),
        ("* งบประมาณแสดงเป็นพันบาท", "unit_stated"), ("(พันบาท)", "unit_stated"),
        ("หมายเหตุ : สถานะครั้งที่ 1 แก้เป็น ช้ากว่าแผน", "text_changing"), ("หมายเหตุ ยอดเบิกครั้งที่ 1 ขอยกเลิก", "text_changing"),
        ("(ฉบับร่าง)", "text_changing"), (":: ความก้าวหน้าของงานฯ = 25 %", "text_changing"), ("สวัสดีค่ะ", "text_unplaced"),
    ],
)  # fmt: skip
def test_what_stands_behind_the_certification_is_heard(behind: str, issue: str) -> None:
    project = only(Form().text() + _END + behind + "\n").project
    assert project
    assert issue in project.issues
    assert "text_unplaced" in project.issues


@pytest.mark.parametrize(
    "signed",
    ["(นายสมมติ ทดสอบ)", "นางสาวสมมติ ทดสอบ", "ผู้อำนวยการเขต", "วันที่ ..../..../....", "วันที่ 31 มกราคม 2567", "....."],
)
def test_who_signed_a_form_and_when_is_of_its_signature(signed: str) -> None:
    project = only(Form().text() + _END + signed + "\n").project
    assert project
    assert not {"text_unplaced", "text_changing"} & project.issues.keys()


@pytest.mark.parametrize(
    "said",
    [
        "ผู้รายงานขอถอนรายงานฉบับนี้", "(รายงานนี้เป็นโมฆะ)", "(ยังไม่ได้เบิกจ่าย)", "นางสาวสมมติ ทดสอบ ไม่รับรองข้อมูลนี้",
    ],
)  # fmt: skip
def test_what_is_said_as_if_by_a_signer_is_heard(said: str) -> None:
    project = only(Form().text() + _END + said + "\n").project
    assert project
    assert "text_unplaced" in project.issues
    assert ("text_changing" in project.issues) is ("ยังไม่" not in said)


@pytest.mark.parametrize(
    "prose", ["ขุดลอก 500 หน่วย : ลบ.ม.", "ตัวเลขผู้ป่วยเป็นพันราย", "ตัวเลขผู้สูงอายุเป็นแสนคน", "แสดงเป็นล้านครั้ง", "หน่วยสิบเอก"]
)
def test_prose_on_what_is_no_money_states_no_unit_of_it(prose: str) -> None:
    project = only(Form().text().replace("ต้นไม้ 500 ต้น", f"ต้นไม้ 500 ต้น {prose}")).project
    assert project
    assert "unit_stated" not in project.issues


def test_a_form_that_a_deputy_signed_is_not_held() -> None:
    deputy = "ลงชื่อ.....\n(นายสมมติ ทดสอบ)\nหัวหน้าฝ่ายโยธา รักษาราชการแทน\nผู้อำนวยการเขต ปฏิบัติราชการแทน\nปลัดกรุงเทพมหานคร\n"
    project = only(Form().text() + _END + deputy).project
    assert project
    assert "text_changing" not in project.issues


@pytest.mark.parametrize(
    ("printed", "is_noted"), [("20.501", True), ("20.50", False), ("20.5", False), ("20.500", False)]
)
def test_a_third_digit_behind_the_point_of_a_progress_may_be_a_footnote_s(printed: str, is_noted: bool) -> None:
    report = only(Form().text().replace("20.50", printed, 1)).reports[1]
    assert report.issues == ({"progress_pct_noted": f"{printed} %"} if is_noted else {})
