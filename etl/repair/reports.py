"""Headings and details of reports, put back into the look in which they are printed.

Recognition loses or mistakes the signs between their parts: colons, dashes, brackets, per cent signs.
"""

import re
from collections.abc import Sequence
from functools import cache, partial
from itertools import islice, takewhile
from typing import NamedTuple

from msgspec.structs import replace

from etl.parse.grammar import is_known_word, label_pattern, shape
from etl.records import Line
from etl.reference import words
from etl.repair.dates import read_day
from etl.repair.labels import known_label_at, read_amount, start_of
from etl.repair.near import DIGIT, FIGURE, Known, find, label, near
from etl.repair.parts import playing
from etl.thai.text import arabic_digits

_STATUSES = ("plan_status", "target_status")
_DETAIL_LINES_MAX = 4
_BRACKET_DIGITS_MAX = 2  # that a bracket may be taken for

_ONE_LIKE_COLON = "[17]"  # what a colon is taken for
_DATE_REACH = 9  # how far the date may stand behind the number of a report
_SOUND_BETWEEN = re.compile(r"\s*::?\s*")
_AFTER_DATE = re.compile(r"\s*[:;.]*\s*")
_PER_CENT = re.compile(
    rf"(?P<before>[^0-9๐-๙]{{0,6}}?)(?P<pct>{FIGURE})(?P<after>[^0-9๐-๙]{{0,6}}|\s+{_ONE_LIKE_COLON}[^0-9๐-๙]{{0,3}})"
)
_STRAY = re.compile(r"\s*(?:\S{1,2}\s+)?")  # what colons are taken for
_STRAY_COLON = re.compile(rf"\s{_ONE_LIKE_COLON}$")
_MAY_BE_DIGIT = re.compile(rf"[^\s%:;.]|.*{DIGIT}")
_SIGNS_ABOUT = " =:%ฯ"
_COUNTED = re.compile(
    rf"[^=:0-9๐-๙]{{0,16}}(?P<no>{DIGIT}{{0,4}})(?P<bracket>[^=:]{{0,4}}?)(?:(?:\s*[=:–-])+\s*|(?<=\))\s+)(?P<rest>.*)"
)
_COLON = re.compile("[:;]")
_NO_LETTER = re.compile(r"[^\u0e01-\u0e4ea-zA-Z]")
_THAI_WORD = re.compile("[\u0e01-\u0e4e]{3}")

_ENTRY_REACH = 30
_ONE_LIKE = re.compile(r"[iIl|!]")
_ENTRY_NUMBER = re.compile(rf"\W{{0,3}}(?P<no>(?:{DIGIT}|{_ONE_LIKE.pattern}){{1,3}})\W{{0,3}}")
_ENTRY = re.compile(
    rf"\s*ฯ?\s*\S{{4,8}}\W{{0,4}}(?P<pct>{FIGURE})\s*%?\s*\W{{0,3}}"
    rf"(?P<date>{DIGIT}{{4}}-{DIGIT}{{2}}-{DIGIT}{{2}})\W{{0,3}}\s*(?P<rest>.*)"
)


class _Log(NamedTuple):
    """The words of a log whose reports have two lines, a heading and its detail, and what finds them."""

    heading: str
    progress: Known
    disbursed: Known
    counter: str
    begins: re.Pattern[str]
    numbered: re.Pattern[str]
    counted: re.Pattern[str]


def repair_entry(line: Line) -> Line:
    """Return the heading of a report of one line with brackets round its number and its date."""
    for progress, per_cent in _entries():
        found = find(line.text[:_ENTRY_REACH], 0, [progress])
        lead = _ENTRY_NUMBER.fullmatch(line.text[: found.start]) if found else None
        rest = _ENTRY.fullmatch(line.text, found.end) if found else None
        if lead and rest:
            number = _ONE_LIKE.sub("1", lead["no"])
            inferred = () if number == lead["no"] else (number,)
            text = f"({number}) {progress.text}ฯ {per_cent} {rest['pct']} ({rest['date']}) {rest['rest']}"
            return replace(line, text=text.rstrip(), repaired=(*line.repaired, *inferred))
    return line


