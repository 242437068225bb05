import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from etl.errors import DocumentFault
from etl.extract import extract, parse
from etl.pipeline import judge
from etl.read import ocr, read
from etl.read.ocr import tesseract
from etl.read.ocr.lines import lines_of as lines_of_page
from etl.read.ocr.tesseract import Seen
from etl.read.ocr.thai_digits import Box, Figure
from etl.read.ocr.tokens import Looks
from etl.records import Channel, Copy, Document, Line

FOLDER = Path(__file__).parent / "ocr"
FORM = FOLDER / "form.tif"
INDICATOR = FOLDER / "indicator.png"
TABLES = FOLDER / "tables.tif"


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    content = BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


@pytest.fixture(scope="module")
def form() -> Copy:
    """The copy on the two pages of a scanned form, judged."""
    (copy,) = extract("form.tif", FORM.read_bytes())
    return judge([copy]).copies[0]


def test_a_scanned_form_is_read_to_the_digit(form: Copy) -> None:
    project, strategy = form.project, form.strategy
    assert project
    assert strategy
    assert form.document.channel is Channel.OCR
    assert (project.project_code, project.fiscal_year) == ("50210000-0042", 2567)
    assert (project.start_date, project.end_date) == (date(2023, 10, 1), date(2024, 9, 30))
    assert (project.budget_received_thb, project.budget_spent_thb) == (Decimal("1250000.50"), Decimal(312500))
    assert project.agency_path == ["สำนักงานเขตภาษีเจริญ", "ฝ่ายโยธา"]
    assert project.is_certified
    assert (strategy.strategy_code, strategy.sub_issue_code, strategy.goal_code) == ("4", "4.3", "4.3.1")
    assert strategy.dimension_no == 1
    assert [(one.report_no, one.report_date, one.progress_pct, one.disbursed_thb) for one in form.reports] == [
        (1, date(2023, 11, 15), Decimal("10.00"), Decimal(0)),
        (2, date(2024, 2, 20), Decimal("20.50"), Decimal(0)),
        (3, date(2024, 2, 29), Decimal("33.00"), Decimal(0)),
    ]
    assert {(one.plan_status, one.target_status) for one in form.reports} == {("เป็นไปตามแผน", "เป็นไปตามเป้าหมาย")}


@pytest.fixture(scope="module")
def tables() -> list[Copy]:
    """The copies of a form laid out as tables, with rules and two fields in a row, and without rules."""
    return judge(extract("tables.tif", TABLES.read_bytes())).copies


@pytest.mark.parametrize("number", [0, 1], ids=["ruled", "without rules"])
def test_a_scanned_form_laid_out_as_tables_is_read_to_the_digit(tables: list[Copy], number: int) -> None:
    project, strategy, reports = tables[number].project, tables[number].strategy, tables[number].reports
    assert project
    assert strategy
    assert (project.project_code, project.fiscal_year) == ("50210000-0042", 2567)
    assert (project.start_date, project.end_date) == (date(2023, 10, 1), date(2024, 9, 30))
    assert (project.budget_received_thb, project.budget_spent_thb) == (Decimal("1250000.50"), Decimal(312500))
    assert project.agency_path == ["สำนักงานเขตภาษีเจริญ", "ฝ่ายโยธา"]
    assert (strategy.strategy_code, strategy.sub_issue_code, strategy.goal_code) == ("4", "4.3", "4.3.1")
    assert [
        (one.report_no, one.report_date, one.progress_pct, one.disbursed_thb, one.plan_status, one.target_status)
        for one in reports
    ] == [
        (1, date(2023, 11, 15), Decimal("10.00"), Decimal(0), "เป็นไปตามแผน", "เป็นไปตามเป้าหมาย"),
        (2, date(2024, 2, 20), Decimal("20.50"), Decimal(0), "เป็นไปตามแผน", "เป็นไปตามเป้าหมาย"),
    ]


def test_in_a_scan_that_is_sharp_nothing_needs_another_look(form: Copy) -> None:
    assert not [finding for finding in form.findings if finding.rule_id == "R-ocr-misread"]


def test_pages_and_lines_count_on_through_a_scan(form: Copy) -> None:
    assert form.project
    code, day = form.project.places["project_code"], form.reports[0].places["report_date"]
    assert (code.page, day.page) == (1, 2)
    assert day.line > form.project.places["targets"].line > code.line > 1


