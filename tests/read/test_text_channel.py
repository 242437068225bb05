import codecs
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import DocumentFault
from etl.read.text import decode, read
from etl.records import Channel, Place
from tests.forms import Form

FORM = Form().text()


def texts(content: bytes) -> list[str]:
    return [line.text for line in read(content).lines]


def test_lines_count_through_pages_and_keep_their_blanks() -> None:
    pages = read("ก\r\nข\n\n\x0cค ง\tจ\u200b\n".encode())
    assert pages.channel is Channel.TEXT
    assert [(line.place, line.text) for line in pages.lines] == [
        (Place(1, 1), "ก"),
        (Place(1, 2), "ข"),
        (Place(1, 3), ""),
        (Place(2, 4), "ค ง\tจ"),
    ]


def test_every_kind_of_line_end_ends_a_line() -> None:
    assert texts("ก\nข\r\nค\rง\x0bจ\u0085ฉ\u2028ช\u2029ซ".encode()) == list("กขคงจฉชซ")


def test_invisible_characters_go_and_letters_stand_in_their_one_order() -> None:
    assert texts("\u200bปี\u00ad \ufeffก\u0e48\u0e38\u2060".encode()) == ["ปี ก\u0e38\u0e48"]


@pytest.mark.parametrize(
    ("encode", "read_as"),
    [
        (lambda text: text.encode(), None),
        (lambda text: text.encode("utf-8-sig"), None),
        (lambda text: text.encode("utf-16"), None),
        (lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"), None),
        (lambda text: text.encode("utf-32"), None),
        (lambda text: codecs.BOM_UTF32_BE + text.encode("utf-32-be"), None),
        (lambda text: text.encode("utf-16-le"), "utf-16-le"),
        (lambda text: text.encode("utf-16-be"), "utf-16-be"),
        (lambda text: text.encode("utf-32-le"), "utf-32-le"),
        (lambda text: text.encode("utf-32-be"), "utf-32-be"),
        (lambda text: text.replace("–", "-").encode("tis-620"), "cp874"),
        (lambda text: text.replace("–", "-").encode("iso8859-11"), "cp874"),
        (lambda text: text.encode("cp874"), "cp874"),
    ],
)
def test_an_encoding_is_stated_or_detected_and_then_told(encode: Callable[[str], bytes], read_as: str | None) -> None:
    pages = read(encode(FORM))
    assert [line.text.replace("–", "-") for line in pages.lines] == FORM.replace("–", "-").splitlines()
    assert pages.notes == (
        {"R-encoding-detected": f"read as {read_as}, which nothing in the document states"} if read_as else {}
    )


def test_what_cp874_has_beyond_tis_620_is_read() -> None:
    content = "ราคา\u00a0100\u2026 \u201cพิเศษ\u201d \u2013 \u20ac5 \u2022".encode("cp874")
    assert content.count(b"\xa0") == 1 and content.count(b"\x80") == 1
    assert texts(content) == ["ราคา\u00a0100… “พิเศษ” – €5 •"]


@pytest.mark.parametrize(
    ("encoding", "stated", "notes"),
    [
        ("cp874", "TIS-620", {}),
        ("cp874", "windows-874", {}),
        ("cp874", "ISO-8859-11", {}),
        ("utf-8", "utf8", {}),
        ("utf-8", "tis-620", {"R-encoding-detected": "read as utf-8, where the document states tis-620"}),
        ("cp874", "utf-8", {"R-encoding-detected": "read as cp874, where the document states utf-8"}),
        ("cp874", "iso-8859-1", {"R-encoding-detected": "read as cp874, where the document states iso-8859-1"}),
        ("cp874", "no-such", {"R-encoding-detected": "read as cp874, where the document states no-such"}),
    ],
)
def test_bytes_are_believed_before_what_a_document_states(encoding: str, stated: str, notes: dict[str, str]) -> None:
    assert decode("ภาษาไทย".encode(encoding), stated) == ("ภาษาไทย", notes)


@pytest.mark.parametrize(
    ("content", "rule_id", "reason"),
    [
        (b"", "R-empty", "empty"),
        (b" \r\n\t", "R-empty", "empty"),
        (b"\x00\x01\x02\x03", "R-unreadable", "line 1 has a control character"),
        ("ก\n\x07".encode(), "R-unreadable", "line 2 has a control character"),
        (bytes(range(256)), "R-unreadable", "control character"),
        ("¿Qué?".encode("latin-1"), "R-unreadable", "neither UTF-8 nor Thai"),
    ],
)
def test_what_is_no_text_says_why(content: bytes, rule_id: str, reason: str) -> None:
    with pytest.raises(DocumentFault, match=reason) as fault:
        read(content)
    assert fault.value.rule_id == rule_id


@pytest.mark.parametrize(
    "damaged",
    [
        FORM.encode()[:300] + b"\xff" + FORM.encode()[301:],
        FORM.encode()[:-2],
        FORM.encode("cp874").replace(b"\xcb", b"\xff", 1),
        FORM.encode("utf-16")[:-1],
    ],
)
def test_a_damaged_byte_costs_a_character_and_not_the_document(damaged: bytes) -> None:
    kept = texts(damaged)
    assert sum(line.count("\ufffd") for line in kept) in {1, 2, 3}
    assert sum(mine == theirs for mine, theirs in zip(kept, FORM.splitlines(), strict=True)) >= len(kept) - 1


@given(st.text(st.sampled_from("กขคงำ่ ๑2a:-\n"), max_size=60), st.sampled_from("กขคง๑2a:-"), st.integers(0, 60))
def test_text_comes_back_from_utf_8(text: str, visible: str, place: int) -> None:
    text = text[:place] + visible + text[place:]
    assert texts(text.encode()) == text.splitlines()


@given(st.text(st.sampled_from("กขคงา่ ๑2a:-\n"), max_size=60), st.sampled_from(["utf-16-le", "utf-16-be", "cp874"]))
def test_text_comes_back_from_an_encoding_that_it_does_not_state(text: str, encoding: str) -> None:
    text = f"รายงาน\n{text}"
    assert texts(text.encode(encoding)) == text.splitlines()
