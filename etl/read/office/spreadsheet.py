"""Spreadsheets (XLSX, XLSM): a page for each sheet, a line for each row, cells as their formats show them.

A formula is read as its result. The XML is read directly, because libraries give neither the formats of percentages (a
cell that shows 50.00 % holds 0.5) nor what is hidden. What a sheet hides is not read, and a note counts it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from etl.errors import EMPTY_RULE, LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import LINES_MAX
from etl.read.html import HIDDEN_RULE
from etl.read.marks import RAISED_END, settled
from etl.read.office import beside
from etl.read.office.cells import built_in, shown
from etl.read.office.package import Package, attribute, is_on, local, moved
from etl.read.pages import Beside, Pages
from etl.read.rows import lines_of, numbered
from etl.records import Channel, Line

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_COLUMNS_MAX = 16_384
_COMMENTS = re.compile(r"comment[^/]*\.xml$", re.IGNORECASE)
_MARGIN = re.compile(r"(?<!&)&[LCR]")
_MARGIN_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|[0-9]{1,3}|[^PN])')


class _Book(NamedTuple):
    texts: list[str]
    styles: list[str]  # formats, by the number of a cell's style
    struck: set[int]  # styles that strike a cell's text out
    from_1904: bool


class _Sheet:
    """The rows of a sheet that are shown, and the number of cells with text that are hidden."""

    def __init__(self, sheet: Element, book: _Book) -> None:
        self.rows: list[list[str]] = []
        self.hidden = 0
        self._book = book
        columns = _hidden_columns(sheet)
        for place, row in enumerate(_all(sheet, "row"), start=1):
            number = int(row.get("r") or place)
            if number > LINES_MAX:
                raise DocumentFault(LIMIT_RULE, f"a sheet has text beyond row {LINES_MAX:,}; split it", number)
            cells = dict(self._cells(row))
            is_hidden = is_on(row, "hidden") if row.get("hidden") else row.get("ht") == "0"
            seen = {} if is_hidden else {column: text for column, text in cells.items() if column not in columns}
            self.hidden += len(cells) - len(seen)
            if not seen:
                continue
            self.rows += [[] for _ in range(number - 1 - len(self.rows))]
            self.rows.append([seen.get(column, "") for column in range(max(seen) + 1)])

    def _cells(self, row: Element) -> Iterator[tuple[int, str]]:
        """Yield the place and the text of the cells of a row that have some."""
        column = -1
        for cell in _all(row, "c"):
            reference = _REFERENCE.fullmatch(cell.get("r", ""))
            column = _column(reference[1]) if reference else column + 1
            if column >= _COLUMNS_MAX:
                return
            style = int(cell.get("s") or 0)
            if text := self._text(cell, style).strip():
                if style in self._book.struck:
                    self.hidden += 1
                else:
                    yield column, text

    def _text(self, cell: Element, style: int) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(_rich(part) for part in cell if local(part) == "is")
        value = next((part.text or "" for part in cell if local(part) == "v"), "")
        if kind == "s":
            return self._book.texts[int(value)] if value else ""
        if kind == "n" and value:
            formats = self._book.styles
            return shown(value, formats[style] if style < len(formats) else "General", from_1904=self._book.from_1904)
        return _unescaped(value)


def read(package: Package, name: str) -> Pages:
    """Return the lines of the sheets that are shown. Raises DocumentFault when none has text."""
    workbook = package.xml(name)
    if workbook is None:
        raise DocumentFault(UNREADABLE_RULE, "the spreadsheet has lost its list of sheets; save it anew")
    targets = package.targets(name)
    book = _book(package, workbook, targets)
    lines: list[Line] = []
    said: list[Beside] = []
    hidden, sheets_hidden, page = 0, 0, 0
    for entry in _all(workbook, "sheet"):
        target = targets.get(attribute(entry, "id") or "", "")
        root = package.xml(target)
        if root is None or local(root) != "worksheet":  # a chart has a sheet of its own
            continue
        sheet = _Sheet(root, book)
        rows = [*sheet.rows, *([text] for text in _boxes(package, root, target))]
        if entry.get("state", "visible") != "visible":
            sheets_hidden += bool(rows)
        elif rows:
            page += 1
            hidden += sheet.hidden
            lines += lines_of(numbered(rows, len(lines) + 1), page)
            said += [*beside.sheet_names([entry.get("name", "")]), *beside.margins(_margins(root))]
            said += _comments(package, target)
    if not lines:
        raise DocumentFault(EMPTY_RULE, "the spreadsheet shows no text; show what it hides, and save it anew")
    notes = {}
    if hidden or sheets_hidden:
        what = f"{hidden} cells that are hidden or struck out, and {sheets_hidden} hidden sheets"
        notes[HIDDEN_RULE] = f"what the spreadsheet hides was left out: {what}"
    lines, taken_out = settled(lines)
    return Pages(Channel.OFFICE, lines, notes=notes, taken_out=taken_out, beside=tuple(said))


def _book(package: Package, workbook: Element, targets: dict[str, str]) -> _Book:
    texts = package.xml(next((name for name in targets.values() if name.endswith("sharedStrings.xml")), ""))
    styles = package.xml(next((name for name in targets.values() if name.endswith("styles.xml")), ""))
    from_1904 = any(
        is_on(element, "date1904") for element in _all(workbook, "workbookPr") if attribute(element, "date1904")
    )
    shared = [_rich(text) for text in texts] if texts is not None else []
    if styles is None:
        return _Book(shared, [], set(), from_1904)
    own = {int(element.get("numFmtId", 0)): element.get("formatCode", "") for element in _all(styles, "numFmt")}
    fonts = [font for part in styles if local(part) == "fonts" for font in part]
    struck_fonts = {
        place
        for place, font in enumerate(fonts)
        if is_on(next((element for element in font if local(element) == "strike"), None))
    }
    looks = [look for part in styles if local(part) == "cellXfs" for look in part]
    formats = [int(look.get("numFmtId", 0)) for look in looks]
    return _Book(
        shared,
        [own.get(number) or built_in(number) for number in formats],
        {place for place, look in enumerate(looks) if int(look.get("fontId", 0)) in struck_fonts},
        from_1904,
    )


def _all(element: Element, name: str) -> Iterator[Element]:
    return (part for part in element.iter() if local(part) == name)


def _hidden_columns(sheet: Element) -> set[int]:
    return {
        column
        for setting in _all(sheet, "col")
        if (setting.get("hidden") and is_on(setting, "hidden")) or setting.get("width") == "0"
        for column in range(int(setting.get("min", 1)) - 1, min(int(setting.get("max", 1)), _COLUMNS_MAX))
    }


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _rich(item: Element) -> str:
    """Return a text whose parts have formats of their own, without parts struck out and phonetic readings."""
    parts = []
    for part in item:
        if local(part) == "t":
            parts.append(part.text or "")
        elif local(part) == "r" and not is_on(next(_all(part, "strike"), None)):
            text = "".join(piece.text or "" for piece in part if local(piece) == "t")
            parts.append(f"{mark}{text}{RAISED_END}" if (mark := moved(part)) else text)
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text).replace("\r\n", "\n").replace("\r", "\n")


def _margins(sheet: Element) -> Iterator[str]:
    """Yield the texts of the heads and feet of a sheet's pages: left, middle and right, without fields and fonts."""
    for part in _all(sheet, "headerFooter"):
        for margin in part:
            yield from (_MARGIN_CODE.sub(" ", text) for text in _MARGIN.split(margin.text or ""))


