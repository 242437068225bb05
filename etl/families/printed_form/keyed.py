"""A form that a program or a language model transcribed as keys and values: into the lines that a form is printed in.

In come lines of cells that keep their nesting; out come headings, labels and reports in the order of a form, each line
at the place of its key. Keys are labels, or what programs call them. What no label knows stands behind the first
heading, where it is no field's, and is told.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from etl.families.printed_form.lines import WORDS, Kind, mark_of
from etl.parse.grammar import shape
from etl.read.structured import BEGIN, END
from etl.records import Line

_FIELDS_MIN = 4  # different ones that are known, before records of keys are a form
_FIRST_SECTION, _REPORTS = "1.1", "2"
_PROSE = WORDS["sections"].keys() - WORDS["fields"].keys() - {"1", _REPORTS}
_PATH = "agency_path"  # a list of which is its levels
_NUMBER = re.compile(r"^[0-9๐-๙]+(?:[._][0-9๐-๙]+)*[._)\s]*")
_REMARK = re.compile(r"[(\[][^()\[\]]*[)\]]\s*$")


class _Key(NamedTuple):
    """What a key says: its section, and its field with the label that a form prints; none where it is a section's."""

    section: str
    field: str = ""
    label: str = ""


class _Entry(NamedTuple):
    """A key as printed, what it says, or what the record around it does, and the lines of its value."""

    name: str
    key: _Key | None
    lines: list[Line]  # the first is the key's own


_OUTERMOST = _Entry("", None, [])


def printed(lines: Sequence[Line]) -> list[Line]:
    """Return the lines as a form prints them; those without records of keys as they are."""
    if not any(line.text == BEGIN for line in lines):
        return [*lines]
    return [line for form in _forms(lines) for line in _printed(form)]


def is_form(lines: Sequence[Line]) -> bool:
    """Tell whether lines are records of keys, of which enough are a form's."""
    if not any(line.text == BEGIN for line in lines):
        return False
    known = {key for line in lines if (key := _key_of(line.text.partition("\t")[0])) and key.field}
    return len(known) >= _FIELDS_MIN


@cache
def _keys() -> dict[str, _Key]:
    """Return what each key says, by its shape."""
    spoken, keys = WORDS["keys"], dict[str, _Key]()
    for section, labels in WORDS["sections"].items():
        keys |= {_shape(name): _Key(section) for name in (*labels, *spoken["sections"].get(section, ()))}
    for section, fields in WORDS["fields"].items():
        for field, labels in fields.items():
            key = _Key(section, field, labels[0])
            keys |= {
                _shape(name): key
                for name in (*labels, *spoken["fields"].get(field, ()), *WORDS["synonyms"].get(field, ()))
            }
    return keys


@cache
def _columns() -> dict[str, str]:
    """Return the heading of a column of reports that each key says, by its shape."""
    spoken = WORDS["keys"]["columns"]
    return {
        _shape(name): labels[0]
        for field, labels in WORDS["layouts"]["columns"].items()
        for name in (*labels, *spoken.get(field, ()))
    }


def _shape(name: str) -> str:
    return re.sub(r"[_:-]", "", shape(name)).lower().rstrip("ฯ")


def _key_of(name: str) -> _Key | None:
    """Return what a key says, with its number or without, whatever it remarks in brackets."""
    mark = mark_of(name)
    if mark and mark.is_numbered:  # a section has the name of its first field
        return _Key(mark.section)
    plain, keys = _REMARK.sub("", name), _keys()
    return keys.get(_shape(plain)) or keys.get(_shape(_NUMBER.sub("", plain)))


def _with_remark(label: str, name: str) -> str:
    remark = _REMARK.search(name)
    return f"{label} {remark[0].strip()}" if remark else label


def _column(name: str) -> str:
    """Return the heading of a column, as a form prints it where its key is known."""
    heading = _columns().get(_shape(_REMARK.sub("", name)))
    return _with_remark(heading, name) if heading else name


def _headings(text: str) -> str:
    return "\t".join(map(_column, text.split("\t")))


