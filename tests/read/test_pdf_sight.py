"""Of a PDF what a viewer shows is read: fields and notes are, and what is hidden in whatever way is not."""

import pytest
from PIL import Image

from etl.errors import DocumentFault
from etl.read import read
from etl.records import Channel, Line, Place
from tests.read.test_pdf import pdf, stream

CHEQUERED = b"BI /W 8 /H 8 /CS /G /BPC 1 ID \x55\xaa\x55\xaa\x55\xaa\x55\xaa\nEI"
WHITE = b"BI /W 1 /H 1 /CS /G /BPC 8 ID \xff\nEI"
TEXT = b"BT /F 10 Tf 30 700 Td (Shown 1) Tj ET\n"
HIDDEN = "text that no viewer shows was left out on page 1 of 1"


def sheet(content: bytes, *others: str | bytes, entries: str = "", resources: str = "", catalogue: str = "") -> bytes:
    """Return a PDF of one page of 600 by 800 points; objects from 6 on are the others."""
    return pdf(
        f"<</Type /Catalog /Pages 2 0 R {catalogue}>>",
        "<</Type /Pages /Kids [3 0 R] /Count 1>>",
        "<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        f" /Resources <</Font <</F 5 0 R>> {resources}>> {entries}>>",
        stream(content),
        "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
        *others,
    )


def text(x: int, y: int, words: str, before: str = "") -> bytes:
    return f"q BT {before} /F 10 Tf {x} {y} Td ({words}) Tj ET Q\n".encode()


def placed(picture: bytes, x: int, y: int, width: int, height: int) -> bytes:
    return b"q %d 0 0 %d %d %d cm %s Q\n" % (width, height, x, y, picture)


def printed(content: bytes) -> list[str]:
    return [line.text for line in read(content).lines if line.text]


