"""The city report: what overseers look at, as pages that need neither a server nor a network.

In comes a loaded warehouse; out comes a folder: `index.html` with all fiscal years, `2566/index.html` with one of them,
`2566/agency/5049.html` and `2566/project/50490000-3572.html`. What is on a page is said by the charts of
`dashboards/city/`, a file each. Each is asked once for all pages of a year, in one snapshot of the warehouse.

Beside the pages of a year, `.made_of` says of which load they are and what drew them. They are made anew where a later
load changed the year, or where something else draws now, whoever asks; the pages of a year that is gone, go.
"""

import hashlib
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine

from etl import files
from etl.errors import BadInputError
from etl.report.cells import page_of
from etl.report.charts import FOLDER as CHARTS
from etl.report.charts import Chart, charts
from etl.report.pages import About, Figure, Fresh, Pages
from etl.settings import PROJECT_ROOT
from etl.warehouse import Connection, connect

_MADE_OF = ".made_of"
_OF_A_YEAR = re.compile(r"(\d{4})(?:\.part|\.old)?")
# What decides how pages look, beside the warehouse: charts, views, names of agencies and plans, and how they are drawn.
_DRAWN_BY = (CHARTS, PROJECT_ROOT / "sql" / "marts", Path(__file__).parent.parent / "reference", Path(__file__).parent)
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
# A load that an earlier release did may have changed any year.
_CHANGED_BY = """
    SELECT year.fiscal_year, concat_ws(' ', load.load_id, load.finished_at AT TIME ZONE 'UTC') AS changed_by
    FROM unnest(%s::SMALLINT[]) AS year (fiscal_year)
    LEFT JOIN LATERAL (
        SELECT load_id, finished_at FROM ops.load
        WHERE status = 'committed' AND (changed_years IS NULL OR year.fiscal_year = any(changed_years))
        ORDER BY load_id DESC
        LIMIT 1
    ) AS load ON TRUE
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


def make_report(engine: Engine, folder: Path, wanted: Collection[int] | None = None) -> Path:
    """Write the pages of all fiscal years (B.E.), or of those wanted and of all that changed, and the first page.

    Pages of other years stay as they are; those of a year that is gone are removed. Returns the first page.
    Raises BadInputError when there is no project of a year that is wanted.
    """
    with files.lock(folder.parent / f".{folder.name}.lock"), connect(engine) as connection:
        connection.read_only = True
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        known = {row["fiscal_year"]: _fresh(row) for row in connection.execute(_YEARS)}
        if strange := {*(wanted or ())} - known.keys():
            raise BadInputError(f"there is no project of the fiscal year {min(strange)}; there are {[*known]}")
        made_of = {
            row["fiscal_year"]: f"{row['changed_by']} {_drawn_by()}"
            for row in connection.execute(_CHANGED_BY, [[*known]])
        }
        pages = Pages([*known])
        _copy_assets(folder / "assets")
        for year in sorted(known):
            if wanted is None or year in wanted or _kept(folder / str(year) / _MADE_OF) != made_of[year]:
                _make_year(connection, pages, folder, year, known[year], made_of[year])
        (of_all,) = connection.execute(_ALL).fetchall()
        overview = _figures(_answers(connection, "years", {}), "", "")
        files.write(folder / "index.html", pages.index(overview, _fresh(of_all), of_all["without_year"]))
        _remove_years(folder, known)
    return folder / "index.html"


@cache
def _drawn_by() -> str:
    """Return a digest of what decides how pages look, beside the warehouse."""
    digest = hashlib.sha256()
    for folder in _DRAWN_BY:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def _kept(made_of: Path) -> str | None:
    return made_of.read_text("ascii") if made_of.exists() else None


def _remove_years(folder: Path, known: Collection[int]) -> None:
    """Remove the pages of years that are gone, and what a run that was killed left; other folders are not ours."""
    for place in folder.iterdir():
        year = _OF_A_YEAR.fullmatch(place.name)
        if year and int(year[1]) not in known and (place / "project").is_dir():
            shutil.rmtree(place)


def _make_year(connection: Connection, pages: Pages, folder: Path, year: int, fresh: Fresh, made_of: str) -> None:
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
            _put(part / page_of(scope, page), pages.of(about, _figures(answers, page, "../"), fresh))
    _put(part / _MADE_OF, made_of.encode("ascii"))
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
