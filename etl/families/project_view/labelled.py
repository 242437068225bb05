"""The newer project view: one project as labels and values, glued together, side by side or one under the other.

It names the indicator that the project is measured by, and has no reports.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from etl.families import labels
from etl.parse.address import project_codes_of, settle_project_code
from etl.parse.grammar import Text, add_issue, fill, label_pattern, read_kpi_id, read_project_code, read_year
from etl.parse.unplaced import note_unplaced
from etl.parse.values import fill_date, fill_money
from etl.records import Copy, Document, Indicator, Line, Project
from etl.thai.numbers import read_percent
from etl.thai.text import arabic_digits

_WORDS = labels("project_view")
MARKERS = (*_WORDS["recognised_by"], *_WORDS["heading"])
_LABELS: dict[str, list[str]] = _WORDS["labels"]
_RECOGNISED_BY_LABELS = 2
_CELLS_MIN = 3  # labels alone on their lines and values under them, from which on a page is one of cells
_PROSE = frozenset({"rationale", "objectives", "targets"})
_WRAPPING = _PROSE | {"project_name"}
_ALWAYS_PRINTED = [field for field in _LABELS if field not in _PROSE]

_LABEL = re.compile(
    r"[*#|\s]*(?:" + "|".join(f"(?P<{field}>{label_pattern(*labels)})" for field, labels in _LABELS.items()) + ")",
    re.IGNORECASE,
)
_PARTING = ":| \t"
# `ปี` begins many a word; as a label, no letter follows it.
_IN_A_WORD = re.compile(r"[\u0e00-\u0e7fA-Za-z](?<![๐-๙])(?<!พ)")
_HEADING = re.compile(
    rf"[*#\s]*{label_pattern(*_WORDS['heading'])}[\s:|]*(?P<code>[^\s:|]{{0,12}}\d[^\s:|]{{0,12}}\s?[-–—‐‑]\s?[^\s:|]{{1,12}})[*\s]*$"
)
_NAVIGATION = re.compile(
    rf"[*#\s]*(?:{label_pattern(*_WORDS['navigation'], *_WORDS['heading'])})[:\s]*$", re.IGNORECASE
)
_RECOGNISED_BY = re.compile(rf"[*#|\s]*(?P<label>{label_pattern(*_WORDS['recognised_by'])})", re.IGNORECASE)


def recognise(_document: Document, lines: list[Line]) -> bool:
    """Tell whether these lines are such a view: two of its own labels stand there, or its heading with a code."""
    found = {match["label"].strip().casefold() for line in lines if (match := _RECOGNISED_BY.match(line.text))}
    return len(found) >= _RECOGNISED_BY_LABELS or any(_HEADING.match(line.text) for line in lines)


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return each view in the document: a heading begins one."""
    headings = [index for index, line in enumerate(lines) if _HEADING.match(line.text)]
    parts = [lines[start:end] for start, end in pairwise([0, *headings[1:], len(lines)])]
    # One address cannot tell the codes of several views.
    codes = project_codes_of(document) if len(parts) == 1 else []
    return [_parse_view(document, number, part, codes) for number, part in enumerate(parts, start=1)]


def _parse_view(document: Document, number: int, lines: Sequence[Line], address_codes: Sequence[str]) -> Copy:
    first, *_, last = [line.place for line in lines if line.text.strip()] * 2
    reader = _ViewReader(lines)
    project = _project(reader)
    settle_project_code(project, [*_readable(reader.codes), *address_codes], first)
    note_unplaced(project, reader.unplaced)
    for fault, names in (
        ("labels_missing", [field for field in _ALWAYS_PRINTED if field not in reader.texts]),
        ("labels_repeated", reader.repeated),
    ):
        if names:
            add_issue(project, fault, ", ".join(names))
            project.places["labels"] = last
    return Copy(
        document=document,
        copy=number,
        page=first.page,
        first_line=first.line,
        last_line=last.line,
        project=project,
        indicators=_indicators(project, reader.texts.get("kpi_id")),
    )


