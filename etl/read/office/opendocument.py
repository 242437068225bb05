"""OpenDocument: spreadsheets (ODS), a page for each sheet, and text documents (ODT). Both hold the text as it is shown.

Hidden sheets, rows, columns and text are left out, and a note counts them. Tracked deletions are not read.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from etl.errors import EMPTY_RULE, LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import LINES_MAX
from etl.read.html import HIDDEN_RULE
from etl.read.office import beside
from etl.read.office.package import Package, attribute, local
from etl.read.pages import Pages
from etl.read.rows import lines_of, numbered
from etl.records import Channel, Line

_SKIPPED = frozenset({
    "tracked-changes", "annotation-end", "hidden-text", "hidden-paragraph", "ruby-text", "shapes",
    "forms", "page-number", "page-count", "sequence-decls", "variable-decls",
})  # fmt: skip
_PARAGRAPHS = {"p", "h"}
_COLUMNS_MAX = 16_384


class _Reader:
    """Reads blocks into rows; text in one of the `unseen` styles is hidden, and counted."""

    def __init__(self, unseen: frozenset[str]) -> None:
        self._unseen = unseen
        self._count = 0
        self.hidden = 0
        self.comments: list[str] = []

    def rows(self, parent: Element) -> Iterator[list[str]]:
        """Yield the rows of the blocks in an element."""
        for block in parent:
            name = local(block)
            if name in _PARAGRAPHS:
                yield from ([line] for line in "".join(self._texts(block)).split("\n"))
            elif name == "table":
                yield from self.table(block)
            elif name == "list-item":
                item = [*self.rows(block)]
                yield from ([f"- {row[0]}", *row[1:]] if not place and row else row for place, row in enumerate(item))
            elif name == "annotation":
                self._take_comment(block)
            elif name not in _SKIPPED:
                yield from self.rows(block)

    def table(self, table: Element) -> Iterator[list[str]]:
        """Yield the shown rows of a table, with the blank ones between them. Raises DocumentFault over a limit."""
        columns = [
            _is_shown(column)
            for column in _parts(table, "table-column")
            for _ in range(min(_repeated(column, "columns"), _COLUMNS_MAX))
        ][:_COLUMNS_MAX]
        blank = 0
        for row in _parts(table, "table-row"):
            cells = [*self._cells(row)]
            shown = [text for place, text in enumerate(cells) if place >= len(columns) or columns[place]]
            if not _is_shown(row):
                shown = []
            self.hidden += sum(map(bool, cells)) - sum(map(bool, shown))
            times = _repeated(row, "rows")
            if not any(shown):
                blank += times if _is_shown(row) else 0
                continue
            self._count += blank + times
            if self._count > LINES_MAX:
                raise DocumentFault(LIMIT_RULE, f"the tables have text beyond row {LINES_MAX:,}; split the document")
            yield from ([] for _ in range(blank))
            yield from (shown for _ in range(times))
            blank = 0

    def _cells(self, row: Element) -> Iterator[str]:
        places = 0
        for cell in row:
            if local(cell) in {"table-cell", "covered-table-cell"}:
                text = "\n".join("\t".join(line) for line in self.rows(cell)).strip("\n")
                if text and (attribute(cell, "style-name") or "") in self._unseen:
                    self.hidden += 1
                    text = ""
                times = _repeated(cell, "columns")
                places += times
                if places > _COLUMNS_MAX and text:
                    raise DocumentFault(LIMIT_RULE, f"a row of a table has more than {_COLUMNS_MAX:,} cells; split it")
                yield from (text for _ in range(min(times, _COLUMNS_MAX)))

    def _take_comment(self, annotation: Element) -> None:
        text = " ".join("".join(part.itertext()) for part in annotation if local(part) in {*_PARAGRAPHS, "list"})
        if text.strip():
            self.comments.append(text)

    def _texts(self, element: Element) -> Iterator[str]:
        if (attribute(element, "style-name") or "") in self._unseen:
            self.hidden += 1
            return
        yield element.text or ""
        for part in element:
            name = local(part)
            if name == "s":
                yield " " * min(int(attribute(part, "c") or 1), 1_000)
            elif name in {"tab", "line-break"}:
                yield "\t" if name == "tab" else "\n"
            elif name == "text-box":
                yield "\n" + "\n".join("\t".join(row) for row in self.rows(part)) + "\n"
            elif name == "annotation":
                self._take_comment(part)
            elif name not in _SKIPPED:
                yield from self._texts(part)
            yield part.tail or ""


def read(package: Package) -> Pages:
    """Return the lines of a spreadsheet or text document. Raises DocumentFault when it shows no text."""
    root = package.xml("content.xml")
    if root is None:
        raise DocumentFault(UNREADABLE_RULE, "the document has lost its text; save it anew")
    unseen, unseen_tables = _unseen(root)
    reader = _Reader(frozenset(unseen))
    lines, names = list[Line](), list[str]()
    sheets_hidden, page = 0, 0
    for body in (child for part in root if local(part) == "body" for child in part):
        is_book = local(body) == "spreadsheet"
        for part in [child for child in body if local(child) == "table"] if is_book else [body]:
            rows = [*(reader.table(part) if is_book else reader.rows(part))]
            if not any(map(any, rows)):
                continue
            if is_book and attribute(part, "style-name") in unseen_tables:
                sheets_hidden += 1
                continue
            page += 1
            names += [attribute(part, "name") or ""] if is_book else []
            lines += lines_of(numbered(rows, len(lines) + 1), page)
    if not lines:
        raise DocumentFault(EMPTY_RULE, "the document shows no text; show what it hides, and save it anew")
    notes = {}
    if reader.hidden or sheets_hidden:
        what = f"{reader.hidden} pieces that are hidden or struck out, and {sheets_hidden} hidden sheets"
        notes[HIDDEN_RULE] = f"what the document hides was left out: {what}"
    said = [one for text in reader.comments for one in beside.comment(text)]
    said += [*beside.sheet_names(names), *beside.margins(_margins(package.xml("styles.xml")))]
    return Pages(Channel.OFFICE, lines, notes=notes, beside=tuple(said))


def _margins(styles: Element | None) -> Iterator[str]:
    """Yield the texts of the heads and feet of pages."""
    for part in styles.iter() if styles is not None else ():
        if local(part).startswith(("header", "footer")) and attribute(part, "display") != "false":
            yield from ("".join(line.itertext()) for line in part.iter() if local(line) in _PARAGRAPHS)


def _unseen(root: Element) -> tuple[set[str], set[str]]:
    """Return the styles that hide or strike out a text, and those that hide a sheet."""
    texts, tables = set[str](), set[str]()
    for style in (element for element in root.iter() if local(element) == "style"):
        name = attribute(style, "name") or ""
        for properties in style:
            is_struck = (attribute(properties, "text-line-through-style") or "none") != "none"
            if local(properties) == "text-properties" and (is_struck or attribute(properties, "display") == "none"):
                texts.add(name)
            if local(properties) == "table-properties" and attribute(properties, "display") == "false":
                tables.add(name)
    return texts, tables


def _parts(table: Element, name: str) -> Iterator[Element]:
    """Yield the rows or columns of a table, however they are grouped."""
    for part in table:
        if local(part) == name:
            yield part
        elif local(part).endswith(("-group", "-rows", "-columns")):
            yield from _parts(part, name)


def _is_shown(part: Element) -> bool:
    return attribute(part, "visibility") not in {"collapse", "filter"}


def _repeated(part: Element, name: str) -> int:
    return int(attribute(part, f"number-{name}-repeated") or 1)
