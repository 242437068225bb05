"""The city report: what overseers look at, as pages that need neither a server nor a network.

In comes a loaded warehouse; out comes a folder: `index.html` with all fiscal years, `2566/index.html` with one of them,
`2566/agency/5049.html` and `2566/project/50490000-3572.html`. What is on a page is said by the charts of
`dashboards/city/`, a file each. Each is asked once for all pages of a year, in one snapshot of the warehouse.
"""

import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine

from etl import files
from etl.errors import BadInputError
from etl.report.cells import page_name
from etl.report.charts import Chart, charts
from etl.report.pages import About, Figure, Fresh, Pages
from etl.warehouse import Connection, connect

_ASSETS = Path(__file__).parent / "assets"
_INVENTED = "(สมมติ)"  # what the name of a project that is made up begins with
_YEARS = f"""
    SELECT
        fiscal_year, max(snapshot_at) AS snapshot_at, max(last_loaded_at) AS loaded_at,
        count(*) FILTER (WHERE starts_with(project_name, '{_INVENTED}')) AS invented
    FROM mart.project_status
    WHERE fiscal_year IS NOT NULL
    GROUP BY fiscal_year
    ORDER BY fiscal_year DESC
"""
_ALL = f"""
    SELECT
        max(snapshot_at) AS snapshot_at, max(last_loaded_at) AS loaded_at,
        count(*) FILTER (WHERE starts_with(project_name, '{_INVENTED}')) AS invented,
        count(*) FILTER (WHERE fiscal_year IS NULL) AS without_year
    FROM mart.project_status
"""

Rows = Sequence[Mapping[str, Any]]


class Answered(NamedTuple):
    """A chart with its rows, by the page that they are for."""

    chart: Chart
    rows_of: Mapping[str, Rows]


def make_report(engine: Engine, folder: Path, changed: Collection[int] | None = None) -> Path:
    """Write the pages of the fiscal years (B.E.) that changed, which are all unless some are named, and the first page.

    Pages of other years stay as they are; one that has none gets them. Returns the first page.
    Raises BadInputError when there is no project of a year that is named.
    """
    with files.lock(folder.parent / f".{folder.name}.lock"), connect(engine) as connection:
        connection.read_only = True
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        known = {row["fiscal_year"]: _fresh(row) for row in connection.execute(_YEARS)}
        wanted = {*known} if changed is None else {*changed}
        if strange := wanted - known.keys():
            raise BadInputError(f"there is no project of the fiscal year {min(strange)}; there are {[*known]}")
        wanted |= {year for year in known if not (folder / str(year)).exists()}
        pages = Pages([*known])
        _copy_assets(folder / "assets")
        for year in sorted(wanted):
            _make_year(connection, pages, folder, year, known[year])
        (of_all,) = connection.execute(_ALL).fetchall()
        overview = _figures(_answers(connection, "years", {}), "", "")
        files.write(folder / "index.html", pages.index(overview, _fresh(of_all), of_all["without_year"]))
    return folder / "index.html"


def _make_year(connection: Connection, pages: Pages, folder: Path, year: int, fresh: Fresh) -> None:
    """Write the pages of one year beside the old ones, then put them in their place."""
    asked = {"fiscal_year": year}
    place, part, old = folder / str(year), folder / f"{year}.part", folder / f"{year}.old"
    for rest in (part, old):  # left by a run that was killed
        shutil.rmtree(rest, ignore_errors=True)
    files.make(part)
    _put(part / "index.html", pages.year(year, _figures(_answers(connection, "year", asked), "", ""), fresh))
    for scope in ("agency", "project"):
        files.make(part / scope)
        answers = _answers(connection, scope, asked)
        for page, (first, *_) in answers[0].rows_of.items():
            about = About(scope, year, first["title"], first["agency_code"], first["agency_name"])
            if scope == "project":
                fresh = fresh._replace(invented=int(about.title.startswith(_INVENTED)))
            _put(part / scope / page_name(page), pages.of(about, _figures(answers, page, "../"), fresh))
    if place.exists():
        place.rename(old)
    part.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _fresh(row: Mapping[str, Any]) -> Fresh:
    return Fresh(row["snapshot_at"], row["loaded_at"], row["invented"])


def _put(path: Path, content: bytes) -> None:
    """Write one of thousands of pages: they are shown only once all are there, and can be made again."""
    path.write_bytes(content)
    path.chmod(files.FILE)


def _answers(connection: Connection, scope: str, asked: Mapping[str, Any]) -> list[Answered]:
    return [Answered(chart, _by_page(connection.execute(chart.sql, asked))) for chart in charts(scope)]


def _by_page(rows: Iterable[Mapping[str, Any]]) -> dict[str, Rows]:
    """Return rows by the page that each names; those of a chart that is on one page alone name none."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(str(row.get("page", "")), []).append(row)
    return dict(found)


def _figures(answers: Iterable[Answered], page: str, root: str) -> Iterator[Figure]:
    return (Figure(chart, rows_of.get(page, ()), root) for chart, rows_of in answers)


def _copy_assets(folder: Path) -> None:
    from fontpkg_noto_sans_thai import ROOT

    (font,) = Path(ROOT, "files").glob("*.ttf")
    files.write(folder / "NotoSansThai.ttf", font.read_bytes())
    for asset in _ASSETS.iterdir():
        files.write(folder / asset.name, asset.read_bytes())
