"""Sorts the lines of one copy of a printed form into the texts of its fields and reports."""

import re

from etl.families.printed_form.edges import PAGE_NUMBER, STAMP, WHOLE_STAMP, is_footer, is_running_head, page_behind
from etl.families.printed_form.fields import LEVELS, PLAN_SECTION, PROSE, SECTIONS, label_of, may_begin, parts
from etl.families.printed_form.lines import FRAME, WORDS, Kind, Mark
from etl.families.printed_form.log import begins_log, read_log
from etl.families.printed_form.remarks import is_unknown, unit_in, unit_in_caption, unit_stated
from etl.families.printed_form.reports import begins_report, is_planned_alone, is_whole_detail, says_disbursed
from etl.families.printed_form.signature import behind_certification, is_of_signature
from etl.families.printed_form.tables import SUMS, Listed
from etl.families.printed_form.units import parted
from etl.parse.grammar import Text, label_pattern
from etl.records import Line, Place
from etl.thai.numbers import NOUGHT_WORDS

_WRAPPING_FIELDS = frozenset({"project_name", "agency_path", "owner", "strategy", "sub_issue", "goal", "indicator"})
_REPORTS_SECTION = "2"
_DIGIT = "[0-9๐-๙]"
# Lines that continue no name: an unknown label, a rule, a note, an amount, or one of the words `numbered` and a number.
_NO_CONTINUATION = re.compile(
    rf"[^:]{{1,60}}\s:(?:\s|$)|[\u0e00-\u0e4e]{{4,30}}:\s|[.…_=\s-]+$|\[|{FRAME}{label_pattern(*WORDS['numbered'])}:?\s*{_DIGIT}"
    rf"|{FRAME}\(?\s*{label_pattern(*WORDS['notes'])}|[^0-9๐-๙]{{0,60}}{_DIGIT}[0-9๐-๙,.]*\s?บาท"
)
# The label of a level of the plan that has no field.
_FIELDLESS = re.compile(rf"{FRAME}{label_pattern(*WORDS['fieldless'])}(?=[:=]|{_DIGIT}|$)")
_FIGURE = re.compile(rf"{_DIGIT}(?:[0-9๐-๙.,/:-]*{_DIGIT})?")
_FIGURES_MIN = 3  # a report on paper has at least a number, a day and a progress; fewer may be the number of a page
_REST_OF_AMOUNT = re.compile(rf"\s*(?:[0-9๐-๙,.]|{NOUGHT_WORDS}|บาท)")  # an amount may be broken over two lines


