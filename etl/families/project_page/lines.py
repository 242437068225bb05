"""What a line of a project page is by its label: a heading, the headline, an evaluation, a report, a section."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from etl.families import labels
from etl.parse.grammar import Text, label_pattern
from etl.records import Line

WORDS = labels("project_page")
SECTIONS = tuple(WORDS["sections"])
_KINDS = ("heading", "progress", "evaluation", "link", "navigation", "units", *SECTIONS)

_PROGRESS = (
    rf"(?:\((?P<no>[^()]*)\)\s*)?{label_pattern(*WORDS['progress'])}(?P<mark>ฯ?)[\s:]*"
    rf"{label_pattern(WORDS['per_cent'])}[:=\s]*(?P<pct>[-+]?\d[\d.,]*|[^\s()]*)\s*%?\s*(?P<rest>.*)"
)
_EVALUATION = (
    rf"{label_pattern(*WORDS['evaluation'])}[\s:]*(?:{label_pattern(WORDS['quarter'])})?"
    r"\s*(?P<quarter>[^\s:]*)[\s:]*(?P<score>.*)"
)
_UNITS = r"(?P<unit>\w{6,10})\s*/\s*(?P<other>\w{6,10})?\s*$"
_MARK = re.compile(
    rf"[*#\s]*(?:(?P<heading>{label_pattern(*WORDS['heading'])}:?\s*$)|(?P<progress>{_PROGRESS})"
    rf"|(?P<evaluation>{_EVALUATION})|(?P<link>{label_pattern(*WORDS['link'])})"
    rf"|(?P<navigation>{label_pattern(*WORDS['navigation'])}$)|(?P<units>{_UNITS})"
    + "".join(rf"|(?P<{name}>{label_pattern(*labels)})" for name, labels in WORDS["sections"].items())
    + ")"
)
CODE_AT_END = re.compile(r"(?<!\d)(?P<end>\d{8}\s?[-–—‐‑]\s?\d{4})[*\s]*$")
NUMBER = re.compile(r"\s*\d+(?:\.\d+)?\s*+%?\s*")
REPORT_DATE = re.compile(r"\((?P<date>[^()]*)\)\s*(?P<rest>.*)")


class Mark(NamedTuple):
    """A line, its kind by its label (`text` without one, or `blank`), and the match of the label."""

    line: Line
    kind: str
    match: re.Match[str] | None

    @property
    def text(self) -> str:
        return self.line.text

    @property
    def rest(self) -> str:
        """What follows the label."""
        return self.text[self.match.end() :] if self.match else self.text

    def part(self, group: str) -> Text:
        """Return what the label's line says in one of its places."""
        return Text(self.line.place, (self.match[group] if self.match else None) or "")

    @property
    def is_whole_heading(self) -> bool:
        """Whether nothing follows the label, or a colon parts it from what does."""
        return not self.rest.strip(" .*\t") or self.rest.lstrip().startswith(":")


@lru_cache(maxsize=4096)  # each line is asked about twice: to recognise the page, and to read it
def kind_of(text: str) -> tuple[str, re.Match[str] | None]:
    """Return a line's kind by its label (`text` without one, or `blank`), and the match of the label."""
    if not text.strip():
        return "blank", None
    match = _MARK.match(text)
    if match is None:
        return "text", None
    kind = next(kind for kind in _KINDS if match[kind] is not None)
    if kind == "progress":
        is_report = match["no"] is not None or match["mark"] or REPORT_DATE.match(match["rest"])
        kind = "report" if is_report else "headline"
    return kind, match


def text_of(lines: Iterable[Line]) -> Text:
    """Return the text that stands on some lines, at least one."""
    first, *others = lines
    text = Text(first.place, first.text)
    for line in others:
        text.add(line)
    return text
