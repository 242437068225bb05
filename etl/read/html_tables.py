"""Makes tables with a heading of two rows even: one row of headings, and the same number of cells in every row.

In comes the body of a page, which is changed. A heading over several columns is added in brackets to the heading of
each of them. A cell that spans several rows is repeated in each of them. Other tables stay as they are.
"""

import re
from html import escape
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

_WIDTH_MAX = 64
_HEADING_ROWS, _ROWS_MIN = 2, 3
_REMARK = re.compile(r"[)\]]\s*$")


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
        rows = [[_cell(node) for node in row.iter() if node.tag in {"td", "th"}] for row in table.css("tr")]
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
    text, said = lower[0].node.inner_html or "", escape(" ".join(upper[0].node.text(separator=" ").split()))
    if upper[0] is lower[0] or not said:
        return text
    return f"{_REMARK.sub('', text)}, {said})" if _REMARK.search(text) else f"{text} ({said})"


def _texts(grid: list[list[tuple[_Cell, bool]]]) -> list[list[str]]:
    return [[(cell.node.inner_html or "") if begins else "" for cell, begins in line] for line in grid[_HEADING_ROWS:]]
