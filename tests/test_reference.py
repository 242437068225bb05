"""The reference data: what contradicts itself is refused, and not read in silence."""

from collections.abc import Iterator

import pytest

from etl import reference
from etl.errors import BadInputError

HEAD = "plan_version\tfiscal_year_from\tfiscal_year_to\n"


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    reference._plan_versions.cache_clear()
    yield
    reference._plan_versions.cache_clear()


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
