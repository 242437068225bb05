import os
import threading
import zlib
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import psutil
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from etl.errors import DocumentFault
from etl.extract import parse
from etl.parse.unplaced import QUOTING
from etl.read import read
from etl.read.pdf import worker
from etl.read.pdf.pdfium import messages
from etl.records import Channel, Document, Line, Place

FOLDER = Path(__file__).parent / "pdf"
PRINTED = sorted(FOLDER.glob("*.pdf"))
BANGKOK = ZoneInfo("Asia/Bangkok")
LOMA = FOLDER / "paragraphs_loma.pdf"


def facts(content: bytes) -> list[dict[str, Any]]:
    """Return all that a form says, without where it says it."""
    copies = msgspec.to_builtins(parse(Document(uri="", sha256=""), read(content).lines), builtin_types=())
    for copy in copies:
        for place in ("document", "page", "first_line", "last_line"):
            del copy[place]
        for record in (copy["project"], copy["strategy"], *copy["reports"]):
            del record["places"]
        for issue in QUOTING & copy["project"]["issues"].keys():  # of a table, a quote has the breaks of its cells
            copy["project"]["issues"][issue] = "".join(copy["project"]["issues"][issue].split())[:60]
    return copies


def letters(lines: list[Line]) -> str:
    return "".join("".join(line.text.split()) for line in lines)


def pdf(*objects: str | bytes) -> bytes:
    """Return a PDF of the objects, the first of which is its catalogue."""
    content, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body if isinstance(body, bytes) else body.encode())
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(content))
    )


def stream(text: bytes, entries: str = "") -> bytes:
    return b"<</Length %d %s>>\nstream\n%s\nendstream" % (len(text), entries.encode(), text)


