import re
import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pythainlp import thai_above_vowels, thai_below_vowels, thai_follow_vowels, thai_lead_vowels, thai_tonemarks
from pythainlp.util import normalize

from etl.thai.text import ABOVE, BELOW, FOLLOWING, LEADING, TONES, arabic_digits, clean, fold, lost_characters, repair

PARTED = re.compile("\u0e47 [ก-ฮ]|[\u0e48-\u0e4b] [\u0e30\u0e32\u0e33]")  # a blank within a syllable
THAI = st.text(st.sampled_from([*map(chr, range(0x0E01, 0x0E3B)), *map(chr, range(0x0E40, 0x0E4F)), " "]), max_size=30)


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("นํ้า", "น้ำ"),  # nikhahit and a, with the tone between
        ("นำ้", "น้ำ"),  # the tone after am
        ("สํานัก", "สำนัก"),
        ("ดำาเนิน", "ดำเนิน"),
        ("เเปลก", "แปลก"),
        ("ฝ่ ายโยธาเป็ นไปตามแผน", "ฝ่ายโยธาเป็นไปตามแผน"),  # parted by how a program places a mark
        ("ก็ ดี ปี งบประมาณ", "ก็ ดี ปี งบประมาณ"),
        ("ป\uf70bญหา ฟ\uf70aา", "ป\u0e49ญหา ฟ\u0e48า"),  # of a font that draws a tone farther left
        ("ที่่", "ที่"),
        ("\ufeffกา\u200bร", "การ"),
        ("  ห้อง\t\u00a0สมุด ", "ห้อง สมุด"),
        ("Co-working Space 14 แห่ง (2)", "Co-working Space 14 แห่ง (2)"),
    ],
)
def test_repair_gives_the_text_that_was_meant(broken: str, meant: str) -> None:
    assert repair(broken) == meant


@given(THAI)
@example("ก่็ฺ")
def test_repair_is_done_after_one_time(text: str) -> None:
    once = repair(text)
    assert repair(once) == once


@given(THAI)
@example("ข็ ก")
def test_text_that_needs_no_repair_is_what_the_normaliser_leaves_alone(text: str) -> None:
    tidy = fold(clean(text))
    if repair(text) == tidy:
        return
    assert normalize(tidy) != tidy or "\u0e33\u0e32" in tidy or PARTED.search(tidy)


@settings(max_examples=2000)
@given(THAI)
@example("ก่็")
def test_nothing_that_the_normaliser_would_mend_is_taken_for_sound(text: str) -> None:
    tidy = fold(clean(text))
    if normalize(tidy) != tidy:
        assert repair(text) != tidy


def test_a_hyphen_is_a_hyphen_whatever_wrote_it() -> None:
    assert clean("๕๐๔๙‐๐๐๐๑ 2022‑10‑01") == "๕๐๔๙-๐๐๐๑ 2022-10-01"


def test_clean_keeps_lines() -> None:
    assert clean("ก\u200d\nข\r\n") == "ก\nข\r\n"


def test_thai_digits_become_arabic() -> None:
    assert arabic_digits("๗.๒.๑ ปี 2566") == "7.2.1 ปี 2566"


def test_lost_characters_are_counted() -> None:
    assert lost_characters("ก\ufffdข\ue001") == 2
    assert lost_characters("ก") == 0


def test_a_mark_that_stands_on_nothing_goes() -> None:
    assert repair("(\u0e3aBest Service)") == "(Best Service)"
    assert repair("ปี 2564\u0e48 \u0e4cก") == "ปี 2564 ก"


def test_every_format_character_is_taken_out_and_every_heap_of_marks_bounded() -> None:
    characters = [chr(number) for number in range(sys.maxunicode + 1)]
    formats = [one for one in characters if unicodedata.category(one) == "Cf"]
    assert [one for one in formats if clean(f"ก{one}ข") != "กข"] == []
    heaped = [one for one in characters if unicodedata.combining(one) and one not in formats]
    assert [one for one in heaped if "\ufffd" not in clean(f"ก{one * 40}ข")] == []


def test_the_places_of_thai_signs_are_those_that_pythainlp_knows() -> None:
    ours = (ABOVE, BELOW, FOLLOWING, LEADING, TONES)
    theirs = (
        thai_above_vowels, thai_below_vowels, thai_follow_vowels, thai_lead_vowels, thai_tonemarks,
    )  # fmt: skip
    assert [sorted(signs) for signs in ours] == [sorted(signs) for signs in theirs]
