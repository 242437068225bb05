"""The marts answer of an invented city what was invented, question by question."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from city.draw import draw
from city.files import write
from city.truth import Check, checks
from etl.warehouse.query import ask_as_bi
from tests.city.conftest import CITY
from tests.conftest import Warehouse

CHECKS = checks(CITY)


def plain(value: Any) -> Any:
    """Return a value so that numbers of one size are equal, however they are written."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return value
    return Decimal(value).normalize()


def told(rows: list[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(map(plain, row)) for row in rows)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_marts_answer_what_was_invented(loaded: Warehouse, check: Check) -> None:
    answered, invented = told(ask_as_bi(loaded.settings, check.query).rows), told(check.rows)
    assert invented, "a question that nothing answers proves nothing"
    assert answered - invented == Counter(), "answered, and not so"
    assert invented - answered == Counter(), "so, and not answered"


def test_a_seed_always_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(draw(seed=7, forms=150), tmp_path / name)
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert draw(seed=8, forms=150) != CITY


def files(folder: Path) -> dict[str, tuple[bytes, float]]:
    """Return the content and time of each file of a folder."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime) for path in paths}