def page(
    *lines: tuple[int, int, str], to_unicode: str = "", rotate: int = 0, mode: int = 0, drawn_first: str = ""
) -> bytes:
    """Return a PDF of one page with lines of ASCII in Helvetica, 10 points high, in their places; mode 3 is unseen."""
    text = f"BT /F 10 Tf {drawn_first} ET\n" if drawn_first else ""
    text += "".join(f"BT {mode} Tr /F 10 Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in lines)
    return pdf(
        "<</Type /Catalog /Pages 2 0 R>>",
        "<</Type /Pages /Kids [3 0 R] /Count 1>>",
        f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Rotate {rotate} /Contents 4 0 R"
        " /Resources <</Font <</F 5 0 R>>>>>>",
        stream(text.encode()),
        "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R>>",
        stream(to_unicode.encode()),
    )


def tagged(first: str, second: str, third: str, *, is_one_node: bool) -> bytes:
    """Return a PDF of three lines, the last on a second page, with a tree that may say that the last two are one."""
    texts = [f"/P <</MCID {mark}>> BDC BT /F 10 Tf 30 {y} Td ({text}) Tj ET EMC\n" for mark, y, text in
             ((0, 700, first), (1, 30, second), (0, 700, third))]  # fmt: skip
    node = "<</S /P /P 9 0 R /K [<</Type /MCR /Pg {} /MCID {}>>{}]>>".format
    last = " <</Type /MCR /Pg 4 0 R /MCID 0>>"
    sheet = "<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources <</Font <</F 7 0 R>>>>".format()
    return pdf(
        "<</Type /Catalog /Pages 2 0 R /MarkInfo <</Marked true>> /StructTreeRoot 8 0 R>>",
        "<</Type /Pages /Kids [3 0 R 4 0 R] /Count 2>>",
        f"{sheet} /Contents 5 0 R /StructParents 0>>",
        f"{sheet} /Contents 6 0 R /StructParents 1>>",
        stream("".join(texts[:2]).encode()),
        stream(texts[2].encode()),
        "<</Type /Font /Subtype /Type1 /BaseFont /Courier>>",
        "<</Type /StructTreeRoot /K 9 0 R /ParentTree 13 0 R>>",
        f"<</S /Document /P 8 0 R /K [10 0 R 11 0 R{'' if is_one_node else ' 12 0 R'}]>>",
        node("3 0 R", 0, ""),
        node("3 0 R", 1, last if is_one_node else ""),
        node("4 0 R", 0, ""),
        f"<</Nums [0 [10 0 R 11 0 R] 1 [{'11' if is_one_node else '12'} 0 R]]>>",
    )


def unicode_map(**codes: int) -> str:
    """Return a map of letters to what a font says that they mean."""
    pairs = "".join(f"<{ord(letter):02x}> <{code:04x}>\n" for letter, code in codes.items())
    return (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{pairs}endbfchar endcmap end"
    )


def saved(document: pypdfium2.PdfDocument) -> bytes:
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def picture() -> bytes:
    content = BytesIO()
    Image.new("L", (300, 400), 255).save(content, "PDF", resolution=72)
    return content.getvalue()


@pytest.fixture
def recognised(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Recognise `…` in any picture, and keep the sizes of those that were to be."""
    sizes = []

    def read_picture(image: Image.Image, page: int, first_line: int) -> list[Line]:
        sizes.append(image.size)
        return [Line(Place(page, first_line), "…")]

    monkeypatch.setattr("etl.read.ocr.read_picture", read_picture)
    return sizes


@pytest.mark.parametrize("path", PRINTED, ids=lambda path: path.stem)
def test_a_printed_form_says_what_the_form_says(path: Path) -> None:
    assert facts(path.read_bytes()) == facts(path.with_suffix(".txt").read_bytes())


@pytest.mark.parametrize("path", PRINTED, ids=lambda path: path.stem)
def test_every_letter_is_as_printed_and_none_comes_twice(path: Path) -> None:
    assert letters(read(path.read_bytes()).lines) == "".join(path.with_suffix(".txt").read_text().split())


@pytest.mark.parametrize("path", PRINTED, ids=lambda path: path.stem)
def test_letters_are_found_by_where_they_stand_as_well_as_in_the_order_of_the_text(path: Path) -> None:
    content = path.read_bytes()
    by_place = content.replace(b"Skia/PDF", b"Some/PDF")
    assert by_place != content
    assert read(by_place).lines == read(content).lines


@pytest.mark.parametrize("path", PRINTED, ids=lambda path: path.stem)
def test_what_a_browser_prints_around_the_text_is_kept_apart(path: Path) -> None:
    pages = read(path.read_bytes())
    assert pages.channel is Channel.PDF
    assert pages.address == "http://report.example.org/myproject.php?pid=50210000-0042"
    assert pages.printed_at is not None and pages.printed_at.tzinfo == BANGKOK
    assert not any("example.org" in line.text or path.stem in line.text for line in pages.lines)


def test_lines_count_on_through_the_pages() -> None:
    lines = read(LOMA.read_bytes()).lines
    assert [line.place.line for line in lines] == list(range(1, len(lines) + 1))
    assert {line.place.page for line in lines} == {1, 2, 3}


@pytest.mark.parametrize(
    ("printed", "time"),
    [
        ("11/2/26, 5:40 PM", datetime(2026, 11, 2, 17, 40, tzinfo=BANGKOK)),
        ("11/2/26, 12:05 AM", datetime(2026, 11, 2, 0, 5, tzinfo=BANGKOK)),
        ("02/11/2026, 17:40", datetime(2026, 11, 2, 17, 40, tzinfo=BANGKOK)),
        ("2/11/2026, 5:40 pm", datetime(2026, 11, 2, 17, 40, tzinfo=BANGKOK)),
        ("2/11/69 17:40", datetime(2026, 11, 2, 17, 40, tzinfo=BANGKOK)),
        ("29/2/2567 08:00:59", datetime(2024, 2, 29, 8, 0, tzinfo=BANGKOK)),
        ("2026-11-02, 17:40", datetime(2026, 11, 2, 17, 40, tzinfo=BANGKOK)),
        ("2.11.26, 17:40", datetime(2026, 11, 2, 17, 40, tzinfo=BANGKOK)),
        ("31/31/2026, 17:40", None),
    ],
)
def test_the_time_of_printing_is_read_in_any_order(printed: str, time: datetime | None) -> None:
    pages = read(
        page((30, 780, printed), (300, 780, "Title"), (30, 700, "Text"), (30, 20, "https://a.b/c"), (560, 20, "1/1"))
    )
    assert (pages.printed_at, pages.address) == (time, "https://a.b/c")
    assert [line.text for line in pages.lines] == ["Text"]


def test_an_address_cut_short_is_none() -> None:
    pages = read(page((30, 700, "Text"), (30, 20, "https://a.b/c?pid=5041..."), (560, 20, "1/1")))
    assert pages.address is None
    assert [line.text for line in pages.lines] == ["Text"]


def test_a_last_line_that_counts_something_else_is_text() -> None:
    assert [line.text for line in read(page((30, 700, "Text"), (30, 20, "1/2"))).lines] == ["Text", "", "1/2"]


def test_a_node_of_the_source_goes_on_with_the_next_page() -> None:
    full = "a line of 80 letters" * 4
    joined = read(tagged("Name", full, "Total: 5", is_one_node=True))
    assert [line.text for line in joined.lines if line.text] == ["Name", f"{full} Total: 5"]
    apart = read(tagged("Name", full, "and more", is_one_node=False))
    assert [line.text for line in apart.lines if line.text] == ["Name", full, "and more"]


def test_a_page_that_has_lost_what_its_tree_tells_of_is_damaged() -> None:
    content = tagged("Name", "first", "second", is_one_node=False).replace(b"/Contents 6", b"/Convents 6")
    with pytest.raises(DocumentFault, match="page 2 of 2 of the PDF has lost what was on it"):
        read(content)


def test_a_page_with_nothing_on_it_is_noted() -> None:
    document = pypdfium2.PdfDocument(LOMA)
    document.new_page(612, 792, index=1)
    assert read(saved(document)).notes == {"R-blank-page": "nothing is printed on page 2 of 4"}
    assert read(LOMA.read_bytes()).notes == {}


def test_a_page_of_few_lines_is_read_along_them_though_its_letters_are_drawn_one_by_one() -> None:
    line = "abdghpbdghabdghpbdgh"
    drawn = [(30 + 6 * place, 700, letter) for place, letter in enumerate(line)]
    assert [printed.text for printed in read(page(*drawn, (30, 685, "apdf"))).lines] == [f"{line} apdf"]


@pytest.mark.parametrize(
    "drawn",
    [
        # A writer that takes what is of another font last: the hyphen, and the colon before the code.
        "30 700 Td (Code) Tj 32 0 Td (50490000) Tj 47.8 0 Td (3572) Tj -3.3 0 Td (-) Tj -49.5 0 Td (:) Tj",
        # A blank that is a gap.
        "30 700 Td [(Code) -278 (:) -278 (50490000-3572)] TJ",
        "30 700 Td (Code : 50490000-3572) Tj",
    ],
)
def test_a_line_is_read_from_left_to_right_in_whatever_order_it_is_drawn(drawn: str) -> None:
    lines = read(page((30, 600, "Next: 1"), drawn_first=drawn)).lines
    assert [line.text for line in lines] == ["Code : 50490000-3572", "", "Next: 1"]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_page_is_read_whichever_way_it_is_shown(rotate: int) -> None:
    lines = read(page((30, 700, "First"), (30, 685, "Second"), (300, 685, "Third"), rotate=rotate)).lines
    assert [line.text for line in lines] == ["First", "Second\tThird"]


def test_what_stands_in_a_page_within_the_page_is_read() -> None:
    source, target = pypdfium2.PdfDocument(LOMA), pypdfium2.PdfDocument.new()
    for number in range(len(source)):
        form = source.page_as_xobject(number, target).as_pageobject()
        sheet = target.new_page(612, 792)
        sheet.insert_obj(form)
        sheet.gen_content()
    pages = read(saved(target))
    assert letters(pages.lines) == "".join(LOMA.with_suffix(".txt").read_text().split())


def test_marks_that_a_font_draws_elsewhere_are_the_marks_they_are() -> None:
    content = page((30, 700, "abcd"), to_unicode=unicode_map(a=0x0E1B, b=0xF702, c=0xF714, d=0x0E32))
    assert [line.text for line in read(content).lines] == ["\u0e1b\u0e35\u0e49\u0e32"]


@pytest.mark.parametrize(
    "content",
    [
        page((30, 700, "abab" * 20), to_unicode=unicode_map(a=0xE001, b=0xE002)),
        page((30, 700, "abab" * 20), to_unicode=unicode_map(a=0xFFFD, b=0x0E01)),
        picture(),
    ],
    ids=["private letters", "lost letters", "a picture"],
)
def test_a_page_whose_text_says_nothing_is_looked_at(content: bytes, recognised: list[tuple[int, int]]) -> None:
    pages = read(content)
    assert pages.channel is Channel.OCR
    assert [line.text for line in pages.lines] == ["…"]
    ((width, height),) = recognised
    assert width / height == pytest.approx(3 / 4, abs=0.001)
    assert width >= 300 * messages.DPI // 72


def test_text_laid_over_a_scan_is_not_taken_for_print(recognised: list[tuple[int, int]]) -> None:
    assert read(page((30, 700, "Text"), mode=3)).channel is Channel.OCR


def test_lines_of_pictures_count_on_after_lines_of_text(recognised: list[tuple[int, int]]) -> None:
    document = pypdfium2.PdfDocument(LOMA)
    document.import_pages(pypdfium2.PdfDocument(picture()), index=1)
    lines = read(saved(document)).lines
    assert [line.place.line for line in lines] == list(range(1, len(lines) + 1))
    assert [line.place.page for line in lines if line.text == "…"] == [2]
    assert letters([line for line in lines if line.text != "…"]) == letters(read(LOMA.read_bytes()).lines)


def damaged(content: bytes) -> bytes:
    """Return the PDF with a few bytes of a page's text changed."""
    place = content.index(b"stream", content.index(b"/FlateDecode")) + 200
    return content[:place] + bytes(40) + content[place + 40 :]


LOCKED = pdf("<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [] /Count 0>>").replace(
    b"/Root",
    b"/ID [<00><00>] /Encrypt <</Filter /Standard /V 1 /R 2 /P -4 /O (%s) /U (%s)>> /Root" % (b"o" * 32, b"u" * 32),
)


def many_pages() -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(messages.PAGES_MAX + 1):
        document.new_page(100, 100)
    return saved(document)


@pytest.mark.parametrize(
    ("content", "rule_id", "reason"),
    [
        (LOMA.read_bytes()[:-2000], "R-unreadable", "its end is missing"),
        (LOMA.read_bytes()[:1000], "R-unreadable", "its end is missing"),
        (damaged(LOMA.read_bytes()), "R-unreadable", "cannot be unpacked"),
        (LOCKED, "R-unreadable", "password"),
        (
            pdf("<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [] /Count 0>>"),
            "R-unreadable",
            "no pages that PDFium finds",
        ),
        (b"%PDF-1.4\nnothing\nstartxref\n%%EOF", "R-unreadable", "no pages that PDFium finds"),
        (page(), "R-empty", "nothing is printed"),
        (many_pages(), "R-limit", "at most 300 are read"),
        (page(*((x, 10, "a") for x in range(messages.PIECES_PER_PAGE_MAX * 30)[::15])), "R-limit", "pieces of text"),
    ],
    ids=[
        "cut off",
        "cut short",
        "damaged",
        "locked",
        "no pages",
        "no PDF",
        "nothing on it",
        "many pages",
        "many pieces",
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(content: bytes, rule_id: str, reason: str) -> None:
    with pytest.raises(DocumentFault, match=reason) as fault:
        read(content)
    assert fault.value.rule_id == rule_id


def test_what_comes_before_a_pdf_is_no_matter() -> None:
    assert read(b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n" + LOMA.read_bytes()).lines == read(LOMA.read_bytes()).lines


def test_a_pdf_that_takes_all_memory_costs_no_other() -> None:
    bomb = pdf(
        "<</Type /Catalog /Pages 2 0 R>>",
        "<</Type /Pages /Kids [3 0 R] /Count 1>>",
        "<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources <</Font <</F 5 0 R>>>>>>",
        stream(zlib.compress(b"BT /F 9 Tf " + b"(a)Tj 0 1 Td " * 2_000_000, 1), "/Filter /FlateDecode"),
        "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
    )
    with pytest.raises(DocumentFault, match="MiB of memory"):
        read(bomb)
    assert read(LOMA.read_bytes()).lines


def test_pdfium_is_started_again_when_it_was_ended_from_outside() -> None:
    expected = read(LOMA.read_bytes()).lines
    for process in psutil.Process().children():
        if worker.PLACE in process.cmdline():
            process.kill()
            process.wait()
    assert read(LOMA.read_bytes()).lines == expected


def processes() -> list[psutil.Process]:
    """Return the processes of ours that run PDFium."""
    return [process for process in psutil.Process().children() if worker.PLACE in process.cmdline()]


def test_a_damaged_pdf_costs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_PATIENCE_SECONDS", messages.SECONDS_MAX)  # on a busy machine too
    read(LOMA.read_bytes())
    before = processes()
    with suppress(DocumentFault):
        read(damaged(LOMA.read_bytes()))
    assert read(LOMA.read_bytes()).lines
    assert processes() == before


def test_a_pdf_that_takes_too_long_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    read(LOMA.read_bytes())
    for process in processes():
        process.suspend()
    with monkeypatch.context() as patch:
        patch.setattr(messages, "SECONDS_MAX", 0)
        with pytest.raises(DocumentFault, match="seconds to read") as fault:
            read(LOMA.read_bytes())
    assert fault.value.rule_id == "R-limit"
    assert read(LOMA.read_bytes()).lines


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # Python 3.12 warns of what is tried here
def test_pdfs_are_read_in_threads_and_in_forked_processes() -> None:
    expected = read(LOMA.read_bytes()).lines
    found: list[list[Line]] = []
    threads = [threading.Thread(target=lambda: found.append(read(LOMA.read_bytes()).lines)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected, expected]
    process = os.fork()
    if process == 0:
        os._exit(0 if read(LOMA.read_bytes()).lines == expected else 1)
    assert os.waitpid(process, 0)[1] == 0
    assert read(LOMA.read_bytes()).lines == expected


@settings(max_examples=60)
@given(st.binary(), st.integers(0, 3000), st.integers(0, 200))
def test_a_garbled_pdf_is_lines_or_a_fault(garble: bytes, start: int, length: int) -> None:
    content = page((30, 700, "First"), (30, 685, "Second"))
    try:
        assert read(content[:start] + garble + content[start + length :]).lines
    except DocumentFault as fault:
        assert fault.reason
