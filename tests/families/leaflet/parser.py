"""The leaflet of a pilot project: four labels with their values, and a seal in brackets."""

import re

from etl.families import labels
from etl.parse.grammar import Text, add_issue, fill, label_pattern, read_project_code, read_year
from etl.records import Copy, Document, Line, Project
from etl.thai.numbers import read_percent

_WORDS = labels("leaflet")
MARKERS = (*_WORDS["heading"],)
_HEADING = re.compile(rf"\s*{label_pattern(*MARKERS)}\s*$")
_LABEL = re.compile(
    r"\s*(?:" + "|".join(f"(?P<{name}>{label_pattern(*some)})" for name, some in _WORDS["labels"].items()) + r")\s*:"
)
_SEAL = re.compile(r"\s*<(?P<left>.*?)(?P<end>>?)\s*$")
_READ = {"project_code": read_project_code, "fiscal_year": read_year, "progress_pct": read_percent}


def recognise(_document: Document, lines: list[Line]) -> bool:
    """Tell whether the heading of a leaflet stands there."""
    return any(_HEADING.match(line.text) for line in lines)


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return the one leaflet in the document."""
    project, repeated, unplaced = Project(), [], 0
    for line in (line for line in lines if line.text.strip() and not _HEADING.match(line.text)):
        label, seal = _LABEL.match(line.text), _SEAL.match(line.text)
        if label and label.lastgroup in project.places:
            repeated.append(label.lastgroup)
        elif label and label.lastgroup:
            text = Text(line.place, line.text[label.end() :])
            fill(project, label.lastgroup, text, _READ.get(label.lastgroup, str))
        elif seal and not seal["end"]:
            add_issue(project, "seal_torn", seal["left"])
        elif seal:
            project.is_certified, project.places["is_certified"] = seal["left"] == _WORDS["seal"], line.place
        else:
            unplaced += 1
    missing = [name for name in _WORDS["labels"] if name not in project.places]
    for issue, found in (("labels_missing", missing), ("labels_repeated", repeated)):
        if found:
            add_issue(project, issue, ", ".join(found))
    if unplaced:
        add_issue(project, "text_unplaced", str(unplaced))
    first, last = lines[0].place, lines[-1].place
    if project.project_code:
        project.agency_code, project.unit_code = project.project_code[:4], project.project_code[:8]
        project.places["agency_code"] = project.places["project_code"]
    return [Copy(document=document, copy=1, page=1, first_line=first.line, last_line=last.line, project=project)]
