"""Forms as people leave them who wrote on them: values struck out, corrected, remarked on, and statuses as boxes.

Each way gives a form in which the same values count as before.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.forms import Form, PrintedReport

_STATUSES = {
    "plan_status": ("เป็นไปตามแผน", "ช้ากว่าแผน", "เร็วกว่าแผน", "ยกเลิก"),
    "target_status": ("เป็นไปตามเป้าหมาย", "ต่ำกว่าเป้าหมาย", "สูงกว่าเป้าหมาย"),
}


def _struck(old: str) -> str:
    return "".join(f"{letter}\u0336" for letter in old)


def _written(form: Form, value: Callable[[str], str], status: Callable[[str, tuple[str, ...]], str]) -> Form:
    """Return a form with its amounts, progress and statuses written otherwise."""

    def report(one: PrintedReport) -> PrintedReport:
        return replace(
            one,
            progress=value(one.progress),
            disbursed=value(one.disbursed),
            plan_status=status(one.plan_status, _STATUSES["plan_status"]),
            target_status=status(one.target_status, _STATUSES["target_status"]),
        )

    return form.with_(received=value(form.received), spent=value(form.spent), reports=tuple(map(report, form.reports)))


def _ticked(ticked: str, empty: str, *, is_behind: bool = False) -> Callable[[str, tuple[str, ...]], str]:
    def status(word: str, words: tuple[str, ...]) -> str:
        boxes = ((ticked if other == word else empty, other) for other in words)
        return " ".join(f"{other} {box}" if is_behind else f"{box} {other}" for box, other in boxes)

    return status


def _other(word: str, words: tuple[str, ...]) -> str:
    return words[words.index(word) - 1]


WAYS: dict[str, Callable[[Form], Form]] = {
    "struck": lambda form: _written(
        form, lambda new: f"~~1,234.00~~ {new}", lambda word, words: f"~~{_other(word, words)}~~ {word}"
    ),
    "struck_letters": lambda form: _written(
        form, lambda new: f"{_struck('12.00')} {new}", lambda word, words: f"{_struck(_other(word, words))} {word}"
    ),
    "corrected": lambda form: _written(
        form, lambda new: f"12.00 แก้ไขเป็น {new}", lambda word, words: f"{_other(word, words)} แก้เป็น {word}"
    ),
    "arrows": lambda form: _written(
        form, lambda new: f"12.00 → {new}", lambda word, words: f"{_other(word, words)} → {word}"
    ),
    "remarked": lambda form: _written(
        form, lambda value: f"{value} (รอตรวจสอบ)", lambda word, _: f"{word} (รอตรวจสอบ)"
    ),
    "said_behind": lambda form: _written(
        form, lambda value: f"{value} รอตรวจสอบ", lambda word, _: f"{word} เนื่องจากฝนตก"
    ),
    "boxes": lambda form: _written(form, str, _ticked("☑", "☐")),
    "brackets": lambda form: _written(form, str, _ticked("(/)", "( )")),
    "boxes_behind": lambda form: _written(form, str, _ticked("[x]", "[ ]", is_behind=True)),
    "ticks_and_crosses": lambda form: _written(form, str, _ticked("✓", "✗")),
    "circles": lambda form: _written(form, str, _ticked("●", "○", is_behind=True)),
}
"""Ways to write on a form."""
