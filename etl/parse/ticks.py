"""Which of several words is ticked: `☑ เป็นไปตามแผน ☐ ช้ากว่าแผน`, `(  ) … (/) …`, `X … _ …`.

In come a text and the words that may stand in it. The marks stand before the words or behind them, and each is of one
word. Where that is not clear, or more than one word is ticked, no word is the answer.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

# The marks of Wingdings are letters where its font is lost, and have no meaning of their own where it is not.
_TICKS = "☑✅✓✔√◉⦿●■⬛◼\U0001f5f9\U0001f5f8þü\uf0fe\uf0fc\uf052"
_CROSSES = "☒⊠✗✘❌×\U0001f5f5\U0001f5f7ûý\uf0fd\uf078\uf0fb"
_EMPTIES = "☐□○◯◻⬜¨\uf0a8\uf06f\uf0a3\uf071"
_TICKED = rf"[(\[]\s*[{_TICKS}xXvVyY/*•]\s*[)\]]|[{_TICKS}]|_+\s*[xX/✓✔√]\s*_+"
_CROSSED = rf"[(\[]\s*[{_CROSSES}]\s*[)\]]|[{_CROSSES}]|(?<![A-Za-z])[xX](?![A-Za-z])"
_EMPTY = rf"[(\[]\s*+(?:_*|[{_EMPTIES}])\s*[)\]]|[{_EMPTIES}]|_+"
_NUMBER = r"(?<![0-9๐-๙ก-๎A-Za-z.,])\(?[0-9๐-๙]{1,2}[.)](?![0-9๐-๙])"  # of an item of a list
_BOXES = frozenset("☒⊠ý\uf0fd\uf078")  # a cross in a box ticks it; any other may as well strike its word out
_LETTER = re.compile("[ก-ฮA-Za-z]")
_MARKS = frozenset({"ticked", "crossed", "empty"})
_WORDS = frozenset({"known", "other"})


class Ticked(NamedTuple):
    """The word that is ticked, None where none is; `is_clear` is False where no reader could tell which one is."""

    word: str | None
    is_clear: bool = True


class _Piece(NamedTuple):
    """A mark, or a word in its standard spelling, and where it stands."""

    kind: str
    text: str
    start: int
    end: int


_UNCLEAR = Ticked(None, is_clear=False)


def ticked(patterns: Sequence[tuple[str, str]], text: str) -> Ticked | None:
    """Return which word of a text is ticked; None where the text is one word without a mark, or other text.

    `patterns` are the known words, each with the regular expression that finds it. Another word may be ticked as well.
    """
    pieces = _with_slashes(_pieces(tuple(patterns), text))
    if pieces is None:
        return _UNCLEAR
    said = [piece for piece in pieces if piece.kind in _WORDS]
    marks = [piece for piece in pieces if piece.kind in _MARKS]
    if not marks:
        return _UNCLEAR if len({piece.text for piece in said if piece.kind == "known"}) > 1 else None
    if not said:
        return Ticked(None) if all(mark.kind == "empty" for mark in marks) else _UNCLEAR
    kinds = {mark.kind for mark in marks}
    if (owners := _owners(pieces, marks)) is None or (kinds == {"crossed"} and _BOXES.isdisjoint(text)):
        return _UNCLEAR
    chosen = {"ticked"} if "ticked" in kinds and _BOXES.isdisjoint(text) else {"ticked", "crossed"}
    found = {owner.text for mark, owner in zip(marks, owners, strict=True) if mark.kind in chosen}
    if len(found) == 1 and _LETTER.search(word := found.pop()):
        return Ticked(word)
    # What is no known word may have a mark that is not known.
    return _UNCLEAR if found or any(piece.kind == "other" for piece in said) else Ticked(None)


def _with_slashes(pieces: Sequence[_Piece]) -> list[_Piece] | None:
    """Return the pieces with slashes that stand alone as what they are; None where nobody can tell.

    Beside another slash at an end of the text they tick words. Where words have ticks, or each has a mark, they only
    part the words.
    """
    others = [piece for piece in pieces if piece.kind != "slash"]
    marks = [piece for piece in others if piece.kind in _MARKS]
    if len(others) == len(pieces) or not marks:
        return others
    if any(mark.text == "/" for mark in marks):
        return [piece._replace(kind="ticked") if piece.kind == "slash" else piece for piece in pieces]
    is_parting = any(mark.kind == "ticked" for mark in marks) or 2 * len(marks) == len(others)
    return others if is_parting else None


def _owners(pieces: Sequence[_Piece], marks: Sequence[_Piece]) -> list[_Piece] | None:
    """Return the word that each mark is of; None where it may be of another: all stand before words, or all behind."""
    kinds = "".join("m" if piece.kind in _MARKS else "w" for piece in pieces)
    for form, step in (("m(?:w+m)*+w+", 1), ("w+(?:mw+)*+m", -1)):
        if re.fullmatch(form, kinds):
            return [pieces[at + step] for at, kind in enumerate(kinds) if kind == "m"]
    words = [piece for piece in pieces if piece.kind not in _MARKS]
    touching = [[word for word in words if mark.start == word.end or mark.end == word.start] for mark in marks]
    return [one[0] for one in touching] if all(len(one) == 1 for one in touching) else None


@cache
def _scanner(patterns: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    known = "|".join(f"(?P<known_{number}>{pattern})" for number, (_, pattern) in enumerate(patterns))
    return re.compile(
        rf"(?P<ticked>{_TICKED}|\A/|/\Z)|(?P<crossed>{_CROSSED})|(?P<empty>{_EMPTY})|(?P<slash>(?<!\S)/(?!\S))"
        rf"|(?P<gap>[\s,;|.=\ufe0e\ufe0f]+|(?<=\S)/|/(?=\S)|{_NUMBER})|{known}|(?P<other>.)",
        re.DOTALL,
    )


def _pieces(patterns: tuple[tuple[str, str], ...], text: str) -> list[_Piece]:
    """Return the marks and words of a text; what touches a known word makes another one of it: `ไม่เป็นไปตามแผน`."""
    text, pieces = text.strip(), list[_Piece]()
    for match in _scanner(patterns).finditer(text):
        kind, start, end = str(match.lastgroup), match.start(), match.start() + len(match[0].rstrip(" \t."))
        before = pieces[-1] if pieces else None
        if kind == "gap":
            continue
        if kind in _MARKS or kind == "slash":
            pieces.append(_Piece(kind, match[0], start, match.end()))
            continue
        if kind != "other":
            kind, word = "known", patterns[int(kind.removeprefix("known_"))][0]
        else:
            word = match[0]
        goes_on = before and before.kind in _WORDS and (before.end == start or before.kind == kind == "other")
        if before and goes_on:
            pieces[-1] = _Piece("other", text[before.start : end], before.start, end)
        else:
            pieces.append(_Piece(kind, word, start, end))
    return pieces