def test_a_table_with_rules_on_a_page_that_leans_keeps_its_rows() -> None:
    (copy,) = extract("indicator.png", INDICATOR.read_bytes())
    (indicator,) = copy.indicators
    assert (indicator.kpi_id, indicator.target_value, indicator.result_value) == (
        "5021-0775", Decimal("80.0000"), Decimal("60.2500"),
    )  # fmt: skip
    assert (indicator.evaluation_quarter, indicator.evaluation_score) == (1, Decimal(100))
    assert [(row.quarter, row.result_value, row.score, row.pair_score) for row in indicator.quarters] == [
        (1, Decimal("15.00"), Decimal(100), "100 / 100"),
        (2, Decimal("57.50"), None, "95 / 100"),
        (3, Decimal("56.66"), Decimal(0), "0 / 0"),
        (4, Decimal("60.25"), Decimal(100), "0 / 0"),
    ]


@pytest.fixture(scope="module")
def heading() -> Image.Image:
    """The part of a page with the code and the years of a project."""
    with Image.open(FORM) as page:
        return page.convert("L").crop((0, 360, page.width, 660))


def code_in(content: bytes) -> bool:
    return any("50210000-0042" in line.text for line in read(content).lines)


@pytest.mark.parametrize(
    "as_saved",
    [
        lambda picture: saved(picture, "JPEG", quality=70),
        lambda picture: saved(picture.rotate(90, expand=True), "JPEG", exif=_turned_right()),
        lambda picture: saved(_on_glass(picture)),
        lambda picture: saved(picture.convert("P"), "GIF"),
        lambda picture: saved(picture.convert("1"), "TIFF", compression="group4"),
    ],
    ids=["jpeg", "turned", "transparent", "gif", "fax"],
)
def test_any_kind_of_picture_is_read(as_saved: Callable[[Image.Image], bytes], heading: Image.Image) -> None:
    assert code_in(as_saved(heading))


def _turned_right() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter to the right
    return exif


def _on_glass(picture: Image.Image) -> Image.Image:
    """Return black letters on nothing."""
    glass = Image.new("LA", picture.size, (0, 0))
    glass.putalpha(picture.point(lambda grey: 255 - grey))
    return glass


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (400, 300)])
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_picture_of_nothing_says_so(size: tuple[int, int], grey: int) -> None:
    with pytest.raises(DocumentFault, match="nothing that can be read") as fault:
        read(saved(Image.new("L", size, grey)))
    assert fault.value.rule_id == "R-empty"


@pytest.mark.parametrize(
    ("content", "rule_id", "reason"),
    [
        (FORM.read_bytes()[:9000], "R-unreadable", "damaged"),
        (INDICATOR.read_bytes()[:9000], "R-unreadable", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "R-unreadable", "damaged"),
        (saved(Image.new("1", (9_000, 9_000))), "R-limit", "9000 × 9000 pixels"),
        (saved(Image.new("1", (20_000, 10_000))), "R-limit", "too big"),
        (saved(Image.new("L", (800, 400), "white")), "R-empty", "nothing"),
    ],
)
def test_what_is_no_page_says_why(content: bytes, rule_id: str, reason: str) -> None:
    with pytest.raises(DocumentFault, match=reason) as fault:
        read(content)
    assert fault.value.rule_id == rule_id


def test_too_many_pages_are_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "PAGES_MAX", 1)
    with pytest.raises(DocumentFault, match="2 pages, more than 1"):
        read(FORM.read_bytes())


def test_a_page_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "SECONDS_MAX", 0.001)
    with pytest.raises(DocumentFault, match=r"more than 0\.001 seconds") as fault:
        read(INDICATOR.read_bytes())
    assert fault.value.rule_id == "R-limit"


