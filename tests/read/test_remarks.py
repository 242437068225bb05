"""What people say beside the text of a document is a finding: critical where it concerns the values, else a note."""

import io
import zipfile
from collections.abc import Callable

import pytest

from etl.extract import extract
from etl.records import Severity
from etl.thai.remarks import letter_concerns, name_concerns
from tests.forms import Form
from tests.office_files import open_document, open_table, open_text, paragraph, rows_of, text_document, workbook

FORM = Form().text()
ROWS = rows_of(FORM, in_two=True)
SAID = "แก้ไขเป็น 450,000 บาท"
THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"


def said(content: bytes) -> list[tuple[str, Severity, str]]:
    """Return the findings of what is said beside a document: rule, severity, and the words up to the remedy."""
    return [
        (one.rule_id, one.severity, one.message.split(" (nobody applies it")[0])
        for copy in extract("file:///a", content)
        for one in copy.findings
        if one.rule_id.startswith("R-remark-")
    ]


def in_word(text: str) -> bytes:
    lines = [*map(paragraph, FORM.splitlines())]
    lines[2] = (
        lines[2]
        .replace("<w:r>", '<w:commentRangeStart w:id="0"/><w:r>', 1)
        .replace("</w:p>", '<w:commentRangeEnd w:id="0"/></w:p>')
    )
    return text_document("".join(lines), comments=f'<w:comment w:id="0">{paragraph(text)}</w:comment>')


def in_open_text(text: str) -> bytes:
    note = f"<office:annotation>{open_text(text)}</office:annotation>"
    return open_document("text", "".join(map(open_text, FORM.splitlines())).replace("</text:p>", f"{note}</text:p>", 1))


def in_open_table(text: str) -> bytes:
    note = f"<table:table-cell><office:annotation>{open_text(text)}</office:annotation>"
    return open_document("spreadsheet", open_table(ROWS).replace("<table:table-cell>", note, 1))


def in_thread(text: str) -> bytes:
    """Return a spreadsheet with a comment in a thread, and the note that repeats it for older programs."""
    note = f"[Threaded comment]\n\nYour version of Excel allows you to read this.\n\nComment:\n    {text}"
    book = workbook(ROWS, lambda _, sheet: sheet.write_comment("B5", note))
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            part = old.read(name).decode()
            if name.endswith("sheet1.xml.rels"):
                more = '<Relationship Id="rIdT" Target="../threadedComments/threadedComment1.xml"/></Relationships>'
                part = part.replace("</Relationships>", more)
            new.writestr(name, part)
        thread = f'<threadedComment ref="B5"><text>{text}</text></threadedComment>'
        new.writestr(
            "xl/threadedComments/threadedComment1.xml",
            f'<ThreadedComments xmlns="{THREADS}">{thread}</ThreadedComments>',
        )
    return target.getvalue()


def in_note(text: str) -> bytes:
    return workbook(ROWS, lambda _, sheet: sheet.write_comment("B5", text))


@pytest.mark.parametrize("write", [in_word, in_note, in_thread, in_open_text, in_open_table])
def test_a_comment_is_told_and_holds_where_it_concerns_a_value(write: Callable[[str], bytes]) -> None:
    ((rule_id, severity, message),) = said(write(SAID))
    assert (rule_id, severity) == ("R-remark-beside", "critical")
    assert message.startswith("a comment") and message.endswith(SAID)
    ((rule_id, severity, message),) = said(write("ดีมากค่ะ"))
    assert (rule_id, severity) == ("R-remark-idle", "info")


def test_a_comment_tells_what_it_is_on() -> None:
    ((_, _, message),) = said(in_word(SAID))
    assert message.startswith(f"a comment on “{FORM.splitlines()[2][:20]}")
    ((_, _, message),) = said(in_note(SAID))
    assert message.startswith("a comment on “cell B5”")


@pytest.mark.parametrize(
    ("head", "severity"),
    [("&Rหน่วย : พันบาท", "critical"), ('&C&"Arial,Bold"&12ฉบับร่าง', "critical"), ("&Lสำนัก&Rหน้า &P/&N", "info")],
)
def test_the_head_of_a_sheet_s_pages_is_told(head: str, severity: str) -> None:
    ((_, found, _),) = said(workbook(ROWS, lambda _, sheet: sheet.set_header(head)))
    assert found == severity


def test_a_head_of_page_numbers_says_nothing() -> None:
    assert said(workbook(ROWS, lambda _, sheet: sheet.set_footer("&Cหน้า &P จาก &N"))) == []


