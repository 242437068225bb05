"""The bench must see what it is there to see: each fault of a reading, planted, is counted."""

from random import Random
from typing import Any

import pytest

from bench.score import Case, Score, score
from tests.varied_forms import draw

_RANDOM = Random("score")
EXAMPLE = next(one for one in (draw(_RANDOM) for _ in range(100)) if one.form.reports)


TEXT = EXAMPLE.form.text()


def case(group: str, text: str, *, is_broken: bool = False, **project: Any) -> Case:
    truth = {**EXAMPLE.truth, "project": {**EXAMPLE.truth["project"], **project}}
    return Case(group, "form.txt", text.encode(), [truth], is_broken)


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    """The scores of all cases, judged in one batch."""
    return score(
        [
            case("right", TEXT),
            case("wrong", TEXT, fiscal_year=2500, rationale="ก"),
            case("told", EXAMPLE.form.with_(spent="๑x บาท").text()),
            case("empty", ""),
            case("torn", TEXT.partition("1.4")[0]),
            Case("copy", "form.txt", TEXT.encode(), [EXAMPLE.truth, EXAMPLE.truth]),
            case("broken, right", TEXT, is_broken=True),
            case("broken, loaded", EXAMPLE.form.with_(received="1 บาท", spent="0 บาท").text(), is_broken=True),
            case("broken, told", TEXT.replace("1.5 ", ""), is_broken=True),
            case("broken, refused", "", is_broken=True),
        ]
    )


def test_a_form_read_rightly_has_no_miss(scores: dict[str, Score]) -> None:
    one = scores["right"]
    assert one.fields == one.fields_exact > 20
    assert one.characters == one.characters_exact > 100
    assert (one.refused, one.wrong_in_silence, one.misses) == (0, 0, [])


def test_a_wrong_value_without_a_finding_is_wrong_in_silence(scores: dict[str, Score]) -> None:
    one = scores["wrong"]
    assert one.fields - one.fields_exact == 1
    assert one.wrong_in_silence == 1
    assert one.characters_exact < one.characters
    assert len(one.misses) == 2


def test_a_wrong_value_with_a_finding_is_not_in_silence(scores: dict[str, Score]) -> None:
    one = scores["told"]
    assert one.fields - one.fields_exact == 1
    assert (one.wrong_in_silence, one.refused) == (0, 1)


@pytest.mark.parametrize("group", ["empty", "torn"])
def test_a_readable_document_that_is_held_back_is_refused(scores: dict[str, Score], group: str) -> None:
    assert scores[group].refused == 1


def test_a_copy_too_few_is_a_miss_of_all_its_fields(scores: dict[str, Score]) -> None:
    one = scores["copy"]
    assert one.wrong_in_silence == one.fields - one.fields_exact > 20
    assert any("1 copies instead of 2" in miss for miss in one.misses)


@pytest.mark.parametrize(("group", "loaded"), [("right", 0), ("loaded", 1), ("told", 0), ("refused", 0)])
def test_a_broken_document_may_be_refused_flagged_or_read_rightly(
    scores: dict[str, Score], group: str, loaded: int
) -> None:
    assert scores[f"broken, {group}"].loaded_in_silence == loaded
