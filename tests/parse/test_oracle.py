"""The oracle: a fact that no parser placed is named, with its line; and nothing else is."""

from collections.abc import Callable
from random import Random

import pytest

from etl.extract import extract
from tests import varied_pages
from tests.forms import Form
from tests.varied_forms import draw

SOUND = Form(certified=True).text()


def lost(text: str) -> list[tuple[str, int]]:
    """Return what the oracle quoted of a document, each time with the line that it named."""
    copies = extract("form.txt", text.encode())
    return [
        (one.issues[fault], one.places[fault.removesuffix("_lost")].line)
        for copy in copies
        for one in (copy.project, *copy.indicators)
        if one
        for fault in one.issues
        if fault.endswith("facts_lost")
    ]


def faults(text: str) -> dict[str, str]:
    """Return the issues of the first copy's project that the oracle raised."""
    project = extract("form.txt", text.encode())[0].project
    assert project
    return {fault: printed for fault, printed in project.issues.items() if fault.endswith("facts_lost")}


@pytest.mark.parametrize("seed", range(40))
def test_of_a_form_that_is_read_whole_nothing_is_lost(seed: int) -> None:
    assert lost(draw(Random(seed)).form.text(percent_signs=seed % 2 == 0)) == []


@pytest.mark.parametrize(
    "family", [varied_pages.project_page, varied_pages.project_view, varied_pages.indicator_page,
               varied_pages.indicator_catalogue, varied_pages.department_index],
)  # fmt: skip
def test_of_a_page_nothing_is_lost_but_what_is_told_already(
    family: Callable[[Random], list[varied_pages.Sample]],
) -> None:
    for sample in (sample for seed in range(10) for sample in family(Random(seed))):
        content = sample.page.text.encode()
        copies = extract(sample.page.uri, content)
        told = {fault for copy in copies for one in (copy.project, *copy.indicators) if one for fault in one.issues}
        assert told.isdisjoint({"facts_lost", "report_facts_lost"}) or "text_unplaced" in told, sample.layout