def test_the_name_of_a_sheet_holds_where_it_states_a_unit() -> None:
    named = open_table(ROWS, ' table:name="ไตรมาส 2 (พันบาท)"')
    ((rule_id, _, message),) = said(open_document("spreadsheet", named))
    assert (rule_id, message) == ("R-remark-beside", "the name of a sheet says: ไตรมาส 2 (พันบาท)")
    assert said(open_document("spreadsheet", open_table(ROWS, ' table:name="ไตรมาส 2"'))) == []


@pytest.mark.parametrize(
    "name",
    [
        "Sheet1",
        "รายงาน 2567",
        "ไตรมาส 2",
        "งานปรับปรุงคลอง",
        "แก้ไขปัญหาจราจร",
        "หน่วยงาน 3",
        "ผู้รับผิดชอบ",
        "หน่วยรับผิดชอบ",
        "โครงการแก้มลิง",
    ],
)
def test_an_ordinary_name_concerns_no_value(name: str) -> None:
    assert not name_concerns(name)


@pytest.mark.parametrize(
    "text",
    [
        "ครั้งที่ 1 ตัวเลขความก้าวหน้าไม่ใช่ 30 จริงๆ ได้แค่ 22.50 ค่ะ", "งบที่ได้รับในไฟล์ผิดนะครับ ได้จริง 450,000 บาท",
        "ครั้งที่ 1 พิมพ์ตกไปหนึ่งหลัก ขอเป็น 700,000 นะคะ",
        "ไฟล์นี้ไม่ต้องใช้แล้วนะคะ เดี๋ยวส่งฉบับใหม่ให้พรุ่งนี้ค่ะ", "หมายเหตุ ตัวเลขเงินในไฟล์เป็นหลักพันบาทนะคะ",
        "อย่าเพิ่งใช้นะครับ", "งบได้มา ๔๕๐,๐๐๐", "หน่วยเป็นล้าน", "Please ignore this file.",
        "The budget is 450,000", "in thousands",
        "วันสิ้นสุดโครงการ 30/9/2567", "ครั้งที่ 2 เป็น 40%", "It is not 40", "งบผิด", "ครั้งที่ 2,000",
    ],
)  # fmt: skip
def test_a_letter_that_says_something_of_a_value_concerns_it(text: str) -> None:
    assert letter_concerns(f"เรียน ท่านผู้อำนวยการ\n\n{text}\n\nขอบคุณค่ะ")


@pytest.mark.parametrize(
    "text",
    [
        "ขอส่งรายงานความก้าวหน้าโครงการตามแนบ", "เรียนมาเพื่อโปรดพิจารณา", "ตามแนบครับ", "Please find attached.",
        "ขอส่งรายงานโครงการ 50010000-3809 ปีงบประมาณ 2567 ครั้งที่ 2 จำนวน 3 ไฟล์", "โทร. 0 2203 2888 ต่อ 3121",
        "ตามหนังสือที่ กท 0501/123 ลงวันที่ 5 ม.ค. 2567", "หากมีข้อผิดพลาดประการใดขออภัยมา ณ ที่นี้",
        "รายงานผลประจำเดือนมกราคม 2567 ครั้งที่ 3/2567", "โครงการแก้ไขปัญหาน้ำท่วม ระยะที่ 2", "ไตรมาสที่ 1-2",
        "ส่งไฟล์ที่แก้ไขเรียบร้อยแล้ว",
        "111 ถนนมิตรไมตรี เขตดินแดง 10400 081-234-5678 a1@example.org", "Please find attached the report for Q2/2024",
        "ส่งรายงานโครงการปรับปรุงคลอง", "ผู้รับผิดชอบ หัวหน้าฝ่ายโยธา", "รายงานโครงการ50010000-3809", "โครงการแก้มลิง",
        "Please do not hesitate to contact me.", "Sent from my phone 15",
    ],
)  # fmt: skip
def test_a_letter_that_only_brings_something_concerns_no_value(text: str) -> None:
    assert not letter_concerns(f"เรียน ท่านผู้อำนวยการ\n\n{text}\n\nขอบคุณค่ะ")


@pytest.mark.parametrize("name", ["000 บาท", "THB'000", "หน่วย : พันบาท", "ฉบับร่าง"])
def test_a_name_that_states_a_unit_or_takes_back_does(name: str) -> None:
    assert name_concerns(name)
