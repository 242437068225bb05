"""Rows of a table that recognition read cell by cell: labels beside their values, and reports of a cell a field.

In come lines whose cells tabs part; out come lines in which a colon stands behind each label, so that what is known of
labels and values holds for them as well, and in which headings, days and statuses have their known spelling. A heading,
or the number of a report, that was not recognised follows from what stands beside it, and is noted as repaired.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice, zip_longest

from msgspec.structs import replace

from etl.parse.grammar import shape
from etl.read.cells import cells_of
from etl.records import Line
from etl.reference import words
from etl.repair.dates import read_day
from etl.repair.labels import END, LETTERS_MIN, known_labels, repair_label, repair_value
from etl.repair.near import DIGIT, WORD, Known, label, near, strings
from etl.repair.parts import playing
from etl.thai.text import arabic_digits

_NUMBER, _DAY, _STATUSES = "report_no", "report_date", ("plan_status", "target_status")
_NUMBER_CELL = re.compile(rf"\W*(?P<no>{DIGIT}{{1,3}})\W*")
_CELL_END = re.compile(r"\s*[(\[]|\W*$")
_REMARK = re.compile(r"\s*[(\[].*")
_STRAY_WORDS_MAX = 3  # that a label may be looked for behind
_COLUMNS_MIN = 4  # of a table of reports that are known


def repair_tables(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines, those of the rows of tables as they would be with all their words and numbers recognised."""
    columns: list[str] = []  # of the table that is open, by field
    last_no = 0
    for line in lines:
        if "\t" not in line.text:
            yield line
            continue
        cells = cells_of(line.text)
        labels, values = [_label(cell) for cell in cells[::2]], cells[1::2]
        if all(labels) and not any(map(_label, values)):
            yield _joined(line, [f"{name} : {value}" for name, value in zip_longest(labels, values, fillvalue="")])
            columns = []
            continue
        row = _with_known_words(line, cells)
        cells = cells_of(row.text)
        if header := _header(cells):
            columns, last_no = [*header], 0
            yield replace(row, text="\t".join(header.values()))
        elif columns and len(cells) == len(columns):
            row, last_no = _with_number(row, cells, columns, last_no)
            yield row
        else:
            yield row


def _joined(line: Line, fields: Sequence[str]) -> Line:
    """Return fields as one line again, each put right by itself where there are several."""
    if len(fields) == 1:
        return replace(line, text=fields[0])
    parts = [repair_value(repair_label(replace(line, text=field, repaired=()))) for field in fields]
    return replace(
        line, text="\t".join(part.text for part in parts),
        repaired=(*line.repaired, *(text for part in parts for text in part.repaired)),
    )  # fmt: skip


def _label(cell: str) -> str | None:
    """Return the label that a cell is, in its known spelling, without what stands before it."""
    cell = cell.rstrip(" :")
    if known := _short_labels().get(shape(cell)):
        return known
    for word in islice(WORD.finditer(cell), _STRAY_WORDS_MAX):
        if found := near(cell, word.start(), known_labels(), ends=END):
            return found.known.text
    return None


def _with_known_words(line: Line, cells: Sequence[str]) -> Line:
    """Return a row with the headings, statuses and days that fill a cell in their known spelling."""
    texts, repaired = [], list(line.repaired)
    for cell in cells:
        found = near(cell, 0, _cell_words(), ends=_CELL_END)
        day = None if found else read_day(cell)
        if found:
            text = f"{found.known.text} {cell[found.end :].strip()}".rstrip()
            inferred = found.known.text if found.edits else ""
        elif day and day.end == len(cell):
            text, inferred = day.text, day.repaired
        else:
            text, inferred = cell, ""
        texts.append(text)
        repaired += [inferred] if inferred else []
    return replace(line, text="\t".join(texts), repaired=tuple(repaired))


def _header(cells: Sequence[str]) -> dict[str, str] | None:
    """Return the fields and headings of a table of reports; None where cells are no header.

    The heading of the numbers is a short word in a narrow cell, and often lost. Of another, it is known where it alone
    is missing.
    """
    names = [_columns().get(shape(_REMARK.sub("", cell))) for cell in cells]
    known = [name for name in names if name]
    if len(known) < _COLUMNS_MIN or len(known) > len({*known}):
        return None
    headings = [f"{cell})" if "(" in cell and ")" not in cell else cell for cell in cells]
    if names[0] is None and _NUMBER not in known:
        names[0], headings[0] = _NUMBER, _headings()[_NUMBER]
    missing, unknown = (
        [name for name in _headings() if name not in names],
        [at for at, name in enumerate(names) if not name],
    )
    if len(missing) == len(unknown) == 1:
        names[unknown[0]], headings[unknown[0]] = missing[0], _headings()[missing[0]]
    return {name or f"column {at}": heading for at, (name, heading) in enumerate(zip(names, headings, strict=True))}


def _with_number(row: Line, cells: Sequence[str], columns: Sequence[str], last_no: int) -> tuple[Line, int]:
    """Return the row of a report with its number, and that: it follows the one before where it was not recognised."""
    if _NUMBER not in columns or _DAY not in columns:
        return row, last_no
    at = columns.index(_NUMBER)
    if printed := _NUMBER_CELL.fullmatch(cells[at]):
        return row, int(arabic_digits(printed["no"]))
    if not read_day(cells[columns.index(_DAY)]):
        return row, last_no  # the row before goes on
    number = str(last_no + 1)
    text = "\t".join([*cells[:at], number, *cells[at + 1 :]])
    return replace(row, text=text, repaired=(*row.repaired, number)), last_no + 1


@cache
def _short_labels() -> dict[str, str]:
    """Return the labels of fields below numbered sections, by their shape."""
    return {shape(text): text for of in playing("numbered") for text in strings(of["fields"])}


@cache
def _cell_words() -> Sequence[Known]:
    """Return what fills a cell in a table of reports, but for short words: headings of columns, and statuses."""
    statuses = [text for name in _STATUSES for text in strings(words("vocabulary")[name])]
    known = map(label, {*strings(playing("table")), *statuses})
    return [word for word in known if len(word.shape) >= LETTERS_MIN]


@cache
def _columns() -> dict[str, str]:
    """Return the field of each heading, by its shape."""
    return {shape(text): name for of in playing("table") for name, texts in of.items() for text in texts}


@cache
def _headings() -> dict[str, str]:
    """Return a heading for each field."""
    return {name: texts[0] for of in playing("table") for name, texts in of.items()}
