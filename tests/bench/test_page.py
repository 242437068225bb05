"""The page of what was measured: made from what is kept, short, and true to it when one part is measured alone."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from bench import __main__ as bench
from bench.__main__ import PAGE, PARTS, RESULTS, Measured, page
from bench.targets import Part, at_least, at_most

LINES_ON_TWO_SCREENS = 120


def measured(pct: float) -> Measured:
    part = Part([at_most("unchanged", pct, 5, " %"), at_least("as fast", 3, 3, " ×")], {"runs": [1.5]}, "By turns.")
    return Measured(date(2026, 11, 29), "quick", "2 cores", 1.2, part)


def test_the_page_shows_what_is_kept_on_two_screens() -> None:
    kept = msgspec.json.decode(RESULTS.read_bytes(), type=dict[str, Measured])
    assert list(kept) == [step for steps in PARTS.values() for step in steps if step in kept]
    assert PAGE.read_text(encoding="utf-8") == page(kept)
    assert len(page(kept).splitlines()) <= LINES_ON_TWO_SCREENS


def test_a_part_that_is_measured_alone_leaves_the_others_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(bench, "PAGE", tmp_path / "RESULTS.md")
    bench.write({"speed": measured(4)})
    bench.write({"year": measured(23.2)})
    shown = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert shown.index("## Year") < shown.index("## Speed")
    assert "| unchanged | ≤ 5 % | 4 % | yes |" in shown
    assert "| unchanged | ≤ 5 % | 23.2 % | **no** |" in shown
    assert shown.count("2 cores") == 1