def repair_reports(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with headings and details of reports of two lines as printed, and each detail in one line."""
    repaired = list(lines)
    for log in _logs():
        repaired = _repair_log(repaired, log)
    return repaired


def _repair_log(lines: Sequence[Line], log: _Log) -> list[Line]:
    repaired: list[Line] = []
    heading, last_no = -1, 0  # where the heading of the report is, and the number of the report before
    rest = list(lines)[::-1]  # the next line last, where it is taken off
    while rest:
        line = rest.pop()
        if log.begins.match(line.text):
            line = _repair_heading(line, log)
            heading = len(repaired)
        elif heading >= 0 and (found := near(line.text, start_of(line.text), [log.progress])):
            behind = list(takewhile(partial(_goes_on, log), islice(reversed(rest), _DETAIL_LINES_MAX - 1)))
            line, size = _repair_detail([line, *behind], found.end, repaired[heading], last_no + 1, log)
            del rest[len(rest) - (size - 1) :]
            repaired[heading], line, last_no = _repair_number(
                _with_colons(repaired[heading], log), line, last_no + 1, log
            )
            heading = -1
        elif _first_section().match(line.text):  # of the next copy
            heading, last_no = -1, 0
        repaired.append(line)
    return repaired


@cache
def _logs() -> list[_Log]:
    return [_log(**words) for words in playing("log")]


def _log(heading: str, progress: str, disbursed: str, counter: str) -> _Log:
    begins = re.compile(rf"\s*{label_pattern(heading)}")
    numbered = re.compile(rf"{begins.pattern}(?P<no>{DIGIT}*)")
    counted = re.compile(rf"\(\s*{label_pattern(counter)}(?P<no>{DIGIT}*)")
    return _Log(heading, label(progress), label(disbursed), counter, begins, numbered, counted)


@cache
def _entries() -> list[tuple[Known, str]]:
    """Return the word for progress and that for per cent in reports of one line, of each family that has such."""
    return [(label(words["progress"][0]), words["per_cent"]) for words in playing("entry")]


@cache
def _first_section() -> re.Pattern[str]:
    """Return what finds the first of numbered headings."""
    firsts = [next(iter(family["sections"].items())) for family in playing("numbered")]
    return re.compile("|".join(rf"[*#\s]*{re.escape(no)}[.)]*\s*{label_pattern(*labels)}" for no, labels in firsts))


class _Detail(NamedTuple):
    """What the detail of a report says, each part in its known spelling, and what of it had to be inferred."""

    progress: str
    counter: str
    amount: str
    statuses: list[str]
    inferred: tuple[str, ...]

    def text(self, log: _Log) -> str:
        spent = f"{log.disbursed.text} ({log.counter} {self.counter}) = {self.amount}"
        return " : ".join([f":: {log.progress.text}ฯ = {self.progress}", spent, *self.statuses])


def _goes_on(log: _Log, line: Line) -> bool:
    """Tell whether a line may go on with a detail: it begins nothing of its own."""
    return not (known_label_at(line.text, start_of(line.text)) or log.begins.match(line.text))


def _repair_heading(line: Line, log: _Log) -> Line:
    """Return the heading of a report with its date as printed, and the signs before and behind that."""
    numbered = log.numbered.match(line.text)
    if numbered is None:
        return line
    places = range(numbered.end(), min(numbered.end() + _DATE_REACH, len(line.text)))
    start, day = next(((place, day) for place in places if (day := read_day(line.text, place))), (0, None))
    after = _AFTER_DATE.match(line.text, day.end) if day else None
    if day is None or after is None:
        return line
    is_sound = _SOUND_BETWEEN.fullmatch(line.text, numbered.end(), start) and ":" in after[0] and not day.repaired
    if is_sound:
        return line
    text = f"{log.heading} {numbered['no']} :: {day.text} : {line.text[after.end() :]}"
    has_stray_digit = re.search(DIGIT, line.text[numbered.end() : start])  # which may be of the date
    repaired = day.text if has_stray_digit else day.repaired
    return replace(line, text=text, repaired=(*line.repaired, repaired) if repaired else line.repaired)


def _with_colons(heading: Line, log: _Log) -> Line:
    """Return the heading of a report whose date cannot be read with the colons before that, if they were lost."""
    match = log.numbered.match(heading.text)
    if not match or ":" in heading.text[match.end() : match.end() + _DATE_REACH]:
        return heading
    rest = _STRAY.sub("", heading.text[match.end() :], count=1)
    return replace(heading, text=f"{log.heading} {match['no']} :: {rest}")


def _repair_number(heading: Line, detail: Line, expected: int, log: _Log) -> tuple[Line, Line, int]:
    """Return a heading, its detail and the report's number: what two of heading, detail and `expected` say."""
    match, counted = log.numbered.match(heading.text), log.counted.search(detail.text)
    printed = int(arabic_digits(match["no"])) if match and match["no"] else None
    count = int(arabic_digits(counted["no"])) if counted and counted["no"] else None
    said = [printed, count, expected]
    number = next((number for number in said if number is not None and said.count(number) > 1), None)
    if not match or (number is None and printed) or (number and printed == count == number):
        return heading, detail, printed or expected
    number = number or expected
    text = f"{log.heading} {number} {heading.text[match.end() :].lstrip()}"
    heading = replace(heading, text=text, repaired=(*heading.repaired, str(number)))
    if counted and count != number:
        start, end = counted.span("no")
        detail = replace(detail, text=f"{detail.text[:start]}{number}{detail.text[end:]}")
    return heading, detail, number


def _repair_detail(lines: Sequence[Line], start: int, heading: Line, expected: int, log: _Log) -> tuple[Line, int]:
    """Return a line with the detail that begins on the first line, and on how many lines it stood.

    Of a detail of which a part is not found, the first line is returned as it is.
    """
    torn = lines[0], 1
    for size in range(1, len(lines) + 1):
        detail = _read_detail(" ".join(line.text for line in lines[:size]), start, heading, expected, log)
        if detail is None or len(detail.statuses) < len(_STATUSES):
            continue
        low_confidence = tuple(figure for line in lines[:size] for figure in line.low_confidence)
        repaired = (*(text for line in lines[:size] for text in line.repaired), *detail.inferred)
        whole = replace(lines[0], text=detail.text(log), low_confidence=low_confidence, repaired=repaired), size
        if all(map(is_known_word, _STATUSES, detail.statuses)):
            return whole
        torn = torn if torn[1] > 1 else whole
    return torn


def _read_detail(text: str, start: int, heading: Line, expected: int, log: _Log) -> _Detail | None:
    """Return what a detail says; None where one of its parts is not found.

    A figure that cannot be read is left as it is: that is no reason to lose the others.
    """
    disbursed = find(text, start, [log.disbursed])
    counted = disbursed and _COUNTED.fullmatch(text, disbursed.end)
    if not (disbursed and counted):
        return None
    pct, pct_inferred = _per_cent(text[start : disbursed.start])
    printed, *statuses = [part.strip() for part in _COLON.split(counted["rest"]) if part.strip()] or [""]
    amount = read_amount(printed)
    if amount is None and (plan := find(printed, 0, _status_words("plan_status"))):
        before = _STRAY_COLON.sub("", printed[: plan.start])
        amount, statuses = read_amount(before), [printed[plan.start :], *statuses]
    statuses = _parted(statuses[0]) if len(statuses) == 1 else statuses
    spelled = [_status(name, status) for name, status in zip(_STATUSES, statuses, strict=False)]
    extra = [part for part in statuses[len(_STATUSES) :] if _THAI_WORD.search(part)]
    counter = counted["no"] if ")" in counted["bracket"] else _without_bracket(counted["no"], heading, expected, log)
    thb, thb_inferred = amount or (printed, "")
    return _Detail(
        pct, counter, thb, [*(word for word, _ in spelled), *extra],
        tuple(filter(None, (pct_inferred, thb_inferred, *(inferred for _, inferred in spelled)))),
    )  # fmt: skip


def _per_cent(printed: str) -> tuple[str, str]:
    """Return the percentage without the signs about it; and what was inferred: it, if a sign may be a digit of it."""
    match = _PER_CENT.fullmatch(printed)
    if not match:
        return printed.strip(_SIGNS_ABOUT), ""
    is_inferred = "-" in match["before"] or _MAY_BE_DIGIT.match(match["after"])
    return match["pct"], match["pct"] if is_inferred else ""


def _parted(printed: str) -> list[str]:
    """Return the two statuses that stand in one text, where the colon between them was not recognised."""
    plan = near(printed, 0, _status_words("plan_status"))
    target = find(printed, plan.end, _status_words("target_status")) if plan else None
    return [printed[: plan.end], printed[target.start : target.end]] if plan and target else [printed]


def _without_bracket(printed: str, heading: Line, expected: int, log: _Log) -> str:
    """Return the number of a counter whose bracket may have been taken for one more digit."""
    stated = log.numbered.match(heading.text)
    numbers = {arabic_digits(stated["no"]) if stated else "", str(expected)} - {""}
    cut = [printed[:size] for size in range(1, len(printed)) if len(printed) - size <= _BRACKET_DIGITS_MAX]
    return next((digits for digits in cut if arabic_digits(digits) in numbers), printed)


def _status(vocabulary: str, printed: str) -> tuple[str, str]:
    """Return a status in the known spelling that is near to it; and what was inferred: it, if a letter differed."""
    letters = _NO_LETTER.sub("", printed)
    found = near(letters, 0, _status_words(vocabulary))
    if found is None or len(letters) - found.end > 1:
        return printed, ""
    return found.known.text, found.known.text if shape(letters) != found.known.shape else ""


@cache
def _status_words(vocabulary: str) -> Sequence[Known]:
    return list(map(label, words("vocabulary")[vocabulary]))
