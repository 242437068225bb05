"""Labels put into their known spelling, and the values behind them where their look tells what was printed."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import islice
from typing import Any

from msgspec.structs import replace
from rapidfuzz.distance import Levenshtein

from etl import families
from etl.parse.grammar import label_pattern, shape
from etl.records import Line
from etl.reference import words
from etl.repair.dates import read_day
from etl.repair.near import DIGIT, FIGURE, WORD, Found, Known, label, near, strings
from etl.repair.parts import labels_of, parts, playing
from etl.thai.text import arabic_digits

LETTERS_MIN = 8  # of a label that is looked for with tolerance: shorter words are near to too many others

_SHARED_WORDS = ("plan_path", "indicator_quarters")
_BUDGETS = ("budget_received_thb", "budget_spent_thb")
_FIGURES = ("project_code", "fiscal_year", "start_date", "end_date", *_BUDGETS)  # behind a label and a colon
_STRAY_LETTERS_MAX = 8  # on either side of a label, where stars or a picture stand

_LOOKS_LIKE_DIGIT = r"[0-9๐-๙IL\]|l]"
_LEAD = re.compile(
    r"(?:[\s*#:;.,=~'|+^«»“”\"]|ะ\s*:)*"
    rf"(?P<number>\(?{_LOOKS_LIKE_DIGIT}{{1,2}}(?:[.,]{_LOOKS_LIKE_DIGIT}{{1,2}})?[.,)]{{0,2}}\s+)?"
)
_JUNK = re.compile(r"[.\s]*[a-zA-Z.]{1,5}\s*(?=:)")  # what the last word of a label may be taken for
_COLON_LOST = re.compile(rf"^\s+(?:[1IlI|.,;]\s*:?\s+|[1IlI|]:\s*|(?={DIGIT}))(?=\(?{DIGIT})")  # before a figure
_LABEL_ENDS = re.compile(rf"[.\s\u0e48-\u0e4c]*(?:[:=(*ฯ0-9๐-๙]|$)|{_JUNK.pattern}")
_COLON = re.compile(r"[.\s]*:")
END = re.compile(r"\W*$")
_THAI = re.compile("[\u0e01-\u0e4e]")

_VALUE = re.compile(r"(?P<label>[^:]*:\s*)(?P<value>\S.*?)\s*")
_NOISE = re.compile(rf"^[.,;'|«»~_`]+(?={DIGIT})|(?<={DIGIT})[\s,;'|]+$")
_LETTER_OR_DIGIT = re.compile(r"\w")
_UNDASHED_CODE = re.compile(r"([0-9]{8})([0-9]{4})")
_ROW = re.compile(rf"\s*[1-4]\s+(?:{FIGURE}|[^\w\s]{{1,2}}|[|/\s])+")
_CELL_NOISE = re.compile(r"(?<=\s)[^\w\s/-]{1,2}(?=\s)")
_AMOUNT = re.compile(
    rf"(?P<figure>{FIGURE}|[Oo])[-.,\s]*(?:[^\s0-9๐-๙]{{1,2}}\s+(?=บ))?"
    r"(?P<unit>[a-zA-Z\u0e01-\u0e4e]{1,5})?[.\s]*(?P<noise>\S{1,2})?\s*"
)
_GROUPED = re.compile(r"(?P<whole>[0-9]{1,3}(?:[.,][0-9]{3})+)(?P<satang>\.[0-9]{2})?")
_UNGROUPED = re.compile(r"(?P<whole>[0-9]{4,}(?:,[0-9]{3})+)(?P<satang>\.[0-9]{2})?")
_BAHT = "บาท"


def repair_label(line: Line) -> Line:
    """Return the line with the label that it begins with in its known spelling, and nothing before it but a number."""
    text = line.text
    if title := _title(text):
        return replace(line, text=title)
    lead = _LEAD.match(text)
    start, number = (lead.end(), lead["number"] or "") if lead else (0, "")
    found = near(text, start, known_labels(), ends=_LABEL_ENDS) or near(text, start, _certifications())
    if found is None and number:
        found = near(text, start, _section_headings())
    if found is None:
        number, found = "", _behind_stray(text)
    if found is None:
        return line
    if number and found.known.code:
        number = f"{found.known.code} "
    behind = _JUNK.sub(" ", text[found.end :], count=1)
    if found.known.text in _figure_labels():
        behind = _COLON_LOST.sub(" : ", behind, count=1)
    return replace(line, text=f"{number}{found.known.text}{behind}")


def repair_value(line: Line) -> Line:
    """Return the line with the value behind its label, or the cells of its row, without what is no part of them.

    What was taken for a slash or lost as a dash or a comma is put back; then the value is noted as repaired.
    """
    text = line.text
    if _ROW.fullmatch(text):
        return replace(line, text=_CELL_NOISE.sub("", text))
    match = _VALUE.fullmatch(text)
    if not match or not known_label_at(text, start_of(text)):
        return replace(line, text=text)
    printed = _NOISE.sub("", match["value"])
    value, repaired = printed, ""
    if (day := read_day(printed)) and not _LETTER_OR_DIGIT.search(printed, day.end):
        value, repaired = day.text, day.repaired
    elif code := _UNDASHED_CODE.fullmatch(printed):
        value = repaired = "-".join(code.groups())
    elif _money_label().match(text) and (amount := read_amount(printed)):
        value, repaired = amount
    elif word := near(printed, 0, _value_words(), ends=END):
        value, repaired = word.known.text, word.known.text if word.edits else ""
    return replace(
        line, text=match["label"] + value, repaired=(*line.repaired, repaired) if repaired else line.repaired
    )


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
    if not match or not _is_baht(match["unit"] or "") or re.search(DIGIT, match["noise"] or ""):
        return None
    figure = spelled = "0" if match["figure"] in "Oo" else arabic_digits(match["figure"])
    if parts := _GROUPED.fullmatch(figure) or _UNGROUPED.fullmatch(figure):
        spelled = f"{int(re.sub('[.,]', '', parts['whole'])):,}{parts['satang'] or ''}"
    if spelled == arabic_digits(match["figure"]):
        return f"{match['figure']} {_BAHT}", ""
    return f"{spelled} {_BAHT}", spelled


def _is_baht(unit: str) -> bool:
    return len(unit) <= 1 or not _THAI.search(unit) or Levenshtein.distance(unit, _BAHT) <= 1


def _title(text: str) -> str | None:
    """Return the title of an export where it is all that stands on a line but a few stray letters for its stars."""
    for word in islice(WORD.finditer(text), 2):
        found = near(text, word.start(), _titles())
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
        if found := near(text, word.start(), known_labels(), ends=_COLON):
            return found
    return None


@cache
def known_labels() -> tuple[Known, ...]:
    """Return the labels of all families, those of numbered sections with their numbers."""
    printed = [some for family in families.names() for some in _printed(family)]
    texts = {text: "" for some in (*printed, *map(words, _SHARED_WORDS)) for text in strings(some)}
    texts |= {text: number for of in playing("numbered") for number, some in of["sections"].items() for text in some}
    labels = (label(text, number) for text, number in texts.items())
    return tuple(word for word in labels if len(word.shape) >= LETTERS_MIN)


def _printed(family: str) -> list[Any]:
    """Return the words of a family, but for what it wants left alone."""
    left_alone = parts(family).left_alone
    return [some for name, some in families.labels(family).items() if name not in left_alone]


@cache
def _titles() -> Sequence[Known]:
    return list(map(label, strings(playing("title"))))


@cache
def _certifications() -> Sequence[Known]:
    """Return how the sentences of certification begin."""
    return list(map(label, labels_of("projects", "is_certified")))


@cache
def _figure_labels() -> frozenset[str]:
    return frozenset(labels_of("projects", *_FIGURES))


@cache
def _money_label() -> re.Pattern[str]:
    labels = labels_of("projects", *_BUDGETS) + labels_of("reports", "disbursed_thb")
    return re.compile(rf"\s*{label_pattern(*labels)}")


@cache
def _section_headings() -> Sequence[Known]:
    return [heading for heading in known_labels() if heading.code]


@cache
def _exact() -> re.Pattern[str]:
    return re.compile(label_pattern(*(word.text for word in known_labels())))


@cache
def _value_words() -> Sequence[Known]:
    texts = strings(words("vocabulary")["indicator_type"])
    return [word for word in map(label, texts) if len(word.shape) >= LETTERS_MIN]
