"""Text documents (DOCX, DOCM): paragraphs, list numbers and tables in the order in which a reader sees them.

Headers stand before the text, footers and footnotes behind it. With tracked changes, what was inserted is read, and
what was deleted is not. Hidden text is not read either. A row of a table becomes a line of cells, also where the table
only serves the layout.
"""

from collections.abc import Iterator
from string import ascii_lowercase
from typing import NamedTuple
from xml.etree.ElementTree import Element

from etl.errors import EMPTY_RULE, UNREADABLE_RULE, DocumentFault
from etl.read.html import HIDDEN_RULE
from etl.read.marks import RAISED_END, settled
from etl.read.office import beside
from etl.read.office.package import Package, attribute, is_on, local, moved
from etl.read.pages import Beside, Pages
from etl.read.rows import lines_of, numbered
from etl.records import Channel

_SKIPPED = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr", "tblPr", "sectPr", "rt"})
_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_SYMBOLS = {"F0FE": "☑", "F0FD": "☒", "F052": "☑", "F0A8": "☐", "F06F": "☐", "F0FC": "✓", "F0B7": "•", "F0D8": "▪"}
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_THAI_LETTERS = "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"
_PAGE_FIELDS = ("PAGE", "NUMPAGES", "SECTIONPAGES")
_ON_MAX = 80  # characters of what a comment is on
_HIDDEN, _STRUCK = ("vanish", "webHidden"), ("strike", "dstrike")


class _Level(NamedTuple):
    """How a level of a list is numbered: its first number, the kind of digits, and the text around them."""

    start: int
    style: str
    text: str