@pytest.mark.parametrize("models", [None, "eng\nosd"])
def test_without_tesseract_or_its_model_it_says_what_to_install(
    models: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if models:
        program = tmp_path / "tesseract"
        program.write_text(f"#!{shutil.which('sh')}\necho '{models}'\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    tesseract.require_tesseract.cache_clear()
    with pytest.raises(DocumentFault, match="install the packages tesseract-ocr and tesseract-ocr-tha") as fault:
        read(INDICATOR.read_bytes())
    assert fault.value.rule_id == "R-ocr-missing"
    monkeypatch.undo()
    assert code_in(saved(Image.open(FORM).crop((0, 360, 1653, 660)).convert("L")))  # it is looked for again


# What Tesseract wrote of a blurred page, kept beside the scans


def recorded(*, figures: Callable[[int, Box], str] = lambda number, box: "") -> list[Line]:
    """Return the lines of the page; `figures` tells what is seen when a figure of it is looked at again."""
    text, table = ((FOLDER / name).read_text("utf-8") for name in ("recorded.txt", "recorded.tsv"))
    again = looks(at_figures=lambda boxes: [Seen(figures(*one), 90) for one in enumerate(boxes)])
    return lines_of_page(text, table, page=3, first_line=41, looks=again)


def line_with(text: str, lines: list[Line]) -> Line:
    (line,) = [line for line in lines if text in line.text]
    return line


def test_lines_know_their_place_and_have_the_blanks_that_were_printed() -> None:
    lines = recorded()
    assert [(line.place.page, line.place.line) for line in lines] == [(3, 41 + index) for index in range(len(lines))]
    assert line_with("มิติที่ 1", lines).text.endswith(": มิติที่ 1 จำนวนต้นไม้ที่ปลูกเพิ่ม")


def test_a_figure_is_sure_only_when_two_looks_agree() -> None:
    seen = {"20/02/2567": "20/02/2567", "29/02/2567": "29/02/2557", "33.00": "33,00", "20.50": "2050"}
    printed = ["1.6", "20", "15/11/2566", "10.00", "11", "20/02/2567", "20.50", "22", "29/02/2567", "33.00"]
    lines = recorded(figures=lambda number, box: seen.get(printed[number], ""))
    assert "20/02/2567" not in line_with("20/02/2567", lines).low_confidence
    assert "29/02/2567" in line_with("29/02/2567", lines).low_confidence  # another digit
    assert "33.00" in line_with("33.00", lines).low_confidence  # another sign
    assert "20.50" not in line_with("20.50", lines).low_confidence  # a point that was lost makes no other number
    assert "15/11/2566" in line_with("15/11/2566", lines).low_confidence  # nothing was seen


def test_thai_digits_are_never_sure() -> None:
    assert line_with("เป้าหมายที", recorded(figures=lambda number, box: "๕.๓.๑")).low_confidence == ("๕.๓.๑",)


def test_a_recorded_page_is_parsed_and_its_report_is_whole() -> None:
    lines = recorded()
    (copy,) = parse(Document(uri="scan.png", sha256="0" * 64, channel=Channel.OCR), lines)
    assert [(one.report_no, one.progress_pct, one.target_status) for one in copy.reports] == [
        (1, Decimal("10.00"), "เป็นไปตามเป้าหมาย"),
        (2, Decimal("20.50"), "เป็นไปตามเป้าหมาย"),
        (3, Decimal("33.00"), "เป็นไปตามเป้าหมาย"),
    ]
    assert copy.strategy
    assert copy.strategy.goal_code == "4.3.1"
    assert copy.strategy.issues["goal_code_misread"] == "4.3.1"  # the name says so, against ๕.๓.๑


# Other looks

TABLE_HEAD = "level\tblock_num\tpar_num\tline_num\tleft\ttop\twidth\theight\tconf\ttext"


def looks(**others: Any) -> Looks:
    nothing = Looks(
        at_figures=lambda boxes: [Seen("", 0) for _ in boxes],
        at_words=lambda boxes: [Seen("", 0) for _ in boxes],
        at_thai_figure=lambda box, em: None,
    )
    return nothing._replace(**others)


def lines_of(*words: tuple[str, float], **others: Any) -> list[Line]:
    """Return what words of a line, recognised with some confidence, make when they are looked at again."""
    rows = [f"5\t1\t1\t1\t{110 * at}\t10\t90\t20\t{conf}\t{text}" for at, (text, conf) in enumerate(words)]
    text = " ".join(text for text, _ in words)
    return lines_of_page(text, "\n".join([TABLE_HEAD, *rows]), 1, 1, looks(**others))


def line_of(*words: tuple[str, float], **others: Any) -> Line:
    (line,) = lines_of(*words, **others)
    return line


@pytest.mark.parametrize(
    ("words", "is_line"),
    [
        ((("รายงาน", 80), ("ครั้งที่", 75)), True),
        ((("ๆ", 78), ("'", 75)), False),  # marks of the line above: no word
        ((("รออรออ", 55), ("ฯออน", 30), ("12", 90)), False),  # noise, taken for words
        ((("รออรออ", 20), ("2567", 95)), True),  # a value whose label is past reading
        ((("รออรออ", 20), ("2567", 60)), False),
    ],
)
def test_only_what_tesseract_is_somewhat_sure_of_is_a_line(words: list[tuple[str, float]], *, is_line: bool) -> None:
    assert bool(lines_of(*words)) is is_line


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (Seen("ครั้งที่", 90), "งบประมาณ ครั้งที่ 4"),
        (Seen("ครั้งที่", 20), "งบประมาณ ASDA 4"),  # as likely as not
        (Seen("0๐-๗๕", 95), "งบประมาณ ASDA 4"),  # no word
        (Seen("", 0), "งบประมาณ ASDA 4"),
    ],
)
def test_a_thai_word_that_was_taken_for_a_latin_one_is_put_right(seen: Seen, text: str) -> None:
    words = ("งบประมาณ", 95), ("ASDA", 70), ("4", 95)
    assert line_of(*words, at_words=lambda boxes: [seen for _ in boxes]).text.replace("\t", " ") == text


