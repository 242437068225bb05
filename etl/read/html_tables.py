"""Makes the tables of a page even, and those with many columns lines of cells.

In comes the body of a page, which is changed. Of a table with a heading of two rows, a heading over several columns is
added in brackets to the heading of each of them, so that one row of headings is left. A table with many columns, whose
rows all have the same number of cells, becomes a line for each row, however many lines a cell has. Other tables stay as
they are.
"""

import re
from html import escape
from string import ascii_uppercase
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from etl.read.html_tags import BLOCK, BLOCKS, BREAK, CELLS, PARAGRAPHS

_WIDTH_MAX = 64
_HEADING_ROWS, _ROWS_MIN = 2, 3
_COLUMNS_MIN, _CELLS_MIN = 3, 10  # of a table that becomes lines of cells: with fewer, it may be the layout of a page
CELL_END = "\ufdd9"
"""Stands between the cells of a line; no text has this character itself."""
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)[^<>]*>")
_ENDING = frozenset({"br", *BLOCKS, *PARAGRAPHS})
_REMARK = re.compile(r"[)\]]\s*$")


def make_rows(body: LexborNode) -> None:
    """Make tables with many columns lines of cells, with `CELL_END` between two cells of a line."""
    for table in body.css("table"):
        if table.css_first("table table") is not None:
            continue
        rows = list(
            filter(None, ([_cell(node) for node in row.iter() if node.tag in CELLS] for row in table.css("tr")))
        )
        width = sum(cell.columns for cell in rows[0]) if rows else 0
        if width >= _COLUMNS_MIN and width * len(rows) >= _CELLS_MIN and len(rows) > 1 and (grid := _grid(rows)):
            caption = table.css_first("caption")
            firsts = {cell.node.mem_id: number for number, line in reversed([*enumerate(grid)]) for cell, _ in line}
            lines = [
                [
                    _on_one_line(cell.node) if begins and firsts[cell.node.mem_id] == number else ""
                    for cell, begins in line
                ]
                for number, line in enumerate(grid)
            ]
            written = "".join(f"<div>{CELL_END.join(line)}</div>" for line in _without_frame(lines))
            block = LexborHTMLParser(f"<div>{caption.inner_html if caption else ''}{written}</div>").css_first("div")
            if block is not None:
                table.replace_with(block)


def _without_frame(lines: list[list[str]]) -> list[list[str]]:
    """Return the cells without the letters and numbers that a spreadsheet shows around them, if it does."""
    (_, *letters), *below = lines
    is_framed = letters == [*ascii_uppercase[: len(letters)]] and [line[0] for line in below] == [
        str(number) for number, _ in enumerate(below, 1)
    ]
    return [line[1:] for line in below] if is_framed else lines


def _on_one_line(cell: LexborNode) -> str:
    """Return what a cell shows, as text that is on one line."""
    html = (cell.inner_html or "").replace(BREAK, " ").replace(BLOCK, " ")
    return _TAG.sub(lambda tag: " " if tag[1].lower() in _ENDING else tag[0], html).strip()


class _Cell(NamedTuple):
    """A cell, and how many rows and columns it spans."""

    node: LexborNode
    rows: int
    columns: int


def make_even(body: LexborNode) -> None:
    """Make the tables even whose heading takes two rows."""
    tables: dict[int, LexborNode] = {}
    for cell in body.css("td[rowspan],th[rowspan]"):
        row = cell.parent
        group = row.parent if row else None
        if (table := group.parent if group else None) and table.tag == "table":
            tables[table.mem_id] = table
    for table in tables.values():
        if table.css_first("table table") is not None:
            continue
        rows = [[_cell(node) for node in row.iter() if node.tag in CELLS] for row in table.css("tr")]
        if _has_two_lines(rows) and (grid := _grid(rows)):
            caption = table.css_first("caption")
            lines = [[_heading(*cells) for cells in zip(*grid[:_HEADING_ROWS], strict=True)], *_texts(grid)]
            written = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in line)}</tr>" for line in lines)
            even = LexborHTMLParser(f"<table>{caption.html if caption else ''}{written}</table>").css_first("table")
            if even is not None:
                table.replace_with(even)


def _cell(node: LexborNode) -> _Cell:
    spans = (node.attributes.get(name) or "" for name in ("rowspan", "colspan"))
    rows, columns = (int(span) if re.fullmatch("[1-9][0-9]{0,2}", span) else 1 for span in spans)
    return _Cell(node, rows, columns)


def _has_two_lines(rows: list[list[_Cell]]) -> bool:
    """Tell whether each heading of the first row spans both rows, or columns that have their headings in the second."""
    if len(rows) < _ROWS_MIN:
        return False
    first, second = rows[:_HEADING_ROWS]
    tall, wide = ([cell for cell in first if cell.rows == height] for height in (_HEADING_ROWS, 1))
    is_parted = bool(wide) and sum(cell.columns for cell in wide) == len(second) > len(wide)
    return len(tall) + len(wide) == len(first) and is_parted and all(cell[1:] == (1, 1) for cell in second)


def _grid(rows: list[list[_Cell]]) -> list[list[tuple[_Cell, bool]]]:
    """Return for each row and column its cell, and whether the cell begins in that column; empty if places are left."""
    width = sum(cell.columns for cell in rows[0])
    grid: list[list[tuple[_Cell, bool] | None]] = [[None] * width for _ in rows]
    if width > _WIDTH_MAX:
        return []
    for place, row in enumerate(rows):
        for cell in row:
            if None not in grid[place]:
                return []
            column = grid[place].index(None)
            for line in grid[place : place + cell.rows]:
                for at in range(column, min(column + cell.columns, width)):
                    line[at] = (cell, at == column)
    even = [[cell for cell in line if cell] for line in grid]
    return even if all(len(line) == width for line in even) else []


def _heading(upper: tuple[_Cell, bool], lower: tuple[_Cell, bool]) -> str:
    """Return the heading of a column with that of its group in brackets; brackets that it has already are shared."""
    text, said = lower[0].node.inner_html or "", _in_brackets(upper[0].node.text(separator=" "))
    if upper[0] is lower[0] or not said:
        return text
    return f"{_REMARK.sub('', text)}, {said})" if _REMARK.search(text) else f"{text} ({said})"


def _in_brackets(text: str) -> str:
    """Return a heading as it stands in brackets; what it has in brackets itself comes behind a comma."""
    return escape(", ".join(filter(None, (" ".join(part.split()) for part in re.split(r"[()\[\]]", text)))))


def _texts(grid: list[list[tuple[_Cell, bool]]]) -> list[list[str]]:
    return [[(cell.node.inner_html or "") if begins else "" for cell, begins in line] for line in grid[_HEADING_ROWS:]]