def _comments(package: Package, name: str) -> Iterator[Beside]:
    """Yield the comments on the cells of a sheet, and what is said in answer to them."""
    targets = [target for target in package.targets(name).values() if _COMMENTS.search(target)]
    parts = [part for target in dict.fromkeys(targets) if (part := package.xml(target)) is not None]
    has_threads = any(local(part) == "ThreadedComments" for part in parts)
    for part in parts:
        is_thread = local(part) == "ThreadedComments"
        for comment in _all(part, "threadedComment" if is_thread else "comment"):
            text = "".join(piece.text or "" for piece in _all(comment, "text" if is_thread else "t"))
            if is_thread or not (has_threads and text.startswith("[")):  # a note in brackets repeats the thread
                yield from beside.comment(text, f"cell {comment.get('ref', '')}")


def _boxes(package: Package, sheet: Element, name: str) -> Iterator[str]:
    """Yield the texts of the boxes that lie on a sheet, a paragraph each."""
    targets = package.targets(name)
    for drawing in _all(sheet, "drawing"):
        root = package.xml(targets.get(attribute(drawing, "id") or "", ""))
        for body in _all(root, "txBody") if root is not None else ():
            for paragraph in (piece for piece in body if local(piece) == "p"):
                if (text := "".join(piece.text or "" for piece in _all(paragraph, "t"))).strip():
                    yield text
