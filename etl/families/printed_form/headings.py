"""What each line of a form begins with, and which of the lines that look like a section's heading really are one."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from etl.families.printed_form.lines import Mark, mark_of
from etl.records import Line

_FIRST_SECTIONS = frozenset({"1", "1.1"})
_SURE = 2


class Marked(NamedTuple):
    """A line, and the mark that it begins with; the mark is None where the line begins with nothing known."""

    line: Line
    mark: Mark | None


class _Heading(NamedTuple):
    """A line that looks like the heading of a section: its index among the lines, and its mark."""

    place: int
    mark: Mark

    @property
    def likeness(self) -> int:
        """How much it looks like a heading: 2 with a number and no text after its words, 1 with a number, else 0."""
        return 0 if not self.mark.is_numbered else 1 if self.mark.rest else _SURE


def marked(lines: Sequence[Line]) -> list[Marked]:
    """Return the lines, each with the mark that it begins with.

    A list in prose has numbers too, and an item may begin with a section's words: `1.2 หน่วยงานที่รับผิดชอบลงพื้นที่`. So
    where one copy seems to have a section's heading twice, the line that looks less like a heading is prose. Where both
    look alike, the line that is out of the order of the sections is.
    """
    marks = [mark_of(line.text) for line in lines]
    headings = [_Heading(index, mark) for index, mark in enumerate(marks) if mark and mark.section]
    for copy in _copies(headings):
        for heading in _stray(copy):
            marks[heading.place] = None
    return list(map(Marked, lines, marks))


def _copies(found: Iterable[_Heading]) -> Iterator[list[_Heading]]:
    """Yield the headings of each copy; the numbered heading of the first section begins the next one."""
    copy: list[_Heading] = []
    last = ""
    for heading in found:
        section = heading.mark.section
        if heading.mark.is_numbered and section in _FIRST_SECTIONS and last > section:
            yield copy
            copy, last = [], ""
        copy.append(heading)
        last = max(last, section)
    yield copy


def _stray(copy: Sequence[_Heading]) -> Iterator[_Heading]:
    """Yield what looks like a heading of the copy, and is prose."""
    of_section: dict[str, list[_Heading]] = {}
    for heading in copy:
        of_section.setdefault(heading.mark.section, []).append(heading)
    sure = [heading for heading in copy if heading.likeness == _SURE]
    first = {heading.mark.section: heading.place for heading in reversed(sure)}
    last = {heading.mark.section: heading.place for heading in sure}

    def is_in_order(heading: _Heading) -> bool:
        section = heading.mark.section
        return all(place < heading.place for other, place in first.items() if other < section) and all(
            heading.place < place for other, place in last.items() if other > section
        )

    for some in of_section.values():
        best = max(heading.likeness for heading in some)
        alike = [heading for heading in some if heading.likeness == best]
        yield from (heading for heading in some if heading.likeness < best)
        if best < _SURE and len(alike) > 1 and any(map(is_in_order, alike)):
            yield from (heading for heading in alike if not is_in_order(heading))
