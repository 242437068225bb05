"""Labels in their known spelling, and what stands behind a label where its look leaves no doubt of what was printed."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import islice

from msgspec.structs import replace
from rapidfuzz.distance import Levenshtein

from etl.parse.grammar import label_pattern, shape
from etl.parse.tolerance.near import DIGIT, FIGURE, WORD, Found, Known, label, near, strings
from etl.records import Family, Line
from etl.reference import words

LETTERS_MIN = 8  # of a label that is looked for with tolerance: shorter words are near to too many others

_FORM = words("printed_form")
_SHARED_WORDS = ("plan_path", "indicator_quarters")
_TITLE = label(_FORM["title"])
_STRAY_LETTERS_MAX = 8  # on either side of a label, where stars or a picture stand

_LOOKS_LIKE_DIGIT = r"[0-9๐-๙IL\]|l]"
_LEAD = re.compile(
    r"(?:[\s*#:;.,=~'|+^«»“”\"]|ะ\s*:)*"
    rf"(?P<number>\(?{_LOOKS_LIKE_DIGIT}{{1,2}}(?:[.,]{_LOOKS_LIKE_DIGIT}{{1,2}})?[.,)]{{0,2}}\s+)?"
)
_JUNK = re.compile(r"[.\s]*[a-zA-Z.]{1,5}\s*(?=:)")  # what the last word of a label may be taken for
_LABEL_ENDS = re.compile(rf"[.\s\u0e48-\u0e4c]*(?:[:=(*ฯ0-9๐-๙]|$)|{_JUNK.pattern}")
_COLON = re.compile(r"[.\s]*:")
_END = re.compile(r"\W*$")
_THAI = re.compile("[\u0e01-\u0e4e]")

_VALUE = re.compile(r"(?P<label>[^:]*:\s*)(?P<value>\S.*?)\s*")
_SPECKS = re.compile(rf"^[.,;'|]+(?={DIGIT})|(?<={DIGIT})[\s,;'|]+$")
_GLUED_CLOCK = re.compile(rf"({DIGIT}{{4}}-{DIGIT}{{2}}-{DIGIT}{{2}})[^\s0-9๐-๙](?={DIGIT}{{2}}:)")
_SLASH = r"[/17lI|J]"  # and what a slash between digits is taken for
BROKEN_DATE = rf"(?P<day>[0-3][0-9]){_SLASH}(?P<month>[01][0-9]){_SLASH}(?P<year>2[45][0-9]{{2}})"
_BROKEN_DATE = re.compile(BROKEN_DATE)
_UNDASHED_CODE = re.compile(r"([0-9]{8})([0-9]{4})")
_ROW = re.compile(rf"\s*[1-4]\s+(?:{FIGURE}|[^\w\s]{{1,2}}|[|/\s])+")
_CELL_SPECK = re.compile(r"(?<=\s)[^\w\s/-]{1,2}(?=\s)")
_MONEY_LABEL = re.compile(r"\s*งบ")
_AMOUNT = re.compile(
    rf"(?P<figure>{FIGURE}|[Oo])[-.,\s]*(?P<unit>[a-zA-Z\u0e01-\u0e4e]{{1,5}})?[.\s]*(?P<speck>\S{{1,2}})?\s*"
)
_GROUPED = re.compile(r"(?P<whole>[0-9]{1,3}(?:[.,][0-9]{3})+)(?P<satang>\.[0-9]{2})?")
_UNGROUPED = re.compile(r"(?P<whole>[0-9]{4,}(?:,[0-9]{3})+)(?P<satang>\.[0-9]{2})?")
_BAHT = "บาท"


def mend_label(line: Line) -> Line:
    """Return the line with the label that it begins with in its known spelling, and nothing before it but a number."""
    text = line.text
    if title := _title(text):
        return replace(line, text=title)
    lead = _LEAD.match(text)
    start, number = (lead.end(), lead["number"] or "") if lead else (0, "")
    found = near(text, start, _labels(), ends=_LABEL_ENDS)
    if found is None and number:
        found = near(text, start, _section_headings())
    if found is None:
        number, found = "", _behind_stray(text)
    if found is None:
        return line
    return replace(line, text=f"{number}{found.known.text}{_JUNK.sub(' ', text[found.end :], count=1)}")


def mend_value(line: Line) -> Line:
    """Return the line with the value behind its label, or the cells of its row, without what is no part of them.

    What was taken for a slash or lost as a dash or a comma is put back; then the value is noted as mended.
    """
    text = _GLUED_CLOCK.sub(r"\1 ", line.text)
    if _ROW.fullmatch(text):
        return replace(line, text=_CELL_SPECK.sub("", text))
    match = _VALUE.fullmatch(text)
    if not match or not known_label_at(text, start_of(text)):
        return replace(line, text=text)
    printed = _SPECKS.sub("", match["value"])
    value, mended = printed, ""
    if broken := _BROKEN_DATE.fullmatch(printed):
        value = "/".join(broken.groups())
        mended = value if value != printed else ""
    elif code := _UNDASHED_CODE.fullmatch(printed):
        value = mended = "-".join(code.groups())
    elif _MONEY_LABEL.match(text) and (amount := read_amount(printed)):
        value, mended = amount
    elif word := near(printed, 0, _value_words(), ends=_END):
        value, mended = word.known.text, word.known.text if word.edits else ""
    return replace(line, text=match["label"] + value, mended=(mended,) if mended else ())


def start_of(text: str) -> int:
    """Return where the first word of a line begins, behind what leads it and the number of a section."""
    lead = _LEAD.match(text)
    return lead.end() if lead else 0


def known_label_at(text: str, start: int) -> bool:
    """Tell whether a label in its known spelling, tone marks apart, begins at a place of the text."""
    return _exact().match(text, start) is not None


def read_amount(text: str) -> tuple[str, str] | None:
    """Return an amount in baht with its digits in groups of three, and its figure if that is not as recognised.

    A comma may have been lost, or taken for a point: baht have two decimals. None where the text is no amount, or of
    another unit than baht, or what that is taken for.
    """
    match = _AMOUNT.fullmatch(text)
    if not match or not _is_baht(match["unit"] or "") or re.search(DIGIT, match["speck"] or ""):
        return None
    figure = spelled = "0" if match["figure"] in "Oo" else match["figure"]
    if parts := _GROUPED.fullmatch(figure) or _UNGROUPED.fullmatch(figure):
        spelled = f"{int(re.sub('[.,]', '', parts['whole'])):,}{parts['satang'] or ''}"
    return f"{spelled} {_BAHT}", spelled if spelled != match["figure"] else ""


def _is_baht(unit: str) -> bool:
    return len(unit) <= 1 or not _THAI.search(unit) or Levenshtein.distance(unit, _BAHT) <= 1


def _title(text: str) -> str | None:
    """Return the title of the form where it is all that stands on a line but a few stray letters for its stars."""
    for word in islice(WORD.finditer(text), 2):
        found = near(text, word.start(), [_TITLE])
        sides = (text[: found.start], text[found.end :]) if found else ()
        if found and all(len(shape(side)) <= _STRAY_LETTERS_MAX for side in sides):
            return found.known.text
    return None


def _behind_stray(text: str) -> Found | None:
    """Return the label with a colon that stands behind a word or two that are not Thai, such as stars are taken for."""
    for word in islice(WORD.finditer(text), 1, 3):
        stray = text[: word.start()]
        if len(shape(stray)) > _STRAY_LETTERS_MAX or _THAI.search(stray):
            break
        if found := near(text, word.start(), _labels(), ends=_COLON):
            return found
    return None


@cache
def _labels() -> tuple[Known, ...]:
    """Return the labels of all families, those of a form's sections with their numbers."""
    texts = {text: "" for name in (*Family, *_SHARED_WORDS) for text in strings(words(name))}
    texts |= {text: number for number, some in _FORM["sections"].items() for text in some}
    labels = (label(text, number) for text, number in texts.items())
    return tuple(one for one in labels if len(one.shape) >= LETTERS_MIN)


@cache
def _section_headings() -> Sequence[Known]:
    return [one for one in _labels() if one.code]


@cache
def _exact() -> re.Pattern[str]:
    return re.compile(label_pattern(*(one.text for one in _labels())))


@cache
def _value_words() -> Sequence[Known]:
    texts = strings(words("vocabulary")["indicator_type"])
    return [one for one in map(label, texts) if len(one.shape) >= LETTERS_MIN]
