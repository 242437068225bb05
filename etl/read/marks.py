"""Takes out of lines what a document shows but no reader takes for a value, and notes the lines.

In come lines in which readers have put special characters, which no text has itself: for text that was struck out, for
bars that show no number, and around raised or lowered text. Out come lines without them. The mark of a footnote is
taken out, so that it never joins the number before it. The power of a unit stays, as in m². Other raised text stays,
with a blank between it and a number.
"""

import re
from collections.abc import Sequence

from etl.read.pages import TakenOut
from etl.records import Line
from etl.thai.text import fold

STRUCK, BAR = "\ufdd2", "\ufdd3"
RAISED, LOWERED, RAISED_END = "\ufdd4", "\ufdd5", "\ufdd6"
_MARK = "\ufdd7"  # where a footnote's mark was
UNREAD = "\ufdd8"  # where something is shown that cannot be read as text

STRUCK_RULE, STRUCK_TEXT = "R-struck-text", "words that are struck out"
_TAKEN_OUT = {
    STRUCK: (STRUCK_RULE, STRUCK_TEXT),
    BAR: ("R-bar-value", "bars, whose number no browser shows,"),
    _MARK: ("R-raised-mark", "raised or lowered marks, as of footnotes,"),
    UNREAD: ("R-unread-part", "parts that are no plain text, as frames, formulas, counters and text set backwards,"),
}
_MARKS = re.compile(f"[{''.join(_TAKEN_OUT)}]")
_ANY = re.compile(f"[{RAISED}{LOWERED}{''.join(_TAKEN_OUT)}]")
_MOVED = re.compile(f"([{RAISED}{LOWERED}])([^{RAISED}{LOWERED}{RAISED_END}\n]*){RAISED_END}")
_FOOTNOTE = re.compile(r"\s*[\[(]?\s*(?:[0-9๐-๙]{1,3}|[a-zก-ฮ]|[*†‡#]{1,3})\s*[\])]?\s*", re.IGNORECASE)
_POWERS = {"2": "²", "3": "³", "๒": "²", "๓": "³"}
_UNIT = re.compile(r"(?:(?:(?<![ก-๛])|\.)ม\.?|เมตร|\b[cdkm]?m)\s*\Z")
_UNIT_CHARACTERS = 8
_AFTER_NUMBER = re.compile(r"[0-9๐-๙][.,%]?[^\S\n]*\Z")
_BEFORE_NUMBER = re.compile(r"[^\S\n]?[0-9๐-๙]")


def without_marks(text: str) -> tuple[list[str], dict[str, TakenOut]]:
    """Return the lines of a text without what no reader takes for a value; and what was taken out, by rule."""
    if RAISED in text or LOWERED in text:
        text = re.sub(f"[{RAISED}{LOWERED}{RAISED_END}]", " ", _MOVED.sub(_placed, text))
    lines = [line if _is_folded(line) else fold(line) for line in text.split("\n")] if text else []
    if not any(mark in text for mark in _TAKEN_OUT):
        return lines, {}
    taken_out = {
        rule_id: TakenOut(what, numbers)
        for mark, (rule_id, what) in _TAKEN_OUT.items()
        if (numbers := tuple(number for number, line in enumerate(lines, start=1) if mark in line))
    }
    return [fold(_MARKS.sub("", line)) for line in lines], taken_out


def settled(lines: Sequence[Line]) -> tuple[list[Line], dict[str, TakenOut]]:
    """Do the same for lines of cells: return the lines, and what was taken out, by rule."""
    result, numbers, whats = list[Line](), dict[str, list[int]](), dict[str, str]()
    for line in lines:
        cells = line.text.split("\t") if _ANY.search(line.text) else []
        found = [without_marks(cell) for cell in cells]
        for rule_id, part in {key: part for _, taken_out in found for key, part in taken_out.items()}.items():
            numbers.setdefault(rule_id, []).append(line.place.line)
            whats[rule_id] = part.what
        result.append(Line(line.place, "\t".join(" ".join(texts) for texts, _ in found)) if found else line)
    return result, {rule_id: TakenOut(what, tuple(numbers[rule_id])) for rule_id, what in whats.items()}


def _placed(moved: re.Match[str]) -> str:
    """Return what replaces a raised or lowered text: a power, the mark of a footnote, or the text itself."""
    text, before = moved[2], moved.string[max(0, moved.start() - _UNIT_CHARACTERS) : moved.start()]
    before = before.rpartition("\n")[2]
    is_at_number = bool(_AFTER_NUMBER.search(before) or _BEFORE_NUMBER.match(moved.string, moved.end()))
    if moved[1] == RAISED and _UNIT.search(before) and (power := _POWERS.get(text.strip())):
        return power
    if _FOOTNOTE.fullmatch(text) and (is_at_number or (moved[1] == RAISED and before.strip())):
        return _MARK
    return f" {text} " if is_at_number else text


def _is_folded(text: str) -> bool:
    return text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]
