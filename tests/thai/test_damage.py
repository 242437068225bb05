"""Sound text is let through whatever it says, damaged text is not, however it came to be damaged."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.reference import agencies, plan_nodes
from etl.thai.damage import damage
from tests.forms import Form

SAMPLE = Path("samples/50490000-3572_two_copies.txt").read_text()
FORM = Form().text()
PAGE = """ผลการปฏิบัติราชการประจำปี : ของหน่วยงาน : 50230000
มิติที่ 3 ด้านคุณภาพการปฏิบัติราชการ
(1) 3.2 ร้อยละความสำเร็จของการดำเนินโครงการ
บุคลากรเป็นผู้ปฏิบัติงานแบบมืออาชีพ มีค\ufffd
หน่วยนับ :ร้อยละ
ผลงาน :100.00
"""


@pytest.mark.parametrize(
    "text",
    [
        SAMPLE,
        FORM,
        Form().text(percent_signs=False),
        PAGE,
        PAGE * 30,
        "\n".join(agency.agency_name or "" for agency in agencies().values()),
        "\n".join(node.name for node in plan_nodes().values()),
        "",
        "An English page, e.g. 100 %",
        "ยุทธศาสตร์ที่ ๗ ? การบริหาร\n๗.๒ ? การคลัง\n๗.๒.๒ ? เมือง\n" * 3,
        "ลงชื่อ………………………………(ผู้รับผิดชอบโครงการ)\nตำแหน่ง………………………………\n",
        "ทำไม? ใคร?? เมื่อไร?",
        "\u00a0\u00a0\u00a0\u00a0เป้าหมาย\n" * 20,
        "เธอเน้นว่า เธอและเน้น ธนู",
    ],
)
def test_sound_text_is_let_through(text: str) -> None:
    assert damage(text) is None


@pytest.mark.parametrize("name", ["sample", "form", "page"])
@pytest.mark.parametrize(
    ("spoil", "meaning"),
    [
        (lambda text: text.replace("า", "ำ"), "า became ำ"),
        (lambda text: text.encode().decode("cp874", "replace"), "characters were lost"),
        (lambda text: text.encode().decode("cp874", "ignore"), "UTF-8 was read as TIS-620"),
        (lambda text: text.encode().decode("cp1252", "ignore"), "Thai was read in another encoding"),
        (lambda text: text.encode().decode("mac_roman"), "Thai was read in another encoding"),
        (lambda text: text.encode().decode("cp437"), "Thai was read in another encoding"),
        (lambda text: text.encode("cp874", "ignore").decode("latin-1"), "Thai was read in another encoding"),
        (lambda text: text.encode("ascii", "replace").decode(), "letters became question marks"),
        (lambda text: text.encode("ascii", "xmlcharrefreplace").decode(), "letters stand as entities of HTML"),
        (lambda text: text.replace("่", "\uf70a").replace("้", "\uf70b"), "characters were lost"),
        (lambda text: text.replace("ก", "\ufffd"), "characters were lost"),
        (" ".join, "blanks tear syllables apart"),
        (lambda text: text.replace("ี", " ี"), "blanks tear syllables apart"),
        (lambda text: text.replace("เ", "เ "), "blanks tear syllables apart"),
    ],
)
def test_damaged_text_is_known_by_how_it_was_damaged(name: str, spoil: Callable[[str], str], meaning: str) -> None:
    spoilt = spoil({"sample": SAMPLE, "form": FORM, "page": PAGE.replace("\ufffd", "")}[name])
    assert (damage(spoilt) or "").startswith(meaning)


def _at_random(text: str, seed: int, share: float, spoil: Callable[[str], str]) -> str:
    dice = random.Random(seed)
    return "".join(spoil(letter) if "ก" <= letter <= "๎" and dice.random() < share else letter for letter in text)


@settings(max_examples=60)
@given(
    st.integers(),
    st.floats(0.06, 1.0),
    st.sampled_from([SAMPLE, FORM]),
    st.sampled_from(
        [
            lambda letter: "\ufffd",
            lambda letter: "\ue0a1",
            lambda letter: "?",
            lambda letter: f"{letter} ",
            lambda letter: f"&#{ord(letter)};",
            lambda letter: letter.encode().decode("cp874", "ignore"),
        ]
    ),
)
def test_damage_of_any_share_that_matters_is_found(
    seed: int, share: float, text: str, spoil: Callable[[str], str]
) -> None:
    assert damage(_at_random(text, seed, share, spoil))


@settings(max_examples=60)
@given(st.integers(), st.floats(0.25, 1.0), st.sampled_from([SAMPLE, FORM]))
def test_some_aa_that_became_am_are_enough(seed: int, share: float, text: str) -> None:
    assert damage(_at_random(text, seed, share, lambda letter: "ำ" if letter == "า" else letter))


@settings(max_examples=60)
@given(st.permutations(SAMPLE.splitlines()), st.integers(0, 150))
def test_no_part_of_a_sound_text_looks_damaged(lines: list[str], length: int) -> None:
    assert damage("\n".join(lines[:length])) is None


def test_a_slip_in_a_short_page_is_no_damage() -> None:
    assert damage(PAGE.replace("ด้าน", "ด ้าน").replace("ของหน่วย", "ข\ufffdงหน่วย")) is None
