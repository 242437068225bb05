"""A difference as one line that a reader scans: `~ 50490000-3572/2566 reports[2].progress_pct: 50.0000 -> 60.0000`."""

from typing import Any

from etl.diff import Change, Difference

_SIGNS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~", Change.RESTATED: "=", Change.UNCLEAR: "?"}
_SHOWN_CHARACTERS, _SHARED_CHARACTERS = 100, 20


def in_words(difference: Difference) -> str:
    """Return the line of a difference; of long texts it shows where they begin to differ."""
    where = " ".join(filter(None, (_SIGNS[Change(difference.change)], difference.record, difference.field)))
    seen = f" (snapshot of {difference.seen_at:%Y-%m-%d %H:%M})" if difference.seen_at else ""
    return f"{where}{_values(difference)}{seen}"


def _values(difference: Difference) -> str:
    if difference.is_personal:
        return ": differs (personal data)"
    if difference.before is None and difference.after is None:
        return ""
    before, after = _text(difference.before), _text(difference.after)
    if difference.change in (Change.ADDED, Change.REMOVED):
        return f": {_clipped(before if difference.change == Change.REMOVED else after, 0)}"
    shared = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), 0)
    start = max(0, shared - _SHARED_CHARACTERS)
    return f": {_clipped(before, start)} -> {_clipped(after, start)}"


def _text(value: Any) -> str:
    return "(blank)" if value is None else " ".join(str(value).split())


def _clipped(text: str, start: int) -> str:
    if len(text) <= _SHOWN_CHARACTERS:
        return text
    end = start + _SHOWN_CHARACTERS
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