def _forms(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the lines of each outermost record with those before it; what follows the last goes with it."""
    form, depth, is_whole = list[Line](), 0, False
    for line in lines:
        if is_whole and line.text == BEGIN:
            yield form
            form, is_whole = [], False
        form.append(line)
        if line.text in {BEGIN, END}:
            depth += 1 if line.text == BEGIN else -1
            is_whole = depth <= 0
    yield form


def _entries(lines: Sequence[Line]) -> Iterator[_Entry]:
    """Yield each key with the lines of its value; keys of a record within stand for themselves."""
    entry: _Entry | None = None
    around = list[_Entry]()
    for line in lines:
        if line.text == BEGIN:
            around.append(entry or _OUTERMOST)
        elif line.text == END:
            del around[-1:]
        elif line.text.startswith("\t") and entry:
            entry.lines.append(Line(line.place, line.text[1:]))
        elif line.text.strip():
            # What stands around the records has no key.
            name, _, value = line.text.partition("\t") if around else ("", "", line.text)
            entry = _Entry(name, _key_within(around, name), [Line(line.place, value)])
            yield entry


def _key_within(around: Sequence[_Entry], name: str) -> _Key | None:
    """Return what a key says in the records around it: `name` may be anybody's, of a project it is its own."""
    outer = next((one for one in reversed(around) if one.key), _OUTERMOST)
    if outer.key and outer.key.section == _REPORTS:
        return outer.key
    if whole := _keys().get(_shape(around[-1].name + name)) if around else None:
        return whole
    if (outer.key is None or not outer.key.field) and (known := _key_of(name)):
        return known
    return outer.key if outer.key and outer.key.section in _PROSE else None


def _printed(form: list[Line]) -> Iterator[Line]:
    """Yield the lines of one form, a heading before those of each section."""
    sections: dict[str, list[Line]] = {_FIRST_SECTION: []}
    unknown, end = list[Line](), list[Line]()
    for entry in [*_entries(form)]:  # each is whole when the next one comes
        texts = [line for line in entry.lines if line.text.strip()]
        kinds = {mark.kind for text in (entry.name, *(line.text for line in texts)) if (mark := mark_of(text))}
        name = mark_of(entry.name)
        if Kind.CERTIFICATION in kinds:
            end += [Line(line.place, line.text or entry.name) for line in entry.lines]
        elif Kind.TITLE in kinds or (name and name.kind is Kind.SIGNATURE):
            continue  # the title says what it is, and who signed is in no field
        elif entry.key and (lines := _said(entry, entry.key)) is not None:
            sections.setdefault(entry.key.section, []).extend(lines)
        else:
            unknown += [Line(line.place, f"{entry.name}\t{line.text}") for line in texts]
    place = form[0].place
    for section in sorted(sections):
        lines = sections[section]
        if section == _FIRST_SECTION:
            lines = [*unknown, *lines]
        elif lines:
            place = lines[0].place
        yield Line(place, f"{section} {WORDS['sections'][section][0]}")
        yield from lines
    yield from end


def _said(entry: _Entry, key: _Key) -> list[Line] | None:
    """Return the lines of a value as a form prints them; None where nobody knows what it is of."""
    texts = [line for line in entry.lines if line.text.strip()]
    if key.section == _REPORTS:
        return _reports(entry, texts)
    if not key.field:
        return texts
    place, values = entry.lines[0].place, [line.text for line in texts]
    if key.field == _PATH:
        values = [" / ".join(text.removeprefix("- ") for text in values)]
    first, *others = values or [""]
    return [
        Line(place, f"{_with_remark(key.label, entry.name)} : {first}"),
        *(Line(line.place, text) for line, text in zip(texts[1:], others, strict=False)),
    ]


def _reports(entry: _Entry, texts: list[Line]) -> list[Line] | None:
    """Return the rows of a table of reports, or the line of one value of a report."""
    if (known := _key_of(entry.name)) and known.section == _REPORTS:
        header = next((line for line in texts if "\t" in line.text), None)
        return [Line(line.place, _headings(line.text)) if line is header else line for line in texts]
    if (column := _column(entry.name)) == entry.name and _shape(entry.name) not in _columns():
        return None
    return [Line(entry.lines[0].place, f"{column} : {' '.join(line.text for line in texts)}")]
