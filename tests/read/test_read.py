import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import DocumentFault
from etl.read import read
from etl.records import Channel, Place


def test_lines_count_through_pages_and_keep_their_blanks() -> None:
    pages = read("ก\r\nข\n\n\x0cค ง\tจ\u200b\n".encode())
    assert pages.channel is Channel.TEXT
    assert [(line.place, line.text) for line in pages.lines] == [
        (Place(1, 1), "ก"),
        (Place(1, 2), "ข"),
        (Place(1, 3), ""),
        (Place(1, 4), ""),
        (Place(2, 5), "ค ง\tจ"),
        (Place(2, 6), ""),
    ]


@pytest.mark.parametrize(
    ("content", "rule_id", "reason"),
    [
        (b"", "R-empty", "empty"),
        (b" \r\n\t", "R-empty", "empty"),
        (bytes(range(256)), "R-unreadable", "cp874"),
        (b"\x00\x01\x02\x03", "R-unreadable", "line 1 has a control character"),
        ("ก\n\x07".encode(), "R-unreadable", "line 2 has a control character"),
        ("ก\nGrüße".encode("cp874", "ignore") + b"\xfc\xdf", "R-unreadable", "no text in cp874: line 2"),
        ("¿Qué?".encode("latin-1"), "R-unreadable", "neither UTF-8 nor Thai"),
        (b"\xff\xfe\x00\xd8", "R-unreadable", "utf-16"),
        ("ก\ufffdข".encode(), "R-encoding-loss", "33.3%"),
        (b"%PDF-1.7", "R-unreadable", "a PDF file"),
        (b"PK\x03\x04", "R-unreadable", "a ZIP archive"),
    ],
)
def test_what_is_no_text_says_why(content: bytes, rule_id: str, reason: str) -> None:
    with pytest.raises(DocumentFault, match=reason) as fault:
        read(content)
    assert fault.value.rule_id == rule_id


def test_a_damaged_byte_costs_a_character_and_not_the_document() -> None:
    content = bytearray(("ข้อความภาษาไทย " * 200).encode())
    content[100] = 0xFF
    (line,) = read(bytes(content)).lines
    assert "\ufffd" in line.text
    assert read(("ข้อความ" * 200).encode()[:-1]).lines


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_are_lines_or_a_fault(content: bytes) -> None:
    try:
        assert read(content).lines
    except DocumentFault as fault:
        assert fault.reason


@given(st.text(st.sampled_from("กขคงำ่ ๑2a:-\n"), min_size=1, max_size=60).filter(str.strip))
def test_text_comes_back_from_utf_8(text: str) -> None:
    assert [line.text for line in read(text.encode()).lines] == text.split("\n")
