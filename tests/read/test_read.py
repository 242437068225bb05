"""What any bytes come to: lines through the channel that they show, or a reason."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import DocumentFault
from etl.extract import extract
from etl.read import read
from etl.records import Channel
from tests.forms import Form


def ole(stream: str) -> bytes:
    """Return how a compound file begins that has a stream of that name."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + stream.encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "rule_id", "reason"),
    [
        (b"\x1f\x8b\x08\x00", "R-unreadable", "the packed file is damaged or cut off"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "R-unreadable", "the 7-Zip archive is damaged"),
        (b"Rar!\x1a\x07\x01\x00", "R-unreadable", "a RAR archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "R-unreadable", "of an office program"),
        (rb"{\rtf1\ansi}", "R-unreadable", "a text in RTF, which is not read; save it as DOCX"),
        (ole("EncryptedPackage"), "R-unreadable", "protected by a password, which is not read; save it without one"),
        (
            ole("__properties_version1.0"),
            "R-unreadable",
            "the message of Outlook is damaged",
        ),
        (ole("WordDocument"), "R-unreadable", r"an old Word \(DOC\), which is not read; save it as DOCX"),
        (ole("Workbook"), "R-unreadable", r"an old Excel \(XLS\), which is not read; save it as XLSX"),
        (b"\x00\x00\x00\x18ftypheic", "R-unreadable", "a picture in HEIF"),
        (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00", "R-unreadable", "a picture in HEIF, BMP"),
        (b"<?xml version='1.0'?>\r\n<?mso-application progid='Excel.Sheet'?>", "R-unreadable", "XML of Excel"),
        (b"PK\x03\x04", "R-unreadable", "the ZIP archive is damaged or cut off"),
        (Form().text().replace("า", "ำ").encode(), "R-encoding-loss", "the text is damaged: า became ำ"),
        (b"<p>" + Form().text().replace(" ", "\ufffd").encode(), "R-encoding-loss", "characters were lost"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, rule_id: str, reason: str) -> None:
    with pytest.raises(DocumentFault, match=reason) as fault:
        read(content)
    assert fault.value.rule_id == rule_id


@pytest.mark.parametrize(
    ("content", "channel"),
    [
        ("รายงาน", Channel.TEXT),
        ("ถ้า ก < ข และ ข > ค", Channel.TEXT),
        ("<<ชื่อ>> : 1", Channel.TEXT),
        ("<ไม่ใช่ป้าย> ข้อความ <b>", Channel.TEXT),
        ("ก้าวหน้า<br>ตามแผน\nบรรทัดต่อไป", Channel.TEXT),
        ("บรรทัดแรก\nบรรทัดที่สอง\nตามแผน</p>", Channel.TEXT),
        ("<!DOCTYPE html><p>ก", Channel.HTML),
        ("\ufeff \r\n<HTML LANG=th><body>ก", Channel.HTML),
        ("<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0'><p>ก", Channel.HTML),
        ("<!-- saved from url=(0013)about:internet -->\n<p>ก", Channel.HTML),
        ("<table class=t><tr><td>ก", Channel.HTML),
        ("ก<br>ข</div>\n", Channel.HTML),
    ],
)
def test_a_page_is_known_by_its_tags(content: str, channel: Channel) -> None:
    for encoding in ("utf-8", "utf-16"):
        assert read(content.encode(encoding)).channel is channel


FILLER = "ข้อความ" * 100


@pytest.mark.parametrize(
    ("content", "texts", "lines"),
    [
        ("ก\x1b[31mข\nค\x00\x07\n\x9b2Jง\x1cจ", ["ก[31mข", "ค", "2Jงจ"], (1, 2, 3)),
        ("<p>ก&#27;[31mข<p>ค&#7;&#x1;<p>\x9b2Jง&#x1f;จ&#x202e;", ["ก[31mข", "", "ค", "", "2Jง จ"], (1, 3, 5)),
        ("ก\tข\x0bค\x85ง\u2028จ\x0cฉ\u202e\u2066\r\n", ["ก\tข", "ค", "ง", "จ", "ฉ"], ()),
        ("ก\x1a", ["ก"], ()),  # as DOS ends a file
        ("ก\r\n\x1a\x00\x00", ["ก"], ()),
        ("ก\x1aข", ["กข"], (1,)),
    ],
)
def test_control_characters_are_taken_out_and_their_lines_noted(
    content: str, texts: list[str], lines: tuple[int, ...]
) -> None:
    filler = f"<p>{FILLER}</p>" if content.startswith("<") else f"\n{FILLER}\n"
    for encoding in ("utf-8", "utf-16"):
        padding = content[len(content.rstrip("\x1a\x00")) :]
        pages = read((content.removesuffix(padding) + filler + padding).encode(encoding))
        assert [line.text for line in pages.lines][: len(texts)] == texts
        assert pages.taken_out == ({"R-control-characters": ("control characters", lines)} if lines else {})


def test_a_page_s_own_address_holds_no_control_characters() -> None:
    page = "<!-- saved from url=(0042)https://example.org/\x1b[31mmykpi.php?pid=5032-0775 -->" + f"<p>{FILLER}</p>"
    assert read(page.encode()).address == "https://example.org/[31mmykpi.php?pid=5032-0775"


def test_a_document_with_control_characters_says_where() -> None:
    form = Form().text()
    name = form.splitlines().index(next(line for line in form.splitlines() if "ชื่อโครงการ" in line)) + 1
    copies = extract("file:///form.txt", form.replace("ชื่อโครงการ", "ชื่อโคร\x1bงการ").encode())
    (finding,) = [one for one in copies[0].findings if one.rule_id == "R-control-characters"]
    assert (finding.severity, finding.line) == ("warning", name)
    assert copies[0].project == extract("file:///form.txt", form.encode())[0].project


@settings(max_examples=300)
@given(st.sampled_from([b"", b"<p>", b"PK\x03\x04", b"Date: 1\nContent-Type: multipart/related\n"]), st.binary())
def test_any_bytes_are_lines_or_a_fault(start: bytes, content: bytes) -> None:
    try:
        assert read(start + content).lines
    except DocumentFault as fault:
        assert fault.reason


def test_the_real_form_is_sound() -> None:
    pages = read(Path("samples/50490000-3572_two_copies.txt").read_bytes())
    assert pages.channel is Channel.TEXT
    assert not pages.notes