class _Lists:
    """The numbers of list items, counted as they come."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._of_style: dict[str, Element] = {}
        self._counts: dict[str, dict[int, int]] = {}
        for entry in numbering if numbering is not None else ():
            if local(entry) == "abstractNum":
                levels = (level for level in entry if local(level) == "lvl")
                self._levels[attribute(entry, "abstractNumId") or ""] = {
                    _place(level): _level(level) for level in levels
                }
            elif local(entry) == "num":
                self._abstract[attribute(entry, "numId") or ""] = _value(entry, "abstractNumId")
        for style in styles if styles is not None else ():
            if (numbered_as := _first(style, "numPr")) is not None:
                self._of_style[attribute(style, "styleId") or ""] = numbered_as

    def number(self, properties: Element | None) -> str:
        """Return the number that stands before a paragraph, empty where none does."""
        if properties is None:
            return ""
        numbered_as = _first(properties, "numPr")
        if numbered_as is None:
            numbered_as = self._of_style.get(_value(properties, "pStyle"))
        if numbered_as is None:
            return ""
        abstract = self._abstract.get(_value(numbered_as, "numId"), "")
        place = int(_value(numbered_as, "ilvl") or 0)
        levels = self._levels.get(abstract, {})
        if place not in levels:
            return ""
        counts = self._counts.setdefault(abstract, {})
        counts[place] = counts.get(place, levels[place].start - 1) + 1
        for deeper in [depth for depth in counts if depth > place]:
            del counts[deeper]
        if levels[place].style == "bullet":
            return "- "
        text = levels[place].text
        for depth, level in levels.items():
            text = text.replace(f"%{depth + 1}", _counted(counts.get(depth, level.start), level.style))
        return f"{text} " if text else ""


class _Reader:
    """Reads blocks of a document into rows, and counts what is not shown."""

    def __init__(self, lists: _Lists) -> None:
        self._lists = lists
        self._boxes: list[Element] = []
        self._field: list[str] = []  # instructions of the fields that are open
        self._has_page_number = False
        self.hidden = 0

    def rows(self, parent: Element, *, is_margin: bool = False) -> Iterator[list[str]]:
        """Yield the rows of the blocks in an element; in a margin, paragraphs with a page number are left out."""
        for block in parent:
            name = local(block)
            if name == "p":
                self._has_page_number = False
                text = self._paragraph(block)
                if not (is_margin and self._has_page_number):
                    yield from ([line] for line in text.split("\n"))
                boxes, self._boxes = self._boxes, []
                for box in boxes:
                    yield from self.rows(box)
            elif name == "tbl":
                yield from self._table(block)
            elif name not in _SKIPPED and name != "r":
                yield from self.rows(block, is_margin=is_margin)

    def _table(self, table: Element) -> Iterator[list[str]]:
        for row in _within(table, "tr"):
            if _first(row, "trPr") is not None and _first(row, "del") is not None:
                continue
            cells = ["\n".join("\t".join(line) for line in self.rows(cell)) for cell in _within(row, "tc")]
            yield [cell.strip("\n") for cell in cells]

    def _paragraph(self, paragraph: Element) -> str:
        properties = next((part for part in paragraph if local(part) == "pPr"), None)
        text = "".join(self._texts(paragraph))
        return self._lists.number(properties) + text if text.strip() else text

    def _texts(self, element: Element) -> Iterator[str]:
        for part in element:
            name = local(part)
            if name == "fldChar":
                self._take_field(attribute(part, "fldCharType") or "")
            elif name == "instrText" and self._field:
                self._field[-1] += part.text or ""
            elif name in _SKIPPED or (name == "r" and self._is_unseen(part)):
                continue
            elif name == "t":
                yield part.text or ""
            elif name in _BREAKS:
                yield _BREAKS[name] if attribute(part, "type") != "page" else "\n"
            elif name == "sym":
                yield _symbol(attribute(part, "char") or "")
            elif name == "txbxContent":
                self._boxes.append(part)
            else:
                if name == "fldSimple":
                    self._note_page_number(attribute(part, "instr") or "")
                yield from self._moved_texts(part)

    def _moved_texts(self, element: Element) -> Iterator[str]:
        mark = moved(element) if local(element) == "r" else ""
        yield from (mark, *self._texts(element), RAISED_END) if mark else self._texts(element)

    def _take_field(self, kind: str) -> None:
        if kind == "begin":
            self._field.append("")
        elif kind == "end" and self._field:
            self._note_page_number(self._field.pop())

    def _note_page_number(self, instruction: str) -> None:
        self._has_page_number |= instruction.strip().upper().startswith(_PAGE_FIELDS)

    def _is_unseen(self, run: Element) -> bool:
        properties = next((part for part in run if local(part) == "rPr"), ())
        is_unseen = any(local(part) in {*_HIDDEN, *_STRUCK} and is_on(part) for part in properties)
        self.hidden += is_unseen
        return is_unseen


def read(package: Package, name: str) -> Pages:
    """Return the lines of a document. Raises DocumentFault when it has no text, or its main part is missing."""
    root = package.xml(name)
    if root is None:
        raise DocumentFault(UNREADABLE_RULE, "the document has lost its text; save it anew")
    targets = package.targets(name)

    def named(part: str) -> Element | None:
        return package.xml(next((target for target in targets.values() if target.endswith(part)), ""))

    reader = _Reader(_Lists(named("numbering.xml"), named("styles.xml")))
    heads, feet = (
        [
            package.xml(part)
            for part in dict.fromkeys(
                targets.get(attribute(reference, "id") or "", "") for reference in _all(root, kind)
            )
        ]
        for kind in ("headerReference", "footerReference")
    )
    behind = [*feet, named("footnotes.xml"), named("endnotes.xml")]
    rows = [*_margins(reader, heads), *reader.rows(root), *_margins(reader, behind)]
    if not any(any(map(str.strip, row)) for row in rows):
        raise DocumentFault(EMPTY_RULE, "the document has no text; where it is a picture, save it as PDF")
    shown = {}
    if reader.hidden:
        shown[HIDDEN_RULE] = f"pieces of text that are hidden or struck out were left out: {reader.hidden}"
    lines, taken_out = settled(lines_of(numbered(rows, 1), 1))
    said = tuple(_comments(root, named("comments.xml")))
    return Pages(Channel.OFFICE, lines, notes=shown, taken_out=taken_out, beside=said)


def _comments(root: Element, comments: Element | None) -> Iterator[Beside]:
    """Yield what is said in comments, each with the beginning of the text that it is on."""
    if comments is None:
        return
    on, begun = dict[str, str](), set[str]()
    for part in root.iter():
        name, number = local(part), attribute(part, "id") or ""
        if name == "commentRangeStart":
            begun.add(number)
        elif name == "commentRangeEnd":
            begun.discard(number)
        elif name == "t" and part.text:
            on |= {number: f"{on.get(number, '')}{part.text}" for number in begun}
            begun = {number for number in begun if len(on[number]) < _ON_MAX}
    for comment in _all(comments, "comment"):
        text = " ".join("".join(part.text or "" for part in _all(line, "t")) for line in _all(comment, "p"))
        yield from beside.comment(text, on.get(attribute(comment, "id") or "", ""))


def _margins(reader: _Reader, parts: list[Element | None]) -> Iterator[list[str]]:
    """Yield the rows of headers, footers and notes."""
    for part in parts:
        if part is not None:
            yield from (row for row in reader.rows(part, is_margin=True) if any(map(str.strip, row)))


def _all(element: Element, name: str) -> Iterator[Element]:
    return (part for part in element.iter() if local(part) == name)


def _first(element: Element, name: str) -> Element | None:
    return next(_all(element, name), None)


def _within(element: Element, name: str) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, however they are wrapped, and none of a table within."""
    for part in element:
        if local(part) == name:
            yield part
        elif local(part) in {"sdt", "sdtContent", "ins", "customXml", "moveTo"}:
            yield from _within(part, name)


def _value(element: Element, name: str) -> str:
    found = _first(element, name)
    return (attribute(found, "val") or "") if found is not None else ""


def _place(level: Element) -> int:
    return int(attribute(level, "ilvl") or 0)


def _level(level: Element) -> _Level:
    return _Level(int(_value(level, "start") or 1), _value(level, "numFmt") or "decimal", _value(level, "lvlText"))


def _counted(number: int, style: str) -> str:
    """Return the number of a list's item in the digits of its style; for an unknown style, in Arabic digits."""
    if style.startswith("thaiN") or style == "thaiCounting":
        return str(number).translate(_THAI_DIGITS)
    if style == "thaiLetters" and 0 < number <= len(_THAI_LETTERS):
        return _THAI_LETTERS[number - 1]
    if style in {"lowerLetter", "upperLetter"} and 0 < number <= len(ascii_lowercase):
        letter = ascii_lowercase[number - 1]
        return letter if style == "lowerLetter" else letter.upper()
    return "" if style == "none" else str(number)


def _symbol(code: str) -> str:
    """Return a character of a symbol font; a blank for an unknown one."""
    return _SYMBOLS.get(code.upper(), " ")
