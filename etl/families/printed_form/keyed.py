"""A form that a program or a language model wrote as keys and values, turned into the lines of a printed form.

In come lines of cells that keep their nesting, from `etl.read.structured`. Out come headings, labels and reports in the
order of a printed form; each line has the place of its key. A key is a label, or a name that programs use for it. A
value whose key is not known comes below the first heading, where it belongs to no field and is reported.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from etl.families.printed_form.lines import WORDS, Kind, mark_of
from etl.parse.grammar import shape
from etl.read.structured import BEGIN, END
from etl.records import Line

_FIELDS_MIN = 4  # different fields that must be known, for records of keys to be a form
_FIRST_SECTION, _REPORTS = "1.1", "2"
_PROSE = WORDS["sections"].keys() - WORDS["fields"].keys() - {"1", _REPORTS}
_PATH = "agency_path"  # its levels may be a list
_NUMBER = re.compile(r"^[0-9๐-๙]+(?:[._][0-9๐-๙]+)*[._)\s]*")
_PLAN_CODE = re.compile(r"\s*[0-9๐-๙](?:\.[0-9๐-๙]{1,2}){0,3}\s*")
_REMARK = re.compile(r"[(\[][^()\[\]]*[)\]]\s*$")


class Key(NamedTuple):
    """What a key stands for: its section, and its field with the label that a form prints; or a section alone."""

    section: str
    field: str = ""
    label: str = ""


class _Entry(NamedTuple):
    """A key as printed, what it or the record around it stands for, and the lines of its value."""

    name: str
    key: Key | None
    lines: list[Line]  # the first stands on the line of the key


_OUTERMOST = _Entry("", None, [])


def printed(lines: Sequence[Line]) -> list[Line]:
    """Return the lines as a form prints them; lines without records of keys stay unchanged."""
    if not any(line.text == BEGIN for line in lines):
        return [*lines]
    return [line for form in _forms(lines) for line in _printed(form)]


def is_form(lines: Sequence[Line]) -> bool:
    """Tell whether the lines hold records of keys, and enough of the keys are fields of a form."""
    if not any(line.text == BEGIN for line in lines):
        return False
    known = {key for line in lines if (key := key_of(line.text.partition("\t")[0])) and key.field}
    return len(known) >= _FIELDS_MIN


@cache
def _keys() -> dict[str, Key]:
    """Return what each key stands for, by the key's shape."""
    spoken, keys = WORDS["keys"], dict[str, Key]()
    for section, labels in WORDS["sections"].items():
        keys |= {_shape(name): Key(section) for name in (*labels, *spoken["sections"].get(section, ()))}
    for section, fields in WORDS["fields"].items():
        for field, labels in fields.items():
            key = Key(section, field, labels[0])
            keys |= {
                _shape(name): key
                for name in (*labels, *spoken["fields"].get(field, ()), *WORDS["synonyms"].get(field, ()))
            }
    return keys


@cache
def _columns() -> dict[str, str]:
    """Return the heading of a column of reports that each key stands for, by the key's shape."""
    spoken = WORDS["keys"]["columns"]
    return {
        _shape(name): labels[0]
        for field, labels in WORDS["layouts"]["columns"].items()
        for name in (*labels, *spoken.get(field, ()))
    }


def _shape(name: str) -> str:
    return re.sub(r"[_:-]", "", shape(name)).lower().rstrip("ฯ")


def key_of(name: str) -> Key | None:
    """Return what a key stands for, whatever its number and its remark in brackets; None where it is not known."""
    mark = mark_of(name)
    if mark and mark.is_numbered:  # a section and its first field have one name, but only the section has a number
        return Key(mark.section)
    plain, keys = _REMARK.sub("", name), _keys()
    return keys.get(_shape(plain)) or keys.get(_shape(_NUMBER.sub("", plain)))


def with_remark(label: str, name: str) -> str:
    """Return a label with the remark in brackets that a key has behind it."""
    remark = _REMARK.search(name)
    return f"{label} {remark[0].strip()}" if remark else label