class _ViewReader:
    """Sorts the lines of one view into the texts of its fields; every line lands somewhere."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.texts: dict[str, Text] = {}
        self.headline: Text | None = None  # the progress that stands above the labels
        self.codes: list[Text] = []
        self.repeated: list[str] = []
        self.unplaced: list[Line] = []
        self._is_in_cells = sum(map(_is_label_over_value, pairwise(lines))) >= _CELLS_MIN
        self._open: Text | None = None
        self._field = ""
        self._after_blank = False
        for line in lines:
            self._take(line)

    def _take(self, line: Line) -> None:
        if not line.text.strip():
            self._after_blank = True
            return
        if heading := _HEADING.match(line.text):
            self.codes.append(Text(line.place, heading["code"]))
            self._open = None
        elif _NAVIGATION.match(line.text) and self._field not in _PROSE:
            self._open = None
        elif match := self._label(line.text):
            self._begin(str(match.lastgroup), Text(line.place, line.text[match.end() :].strip(_PARTING)))
        elif self._open and self._goes_on():
            self._open.add(line)
        else:
            self.unplaced.append(line)
        self._after_blank = False

    def _label(self, text: str) -> re.Match[str] | None:
        """Return the label that a line begins with, unless the words are a value's: prose and names have them too."""
        match = _LABEL.match(text)
        if match is None:
            return None
        field, rest = str(match.lastgroup), text[match.end() :]
        is_alone = not rest.strip(_PARTING)
        if field == "fiscal_year" and _IN_A_WORD.match(rest):
            return None
        if self._field in _PROSE and (field in self.texts or (self._is_in_cells and not is_alone)):
            return None
        is_value = self._is_in_cells and not is_alone and not rest.lstrip().startswith((":", "|"))
        return None if is_value and self._open and self._open.is_empty else match

    def _begin(self, field: str, text: Text) -> None:
        self._field = field
        if field == "progress_pct" and "project_code" not in self.texts and self.headline is None:
            self.headline = self._open = text
        else:
            self._open = self.texts.setdefault(field, text)
            is_known = self._open is text or field in self.repeated
            if not is_known and self._open.value != text.value:
                self.repeated.append(field)

    def _goes_on(self) -> bool:
        """Tell whether a line without a label belongs to the open field: its first, or wrapped prose or a name."""
        if self._open is None or self._open.is_empty:
            return self._open is not None
        return self._field in _PROSE or (self._field in _WRAPPING and not self._after_blank)


def _is_label_over_value(lines: tuple[Line, Line]) -> bool:
    upper, lower = (line.text for line in lines)
    label = _LABEL.match(upper)
    is_alone = label is not None and not upper[label.end() :].strip(_PARTING)
    return is_alone and bool(lower.strip()) and not _LABEL.match(lower)


def _project(reader: _ViewReader) -> Project:
    project, texts = Project(), reader.texts
    fill(project, "project_code", texts.get("project_code") or next(iter(reader.codes), None), read_project_code)
    fill(project, "fiscal_year", texts.get("fiscal_year"), read_year)
    for field in ("project_name", "rationale", "targets"):
        fill(project, field, texts.get(field))
    for field in ("budget_received_thb", "budget_spent_thb"):
        fill_money(project, field, texts.get(field))
    for field in ("start_date", "end_date"):
        fill_date(project, field, texts.get(field), project.fiscal_year)
    fill(project, "agency_path", texts.get("agency_path"), lambda text: [text])
    if objectives := texts.get("objectives"):
        project.places["objectives"] = objectives.place
        project.objectives = objectives.items()
    _fill_progress(project, [text for text in (texts.get("progress_pct"), reader.headline) if text])
    return project


def _readable(codes: Sequence[Text]) -> list[str]:
    """Return the codes of headings as a label prints them; what is none is kept, to disagree with the others."""
    return ["".join(arabic_digits(code.value).split()) for code in codes]


def _fill_progress(project: Project, printed: Sequence[Text]) -> None:
    """Set the progress, which stands among the labels and above them."""
    texts = [text for text in printed if not text.is_empty] or list(printed)
    for text in texts[:1]:
        fill(project, "progress_pct", text, read_percent)
    other = Project()
    for text in texts[1:]:
        fill(other, "progress_pct", text, read_percent)
        if other.progress_pct != project.progress_pct:
            add_issue(project, "progress_pct_mismatch", " / ".join(text.value for text in texts))


def _indicators(project: Project, kpi_id: Text | None) -> list[Indicator]:
    """Return the indicator that the view names by its id; a blank is an issue of the project."""
    if kpi_id is None:
        return []
    if kpi_id.is_empty:
        add_issue(project, "kpi_id_blank", "Kpi ID")
        project.places["kpi_id"] = kpi_id.place
        return []
    indicator = Indicator(fiscal_year=project.fiscal_year)
    fill(indicator, "kpi_id", kpi_id, read_kpi_id)
    if indicator.kpi_id:
        indicator.agency_code = indicator.kpi_id[:4]
    return [indicator]
