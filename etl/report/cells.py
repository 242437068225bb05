"""Cells drawn: a value of a row comes in, with its column; HTML goes out, escaped.

Not a template, as there are hundreds of thousands of them.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from html import escape
from re import compile as pattern
from typing import Any
from urllib.parse import unquote

from etl.report.charts import Column
from etl.thai.calendar import BANGKOK, be_year
from etl.thai.dates import SHORT_MONTHS

Row = Mapping[str, Any]

_UNFIT = pattern(r"[^0-9A-Za-z-]")
_DECIMALS = 2
_LONG_CHARACTERS = 30  # what needs a wide column on a small screen
UNKNOWN = "–"


def cell(row: Row, column: Column, largest: Mapping[str, Decimal], root: str) -> str:
    """Return a cell of a table; `root` leads from its page to the folder of its fiscal year."""
    value = row[column.name]
    drawn = data(row, column, root)
    match column.show:
        case "bar" | "gap":
            return f'<td class="drawn">{_track(row, column)} {drawn}</td>'
        case "share":
            most = largest[column.name]
            part = 100 * value / most if value and most else None
            return f'<td class="drawn">{_filled(part, "track bare")} {drawn}</td>'
        case "severity":
            return f'<td><span class="tag {escape(str(value))}">{drawn}</span></td>'
    kind = ' class="n"' if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else ""
    if isinstance(value, str) and len(value) > _LONG_CHARACTERS:
        kind = ' class="prose"'
    return f"<td{kind}>{drawn}{small(row, column)}</td>"


def card(row: Row, column: Column, root: str) -> str:
    """Return a figure that stands by itself, under its label."""
    label = f'{escape(column.th)} <span lang="en">{escape(column.en)}</span>'
    return f"<div><dt>{label}</dt><dd>{data(row, column, root)}{small(row, column)}</dd></div>"


def data(row: Row, column: Column, root: str) -> str:
    """Return a value as it is read, with its link and its line in the document; a number also as a program reads it."""
    value = row[column.name]
    drawn = escape(shown(value, column))
    if column.name == "document_uri" and value:
        drawn = f'<span title="{escape(value)}">{escape(_file_name(value))}</span>'
    elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        drawn = f'<data value="{value}">{drawn}</data>'
    if column.link and (name := row[column.key or column.name]):
        drawn = f'<a href="{root}{page_of(column.link, str(name))}">{drawn}</a>'
    if line := row.get(f"{column.name}_line"):
        drawn += f' <a class="place" href="#source" title="บรรทัด {line} ของเอกสาร (line {line})">บ.{line}</a>'
    return drawn


def month(found: Row | None) -> str:
    """Return a cell of a table of months: shaded by its level from 0, well, to 4, and blank where there is none."""
    if found is None or found["level"] is None:
        return "<td></td>"
    title = escape(f"{found['month_label_th']}: {found['note']}")
    return f'<td class="h{found["level"]}" title="{title}">{escape(str(found["text"]))}</td>'


def shown(value: Any, column: Column) -> str:
    """Return a value as text, by what it is and by the unit in its column's name; what is unknown is a dash."""
    match value:
        case None:
            return UNKNOWN
        case bool():
            return "ใช่" if value else "ไม่"
        case Decimal() if column.name.endswith("_thb"):
            return f"{value:,.2f}".removesuffix(".00")
        case Decimal():
            return f"{round(value, _DECIMALS):,f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
        case int():
            return str(value) if column.name == "fiscal_year" else f"{value:,}"
        case date():
            return thai_day(value)
    return str(value)


def thai_day(day: date | None) -> str:
    """Return a day as it is written in Thai, in the Buddhist era; a dash where it is not known."""
    if day is None:
        return UNKNOWN
    day = day.astimezone(BANGKOK) if isinstance(day, datetime) else day
    return f"{day.day} {SHORT_MONTHS[day.month - 1]} {be_year(day)}"


def iso_day(moment: datetime | None) -> str:
    """Return the day of a moment in Bangkok, as programs and other countries write it; a dash where it is not known."""
    return f"{moment.astimezone(BANGKOK):%Y-%m-%d}" if moment else UNKNOWN


def page_of(kind: str, name: str) -> str:
    """Return where a page lies below its report, for a `year`, or else below the folder of its year."""
    return f"{name}/index.html" if kind == "year" else f"{kind}/{_UNFIT.sub('_', name)}.html"


def _file_name(uri: str) -> str:
    return unquote(uri).rpartition("/")[2]


def small(row: Row, column: Column) -> str:
    """Return what stands below a value; nothing where its column names nothing, or that is not known."""
    value = row[column.small] if column.small else None
    return "" if value is None else f"<small>{escape(str(value))}</small>"


def _track(row: Row, column: Column) -> str:
    against = row[column.against] if column.against else None
    mark = "" if against is None else f'<b style="left:{_within(against)}%"></b>'
    return _filled(row[column.name], "track", mark)


def _filled(value: Decimal | None, kind: str, mark: str = "") -> str:
    bar = "" if value is None else f'<i style="width:{_within(value)}%"></i>'
    return f'<span class="{kind}" aria-hidden="true">{bar}{mark}</span>'


def _within(value: Decimal) -> Decimal:
    return round(max(min(value, Decimal(100)), Decimal(0)), 1)
