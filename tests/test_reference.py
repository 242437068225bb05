"""The reference data: what contradicts itself is refused, and not read in silence."""

from collections.abc import Iterator

import pytest

from etl import reference
from etl.errors import BadInputError

AGENCIES = "agency_code\tagency_name\tagency_kind\tfiscal_year_from\tfiscal_year_to\n"
HEAD = "plan_version\tfiscal_year_from\tfiscal_year_to\n"


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    cached = (reference._plan_versions, reference.agency_periods, reference.agencies, reference.is_agency)
    for one in cached:
        one.cache_clear()
    yield
    for one in cached:
        one.cache_clear()


@pytest.mark.parametrize(
    "lines", ["old\t2556\t\nnew\t2566\t\n", "new\t2566\t\nold\t2556\t2566\n", "one\t\t2560\ntwo\t\t\n"]
)
def test_two_plans_of_one_year_are_refused(monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    monkeypatch.setattr(reference, "_read", lambda _: HEAD + lines)
    with pytest.raises(BadInputError, match="end the first the year before"):
        reference.plan_version(2567)


def test_plans_follow_each_other_whatever_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "_read", lambda _: HEAD + "new\t2566\t\nold\t2556\t2565\n")
    years = (None, 2555, 2556, 2565, 2566, 2600)
    assert [reference.plan_version(year) for year in years] == [None, None, "old", "old", "new", "new"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("5021\ta\tdistrict\t\t2566\n5021\tb\tdistrict\t2566\t\n", "5021 and 5021 are both of 2566"),
        ("5021\ta\tdistrict\t\t\n5021\tb\tdistrict\t\t2566\n", "both of the years before all others"),
        ("5021\ta\tdistrict\t2567\t2566\n", "5021 ends in 2566, before it begins"),
    ],
)
def test_two_agencies_of_one_code_and_year_are_refused(monkeypatch: pytest.MonkeyPatch, lines: str, said: str) -> None:
    monkeypatch.setattr(reference, "_read", lambda _: AGENCIES + lines)
    with pytest.raises(BadInputError, match=said):
        reference.agency_periods()


def test_a_code_is_an_agencys_in_the_years_of_its_lines_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "5021\tb\tdistrict\t2569\t\n5022\tc\tdistrict\t\t2560\n5021\ta\tdistrict\t2565\t2566\n"
    monkeypatch.setattr(reference, "_read", lambda _: AGENCIES + lines)
    years = (2564, 2565, 2566, 2567, 2568, 2569, None)
    assert [reference.is_agency("5021", year) for year in years] == [False, True, True, False, False, True, True]
    assert not reference.is_agency("5023", None)
    assert {code: agency.agency_name for code, agency in reference.agencies().items()} == {"5021": "b", "5022": "c"}
    assert [tuple(period) for period in reference.without_gaps(reference.agency_periods())] == [
        ("5021", None, None, None, 2564),
        ("5021", "a", "district", 2565, 2566),
        ("5021", None, None, 2567, 2568),
        ("5021", "b", "district", 2569, None),
        ("5022", "c", "district", None, 2560),
        ("5022", None, None, 2561, None),
    ]
