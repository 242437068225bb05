"""What recognition does to the fixed parts of exports is undone, and nothing else is touched."""

import re
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from etl.extract import parse
from etl.parse.grammar import shape
from etl.records import Channel, Copy, Document, Line, Place
from etl.repair import repair
from etl.repair.near import EDITS_MAX, LETTERS_PER_EDIT
from tests.forms import Form
from tests.varied_forms import draw, phrase, prose

LABELS = (
    "ชื่อโครงการ/กิจกรรม", "รหัสโครงการ", "เริ่มต้นโครงการ", "สิ้นสุดโครงการ", "งบประมาณที่ได้รับ", "งบประมาณที่ใช้ไป",
    "หน่วยงานที่รับผิดชอบ", "ชื่อผู้รับผิดชอบ", "ผู้ประสานงาน สยป", "ประเด็นยุทธศาสตร์ย่อย", "ผลงานที่ทำได้", "ประเภทตัวชี้วัด",
)  # fmt: skip
CONSONANTS = "กขคงจชดตทนบปผพมยรลวสหอ"
TONE_MARKS = re.compile("[\u0e48-\u0e4c]")
DIGIT = re.compile("[0-9๐-๙]")
DOCUMENT = Document(uri="scan.png", sha256="0" * 64, channel=Channel.OCR)


def lines_of(text: str) -> list[Line]:
    return [Line(Place(1, number), line) for number, line in enumerate(text.splitlines(), start=1)]


def repaired(text: str) -> list[Line]:
    return [line for line in repair(lines_of(text)) if line.text]


def read(text: str) -> Copy:
    (copy,) = parse(DOCUMENT, lines_of(text))
    return copy


# Labels


