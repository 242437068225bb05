import pytest

from etl.read import pdf_layout
from etl.read.pdfium import Piece

RIGHT = 500.0


def piece(
    text: str, left: float, baseline: float, *, right: float = RIGHT, mark: int = -1, blank: bool = False
) -> Piece:
    return Piece(text, left, right, baseline, 10.0, mark, blank)


WIDE = piece("ข้อความที่เต็มความกว้างของหน้ากระดาษซึ่งพิมพ์ไว้ด้านล่างสุด", 30, 100)


def lines(*pages: list[Piece]) -> list[list[str]]:
    return pdf_layout.lines(pages)


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("ประชาชนในพื้นที่", "ได้รับความสะดวก", "ประชาชนในพื้นที่ได้รับความสะดวก"),
        ("กิจกรรมต่างๆ", "ของห้องสมุด", "กิจกรรมต่างๆ ของห้องสมุด"),
        ("ชั้นในของกรุงเทพฯ", "ได้", "ชั้นในของกรุงเทพฯ ได้"),
        ("จำนวนทั้งสิ้น 36", "แห่ง", "จำนวนทั้งสิ้น 36 แห่ง"),
        ("ห้องสมุด 36 แห่ง", "27 เขต", "ห้องสมุด 36 แห่ง 27 เขต"),
        ("เป็น Co-", "working Space", "เป็น Co-working Space"),
        ("สำนักงานเขต /", "ฝ่ายโยธา", "สำนักงานเขต / ฝ่ายโยธา"),
        ("ไฟส่องสว่างไม่ทั่วถึง", "ดังนั้นจึงต้องปรับปรุง", "ไฟส่องสว่างไม่ทั่วถึง ดังนั้นจึงต้องปรับปรุง"),
    ],
)
def test_a_line_goes_on_where_it_was_broken_for_want_of_room(first: str, second: str, joined: str) -> None:
    assert lines([piece(first, 30, 700), piece(second, 30, 685, right=90)]) == [[joined]]


@pytest.mark.parametrize(
    "second", ["- ลดความร้อน", "2. รายงานความก้าวหน้า", "1.4 วัตถุประสงค์", "รหัสโครงการ... : 5", ": 0 บาท"]
)
def test_what_begins_like_a_line_of_its_own_is_one(second: str) -> None:
    assert lines([piece("เพิ่มพื้นที่สีเขียว", 30, 700), piece(second, 30, 685)]) == [["เพิ่มพื้นที่สีเขียว", second]]


def test_a_line_that_had_room_was_ended_on_purpose() -> None:
    page = [piece("คลองในพื้นที่ขาดร่มเงา", 30, 700, right=150), piece("จึงต้องปลูกต้นไม้เพิ่ม", 30, 685, right=160), WIDE]
    assert lines(page) == [["คลองในพื้นที่ขาดร่มเงา", "จึงต้องปลูกต้นไม้เพิ่ม", "", WIDE.text]]


def test_blanks_are_as_printed_where_the_source_keeps_them() -> None:
    page = [
        piece("เพื่อให้ประชาชน", 30, 700, mark=1, blank=True),
        piece("ในพื้นที่", 30, 685, right=480, mark=1),
        piece("ดังนั้นจึง", 30, 670, right=90, mark=1),
    ]
    assert lines(page) == [["เพื่อให้ประชาชน ในพื้นที่ดังนั้นจึง"]]


def test_nodes_of_the_source_are_never_joined() -> None:
    page = [piece("ข้อความเต็มบรรทัด", 30, 700, mark=1), piece("ข้อความต่อไป", 30, 685, mark=2)]
    assert lines(page) == [["ข้อความเต็มบรรทัด", "ข้อความต่อไป"]]


def test_cells_side_by_side_are_one_line_in_whatever_order_they_are_drawn() -> None:
    page = [
        piece("1", 30, 700, right=35, mark=1),
        piece("รวมสองไตรมาสแรก", 60, 707, right=150, mark=2),
        piece("ของปีงบประมาณ", 60, 693, right=140, mark=2),
        piece("50.00", 200, 700, right=230, mark=3),
        piece("100.00", 200, 675, right=230, mark=4),
        piece("2", 30, 675, right=35, mark=5),
    ]
    assert lines(page) == [["1\tรวมสองไตรมาสแรกของปีงบประมาณ\t50.00", "2\t100.00"]]


def test_a_wider_gap_is_an_empty_line() -> None:
    page = [piece(text, 30, baseline, right=60) for text, baseline in (("ก", 700), ("ข", 685), ("ค", 655), ("ง", 640))]
    assert lines([*page, WIDE]) == [["ก", "ข", "", "ค", "ง", "", WIDE.text]]


def test_a_paragraph_goes_on_with_the_next_page() -> None:
    first, second = [piece("ประชาชนในพื้นที่", 30, 40)], [piece("ได้รับความสะดวก", 30, 760, right=90)]
    assert lines(first, second) == [["ประชาชนในพื้นที่ได้รับความสะดวก"], []]


def test_each_cell_of_a_row_goes_on_with_the_next_page() -> None:
    first = [piece("งบประมาณที่เบิกใช้ =", 30, 40, right=190, mark=7), piece(": เป็นไปตามเป้า", 200, 40, right=260, mark=8)]
    second = [piece("0 บาท", 30, 760, right=60, mark=0), piece("หมาย", 200, 760, right=225, mark=1)]
    wide = [piece("x" * 40, 30, 740, right=265, mark=2)]
    assert lines(first, second + wide)[0] == ["งบประมาณที่เบิกใช้ = 0 บาท\t: เป็นไปตามเป้าหมาย"]


def test_a_row_that_begins_on_the_next_page_is_a_row_of_its_own() -> None:
    first = [piece("ประเด็นยุทธศาสตร์", 30, 40, right=190, mark=7), piece(": ยุทธศาสตร์ที่ ๔", 200, 40, mark=8)]
    second = [piece("ประเด็นยุทธศาสตร์ย่อย", 30, 760, right=195, mark=0), piece(": ๔.๓ - เมือง", 200, 760, mark=1)]
    assert lines(first, second) == [
        ["ประเด็นยุทธศาสตร์\t: ยุทธศาสตร์ที่ ๔"],
        ["ประเด็นยุทธศาสตร์ย่อย : ๔.๓ - เมือง"],
    ]


def test_untagged_rows_at_the_edges_of_a_tagged_page_are_furniture() -> None:
    page = [
        piece("หัวกระดาษ", 30, 780, right=90),
        piece("ข้อความ", 30, 700, mark=0),
        piece("ท้ายกระดาษ", 30, 20, right=90),
    ]
    assert pdf_layout.without_furniture(page, 1, 3).pieces == page[1:2]
