"""The note of a run says how it came out, once, and keeps what others wrote."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import report_job
from etl import pipeline
from etl.errors import HeldBackError
from run_note import LINE_MIN, NOTE_MAX, outcome, with_outcome
from tests.conftest import Warehouse
from tests.forms import Form

REJECTED = "🚫 ไม่อนุมัติ · rejected by admin: the figure is wrong"
HELD = "⚠️ ถูกกักไว้ · held back: R-limit 1"


@pytest.mark.parametrize(
    ("rejected", "held", "line"),
    [
        ("admin: the figure is wrong", None, REJECTED),
        ("admin: the figure is wrong", "R-limit 1", REJECTED),  # nothing of it was loaded
        (None, "R-limit 1", HELD),
        ("admin: the figure\n\n is wrong\r\n", None, REJECTED),  # a line of it is taken away whole by the next try
        (None, None, None),
    ],
)
def test_an_outcome_is_a_line(rejected: str | None, held: str | None, line: str | None) -> None:
    assert outcome(rejected, held) == line


@pytest.mark.parametrize(
    ("note", "line", "written"),
    [
        (None, None, None),
        (None, HELD, HELD),
        ("FY2566", HELD, f"FY2566\n{HELD}"),
        (f"FY2566\n{REJECTED}", HELD, f"FY2566\n{HELD}"),  # it was cleared, and ran once more
        (f"FY2566\n{HELD}", None, "FY2566"),
        (HELD, None, None),
        ("an operator's\nown words", None, "an operator's\nown words"),
    ],
)
def test_a_note_has_the_outcome_of_the_last_try(note: str | None, line: str | None, written: str | None) -> None:
    assert with_outcome(note, line) == written


@pytest.mark.parametrize(
    "words", [0, 1, 500, NOTE_MAX - LINE_MIN - 1, NOTE_MAX - LINE_MIN, NOTE_MAX - 2, NOTE_MAX - 1, NOTE_MAX]
)
@pytest.mark.parametrize("reason", [1, NOTE_MAX - len(outcome("", None) or ""), NOTE_MAX, 5000])
def test_a_note_is_never_longer_than_airflow_takes(words: int, reason: int) -> None:
    written = with_outcome("w" * words, outcome("r" * reason, None))
    assert written is not None
    assert len(written) <= NOTE_MAX
    assert written.startswith("w" * words)
    assert with_outcome(written, None) == ("w" * words or None)
    if words == 500 and reason > NOTE_MAX:
        assert written.endswith("r…")


@pytest.mark.parametrize("fails", [False, True])
def test_documents_that_are_held_back_fail_their_run_where_that_is_set(
    warehouse: Warehouse, exports: Path, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    (exports / "form.txt").write_text(Form().text(), encoding="utf-8")
    (exports / "letter.txt").write_text("จดหมายข่าวประจำเดือน", encoding="utf-8")
    summary = warehouse.load(exports)
    monkeypatch.setattr("etl_settings.settings", lambda: warehouse.settings)
    monkeypatch.setenv("ETL_HELD_FAILS_RUN", str(int(fails)))
    left: dict[str, Any] = {}
    publish = report_job.publish.function
    if not fails:
        published = publish(summary, [], ti=SimpleNamespace(xcom_push=left.__setitem__))
        assert (published["held_by_rule"], left) == ({"R-unknown-family": 1}, {})
        return
    with pytest.raises(HeldBackError, match=r"^all else is loaded; held back: R-unknown-family 1$"):
        publish(summary, [], ti=SimpleNamespace(xcom_push=left.__setitem__))
    assert left["return_value"]["held_by_rule"] == {"R-unknown-family": 1}
    assert Path(pipeline.city_report_folder(warehouse.settings)).exists()