@st.composite
def damaged_labels(draw_one: st.DrawFn) -> tuple[str, str]:
    """Return a label, and that with as many letters lost, added or exchanged as are allowed, and without tone marks.

    What would then be nearer to the label that another begins with is that label; such a one stays as it is.
    """
    label = draw_one(st.sampled_from(LABELS))
    letters = list(shape(label))
    for _ in range(draw_one(st.integers(0, min(EDITS_MAX, len(letters) // LETTERS_PER_EDIT)))):
        place = draw_one(st.integers(1, len(letters) - 1))  # what begins with another letter may be anything
        match draw_one(st.sampled_from(("lost", "added", "exchanged"))):
            case "lost":
                del letters[place]
            case "added":
                letters.insert(place, draw_one(st.sampled_from(CONSONANTS)))
            case _:
                letters[place] = draw_one(st.sampled_from(CONSONANTS))
    damaged, short = "".join(letters), shape("ประเด็นยุทธศาสตร์")
    is_the_label = Levenshtein.distance(damaged, shape(label)) <= Levenshtein.distance(damaged, short)
    return label, damaged if is_the_label else shape(label)


@st.composite
def values_with_digits(draw_one: st.DrawFn) -> str:
    """Return what may stand behind a label, a digit in it, but no time behind a date: it is midnight, and left out."""
    text, digit = (
        draw_one(st.text("0123456789๐๑๒๓๔๕๖๗๘๙.,-/() บาท", max_size=23)),
        draw_one(st.sampled_from("0123456789๐๙")),
    )
    place = draw_one(st.integers(0, len(text)))
    value = text[:place] + digit + text[place:]
    return value.replace("-", "/") if re.search(r"-[0-9๐-๙]+[^0-9๐-๙-]+[0๐]", value) else value


@given(damaged_labels())
@example(("ชื่อผู้รับผิดชอบ", "ชผูรับผิดชอบ"))  # ผู้รับผิดชอบ is the post of a signer, and no label
def test_a_label_is_found_within_the_stated_number_of_edits(labels: tuple[str, str]) -> None:
    label, damaged = labels
    (line,) = repaired(f"{damaged} : สวนริมคลอง")
    assert line.text == f"{label} : สวนริมคลอง"


@given(st.integers(), st.booleans())
def test_prose_never_becomes_a_label(seed: int, has_marks: bool) -> None:
    text = prose(Random(seed))
    text = text if has_marks else TONE_MARKS.sub("", text)
    assert [line.text for line in repaired(text)] == [text]
    assert [line.text for line in repaired(f"- {text} : {text}")] == [f"- {text} : {text}"]


@pytest.mark.parametrize(
    "text",
    [
        "เป้าหมายในการดำเนินงาน : สวน 3 แห่ง", "ตัวชี้วัดของชุมชน : ความสะอาด", "รหัสไปรษณีย์ : 10700",
        "งบประมาณที่จะขอเพิ่ม : 20,000 บาท", "โครงการเริ่มต้นใหม่ : ปี 2567", "ชื่อถนน : ริมคลอง",
        "หลักกาน : 30",  # near to a key that programs call a field by, and to no label
    ],
)  # fmt: skip
def test_words_like_those_of_a_label_are_none(text: str) -> None:
    assert [line.text for line in repaired(text)] == [text]


@pytest.mark.parametrize(
    ("recognised", "label"),
    [
        ("ชือโครงการ/กิจกรรม : ก", "ชื่อโครงการ/กิจกรรม : ก"),
        ("เริมต้นโครงการ : ก", "เริ่มต้นโครงการ : ก"),
        ("เริ่มตินโครงการ : ก", "เริ่มต้นโครงการ : ก"),
        ("สินสุดโครงการ : ก", "สิ้นสุดโครงการ : ก"),
        ("จงบประมาณทิใช้ไป : ก", "งบประมาณที่ใช้ไป : ก"),
        ("| ~ รหัสโครงคาร... : ก", "รหัสโครงการ : ก"),
        ("ปีงบประมาณ w.a. : ก", "ปีงบประมาณ : ก"),
        ("1I.4 วัตถุประสงค์ของโครงกร", "1.4 วัตถุประสงค์ของโครงการ"),
        ("2, รายงานความค้าวหน้าของโครงการและคารใช้จ่ายงบประมาณ", "2 รายงานความก้าวหน้าของโครงการและการใช้จ่ายงบประมาณ"),
        ("xe แบบแสดงรายงานความก้าวหนาและข้อมูลเกียวกับโครงการ *8*", "แบบแสดงรายงานความก้าวหน้าและข้อมูลเกี่ยวกับโครงการ"),
        ("ขอรับรองวา ข้อมูลทีปรากฎในเอกสารฉบับนี้", "ขอรับรองว่า ข้อมูลที่ปรากฏในเอกสารฉบับนี้"),
    ],
)  # fmt: skip
def test_labels_as_they_were_recognised(recognised: str, label: str) -> None:
    assert [line.text for line in repaired(recognised)] == [label]


SECTION = """\
1.1 รหัสโครงการและชื่อโครงการ
ชื่อโครงการ/กิจกรรม : สวน
รหัสโครงการ... : 50210000-0042
เขงพฟ์เประยเค) พแค : 2567
เริ่มต้นโครงการ : 2023-10-01 00:00:00
งบประมาณที่ได้รับ : 0 บาท
สิ้นสุดโครงการ : 2024-09-30 00:00:00
งบประมาณที่ใช้ไป : 0 บาท
1.2 หน่วยงานที่รับผิดชอบ
"""


@pytest.mark.parametrize("left", ["เขงพฟ์เประยเค) พแค", "suusenriantetid"])
def test_a_label_of_which_nothing_is_left_is_the_one_that_is_missing(left: str) -> None:
    line = repaired(SECTION.replace("เขงพฟ์เประยเค) พแค", left))[3]
    assert (line.text, line.repaired[0]) == ("ปีงบประมาณ พ.ศ. : 2567", "2567")


@pytest.mark.parametrize(
    "text",
    [
        SECTION.replace("งบประมาณที่ใช้ไป : 0 บาท\n", ""),  # two are missing
        SECTION.replace("1.2", "หมายเหตุของเขต : ก\n1.2"),  # two may be it
        SECTION.replace("เขงพฟ์เประยเค) พแค", "ก่อสร้างต่อเนื่องจากปีที่แล้วตามแผนของเขต"),  # no label is as long
    ],
)
def test_a_line_that_may_be_another_is_left_alone(text: str) -> None:
    assert "ปีงบประมาณ" not in "".join(line.text for line in repaired(text))


# Values


@given(st.sampled_from(LABELS), values_with_digits())
def test_digits_stay_as_recognised_or_are_noted(label: str, value: str) -> None:
    (line,) = repaired(f"{label} : {value}")
    assert DIGIT.findall(line.text) == DIGIT.findall(value) or line.repaired


@pytest.mark.parametrize(
    ("recognised", "text", "inferred"),
    [
        ("เริ่มต้นโครงการ : 31701/2566", "เริ่มต้นโครงการ : 31/01/2566", ("31/01/2566",)),
        ("เริ่มต้นโครงการ : 15 ธุค 2562", "เริ่มต้นโครงการ : 15 ธค 2562", ("ธค",)),
        ("เริ่มต้นโครงการ : 10 มีนากม 2566", "เริ่มต้นโครงการ : 10 มีนาคม 2566", ("มีนาคม",)),
        ("เริ่มต้นโครงการ 1: 2023-11-10 00:00:00.000", "เริ่มต้นโครงการ : 2023-11-10", ()),
        ("สิ้นสุดโครงการ : 2023-10-01“00:00:00", "สิ้นสุดโครงการ : 2023-10-01", ()),
        ("รหัสโครงการ : «50210000-0042 |", "รหัสโครงการ : 50210000-0042", ()),
        ("รหัสโครงการ : 502100000042", "รหัสโครงการ : 50210000-0042", ("50210000-0042",)),
        ("งบประมาณที่ใช้ไป : 393.224.000 บาท", "งบประมาณที่ใช้ไป : 393,224,000 บาท", ("393,224,000",)),
        ("งบประมาณที่ใช้ไป : O บาท", "งบประมาณที่ใช้ไป : 0 บาท", ("0",)),
        ("งบประมาณที่ใช้ไป : 312,500.- uin", "งบประมาณที่ใช้ไป : 312,500 บาท", ()),
    ],
)
def test_values_as_they_were_recognised(recognised: str, text: str, inferred: tuple[str, ...]) -> None:
    (line,) = repaired(recognised)
    assert (line.text, line.repaired) == (text, inferred)


@pytest.mark.parametrize("month", ["ก.ม.", "ฟฟฟ", "พ"])
def test_a_month_that_may_be_another_is_left_alone(month: str) -> None:
    (line,) = repaired(f"เริ่มต้นโครงการ : 15 {month} 2562")
    assert (line.text, line.repaired) == (f"เริ่มต้นโครงการ : 15 {month} 2562", ())


# Reports

DETAIL = ":: ความก้าวหน้าของงานฯ = {pct} งบประมาณที่เบิกใช้ ({count}) = {thb} : {statuses}"
SOUND = {"pct": "20.50 :", "count": "ครั้งที่ 2", "thb": "312,500.- บาท", "statuses": "เป็นไปตามแผน : ต่ำกว่าเป้าหมาย"}
HEADING = "รายงานครั้งที่ 1 :: 15/11/2566 : ก\n" + DETAIL.format(**SOUND).replace("ที่ 2", "ที่ 1")


def second_report(heading: str = "รายงานครั้งที่ 2 :: 20/02/2567 : ก", **parts: str) -> list[Line]:
    return repaired(f"{HEADING}\n{heading}\n{DETAIL.format(**SOUND | parts)}")[2:]


REPAIRED = ":: ความก้าวหน้าของงานฯ = 20.50 : งบประมาณที่เบิกใช้ (ครั้งที่ 2) = 312,500 บาท : เป็นไปตามแผน : ต่ำกว่าเป้าหมาย"


@pytest.mark.parametrize(
    ("parts", "inferred"),
    [
        ({}, ()),
        ({"count": "ครั้งที 2"}, ()),
        ({"count": "Ayan 2"}, ()),
        ({"thb": "312,500.- บาท เ"}, ()),
        ({"statuses": "เป็น\nไปตามแผน : ตำกว่าเป้าหมาย"}, ()),
        ({"statuses": "เป็นไปตามแผน ต่ำกว่าเป้าหมาย"}, ()),
        ({"thb": "312,500.- บาท เป็นไปตามแผน", "statuses": "ต่ำกว่าเป้าหมาย"}, ()),
        ({"thb": "312,500.- บาท 1เป็นไปตามแผน", "statuses": "ต่ำกว่าเป้าหมาย"}, ()),
        ({"pct": "20.50 1:"}, ("20.50",)),
        ({"pct": "-20.50 :"}, ("20.50",)),
        ({"thb": "312.500 บาท"}, ("312,500",)),
        ({"thb": "๓๑๒.๕๐๐.- บาท"}, ("312,500",)),
        ({"thb": "312,500.-ษ บาท"}, ()),
        ({"pct": "20.50>» :"}, ("20.50",)),  # what may be a digit
        ({"statuses": "เป็นไปตามแฝน : ตำคว่าเป้าหมาย"}, ("เป็นไปตามแผน", "ต่ำกว่าเป้าหมาย")),
    ],
)
def test_the_detail_of_a_report_as_it_was_recognised(parts: dict[str, str], inferred: tuple[str, ...]) -> None:
    _, detail = second_report(**parts)
    assert (detail.text, detail.repaired) == (REPAIRED, inferred)


def test_the_sign_before_an_amount_may_be_lost() -> None:
    _, detail = repaired(f"{HEADING}\nรายงานครั้งที่ 2 :: 20/02/2567 : ก\n{DETAIL.format(**SOUND).replace(') =', ')')}")[2:]
    assert detail.text == REPAIRED


@pytest.mark.parametrize("pct", ["ฒ๐.๕", "a.on %", ""])
def test_a_figure_past_reading_loses_no_other(pct: str) -> None:
    _, detail = second_report(pct=pct)
    assert detail.text.endswith(REPAIRED.partition("20.50")[2])


@pytest.mark.parametrize(
    ("heading", "text", "inferred"),
    [
        ("รายงานครังที 2 :: 20/02/2567 : ก", "รายงานครั้งที่ 2 :: 20/02/2567 : ก", ()),
        ("รายงานครั้งที่2 เ:: 2024-02-20 00:00:00.000 : ก", "รายงานครั้งที่ 2 :: 2024-02-20 : ก", ()),
        ("รายงานครั้งที่2 1: 20/02/67: ก", "รายงานครั้งที่ 2 :: 20/02/67 : ก", ("20/02/67",)),
        ("รายงานครั้งที่ 2 :: 1»5/11/2566 : ก", "รายงานครั้งที่ 2 :: 5/11/2566 : ก", ("5/11/2566",)),
        ("รายงานครั้งที่ 2 :: 20702/2567 : ก", "รายงานครั้งที่ 2 :: 20/02/2567 : ก", ("20/02/2567",)),
        ("รายงานครั้งที่ 2 :: 20 ก.ม. 2567 : ก", "รายงานครั้งที่ 2 :: 20 ก.ม. 2567 : ก", ()),  # of three months
        ("รายงานครั้งที่ 2 :: 20 กุมภาพันธ 67 : ก", "รายงานครั้งที่ 2 :: 20 กุมภาพันธ์ 67 : ก", ("กุมภาพันธ์",)),
        ("รายงานครั้งที่ 2 1 ๐๑๖-๑๐-๑๕ : ก", "รายงานครั้งที่ 2 :: ๐๑๖-๑๐-๑๕ : ก", ()),
        ("รายงานครั้งทีๆ :: 20/02/2567 : ก", "รายงานครั้งที่ 2 :: 20/02/2567 : ก", ("2",)),
        ("รายงานครั้งที่ 7 :: 20/02/2567 : ก", "รายงานครั้งที่ 2 :: 20/02/2567 : ก", ("2",)),
        ("รายงานครงท 2 :: 20/02/2567 : ก", "รายงานครั้งที่ 2 :: 20/02/2567 : ก", ()),  # no digit is a label's letter
        ("รายงานครั้งที่2 :: 20-02-256700:00:00 : ก", "รายงานครั้งที่ 2 :: 20-02-2567 : ก", ("20-02-2567",)),
    ],
)
def test_the_heading_of_a_report_as_it_was_recognised(heading: str, text: str, inferred: tuple[str, ...]) -> None:
    line, _ = second_report(heading)
    assert (line.text, line.repaired) == (text, inferred)


def test_a_counter_that_two_gainsay_is_theirs_and_that_is_noted() -> None:
    heading, detail = second_report(count="ครั้งที่ 9")
    assert (heading.repaired, detail.text) == (("2",), REPAIRED)


def test_a_number_that_stands_nowhere_is_the_next_and_that_is_noted() -> None:
    heading, detail = second_report("รายงานครั้งที่ว :: 20/02/2567 : ก", count="ครั้งที่ ว")
    assert (heading.text, heading.repaired) == ("รายงานครั้งที่ 2 :: 20/02/2567 : ก", ("2",))
    assert detail.text == REPAIRED


def test_a_report_that_is_missing_is_not_made_up() -> None:
    heading, detail = second_report("รายงานครั้งที่ 4 :: 20/02/2567 : ก", count="ครั้งที่ 4")
    assert heading.repaired == detail.repaired == ()
    assert heading.text.startswith("รายงานครั้งที่ 4")


# The whole form

RECOGNISED = (
    ("****", "x ~*"), ("ชื่อโครงการ/", "ชือโครงการ/"), ("เริ่ม", "เริม"), ("สิ้นสุด", "สินสุด"), ("ครั้งที่", "ครั้งที"),
    ("งบประมาณที่", "งบประมาณที"), ("หน่วยงาน", "หนวยงาน"), ("สำนักงาน", "สํานักงาน"), ("มิติที่", "NAN"), ("ต่ำ", "ตำ"),
    ("\n\n", "\n\n. ~ ,\n\n"),
)  # fmt: skip


@pytest.mark.parametrize("percent_signs", [True, False])
def test_a_form_as_it_was_recognised(percent_signs: bool) -> None:
    text = Form().text(percent_signs=percent_signs)
    for printed, recognised in RECOGNISED:
        text = text.replace(printed, recognised)
    copy = read(text)
    project, strategy = copy.project, copy.strategy
    assert project
    assert strategy
    assert (project.project_code, project.fiscal_year) == ("50210000-0042", 2567)
    assert (project.start_date, project.end_date) == (date(2023, 10, 1), date(2024, 9, 30))
    assert (project.budget_received_thb, project.budget_spent_thb) == (Decimal("1250000.50"), Decimal(312500))
    assert project.agency_path == ["สำนักงานเขตภาษีเจริญ", "ฝ่ายโยธา"]
    assert (strategy.strategy_code, strategy.sub_issue_code, strategy.goal_code) == ("4", "4.3", "4.3.1")
    assert strategy.dimension_no == 1
    assert "dimension_no_misread" in strategy.issues
    assert [(one.report_no, one.report_date, one.progress_pct, one.plan_status) for one in copy.reports] == [
        (1, date(2023, 11, 15), Decimal("10.00"), "เป็นไปตามแผน"),
        (2, date(2024, 2, 20), Decimal("20.50"), "เป็นไปตามแผน"),
        (3, date(2024, 2, 29), Decimal("33.00"), "เป็นไปตามแผน"),
    ]


# Without a comma, an amount may have lost a digit as well.
AMOUNTS_MISREAD = {"budget_received_thb_misread", "budget_spent_thb_misread", "disbursed_thb_misread"}


@settings(max_examples=40)
@given(st.integers())
def test_what_was_recognised_without_fault_is_read_as_from_text(seed: int) -> None:
    example = draw(Random(seed))
    text = example.form.text()
    (as_text,) = parse(Document(uri="form.txt", sha256="0" * 64, channel=Channel.TEXT), lines_of(text))
    as_scan = read(text)
    assert [facts(one) for one in records(as_scan)] == [facts(one) for one in records(as_text)]
    misread = {fault for one in records(as_scan) for fault in one.issues if fault.endswith("_misread")}
    assert misread <= AMOUNTS_MISREAD


def records(copy: Copy) -> list[Any]:
    return [copy.project, copy.strategy, *copy.reports]


def facts(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__ if name not in {"places", "issues"}}


# The plan


@pytest.mark.parametrize(
    ("recognised", "text", "inferred"),
    [
        (
            "ประเด็นยุทธศาสตร์ : ยุทธศาสตร์ที่ ๓ - การสร้างความเป็นมืออาชีพในการบริหารจัดการมหานคร",
            "ประเด็นยุทธศาสตร์ : ยุทธศาสตร์ที่ ๗ - การสร้างความเป็นมืออาชีพในการบริหารจัดการมหานคร",
            ("7",),
        ),
        (
            "ประเด็นยุทธศาสตร์ย่อย : ฒ.๒ - การบริหารแผนและประเมินผล",
            "ประเด็นยุทธศาสตร์ย่อย : ๗.๒ - การบริหารแผนและประเมินผล",
            ("7.2",),
        ),
        (
            "ประเด็นยุทธศาสตร์ย่อย : ๗.๒ - การบริหารแผนและประเมินผล",
            "ประเด็นยุทธศาสตร์ย่อย : ๗.๒ - การบริหารแผนและประเมินผล",
            (),
        ),
        ("ประเด็นยุทธศาสตร์ย่อย : สวนริมคลอง", "ประเด็นยุทธศาสตร์ย่อย : สวนริมคลอง", ()),
        ("เป้าหมายที่ : ๗.๒.๑ สวนริมคลองของชุมชน", "เป้าหมายที่ : ๗.๒.๑ สวนริมคลองของชุมชน", ()),
    ],
)
def test_a_code_of_the_plan_is_that_of_its_name(recognised: str, text: str, inferred: tuple[str, ...]) -> None:
    (line,) = repaired(recognised)
    assert (line.text, line.repaired) == (text, inferred)


@given(st.integers())
def test_a_name_of_an_agency_is_never_another_one(seed: int) -> None:
    random = Random(seed)
    name = f"ศูนย์{phrase(random)}".replace("/", " ")
    (line,) = repaired(f"หน่วยงานที่รับผิดชอบ : {name}")
    assert (line.text, line.repaired) == (f"หน่วยงานที่รับผิดชอบ : {name}", ())
