"""The bench must see what it is there to see: each fault of a reading, planted, is counted."""

from random import Random
from typing import Any

import pytest

from bench.score import Case, Score, score
from tests.varied_forms import draw

_RANDOM = Random("score")
EXAMPLE = next(one for one in (draw(_RANDOM) for _ in range(100)) if one.form.reports)


def scored(text: str, *, is_broken: bool = False, **project: Any) -> Score:
    truth = {**EXAMPLE.truth, "project": {**EXAMPLE.truth["project"], **project}}
    return score([Case("forms", "form.txt", text.encode(), [truth], is_broken)])["forms"]


def test_a_form_read_rightly_has_no_miss() -> None:
    one = scored(EXAMPLE.form.text())
    assert one.fields == one.fields_exact > 20
    assert one.characters == one.characters_exact > 100
    assert (one.refused, one.wrong_in_silence, one.misses) == (0, 0, [])


def test_a_wrong_value_without_a_finding_is_wrong_in_silence() -> None:
    one = scored(EXAMPLE.form.text(), fiscal_year=2500, rationale="ก")
    assert one.fields - one.fields_exact == 1
    assert one.wrong_in_silence == 1
    assert one.characters_exact < one.characters
    assert len(one.misses) == 2


def test_a_wrong_value_with_a_finding_is_not_in_silence() -> None:
    one = scored(EXAMPLE.form.with_(spent="๑x บาท").text())
    assert one.fields - one.fields_exact == 1
    assert (one.wrong_in_silence, one.refused) == (0, 1)


@pytest.mark.parametrize("text", ["", EXAMPLE.form.text().partition("1.4")[0]])
def test_a_readable_document_that_is_held_back_is_refused(text: str) -> None:
    assert scored(text).refused == 1


def test_a_copy_too_few_is_a_miss() -> None:
    case = Case("forms", "form.txt", EXAMPLE.form.text().encode(), [EXAMPLE.truth, EXAMPLE.truth])
    one = score([case])["forms"]
    assert one.fields_exact < one.fields
    assert one.wrong_in_silence == one.fields - one.fields_exact
    assert any("1 copies instead of 2" in miss for miss in one.misses)


@pytest.mark.parametrize(
    ("text", "loaded"),
    [
        (EXAMPLE.form.text(), 0),  # read rightly after all
        (EXAMPLE.form.with_(received="1 บาท", spent="0 บาท").text(), 1),
        (EXAMPLE.form.text().replace("1.5 ", ""), 0),
        ("", 0),
    ],
)
def test_a_broken_document_may_be_held_back_flagged_or_read_rightly(text: str, loaded: int) -> None:
    assert scored(text, is_broken=True).loaded_in_silence == loaded