def test_a_latin_word_that_is_sure_stays() -> None:
    asked: list[Box] = []

    def at_words(boxes: list[Box]) -> list[Seen]:
        asked.extend(boxes)
        return [Seen("คิว", 99) for _ in boxes]

    assert "QR" in line_of(("ระบบชำระ", 95), ("QR", 94), at_words=at_words).text
    assert asked == []


@pytest.mark.parametrize(("seen", "low_confidence"), [("พ.ค.", ()), ("พค", ()), ("พ.ย.", ("พ.ค.",)), ("", ("พ.ค.",))])
def test_a_month_is_sure_when_two_looks_agree(seen: str, low_confidence: tuple[str, ...]) -> None:
    line = line_of(("เริ่มต้น", 95), ("พ.ค.", 92), at_words=lambda boxes: [Seen(seen, 90) for _ in boxes])
    assert (line.text.replace("\t", " "), line.low_confidence) == ("เริ่มต้น พ.ค.", low_confidence)


@pytest.mark.parametrize(
    ("recognised", "read", "text", "low_confidence"),
    [
        ("(๒๐๑ฒ-๑๐-๒๓)", Figure("๒๐๑๗-๑๐-๒๓", is_sure=True), "(๒๐๑๗-๑๐-๒๓)", ()),
        ("ออ", Figure("๖๖", is_sure=True), "๖๖", ()),
        ("ออ", Figure("๖๖", is_sure=False), "ออ", ()),  # may be a word
        ("๒๕๕", Figure("๒๕๖๙", is_sure=False), "๒๕๖๙", ("๒๕๖๙",)),
        ("๑๓.๓๕", Figure("๓.๗๕", is_sure=True), "๓.๗๕", ("๓.๗๕",)),  # Tesseract sees one more
        ("๑๓.๓๕", Figure("๑๐.๗๕", is_sure=True), "๑๐.๗๕", ("๑๐.๗๕",)),  # it knows ๓, and says so
        ("9.ฒฒ๐๐", Figure("๖.๗๙๐๐", is_sure=False), "๖.๗๙๐๐", ("๖.๗๙๐๐",)),  # of digits and what is taken for them
        ("๒๕๕", None, "๒๕๕", ("๒๕๕",)),
    ],
)
def test_a_thai_figure_is_read_from_its_picture(
    recognised: str, read: Figure | None, text: str, low_confidence: tuple[str, ...]
) -> None:
    line = line_of(("เริ่มต้น", 95), (recognised, 90), at_thai_figure=lambda box, em: read)
    assert (line.text.split()[1], line.low_confidence) == (text, low_confidence)


def test_columns_of_a_table_are_parted_by_tabs() -> None:
    assert line_of(("60.25", 95), ("100", 95)).text == "60.25 100"
    wide = ("60.25", 95), ("100", 95)
    rows = [f"5\t1\t1\t1\t{300 * at}\t10\t90\t20\t{conf}\t{text}" for at, (text, conf) in enumerate(wide)]
    (line,) = lines_of_page("60.25 100", "\n".join([TABLE_HEAD, *rows]), 1, 1, looks())
    assert line.text == "60.25\t100"


@pytest.mark.parametrize(("below", "count"), [("2.รายงานความก้าวหน้า", 2), ("(2)รายงานความก้าวหน้า", 2), ("2.5เมตร", 1)])
def test_a_line_that_is_full_goes_on_unless_the_next_has_a_number(below: str, count: int) -> None:
    texts = ["ร้อยละของการตรวจสอบคุณภาพน้ำในบึง", below]
    rows = [f"5\t1\t1\t{at}\t10\t{30 * at}\t{900 - 400 * at}\t20\t95\t{text}" for at, text in enumerate(texts)]
    assert len(lines_of_page("\n".join(texts), "\n".join([TABLE_HEAD, *rows]), 1, 1, looks())) == count


@pytest.mark.parametrize(
    ("recognised", "meant"), [("น้้าท่วม", "น้ำท่วม"), ("ซั้าซาก", "ซ้ำซาก"), ("สํานัก", "สำนัก"), ("เเห่ง", "แห่ง")]
)
def test_letters_that_look_like_others_are_what_they_look_like(recognised: str, meant: str) -> None:
    assert line_of((recognised, 95)).text == meant