@pytest.fixture
def is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recognise `…` in any picture."""

    def read_picture(_: Image.Image, page: int, first_line: int) -> list[Line]:
        return [Line(Place(page, first_line), "…")]

    monkeypatch.setattr("etl.read.ocr.read_picture", read_picture)


@pytest.mark.parametrize(
    "content",
    [
        TEXT * 30 + text(30, 600, "Other 2") + placed(CHEQUERED, 0, 0, 600, 800),
        placed(CHEQUERED, 0, 0, 600, 800) + text(30, 600, "Other 2" * 80, before="3 Tr"),
        TEXT + text(30, 600, "Other 2") + placed(CHEQUERED, 20, 590, 100, 30),
        placed(CHEQUERED, 20, 590, 100, 30) + TEXT + text(30, 600, "Other 2", before="3 Tr"),
    ],
    ids=["a scan over text", "text unseen over a scan", "a picture over a value", "a value unseen over a picture"],
)
@pytest.mark.usefixtures("is_recognised")
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_where_a_picture_stands_in_place_of_text_the_page_is_looked_at(content: bytes, rotate: int) -> None:
    pages = read(sheet(content, entries=f"/Rotate {rotate}"))
    assert pages.channel is Channel.OCR
    assert [line.text for line in pages.lines] == ["…"]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize(
    "hidden",
    [
        text(30, 600, "Other 2", before="3 Tr"),
        text(30, 600, "Other 2", before="1 g"),
        text(30, 600, "Other 2") + placed(WHITE, 20, 590, 100, 30),
        text(30, 600, "Other 2") + b"1 g 20 590 100 30 re f\n",
        text(30, 900, "Other 2"),
        b"q 0 0 9 9 re W n " + text(30, 600, "Other 2") + b"Q\n",
        b"/OC /Layer BDC " + text(30, 600, "Other 2") + b"EMC\n",
        b"/Clear gs " + text(30, 600, "Other 2"),
    ],
    ids=["unseen", "white", "white picture", "white patch", "off the page", "cut off", "layer off", "transparent"],
)
def test_what_no_viewer_shows_is_left_out_and_told(hidden: bytes, rotate: int) -> None:
    pages = read(
        sheet(
            TEXT + hidden,
            "<</Type /OCG /Name (Layer)>>",
            entries=f"/Rotate {rotate}",
            resources="/Properties <</Layer 6 0 R>> /ExtGState <</Clear <</ca 0>>>>",
            catalogue="/OCProperties <</OCGs [6 0 R] /D <</OFF [6 0 R]>>>>",
        )
    )
    assert [line.text for line in pages.lines] == ["Shown 1"]
    assert pages.notes == {"R-hidden-text": HIDDEN}


def test_what_lies_outside_of_the_crop_box_is_left_out_and_told() -> None:
    pages = read(sheet(TEXT + text(30, 600, "Other 2"), entries="/CropBox [0 650 600 800]"))
    assert [line.text for line in pages.lines] == ["Shown 1"]
    assert pages.notes == {"R-hidden-text": HIDDEN}


def test_a_page_of_hidden_text_alone_is_empty() -> None:
    with pytest.raises(DocumentFault, match="nothing is printed"):
        read(sheet(text(30, 600, "Other 2", before="1 g")))


@pytest.mark.parametrize(
    "content",
    [
        b"0 g 20 690 200 30 re f\n" + text(30, 700, "Shown 1", before="1 g"),
        text(30, 700, "Shown 1", before="0.7 g"),
        placed(CHEQUERED, 20, 600, 90, 30) + TEXT,
        placed(CHEQUERED, 20, 690, 90, 30) + text(30, 700, "Shown 1", before="0.5 g"),
        TEXT + b"/Half gs " + placed(CHEQUERED, 20, 690, 90, 30),
        b"/OC /Layer BDC " + TEXT + b"EMC\n",
    ],
    ids=["white on black", "pale", "beside a picture", "on a picture", "under a pale seal", "layer on"],
)
def test_what_is_seen_is_read(content: bytes) -> None:
    pages = read(
        sheet(
            content + text(30, 500, "and more " * 50),
            "<</Type /OCG /Name (Layer)>>",
            resources="/Properties <</Layer 6 0 R>> /ExtGState <</Half <</ca 0.4>>>>",
            catalogue="/OCProperties <</OCGs [6 0 R] /D <<>>>>",
        )
    )
    assert pages.channel is Channel.PDF
    assert pages.lines[0].text == "Shown 1"
    assert pages.notes == {}


LOOK = stream(b"BT /F 10 Tf 2 4 Td (500.25) Tj ET", "/Type /XObject /Subtype /Form /BBox [0 0 90 16]"
              " /Resources <</Font <</F 5 0 R>>>>")  # fmt: skip
FIELD = "<</Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (500.25) /Rect [100 697 190 713] /DA (/F 10 Tf 0 g) {}>>"
FORM = "/AcroForm <</Fields [6 0 R] /DR <</Font <</F 5 0 R>>>> /DA (/F 10 Tf 0 g) {}>>"


@pytest.mark.parametrize(
    ("note", "form"),
    [
        (FIELD.format("/F 4 /AP <</N 7 0 R>>"), ""),
        (FIELD.format("/F 4"), "/NeedAppearances true"),
        (FIELD.format("/F 4"), ""),
        ("<</Type /Annot /Subtype /FreeText /Contents (x) /Rect [100 697 190 713] /F 4 /AP <</N 7 0 R>>>>", ""),
        ("<</Type /Annot /Subtype /Stamp /Rect [100 697 190 713] /F 4 /AP <</N 7 0 R>>>>", ""),
    ],
    ids=["a field", "a field to be drawn", "a field that is not drawn", "a text", "a stamp"],
)
def test_a_field_or_a_note_is_read_where_it_stands(note: str, form: str) -> None:
    content = text(30, 700, "Budget :") + text(30, 680, "Next : 1")
    assert printed(sheet(content, note, LOOK, entries="/Annots [6 0 R]", catalogue=FORM.format(form))) == [
        "Budget :\t500.25",
        "Next : 1",
    ]


def test_a_field_that_is_hidden_is_not_read() -> None:
    hidden = FIELD.format("/F 2 /AP <</N 7 0 R>>")
    content = sheet(text(30, 700, "Budget :"), hidden, LOOK, entries="/Annots [6 0 R]", catalogue=FORM.format(""))
    assert printed(content) == ["Budget :"]


def lined(x: int, y: int, *lines: str) -> bytes:
    return b"".join(text(x, y - 14 * number, line) for number, line in enumerate(lines))


def test_pages_side_by_side_follow_each_other() -> None:
    first, second, third, fourth = (
        [f"{name} {number}: some words" for number in range(4)] for name in ("A", "B", "C", "D")
    )
    both = lined(30, 700, *first) + lined(330, 720, *second)
    pages = read(sheet(both))
    assert [line.text for line in pages.lines if line.text] == first + second
    assert pages.notes == {"R-pages-on-sheet": "several pages were read side by side on page 1 of 1"}
    four = both + lined(30, 300, *third) + lined(330, 320, *fourth)
    assert printed(sheet(four)) == first + second + third + fourth


def test_rows_of_a_table_are_no_pages() -> None:
    rows = [(f"label {number}", f"value {number}") for number in range(5)]
    drawn = b"".join(
        text(30, 700 - 20 * number, label) + text(330, 700 - 20 * number, value)
        for number, (label, value) in enumerate(rows)
    )
    assert printed(sheet(drawn)) == ["\t".join(row) for row in rows]


def test_pages_put_on_a_sheet_as_they_are_follow_each_other() -> None:
    pages = [[f"{name} {number}: some words" for number in range(4)] for name in ("A", "B")]
    forms = [
        stream(lined(30, 700, *lines), "/Type /XObject /Subtype /Form /BBox [0 0 300 800]"
               " /Resources <</Font <</F 5 0 R>>>>")
        for lines in pages
    ]  # fmt: skip
    drawn = b"q 1 0 0 1 0 0 cm /A Do Q q 1 0 0 1 300 0 cm /B Do Q"
    assert printed(sheet(drawn, *forms, resources="/XObject <</A 6 0 R /B 7 0 R>>")) == pages[0] + pages[1]