@pytest.mark.parametrize(
    "stray",
    [
        "12,345.67",
        "๑๒,๓๔๕.๖๗",
        "15 เมษายน 2567",
        "๑๕ เม.ย. ๖๗",
        "31/12/2566",
        "2023-12-31",
        "77.25",
        "88 %",
        "๘๘%",
        "900 บาท",
        "50210000-9999",
        "ครั้งที่ 7",
    ],
)
def test_a_fact_on_a_line_of_no_field_is_named_with_its_line(stray: str) -> None:
    text = SOUND.replace("1.2 หน่วยงาน", f"หมายเหตุ {stray}\n\n1.2 หน่วยงาน")
    ((printed, line),) = lost(text)
    assert printed in stray.translate(str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789"))
    assert text.splitlines()[line - 1] == f"หมายเหตุ {stray}"


@pytest.mark.parametrize(
    "harmless",
    [
        "1.2",
        "PM 2.5",
        "2/2566",
        "ฝ่าย 3",
        "4-2-0 ไร่",
        "2566",
        "08:00",
        "16.30 น.",
        "08.00-20.00 น.",
        "๐๘.๐๐ – ๑๖.๓๐ น.",
        "ครั้งที่ 12/2566",
    ],
)
def test_what_is_no_fact_is_left_alone(harmless: str) -> None:
    assert lost(SOUND.replace("1.2 หน่วยงาน", f"หมายเหตุ {harmless}\n\n1.2 หน่วยงาน")) == []


def test_a_report_that_was_not_read_is_told_from_a_stray_figure() -> None:
    assert faults(SOUND) == {}
    assert faults(SOUND.replace("1.2 หน่วยงาน", "หมายเหตุ 12,345.67\n\n1.2 หน่วยงาน")) == {"facts_lost": "12,345.67"}
    assert faults(SOUND + "\nความคืบหน้า 1/6/2567 : 77.25 %\n") == {"report_facts_lost": "1/6/2567, 77.25"}
    assert faults(SOUND.replace("รายงานครั้งที่2", "ผลงานครั้งที่ 22")) == {"report_facts_lost": "22, 20/02/2567, 20.50"}


@pytest.mark.parametrize("day", ["วันที่ 5 ตุลาคม 2567", "05/10/2567", "5 ต.ค. 67", "สั่งพิมพ์ 05/10/2567 10:30 น."])
def test_the_day_below_a_signature_is_of_no_report(day: str) -> None:
    signature = f"\nลงชื่อ.....(ผู้รับผิดชอบโครงการ)\n\nตำแหน่ง\n\n{day}\n"
    assert [*faults(SOUND + signature)] == ["facts_lost"]
    assert [*faults(SOUND + signature + "\nความคืบหน้า 77.25 %\n")] == ["report_facts_lost"]
    assert [*faults(SOUND + f"\n4\t{day}\t50\t120,000\tช้ากว่าแผน\n")] == ["report_facts_lost"]


@pytest.mark.parametrize(
    "figure", ["9" * 5000, "9" * 5000 + " บาท", "ครั้งที่ " + "9" * 5000, "1," + "000," * 2000 + "000"]
)
def test_a_figure_of_any_length_is_named_and_stops_nothing(figure: str) -> None:
    copies = extract("form.txt", SOUND.replace("1.2 หน่วยงาน", f"หมายเหตุ {figure}\n\n1.2 หน่วยงาน").encode())
    assert copies[0].project
    assert copies[0].project.project_code == "50210000-0042"


def test_reports_in_a_shape_that_nobody_knows_hold_the_project_back() -> None:
    whole, _, _ = SOUND.partition("รายงานครั้งที่1")
    rows = "งวด\tเมื่อ\tได้แล้ว\n1\t15/11/2566\t10.00\n2\t20/02/2567\t20.50\n"
    assert faults(whole + rows) == {"report_facts_lost": "15/11/2566, 10.00, 20/02/2567, 20.50"}
    assert faults(whole + "พิมพ์วันที่ 20/02/2567\n") == {}  # a stamp is no report, and has an issue of its own


@pytest.mark.parametrize(
    "row",
    [
        "1\t21 ธันวาคม 2565\tสำรวจ\t25\t100000\tเป็นไปตามแผน",
        "1\t21/12/2565\tสำรวจ\t25\t100000",
        "1\t21 ธ.ค. 65\tสำรวจ\t25.00 %\t100,000 บาท",
        "1. 21 ธันวาคม 2565: สำรวจพื้นที่ (ก้าวหน้า 25)",
        "| 1 | 21 ธันวาคม 2565 | สำรวจ | 25 |",
    ],
)
def test_reports_that_cannot_be_read_are_never_taken_for_none(row: str) -> None:
    whole, _, _ = SOUND.partition("รายงานครั้งที่1")
    project = extract("form.txt", f"{whole}{row}\n".encode())[0].project
    assert project
    assert "reports_unread" in project.issues


@pytest.mark.parametrize("day", ["21 ธันวาคม 2565", "๒๑ ธ.ค. ๖๕", "21 ธค 2565", "21 ธันวาคม พ.ศ. 2565"])
def test_a_day_with_its_month_written_out_is_a_fact(day: str) -> None:
    ((printed, line),) = lost(SOUND.replace("1.2 หน่วยงาน", f"หมายเหตุ {day}\n\n1.2 หน่วยงาน"))
    assert printed.startswith("21 ธ")
    assert line
    assert lost(SOUND.replace("ต้นไม้ 500 ต้น", f"ต้นไม้ 500 ต้น ภายใน {day}")) == []


@pytest.mark.parametrize("day", ["20 ก.พ. 2024", "20 กุมภาพันธ์ ๒๐๒๔", "20 ก.พ. 67", "20 ก.พ. ค.ศ. 2024"])
def test_a_day_is_known_in_whichever_era_its_year_is(day: str) -> None:
    assert faults(SOUND.replace("20/02/2567", day)) == {}
    assert faults(SOUND + f"\nความคืบหน้า {day.replace('20', '21', 1)} : 77.25 %\n").keys() == {"report_facts_lost"}


def test_a_report_in_the_text_of_another_is_named() -> None:
    one_line = SOUND.replace("\nรายงานครั้งที่2", " รายงานครั้งที่2")
    assert one_line != SOUND
    assert faults(one_line)["report_facts_lost"] == "2, 20.50"


def test_a_second_detail_of_a_report_is_no_status_of_the_first() -> None:
    detail = "\t:: ความก้าวหน้าของงานฯ = 55.00 % งบประมาณที่เบิกใช้ (ครั้งที่ 2) = 120,000 บาท\t: ช้ากว่าแผน\t: ต่ำกว่าเป้าหมาย\n"
    twice = SOUND.replace("รายงานครั้งที่3", f"{detail}รายงานครั้งที่3")
    assert faults(twice)["report_facts_lost"] == "55.00, 120,000"


def test_what_another_row_of_a_register_keeps_is_lost_in_its_own() -> None:
    head = "รหัสโครงการ,ชื่อโครงการ,ปีงบประมาณ,งบประมาณที่ได้รับ,เริ่มต้นโครงการ,รหัสภายใน"
    rows = (
        "50210000-0042,ขุดลอก,2567,7000.25,01/11/2566,ก", "50210000-0043,ทาสี,2567,9.00,,7000.25 ต่อ 01/11/2566",
    )  # fmt: skip
    first, second = extract("register.csv", "\n".join((head, *rows)).encode())
    assert first.project and second.project
    assert "facts_lost" not in first.project.issues
    assert second.project.issues["facts_lost"] == "7000.25, 01/11/2566"
