"""Files of office programs: the same form gives the same records, and what a reader does not see is not read."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from xlsxwriter.workbook import Workbook, Worksheet

from etl.errors import DocumentFault
from etl.extract import extract
from etl.read import archive, read
from etl.read.office.cells import shown
from etl.records import Channel, Copy
from tests.containers import mailed, tarred
from tests.forms import Form
from tests.office_files import (
    open_document,
    open_table,
    open_text,
    paragraph,
    rows_of,
    table,
    text_document,
    workbook,
)

FORM = Form().text()


def facts(content: bytes) -> list[object]:
    (copy,) = extract("file:///a", content)
    return [
        {name: getattr(record, name) for name in record.__struct_fields__ if name != "places"}
        for record in (copy.project, copy.strategy, *copy.reports)
        if record
    ]


def lines(content: bytes) -> list[str]:
    return [line.text for line in read(content).lines]


def copy_of(content: bytes) -> Copy:
    (copy,) = extract("file:///a", content)
    return copy


CONTAINERS: dict[str, Callable[[str], bytes]] = {
    "a sheet": lambda form: workbook(rows_of(form, in_two=False)),
    "a sheet with labels and values": lambda form: workbook(rows_of(form, in_two=True)),
    "a text document": lambda form: text_document("".join(map(paragraph, form.splitlines()))),
    "an OpenDocument text": lambda form: open_document("text", "".join(map(open_text, form.splitlines()))),
    "an OpenDocument sheet": lambda form: open_document("spreadsheet", open_table(rows_of(form, in_two=True))),
    "a table in a text document": lambda form: text_document(table(rows_of(form, in_two=True))),
}


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("percent_signs", [True, False])
def test_a_form_is_the_same_form(container: str, percent_signs: bool) -> None:
    form = Form().text(percent_signs=percent_signs)
    content = CONTAINERS[container](form)
    assert facts(content) == facts(form.encode())
    assert read(content).channel is Channel.OFFICE


@pytest.mark.parametrize("packed", [lambda *files: mailed("แนบ", *files), tarred])
def test_forms_of_all_kinds_are_documents_in_one_container(packed: Callable[..., bytes]) -> None:
    codes = [f"50210000-004{number}" for number in range(len(CONTAINERS))]
    files = [
        (f"{number}.bin", make(Form(code=code).text()))
        for number, (code, make) in enumerate(zip(codes, CONTAINERS.values(), strict=True))
    ]
    copies = [copy_of(member.content) for member in archive.unpack("a", packed(*files))]
    assert [copy.project.project_code for copy in copies if copy.project] == codes
    assert [len(copy.reports) for copy in copies] == [3] * len(codes)


@pytest.mark.parametrize(
    ("value", "style", "text"),
    [
        ("0.5", "0.00%", "50%"),
        ("0.205", "0%", "20.5%"),
        ("45215", "yyyy-mm-dd", "2023-10-16"),
        ("45215.5", "[$-107041E]d mmm yyyy h:mm", "2023-10-16 12:00:00"),
        ("243345", "dd/mm/yyyy", "2566-04-02"),
        ("1", "d/m/yy", "1900-01-01"),
        ("45215", "General", "45215"),
        ("1250000.5", "#,##0.00", "1250000.5"),
        ("0.30000000000000004", "General", "0.3"),
        ("1E+20", "General", "100000000000000000000"),
        ("871", "0000", "0871"),
        ("502100000042", r"00000000\-0000", "50210000-0042"),
        ("12500000", '0.0,,"ล้านบาท"', "12.5ล้านบาท"),
        ("12.5", '#,##0.00" ล้านบาท"', "12.5 ล้านบาท"),
        ("26250", "#,##0,", "26250"),
        ("0", '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', "0"),
        ("-5", "0.00;(0.00)", "-5"),
        ("-3", "yyyy", "-3"),
        ("99999999", "yyyy", "99999999"),
        ("nan", "0", "nan"),
        ("abc", "0", "abc"),
    ],
)
def test_a_number_is_shown_as_its_format_shows_it(value: str, style: str, text: str) -> None:
    assert shown(value, style) == text


def test_days_may_count_from_1904() -> None:
    assert shown("43753", "d/m/yyyy", from_1904=True) == "2023-10-16"


def typed(book: Workbook, sheet: Worksheet) -> None:
    money, day = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "[$-107041E]d mmmm yyyy"})
    for row, (label, *_) in enumerate(rows_of(FORM, in_two=True)):
        match label:
            case "งบประมาณที่ได้รับ":
                sheet.write_formula(row, 1, "=1000000+250000.5", money, 1250000.5)
            case "เริ่มต้นโครงการ":
                sheet.write_datetime(row, 1, datetime(2023, 10, 1), day)  # noqa: DTZ001 - as a cell has it
            case "ปีงบประมาณ พ.ศ.":
                sheet.write_number(row, 1, 2567)


def test_days_amounts_and_results_of_formulas_are_read() -> None:
    assert facts(workbook(rows_of(FORM, in_two=True), typed)) == facts(FORM.encode())


def test_a_serial_where_a_day_should_be_is_read_and_uncertain() -> None:
    def change(_: Workbook, sheet: Worksheet) -> None:
        row = next(row for row, cells in enumerate(rows_of(FORM, in_two=True)) if cells[0] == "เริ่มต้นโครงการ")
        sheet.write_number(row, 1, 45200)

    project = copy_of(workbook(rows_of(FORM, in_two=True), change)).project
    assert project
    assert (project.start_date, project.issues) == (date(2023, 10, 1), {"start_date_uncertain": "45200"})


def test_what_a_sheet_hides_is_not_read_and_said() -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column(2, 2, None, None, {"hidden": True})
        sheet.write_string(3, 0, "ขีดฆ่า", book.add_format({"font_strikeout": True}))
        other = book.add_worksheet("ซ่อน")
        other.write_string(0, 0, "ลับ")
        other.hide()

    pages = read(workbook([["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]], change))
    assert [line.text for line in pages.lines] == ["a\tb", "", "g\th"]
    assert pages.notes == {
        "R-hidden-text": "what the spreadsheet hides was left out: 6 cells that are hidden or struck out,"
        " and 1 hidden sheets"
    }


def test_sheets_are_pages_and_boxes_stand_below() -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        sheet.insert_textbox(5, 5, "ในกล่อง")
        book.add_worksheet("ข").write_string(1, 3, "หน้าสอง")

    read_lines = read(workbook([["ก"], ["", "ข\nค"]], change)).lines
    assert [(line.place.page, line.place.line, line.text) for line in read_lines] == [
        (1, 1, "ก"), (1, 2, "\tข"), (1, 3, "ค"), (1, 4, "ในกล่อง"), (2, 5, ""), (2, 6, "หน้าสอง"),
    ]  # fmt: skip


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def test_changes_are_shown_as_accepted_and_hidden_text_is_not() -> None:
    body = (
        f"<w:p>{run('ก')}<w:del>{run('ลบ')}</w:del><w:ins>{run('ข')}</w:ins>{run('ซ่อน', '<w:vanish/>')}"
        f"{run('ขีด', '<w:strike/>')}{run('ค', '<w:strike w:val=&quot;0&quot;/>'.replace('&quot;', chr(34)))}</w:p>"
    )
    pages = read(text_document(body))
    assert [line.text for line in pages.lines] == ["กขค"]
    assert "left out: 2" in pages.notes["R-hidden-text"]


def test_a_raised_mark_is_glued_to_no_number() -> None:
    raised = '<w:vertAlign w:val="superscript"/>'
    row = "".join(f"<w:tc><w:p>{cell}</w:p></w:tc>" for cell in (run("5") + run("1", raised), run("6,250")))
    pages = read(text_document(f"<w:tbl><w:tr>{row}</w:tr></w:tbl><w:p>{run('500 ม.') + run('2', raised)}</w:p>"))
    assert [line.text for line in pages.lines] == ["5\t6,250", "500 ม.²"]
    assert {rule_id: one.lines for rule_id, one in pages.taken_out.items()} == {"R-raised-mark": (1,)}

    def change(book: Workbook, sheet: Worksheet) -> None:
        sheet.write_rich_string(0, 0, "7", book.add_format({"font_script": 1}), "1", " ")

    pages = read(workbook([["x", "20"], ["8", "30"]], change))
    assert [line.text for line in pages.lines] == ["7\t20", "8\t30"]
    assert {rule_id: one.lines for rule_id, one in pages.taken_out.items()} == {"R-raised-mark": (1,)}


def test_list_items_have_their_numbers() -> None:
    def item(place: int, text: str) -> str:
        return paragraph(text, f'<w:pPr><w:numPr><w:ilvl w:val="{place}"/><w:numId w:val="1"/></w:numPr></w:pPr>')

    levels = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for place, style, text in ((0, "decimal", "%1."), (1, "decimal", "%1.%2"), (2, "bullet", "x"))
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    )
    body = item(0, "ก") + item(1, "ข") + item(1, "ค") + item(2, "ง") + item(0, "จ") + item(1, "ฉ")
    assert lines(text_document(body, numbering=numbering)) == ["1. ก", "1.1 ข", "1.2 ค", "- ง", "2. จ", "2.1 ฉ"]


def test_boxes_headers_and_footers_are_read_and_numbers_of_pages_are_not() -> None:
    box = f"<w:r><mc:A><mc:Choice><w:txbxContent>{paragraph('กล่อง')}</w:txbxContent></mc:Choice>"
    box += f"<mc:Fallback><w:txbxContent>{paragraph('กล่อง')}</w:txbxContent></mc:Fallback></mc:A></w:r>"
    field = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>'
    field += f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("1")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    section = '<w:sectPr><w:headerReference r:id="header1"/><w:footerReference r:id="footer1"/></w:sectPr>'
    content = text_document(
        f"<w:p>{run('ก')}{box}</w:p><w:p><w:r><w:sym w:font='Wingdings' w:char='F0FE'/></w:r>{run('ข')}</w:p>{section}",
        header1=paragraph("หัว"),
        footer1=f"{paragraph('ท้าย')}<w:p>{run('หน้า ')}{field}</w:p>",
    )
    assert lines(content) == ["หัว", "ก", "กล่อง", "☑ข", "ท้าย"]


def test_tables_are_rows_of_cells() -> None:
    body = table([["ครั้งที่", "วันที่"], ["1", ""], ["ป้าย", "บน\nล่าง"]])
    assert lines(text_document(body)) == ["ครั้งที่\tวันที่", "1", "ป้าย\tบน", "ล่าง"]


def test_an_open_document_hides_what_it_hides() -> None:
    styles = (
        '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
        '<style:style style:name="s"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    )
    row = "<table:table-row{}><table:table-cell{}><text:p>{}</text:p></table:table-cell></table:table-row>"
    body = (
        "<table:table>"
        + row.format("", "", "ก<text:span text:style-name='s'>ขีด</text:span><text:s text:c='2'/>ข")
        + row.format(' table:number-rows-repeated="2"', "", "")
        + row.format(' table:visibility="collapse"', "", "ซ่อน")
        + row.format("", ' table:style-name="s"', "ขีด")
        + row.format("", ' table:number-columns-repeated="2"', "ค")
        + "</table:table>"
        + open_table([["ลับ"]], ' table:style-name="h"')
    )
    pages = read(open_document("spreadsheet", body, styles))
    assert [line.text for line in pages.lines] == ["ก  ข", "", "", "", "ค\tค"]
    assert "3 pieces that are hidden or struck out, and 1 hidden sheets" in pages.notes["R-hidden-text"]


def test_an_open_text_has_lists_and_shows_no_deletions() -> None:
    body = (
        f"<text:tracked-changes>{open_text('ลบ')}</text:tracked-changes>"
        f"<text:list><text:list-item>{open_text('ก')}</text:list-item></text:list>{open_table([['ข', 'ค']])}"
    )
    assert lines(open_document("text", body)) == ["- ก", "ข\tค"]


@pytest.mark.parametrize("count", [10**9, 300_000])
def test_repeated_rows_have_a_limit(count: int) -> None:
    body = f'<table:table><table:table-row table:number-rows-repeated="{count}">'
    body += f"<table:table-cell>{open_text('ก')}</table:table-cell></table:table-row></table:table>"
    with pytest.raises(DocumentFault, match="split the document"):
        read(open_document("spreadsheet", body))


def changed(content: bytes, name: str, new: Callable[[bytes], bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as package:
        for one in old.namelist():
            package.writestr(one, new(old.read(one)) if one == name else old.read(one))
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (workbook([]), "shows no text"),
        (text_document("<w:p/>"), "has no text"),
        (changed(workbook([["a"]]), "xl/worksheets/sheet1.xml", lambda part: part[:-20]), "is damaged"),
        (changed(workbook([["a"]]), "xl/workbook.xml", lambda part: b"<!DOCTYPE x []>" + part), "declares a type"),
        (
            changed(
                workbook([["a"]]), "[Content_Types].xml", lambda part: part.replace(b"spreadsheetml.sheet.m", b"x.m")
            ),
            "office program; save it as",
        ),
        (workbook([["a"]])[:-30], "damaged or cut off"),
    ],
    ids=["no text in a sheet", "no text", "damaged", "entities", "slides", "cut off"],
)
def test_what_cannot_be_read_says_why(content: bytes, why: str) -> None:
    with pytest.raises(DocumentFault, match=why):
        read(content)


def test_a_spreadsheet_is_a_document_and_no_archive() -> None:
    content = workbook([["a"]])
    assert [(member.uri, member.content) for member in archive.unpack("a.xlsx", content)] == [("a.xlsx", content)]
    (member,) = archive.unpack("a.eml", mailed("", ("a.xlsx", content)))
    assert member.content == content
    assert member.modified_at == datetime(2024, 3, 1, 2, tzinfo=UTC)
