"""What stands at the edge of a page, between the lines of a form: page numbers, stamps, running heads and footers.

In come the texts of lines, and what the form says of its project. Out comes which of them are nothing but that. Only
where nothing else is on the line is it sure; what it may be part of keeps it.
"""

import re
from collections.abc import Iterable

from etl.families.printed_form.lines import FRAME, WORDS
from etl.parse.grammar import label_pattern, shape

_DIGIT = "[0-9๐-๙]"
_PAGE = rf"[(\[–-]*\s*+หน้า(?:ที่)?\s*(?P<page>{_DIGIT}{{1,3}})\s*(?:/|จาก)\s*(?P<pages>{_DIGIT}{{1,3}})[\s.)\]–-]*"
PAGE_NUMBER = re.compile(rf"[\s*]*+(?:{_PAGE}|[–—-]\s*{_DIGIT}{{1,3}}\s*[–—-]\s*)")
STAMP = re.compile(rf"{FRAME}{label_pattern(*WORDS['stamps'])}:?\s*{_DIGIT}.*")
# One with nothing but a day, a time of day and the number of the page.
WHOLE_STAMP = re.compile(
    rf"{FRAME}{label_pattern(*WORDS['stamps'])}:?\s*[0-9๐-๙/.-]{{6,10}}(?:\s+(?:เวลา\s*)?{_DIGIT}{{1,2}}[:.][0-9๐-๙:.]{{2,9}}\s*+(?:น\.)?)?\s*+"
    rf"(?:{_PAGE})?"
)
_ADDRESS = r"(?:https?://|file:///)\S{1,300}+"
_CLOCK = rf"{_DIGIT}{{1,2}}[:.]{_DIGIT}{{2}}(?:[:.]{_DIGIT}{{2}})?(?:\s?(?:น\.|[AP]M))?"
_MOMENT = rf"{_DIGIT}{{1,2}}/{_DIGIT}{{1,2}}/{_DIGIT}{{2,4}},?\s+{_CLOCK}"
_OF_PAGES = rf"{_DIGIT}{{1,3}}/{_DIGIT}{{1,3}}"
_FOOTER_PART = re.compile(rf"\s*(?:{_ADDRESS}|{_MOMENT}|{_OF_PAGES})\s*")
_FOOTER = re.compile(rf"\s*(?:(?:{_ADDRESS}|{_MOMENT}|{_OF_PAGES})(?:\s+|$)){{2,3}}")
_CODE = re.compile(rf"{_DIGIT}{{8}}-{_DIGIT}{{4}}")
_ROUND_CODE = re.compile(rf"(?:[(\[]|(?<!\s))\s*+(?:รหัส(?:โครงการ)?\s*+:?\s*+)?{_CODE.pattern}(?:\s*[)\]])?")
_PROJECT = re.compile(r"^(?:ชื่อ)?โครงการ(?:/กิจกรรม)?\s*+:?\s*")
_LEFT_OVER = re.compile(
    rf"{_ADDRESS}\s+(?:{_MOMENT}|{_OF_PAGES})|\sหน้า(?:ที่)?\s*{_DIGIT}{{1,3}}\s*(?:/|จาก)\s*{_DIGIT}{{1,3}}(?!{_DIGIT})"
)


def is_page_edge(text: str) -> bool:
    """Tell whether a line is what stands at the edge of a page: its number, or when it was printed."""
    return bool(PAGE_NUMBER.fullmatch(text) or WHOLE_STAMP.fullmatch(text))


def page_behind(text: str, names: Iterable[str]) -> re.Match[str] | None:
    """Return the number of a page behind one of the names of the project or its agency; None for any other line."""
    name, word, number = text.rpartition("หน้า")
    match = PAGE_NUMBER.fullmatch(word + number)
    return match if match and _bare(name.rstrip(" \t([–-")) in set(map(_bare, filter(None, names))) else None


def is_footer(text: str, following: str, *, is_behind_edge: bool) -> bool:
    """Tell whether a line is what a browser prints on a page: its address, the moment, the number of the page.

    Each may have a line of its own; then another one stands beside it. `following` is the next line.
    """
    if _FOOTER.fullmatch(text):
        return True
    return _FOOTER_PART.fullmatch(text) is not None and (
        is_behind_edge or bool(_FOOTER_PART.fullmatch(following) or _FOOTER.fullmatch(following))
    )


def is_running_head(text: str, name: str, code: str) -> bool:
    """Tell whether a line repeats the name of the form's project with its code, and says nothing else."""
    return bool(code) and code in text and _bare(_ROUND_CODE.sub("", text, count=1)) == _bare(name)


def left_over(narrative: str, code: str) -> str:
    """Return the part of a narrative that may be from the edge of a page; empty where none may."""
    if code and code in narrative:
        return code
    return match[0].strip() if (match := _LEFT_OVER.search(narrative)) else ""


def _bare(name: str) -> str:
    return shape(_PROJECT.sub("", name.strip()))