class CopyReader:
    """Sorts the lines of one copy into the texts of its fields and reports; other text is kept as unplaced."""

    def __init__(self, headed: frozenset[str], figures_min: int = _FIGURES_MIN) -> None:
        """Begin a copy; `headed` are its sections that have a heading. Fields of any other may stand anywhere.

        With `figures_min` figures, lines of section 2 are reports, even if none could be read.
        """
        self._figures_min = figures_min
        self._loose = SECTIONS - headed
        self._is_log_headed = _REPORTS_SECTION in headed
        self.texts: dict[str, Text] = {}
        self.reports: list[tuple[Text, Text | None]] = []
        self.listed: list[Listed] = []  # the reports of a table, or with labels
        self.has_columns = True  # False where the reports are a table without headings
        self._log: list[Line] = []  # all lines below the heading of the reports
        self.sections: set[str] = set()
        self.unheaded: set[str] = set()  # sections without a heading, of which a field or a report was found
        self.report_log: Place | None = None  # where the section of reports begins, even if it is empty
        self.unplaced: list[Line] = []
        self.sums: list[Line] = []  # rows of a register that are no project's
        self.fieldless: list[Line] = []  # levels of the plan that have no field
        self._unread: list[Line] = []
        self.units: list[Line] = []  # texts that state another unit than baht
        self.amounts_in: dict[str, str] = {}  # what unit the label of each amount states, blank for baht
        self.remarks: list[Line] = []  # unknown remarks in brackets behind labels
        self.repeated: list[str] = []
        self.stamps: list[Line] = []  # what a browser or an office put on a page: when it was printed
        self._pages: set[int] = set()
        self._pages_said = 0
        self.certification: Text | None = None
        self._is_signed = False
        self._section = ""
        self._open: Text | None = None
        self._open_wraps = True
        self._is_prose = False  # whether the open field is prose, which goes on over any number of lines
        self._after_blank = False
        self._is_behind_edge = False  # whether the line before was the head or the foot of a page
        self._following = ""

    @property
    def unread(self) -> list[Line]:
        """The lines of section 2, if no report was read there and they have figures enough for one; else none."""
        figures = sum(len(_FIGURE.findall(line.text)) for line in self._unread)
        return self._unread if not self.reports and not self.listed and figures >= self._figures_min else []

    def take(self, line: Line, mark: Mark | None, following: str) -> None:
        """Sort one line; `mark` is what it begins with, `following` the text of the next line that is not blank."""
        self._following = following
        if not line.text or line.text.isspace():
            self._after_blank = True
            if self._section == _REPORTS_SECTION and not self._is_signed:
                self._log.append(line)
            return
        self._is_behind_edge = mark is None and self._take_edge(line)
        if not self._is_behind_edge:
            self._take_own(line, mark)
        self._after_blank = False

    def _take_own(self, line: Line, mark: Mark | None) -> None:
        """Sort a line that is the form's own."""
        if unit := unit_in(line.text) if self._may_state_unit() else unit_stated(line.text):
            self.units.append(Line(line.place, unit))
        if mark is None and STAMP.fullmatch(line.text):
            self.unplaced.append(line)
        elif self._is_signed and (mark is None or mark.kind is Kind.DETAIL):
            if unit_in(line.text) or not is_of_signature(line.text):
                self.unplaced.append(line)
        elif mark is None:
            self._take_text(line, None)
        elif mark.kind != Kind.TITLE and not self._is_end(line, mark) and not self._is_heading(line, mark):
            self._take_text(line, mark.kind)

    def _take_edge(self, line: Line) -> bool:
        """Tell whether a line is of the edge of a page, which says nothing of the project; note what it says."""
        if page := PAGE_NUMBER.fullmatch(line.text):
            self._note_page(page)
            return True
        page = WHOLE_STAMP.fullmatch(line.text)
        is_amid_text = self._section in PROSE or self._section == _REPORTS_SECTION
        if page or (is_amid_text and ((page := self._page_behind(line.text)) or self._is_head_or_foot(line.text))):
            self.stamps.append(Line(line.place, " ".join(line.text.split())))
            if page:
                self._note_page(page)
            return True
        return False

    def _page_behind(self, text: str) -> re.Match[str] | None:
        name, agency = self._value("project_name"), self._value("agency_path")
        return page_behind(text, (name, agency, *agency.split(" / "), WORDS["title"])) if "หน้า" in text else None

    def _is_head_or_foot(self, text: str) -> bool:
        if is_footer(text, self._following, is_behind_edge=self._is_behind_edge):
            return True
        return is_running_head(text, self._value("project_name"), self._value("project_code"))

    def _value(self, field: str) -> str:
        return self.texts[field].value if field in self.texts else ""

    def _note_page(self, match: re.Match[str]) -> None:
        if match["page"]:
            self._pages.add(int(match["page"]))
            self._pages_said = max(self._pages_said, int(match["pages"]))

    @property
    def is_ended(self) -> bool:
        """Whether certification or signature stands in the copy, behind which nothing of the form follows."""
        return self.certification is not None or self._is_signed

    @property
    def pages_missing(self) -> list[int]:
        """The pages whose numbers do not stand in the copy, though others say that there are so many."""
        return [page for page in range(1, self._pages_said + 1) if page not in self._pages]

    def close(self) -> None:
        """Finish the copy: look for reports in tables if none has a detail, lists in names, units in captions."""
        if not any(detail for _, detail in self.reports):
            self._take_log()
        for field in sorted(_WRAPPING_FIELDS & self.texts.keys()):
            if self.texts[field].take_first_item(is_numbered=field not in LEVELS) and field not in self.repeated:
                self.repeated.append(field)
        stated = {line.place for line in self.units}
        self.units += [
            Line(line.place, unit)
            for line in self.unplaced
            if line.place not in stated and (unit := unit_in_caption(line.text))
        ]

    def _take_log(self) -> None:
        log = read_log(self._log)
        if log.reports:
            logged = {(line.place, line.text) for line in self._log}
            self.listed, self.reports, self._unread = log.reports, [], []
            self.unplaced = [
                *(line for line in self.unplaced if (line.place, line.text) not in logged), *log.unplaced,
            ]  # fmt: skip
            self.remarks += log.remarks
            self.units = [stated for stated in self.units if stated.place not in log.united]
            self.has_columns = log.is_headed

    def _is_end(self, line: Line, mark: Mark) -> bool:
        """Take the certification or signature; tell whether the line belongs to that part, which holds no field."""
        if mark.kind == Kind.CERTIFICATION:
            self.certification = Text(line.place, line.text)
            self._is_signed = True
            if behind := behind_certification(line.text):
                self.unplaced.append(Line(line.place, behind))
        elif mark.kind == Kind.SIGNATURE and self._section == _REPORTS_SECTION and not self._is_amid_report():
            self._is_signed = True
        elif mark.kind in {Kind.REPORT, Kind.SECTION}:
            self._is_signed = False
        if self._is_signed:
            self._open = None
        return self._is_signed

    def _is_heading(self, line: Line, mark: Mark) -> bool:
        # Section 1.2 and its first field have one name. Without a number, and inside the section, it is the field.
        if mark.kind != Kind.SECTION or (not mark.is_numbered and mark.section <= self._section):
            return False
        if mark.is_numbered and mark.section in self.sections:
            self.repeated.append(mark.section)
        self._section = mark.section
        self.sections.add(mark.section)
        if mark.section == _REPORTS_SECTION:
            self.report_log = line.place
        self._open, self._is_prose = None, mark.section in PROSE
        if field := PROSE.get(mark.section):
            self._begin(field, Text(line.place, mark.rest), wraps=True)
        elif mark.rest and mark.section != PLAN_SECTION:  # there, the name of the plan follows
            self.unplaced.append(line)
        return True

    def _take_text(self, line: Line, kind: Kind | None) -> None:
        if not self._is_log_headed and self._section != _REPORTS_SECTION and self._begins_log(line, kind):
            self._section, self._open, self.report_log = _REPORTS_SECTION, None, line.place
            self.unheaded.add(_REPORTS_SECTION)
        if self._section == _REPORTS_SECTION:
            self._log.append(line)
            self._take_report_line(line, kind)
        elif kind in {Kind.REPORT, Kind.DETAIL} and "::" in line.text:
            self.unplaced.append(line)  # a report, where there should be none
        else:
            self._take_form_line(line)

    def _begins_log(self, line: Line, kind: Kind | None) -> bool:
        """Tell whether the reports begin here, though no heading says so: with a report, or the head of a table."""
        return begins_log(line.text, self._following) or (kind is Kind.REPORT and begins_report(line.text))

    def _take_form_line(self, line: Line) -> None:
        if may_begin(self._section, self._loose):
            for part in parts(line.text, self._section, self._loose):
                self._take_field(Line(line.place, part))
        elif self._open:
            self._open.add(line)
        else:
            self.unplaced.append(line)

    def _take_field(self, line: Line) -> None:
        known = frozenset(self.texts)
        if label := label_of(line.text, self._section, self._loose, self._following, known):
            if label.section in self._loose:
                self.unheaded.add(label.section)
            unit = parted(f"({label.remark})").unit
            if label.field.endswith("_thb"):
                self._note_unit(label.field, unit, line)
            if not unit and is_unknown(label.field, label.remark) and not unit_in(f"({label.remark})"):
                self.remarks.append(Line(line.place, f"({label.remark})"))
            self._is_prose = label.section in PROSE
            self._begin(label.field, Text(line.place, label.rest), wraps=label.field in _WRAPPING_FIELDS)
        elif self._is_prose and self._open:
            self._open.add(line)
        elif line.text.startswith(f"{SUMS}\t"):
            self.sums.append(line)
        elif {PLAN_SECTION} & {self._section, *self._loose} and _FIELDLESS.match(line.text):
            self._open, self._open_wraps = Text(line.place, line.text), True
            self.fieldless.append(line)
        elif self._open and self._is_continuation(line):
            self._open.add(line)
        else:
            self._open = None  # the next line continues this one, and not the name above it
            self.unplaced.append(line)

    def _note_unit(self, field: str, unit: str, line: Line) -> None:
        """Keep the unit that the label of an amount states, blank for baht; where two disagree, neither is sure."""
        first = self.amounts_in.setdefault(field, unit)
        if unit != first:
            self.units.append(Line(line.place, unit or first))
        elif unit:
            self.units = [stated for stated in self.units if stated.place != line.place]

    def _is_continuation(self, line: Line) -> bool:
        """Tell whether the line continues the open field: as its first text, or as a wrapped line without a label."""
        if self._open is None or self._open.is_empty:
            return self._open is not None
        if not self._open_wraps:
            return not self._after_blank and _REST_OF_AMOUNT.match(line.text) is not None
        return not self._after_blank and not _NO_CONTINUATION.match(line.text)

    def _begin(self, field: str, text: Text, *, wraps: bool) -> None:
        """Open a field. A field that is printed twice is noted, unless both texts are the same.

        A name keeps its first text. Any other field keeps both texts, so that neither alone is read as its value.
        """
        first = self.texts.setdefault(field, text)
        self._open, self._open_wraps = first, wraps
        if first is not text and (field in self.repeated or first.value != text.value):
            if field not in self.repeated:
                self.repeated.append(field)
            if wraps and field not in PROSE.values() and not first.is_empty:
                self._open = text
            else:
                first.join(text)

    def _take_report_line(self, line: Line, kind: Kind | None) -> None:
        """Sort a line of section 2: it begins a report or its detail, continues one of these, or is unplaced."""
        if kind is Kind.REPORT and begins_report(line.text):
            self._open = Text(line.place, line.text)
            self.reports.append((self._open, None))
        elif self._is_amid_report() and is_planned_alone(line.text):
            self._open = Text(line.place, line.text)
            self.reports[-1] = (self.reports[-1][0], self._open)
        elif kind is Kind.DETAIL and (planned := self._planned_alone()):
            planned.add(line)
        elif kind is Kind.DETAIL and self.reports and self.reports[-1][1] is None:
            self._open = Text(line.place, line.text)
            self.reports[-1] = (self.reports[-1][0], self._open)
        elif kind is Kind.DETAIL and self._is_prose_of(line.text):
            heading, said = self.reports[-1]
            self._open = Text(line.place, line.text)
            if said:
                heading.join(said)
            self.reports[-1] = (heading, self._open)
        elif self._open and kind is not Kind.DETAIL and not self._is_after_detail():
            self._open.add(line)
        else:
            self.unplaced.append(line)
            self._unread.append(line)

    def _planned_alone(self) -> Text | None:
        """Return the open detail if it has only the planned progress yet."""
        detail = self.reports[-1][1] if self.reports else None
        return detail if detail and is_planned_alone(detail.value) else None

    def _is_prose_of(self, text: str) -> bool:
        """Tell whether the open detail was prose: it says nothing of money, and a line does that begins like it."""
        detail = self.reports[-1][1] if self.reports else None
        return detail is not None and not says_disbursed(detail.value) and says_disbursed(text)

    def _may_state_unit(self) -> bool:
        """Tell whether a line may state the unit of amounts by the way; prose and the texts of reports do not."""
        return self._section not in PROSE and not (self._section == _REPORTS_SECTION and self.reports)

    def _is_amid_report(self) -> bool:
        """Tell whether a report has begun and its detail has not: what looks like a signature there may be prose."""
        return bool(self.reports) and self.reports[-1][1] is None

    def _is_after_detail(self) -> bool:
        """Tell whether the open detail of a report ended before this line: it is complete, or a blank line follows."""
        is_detail = bool(self.reports) and self._open is self.reports[-1][1]
        return is_detail and self._open is not None and (self._after_blank or is_whole_detail(self._open))
