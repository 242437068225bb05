from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import DocumentFault
from etl.read import pdf
from etl.read.pdf.damage import damage

FOLDER = Path(__file__).parent / "pdf"
MONO = (FOLDER / "paragraphs_mono.pdf").read_bytes()
TABLE = MONO.rindex(b"\nxref") + 1
SECOND, THIRD = (TABLE + len(b"xref\n0 107\n") + 20 * number for number in (1, 2))


def changed(content: bytes, at: int, old: bytes, new: bytes) -> bytes:
    assert content.startswith(old, at)
    return content[:at] + new + content[at + len(old) :]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.pdf")), ids=lambda path: path.stem)
def test_a_sound_pdf_shows_no_damage(path: Path) -> None:
    assert damage(path.read_bytes()) is None


@pytest.mark.parametrize("end", [-2, -7, -30, len(MONO) // 2])
def test_a_pdf_cut_short_lacks_its_end(end: int) -> None:
    assert damage(MONO[:end]) == "its end is missing"


@pytest.mark.parametrize(
    "content",
    [
        changed(MONO, SECOND, b"0000000015", b"0000000025"),
        changed(MONO, SECOND, b"0000000015", b"000000001:"),
        changed(MONO, SECOND + 11, b"00000", b"00001"),
        changed(MONO, SECOND + 17, b"n", b"f"),
        changed(MONO, THIRD + 17, b"n", b"~"),
        changed(MONO, THIRD + 2, b"0", b" "),
    ],
    ids=["another place", "no number", "another generation", "taken for free", "taken for nothing", "a blank in it"],
)
def test_an_object_that_is_not_where_the_table_says_is_told(content: bytes) -> None:
    assert damage(content) == "parts of it are not where they should be"


@pytest.mark.parametrize("beginning", [b"/W [", b"/Kids [", b"/S /P", b"trailer"])
def test_what_was_overwritten_with_nothing_is_told(beginning: bytes) -> None:
    start = MONO.index(beginning)
    assert damage(MONO[:start] + bytes(64) + MONO[start + 64 :]) is not None


def test_a_zero_in_a_number_is_told_and_one_in_a_text_is_not() -> None:
    width = MONO.index(b"/W [") + len(b"/W [0 [60")
    assert "was deleted" in str(damage(changed(MONO, width, MONO[width : width + 1], b"\0")))
    title = MONO.index(b"<FEFF0070006100720061006700720061007000680073005F006D006F006E006F0020")
    assert damage(changed(MONO, title, b"<FEFF00700061", b"(\xfe\xff\x001\x002\x00 \x003) ")) is None


def test_a_table_that_is_wrong_throughout_is_no_damage() -> None:
    assert damage(b"\x1b%-12345X@PJL\r\n" + MONO) is None
    assert damage(MONO[:10] + b"%more\n" + MONO[10:]) is None


def test_a_place_kept_for_nothing_is_no_damage() -> None:
    entry = MONO[SECOND : SECOND + 20]
    nothing = MONO.replace(entry, b"0000000000 00000 n \n", 1).replace(b"\n/Info 1 0 R", b"", 1)
    assert damage(nothing) is None


@pytest.mark.parametrize(("length", "is_sound"), [("0", True), ("90", False), ("0 0 R", False)])
def test_a_part_without_anything_in_it_is_sound_where_it_says_so(length: str, *, is_sound: bool) -> None:
    start = MONO.rindex(b"\nxref")
    empty = f"\n999 0 obj\n<</Length {length} /Filter /FlateDecode>>\nstream\n\nendstream\nendobj".encode()
    assert (damage(MONO[:start] + empty + MONO[start:]) is None) == is_sound


@settings(max_examples=40)
@given(at=st.integers(TABLE, len(MONO) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_behind_the_objects_is_told_or_no_matter(at: int, bit: int) -> None:
    flipped = bytearray(MONO)
    flipped[at] ^= 1 << bit
    try:
        lines = pdf.read(bytes(flipped)).lines
    except DocumentFault:
        return
    assert lines == pdf.read(MONO).lines
