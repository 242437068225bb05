"""The lines of one project page, sorted into the texts of its fields and reports.

What prose without a heading is follows from where it stands; where the place does not settle it, it has no field.
"""

import re
from collections.abc import Sequence

from etl.families.project_page.head import read_head
from etl.families.project_page.lines import NUMBER, SECTIONS, Mark, text_of
from etl.parse.grammar import Text, is_list_item
from etl.parse.plan_path import begins_level, begins_plan
from etl.parse.unplaced import takes_back
from etl.records import Line

_NOTE = re.compile(r"\s*[(*]*\s*(?:หมายเหตุ|แก้ไข)")  # which may be the page's, though it stands in a narrative
_FIRST_ITEM = re.compile(r"\s*\(?[1๑][.)](?!\d)")


class PageReader:
    """Sorts the lines of one page into the texts of its fields and reports; every line lands somewhere."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self.texts: dict[str, Text] = {}
        self.headlines: list[Text] = []
        self.evaluations: list[Mark] = []
        self.score: Text | None = None
        self.units: list[Mark] = []
        self.plan: list[Line] = []
        self.reports: list[tuple[Mark, list[Line]]] = []
        self.sections: list[str] = []
        self.by_place: list[str] = []  # fields that were told by their place, without a heading
        self.repeated: list[str] = []
        self.unplaced: list[Line] = []
        self._marks = marks
        self._kinds = {mark.kind for mark in marks}
        self._headed = {mark.kind for mark in marks if mark.kind in SECTIONS and mark.is_whole_heading}
        self._above: list[Line] = []  # the headline
        self._unheaded: list[Line] = []  # prose before any heading
        self._loose: list[Line] = []  # prose between the unit's code and the next heading
        self._state = "above"
        for index, mark in enumerate(marks):
            self._take(index, mark)
        self.head = read_head(self._above)
        self.unplaced += self.head.unplaced
        self._settle_prose()

    @property
    def has_headings(self) -> bool:
        """Whether this is a whole page, not one that lost its headings."""
        return bool(self.sections or self.head.title or self.head.agency)

    def _take(self, index: int, mark: Mark) -> None:
        match mark.kind:
            case "report":
                self._state = "reports"
                self.reports.append((mark, []))
            case _ if self._state == "reports":
                self.reports[-1][1].append(mark.line)
                if _NOTE.match(mark.line.text) and takes_back(mark.line.text):
                    self.unplaced.append(mark.line)
            case kind if kind in SECTIONS and self._is_heading(mark):
                self._begin_section(mark)
            case "headline" if self._state in {"above", "contact"}:
                self._take_headline(mark)
            case "evaluation" if self._state in {"above", "contact", "evaluation"}:
                self._state = "evaluation"
                self.evaluations.append(mark)
            case "units" if self._state in {"evaluation", "rationale", "loose"}:
                self._state = "loose"
                self.units.append(mark)
            case "heading" | "link" | "navigation" if self._state != "plan":
                self._take_text(Line(mark.line.place, ""))
            case "text" if self._begins_plan(index):
                self._state = "plan"
                self.plan.append(mark.line)
            case _:
                self._take_text(mark.line)

    def _is_heading(self, mark: Mark) -> bool:
        """Tell whether a section begins here: its label stands alone or before a colon, or else in order and once."""
        if mark.is_whole_heading or mark.match is None:
            return True
        reached = "targets" if self._state == "above" else next(reversed(self.sections), None)
        is_next = SECTIONS.index(mark.kind) == (SECTIONS.index(reached) + 1 if reached else 0)
        return is_next and mark.kind not in self._headed and mark.text[mark.match.end() - 1].isspace()

    def _begin_section(self, mark: Mark) -> None:
        self._state = mark.kind
        if mark.kind in self.sections:
            self.repeated.append(mark.kind)
        self.sections.append(mark.kind)
        first = Line(mark.line.place, mark.rest.lstrip(" :*"))
        if mark.kind == "plan":
            self.plan.append(first)
        elif mark.kind not in self.texts:
            self.texts[mark.kind] = Text(first.place, first.text)
        else:
            self.texts[mark.kind].add(first)

    def _take_headline(self, mark: Mark) -> None:
        self._state = "contact"
        self.headlines.append(mark.part("pct"))
        contact = mark.part("rest")
        if not contact.is_empty:
            self._take_contact(Line(contact.place, contact.lines[0]))

    def _begins_plan(self, index: int) -> bool:
        """Tell whether a plan whose heading was lost begins here: a strategy, and below it what lies under it."""
        if self._state not in {"loose", "objectives", "targets"} or "plan" in self._headed:
            return False
        strategy, *below = [mark.text for mark in self._marks[index : index + 4] if mark.kind == "text"]
        return begins_plan(strategy) and any(begins_level(text, strategy) for text in below)

    def _take_text(self, line: Line) -> None:
        match self._state:
            case "above":
                self._above.append(line)
            case "plan":
                self.plan.append(line)
            case _ if not line.text.strip():
                pass
            case "contact":
                self._take_contact(line)
            case "evaluation" if self.score is None and not self._unheaded and NUMBER.fullmatch(line.text):
                self.score = Text(line.place, line.text)
            case "evaluation":
                self._unheaded.append(line)
            case "loose":
                self._loose.append(line)
            case section:
                self.texts[section].add(line)

    def _take_contact(self, line: Line) -> None:
        """Take what stands under the headline: a contact, or a number that belongs to the headline."""
        is_number = NUMBER.fullmatch(line.text) is not None
        if is_number and (self.headlines[-1].is_empty or line.text.strip(" %") == self.headlines[-1].value):
            self.headlines.append(Text(line.place, line.text))
        elif "contact" not in self.texts or self._kinds & {"evaluation", "link"}:
            self.texts.setdefault("contact", Text(line.place)).add(line)
        else:  # where nothing ends the contact, one line is all that is sure to be one
            self._unheaded.append(line)

    def _settle_prose(self) -> None:
        """Give the prose that stands under no heading its field by its place, as far as that tells it."""
        self._settle(["rationale"], [self._unheaded])
        if "objectives" in self.sections or "targets" in self.sections:
            self._settle(["objectives"], [self._loose])
        else:
            self._settle(["objectives", "targets"], _objectives_and_targets(self._loose))

    def _settle(self, fields: Sequence[str], parts: Sequence[Sequence[Line]]) -> None:
        lines = [line for part in parts for line in part]
        if len(parts) != len(fields) or self.sections.count(fields[0]):
            self.unplaced += lines
        elif lines:
            self.texts |= {field: text_of(part) for field, part in zip(fields, parts, strict=True)}
            self.by_place += fields


def _objectives_and_targets(lines: Sequence[Line]) -> Sequence[Sequence[Line]]:
    """Part objectives from targets where their look tells them: two lines, two numbered lists, a list and a line."""
    is_item = [is_list_item(line.text) for line in lines]
    starts = [index for index, line in enumerate(lines) if _FIRST_ITEM.match(line.text)]
    if starts[:1] == [0] and len(starts) == 2:
        return lines[: starts[1]], lines[starts[1] :]
    if len(lines) >= 2 and not is_item[-1] and (all(is_item[:-1]) or len(lines) == 2):
        return lines[:-1], lines[-1:]
    return [lines]