def _column(name: str) -> str:
    """Return the heading that a form prints for a column's key; the key itself where it is not known."""
    heading = _columns().get(_shape(_REMARK.sub("", name)))
    return with_remark(heading, name) if heading else name


def _headings(text: str) -> str:
    return "\t".join(map(_column, text.split("\t")))


def _forms(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the lines of each outermost record with the lines before it; the last has the lines after it, too."""
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
    """Yield each key with the lines of its value; the keys of a record inside another are entries of their own."""
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
            # Lines outside of all records have no key.
            name, _, value = line.text.partition("\t") if around else ("", "", line.text)
            entry = _Entry(name, _key_within(around, name), [Line(line.place, value)])
            yield entry


def _key_within(around: Sequence[_Entry], name: str) -> Key | None:
    """Return what a key stands for inside the records around it: `name` is a project's only inside a project."""
    outer = next((entry for entry in reversed(around) if entry.key), _OUTERMOST)
    if outer.key and outer.key.section == _REPORTS:
        return outer.key
    if whole := _keys().get(_shape(around[-1].name + name)) if around else None:
        return whole
    if (outer.key is None or not outer.key.field) and (known := key_of(name)):
        return known
    if outer.key and (known := key_of(name)) and known.field and known.section == outer.key.section:
        return known  # as the indicator of a strategy
    return outer.key if outer.key and outer.key.section in _PROSE else None


def _printed(form: list[Line]) -> Iterator[Line]:
    """Yield the lines of one form, section by section, each with its heading first."""
    sections: dict[str, list[Line]] = {_FIRST_SECTION: []}
    unknown, end = list[Line](), list[Line]()
    for entry in [*_entries(form)]:  # a list: an entry is complete only when the next one begins
        texts = [line for line in entry.lines if line.text.strip()]
        kinds = {mark.kind for text in (entry.name, *(line.text for line in texts)) if (mark := mark_of(text))}
        name = mark_of(entry.name)
        if Kind.CERTIFICATION in kinds:
            end += [Line(line.place, line.text or entry.name) for line in entry.lines]
        elif Kind.TITLE in kinds or (name and name.kind is Kind.SIGNATURE):
            continue  # the title holds no value, and no field holds who signed
        elif entry.key and (lines := _said(entry, entry.key)) is not None:
            _extend(sections.setdefault(entry.key.section, []), lines)
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


def _extend(lines: list[Line], more: list[Line]) -> None:
    """Append lines; the name of a level of the plan joins the line with its code, where these have a key each."""
    label, _, value = more[0].text.partition(" : ") if more else ("", "", "")
    for at, line in enumerate(lines if len(more) == 1 and value else ()):
        own, _, other = line.text.partition(" : ")
        if own == label and _PLAN_CODE.fullmatch(other) and not _PLAN_CODE.fullmatch(value):
            lines[at] = Line(line.place, f"{line.text} {value}")
            return
    lines += more


def _said(entry: _Entry, key: Key) -> list[Line] | None:
    """Return the lines of a value as a form prints them; None where it is not known what the value is of."""
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
        Line(place, f"{with_remark(key.label, entry.name)} : {first}"),
        *(Line(line.place, text) for line, text in zip(texts[1:], others, strict=False)),
    ]


def _reports(entry: _Entry, texts: list[Line]) -> list[Line] | None:
    """Return the rows of a table of reports, or the line of one value of a report; None where its key is not known."""
    if (known := key_of(entry.name)) and known.section == _REPORTS:
        header = next((line for line in texts if "\t" in line.text), None)
        return [Line(line.place, _headings(line.text)) if line is header else line for line in texts]
    if (column := _column(entry.name)) == entry.name and _shape(entry.name) not in _columns():
        return None
    return [Line(entry.lines[0].place, f"{column} : {' '.join(line.text for line in texts)}")]
