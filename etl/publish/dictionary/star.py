"""The star as a picture: the place of each table, and the line of each reference.

In come tables; out goes the geometry that the template draws. The tables stand in columns, dimensions around the facts,
so that every line runs between neighbours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from etl.publish.dictionary.catalogue import Column, Relation

_COLUMNS = (
    ("dim_date", "dim_agency", "dim_report_status", "dim_document"),
    ("fact_progress_report", "fact_project", "fact_indicator_result"),
    ("dim_project", "dim_indicator"),
    ("bridge_project_strategy", "dim_strategy", "bridge_project_indicator"),
)
_PARTS = ("dim_", "fact_", "bridge_")

_HEAD, _ROW, _MARGIN, _GAP, _LANE = 34, 19, 24, 28, 92
_NAME_WIDTH, _TYPE_WIDTH, _PADDING = 6.7, 6.1, 52  # of a letter, and of what stands beside name and type


@dataclass(frozen=True)
class Box:
    """A table at its place; its rows follow below the head. `hue` is the colour of a dimension, None of others."""

    table: Relation
    part: str
    x: int
    y: int
    width: int
    hue: int | None

    @property
    def height(self) -> int:
        """The height with all rows."""
        return _HEAD + _ROW * len(self.table.columns) + 6

    def middle(self, column: str) -> int:
        """Return the height at which a column's line begins or ends."""
        names = [column.name for column in self.table.columns]
        return self.y + _HEAD + _ROW * names.index(column) + _ROW // 2 + 3


@dataclass(frozen=True)
class Line:
    """A reference, from the many that refer to the one referred to, as the path of a curve."""

    path: str
    title: str
    hue: int


@dataclass(frozen=True)
class Star:
    """The picture: its size, tables and lines."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(tables: Iterable[Relation]) -> Star:
    """Return the picture of the facts, dimensions and bridges among these tables.

    Raises ValueError when one of them has no place in the picture, or is missing.
    """
    star = {name: table for table in tables if (name := table.name.partition(".")[2]).startswith(_PARTS)}
    if strayed := star.keys() ^ {name for column in _COLUMNS for name in column}:
        raise ValueError(f"the picture of the star places other tables than there are: {', '.join(sorted(strayed))}")
    columns = [[star[name] for name in column] for column in _COLUMNS]
    height = max(_stacked(column) for column in columns)
    hues = _hues([table for column in columns for table in column])
    boxes: list[Box] = []
    x = _MARGIN
    for column in columns:
        width = max(map(_width, column))
        boxes += _place(column, x, width, height, hues)
        x += width + _LANE
    by_name = {box.table.name: box for box in boxes}
    lines = [line for box in boxes for column in box.table.columns for line in _lines(box, column, by_name)]
    return Star(x - _LANE // 2 + _MARGIN, height + 2 * _MARGIN, tuple(boxes), tuple(lines))


def _stacked(column: Sequence[Relation]) -> int:
    return sum(_table_height(table) for table in column) + _GAP * (len(column) - 1)


def _table_height(table: Relation) -> int:
    return _HEAD + _ROW * len(table.columns) + 6


def _width(table: Relation) -> int:
    return round(
        max(len(column.name) * _NAME_WIDTH + len(column.type) * _TYPE_WIDTH for column in table.columns) + _PADDING
    )


def _hues(tables: Sequence[Relation]) -> dict[str, int]:
    """Return a colour for each dimension, as far from the others as can be."""
    dimensions = [table.name for table in tables if table.name.startswith("dw.dim_")]
    return {name: round(360 * number / len(dimensions)) for number, name in enumerate(dimensions)}


def _place(column: Sequence[Relation], x: int, width: int, height: int, hues: dict[str, int]) -> list[Box]:
    """Return the tables of one column one below the other, the room that is left spread between them."""
    room = (height - sum(_table_height(table) for table in column)) // (len(column) + 1)
    gap = max(room, _GAP)
    y = _MARGIN + (height - sum(_table_height(table) for table in column) - gap * (len(column) - 1)) // 2
    boxes = []
    for table in column:
        part = table.name.partition(".")[2].partition("_")[0]
        boxes.append(Box(table, part, x, y, width, hues.get(table.name)))
        y += _table_height(table) + gap
    return boxes


def _lines(box: Box, column: Column, boxes: dict[str, Box]) -> list[Line]:
    target, _, key = (column.references or "").rpartition(".")
    if target not in boxes or target == box.table.name:
        return []
    other = boxes[target]
    title = f"{box.table.name}.{column.name} → {column.references}"
    return [Line(_path(box, box.middle(column.name), other, other.middle(key)), title, other.hue or 0)]


def _path(box: Box, y: int, other: Box, other_y: int) -> str:
    """Return a curve between two rows: three toes where there are many, a bar where there is one."""
    way = -1 if other.x < box.x else 1  # tables one below the other are joined round their right side
    other_way = 1 if other.x <= box.x else -1
    x, other_x = (one.x + (one.width if side > 0 else 0) for one, side in ((box, way), (other, other_way)))
    bend, other_bend = x + way * _LANE // 2, other_x + other_way * _LANE // 2
    toes = f"M{x} {y - 5}L{x + way * 10} {y}L{x} {y + 5}"
    bar = f"M{other_x + other_way * 6} {other_y - 5}v10"
    return f"{toes}M{x} {y}H{x + way * 10}C{bend} {y} {other_bend} {other_y} {other_x} {other_y}{bar}"
