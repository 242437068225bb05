"""Figures drawn into pages, by the templates beside this module: values come in, HTML goes out, escaped."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from etl.report.cells import Row, card, cell, data, iso_day, month, page_of, shown, small, thai_day
from etl.report.charts import Chart

_LINE_WIDTH, _LINE_HEIGHT = 640, 200


class Point(NamedTuple):
    """A point of a line over days: where it lies, and what it tells."""

    x: float
    y: float
    day: str
    value: str


class Figure(NamedTuple):
    """A chart with the rows that one page shows; `root` leads from the page to the folder of its fiscal year."""

    chart: Chart
    rows: Sequence[Row]
    root: str

    def cards(self) -> Iterator[str]:
        """Yield its figures, as HTML."""
        return (card(self.rows[0], column, self.root) for column in self.chart.columns)

    def table(self) -> Iterator[str]:
        """Yield the rows of a table, as HTML."""
        columns = self.chart.columns
        shared = [column.name for column in columns if column.show == "share"]
        largest = {name: max(Decimal(row[name] or 0) for row in self.rows) for name in shared}
        for row in self.rows:
            cells = "".join([cell(row, column, largest, self.root) for column in columns])
            yield f"<tr>{cells}</tr>"

    def month_labels(self) -> list[tuple[int, str, str]]:
        """Return the months that rows are of, with their labels."""
        return sorted({(row["fiscal_month"], row["month_label_th"], row["month_label_en"]) for row in self.rows})

    def month_rows(self) -> Iterator[str]:
        """Yield the rows of a table of months, as HTML."""
        heading = self.chart.columns[0]
        found: dict[Any, dict[int, Row]] = {}
        for row in self.rows:
            found.setdefault(row[heading.key], {})[row["fiscal_month"]] = row
        months = [number for number, _, _ in self.month_labels()]
        for cells in found.values():
            first = next(iter(cells.values()))
            head = data(first, heading, self.root) + small(first, heading)
            drawn = "".join([month(cells.get(number)) for number in months])
            yield f'<tr><th scope="row">{head}</th>{drawn}</tr>'

    def points(self, name: str) -> list[Point]:
        """Return where the values of a column lie over the days of the rows."""
        first, last = self.rows[0]["day"], self.rows[-1]["day"]
        span = max((last - first).days, 1)
        (column,) = (column for column in self.chart.columns if column.name == name)
        return [
            Point(
                round((row["day"] - first).days / span * _LINE_WIDTH, 1),
                round(_LINE_HEIGHT * (1 - float(row[name]) / 100), 1),
                thai_day(row["day"]), shown(row[name], column),
            )
            for row in self.rows if row[name] is not None
        ]  # fmt: skip


class About(NamedTuple):
    """What a page is of: `agency` or `project`, its fiscal year (B.E.) and title, and the agency that it belongs to."""

    scope: str
    fiscal_year: int
    title: str
    agency_code: str | None
    agency_name: str | None


class Fresh(NamedTuple):
    """What pages rest on: when the latest exports were made, when all was loaded, how many projects are invented.

    Exports print when they were made, or else their files' times at the source tell, or else when they were pulled.
    """

    printed_at: datetime | None
    source_at: datetime | None
    pulled_at: datetime | None
    loaded_at: datetime | None
    invented: int


class Pages:
    """Draws pages; `years` are the fiscal years (B.E.) that there are, the latest first."""

    def __init__(self, years: Sequence[int]) -> None:
        from jinja2 import Environment, PackageLoader, StrictUndefined

        environment = Environment(
            loader=PackageLoader("etl.report"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        environment.filters |= {
            "day": thai_day, "iso_day": iso_day, "page": lambda name, kind: page_of(kind, name)
        }  # fmt: skip
        environment.globals |= {"years": list(years), "line_width": _LINE_WIDTH, "line_height": _LINE_HEIGHT}
        self._page = environment.get_template("page.html.j2")

    def index(self, figures: Iterable[Figure], fresh: Fresh, without_year: int) -> bytes:
        """Return the page of all fiscal years; projects of which nobody knows the year are counted on it."""
        return self._draw("years", "", figures, fresh, without_year=without_year)

    def year(self, year: int, figures: Iterable[Figure], fresh: Fresh) -> bytes:
        """Return the page of a fiscal year (B.E.)."""
        return self._draw("year", "../", figures, fresh, year=year)

    def of(self, about: About, figures: Iterable[Figure], fresh: Fresh) -> bytes:
        """Return the page of an agency or a project."""
        return self._draw(about.scope, "../../", figures, fresh, year=about.fiscal_year, about=about)

    def _draw(self, scope: str, root: str, figures: Iterable[Figure], fresh: Fresh, **known: Any) -> bytes:
        given = {"year": None, "about": None, "without_year": 0} | known
        return self._page.render(scope=scope, root=root, figures=list(figures), fresh=fresh, **given).encode()
