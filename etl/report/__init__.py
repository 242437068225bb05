"""The city report: what overseers look at, as pages that need neither a server nor a network.

In comes a loaded warehouse; out comes a folder: `index.html` with all fiscal years, `2566/index.html` with one of them,
`2566/agency/5049.html` and `2566/project/50490000-3572.html`. What is on a page is said by the charts of
`dashboards/city/`, a file each. Each is asked once for all pages of a year, in one snapshot of the warehouse.

Beside the pages of a year, `.made_of` says of which load they are, what drew them, and which years there were to link.
They are made anew where that is another now, whoever asks; the pages of a year that is gone, go.
"""

import hashlib
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine

from etl import files
from etl.errors import BadInputError
from etl.parser_version import of_this_process
from etl.report.cells import page_of
from etl.report.charts import FOLDER as CHARTS
from etl.report.charts import Chart, charts
from etl.report.pages import About, Figure, Fresh, Pages
from etl.thai.calendar import FIRST_YEAR
from etl.warehouse import Connection, connect

_MADE_OF = ".made_of"
_OF_A_YEAR = re.compile(r"(\d{4})(\.part|\.old)?")  # with what an earlier release left of one
_LEFT = re.compile(r"\.\d{4}\.(?:part|old)")
_FIRST_PAGE = "index.html"
_BEFORE_MARKS = (_FIRST_PAGE, "agency", "project")  # of a year, in an earlier release
# What decides how pages look, beside the warehouse: charts, names of agencies and plans, how days and months are
# written, and how all is drawn.
_ROOM = Path(__file__).parent
_DRAWN_BY = (CHARTS, *(_ROOM.with_name(name) for name in ("reference", "thai")), _ROOM)
_ASSETS = _ROOM / "assets"
_INVENTED = "(สมมติ)"  # what the name of a project that is made up begins with
_FRESH = """
        max(snapshot_at) FILTER (WHERE snapshot_from = 'printed') AS printed_at,
        max(snapshot_at) FILTER (WHERE snapshot_from = 'source') AS source_at,
        max(snapshot_at) FILTER (WHERE snapshot_from = 'pulled') AS pulled_at,
        max(last_loaded_at) AS loaded_at"""
_YEARS = f"""
    SELECT
        fiscal_year, {_FRESH},
        count(*) FILTER (WHERE starts_with(project_name, '{_INVENTED}')) AS invented
    FROM mart.project_status
    WHERE fiscal_year IS NOT NULL
    GROUP BY fiscal_year
    ORDER BY fiscal_year DESC
"""
# A load that an earlier release did may have changed any year. What views are made from, functions and rules too, the
# comment of their schema says.
_MADE_OF_LOAD = """
    SELECT
        year.fiscal_year,
        concat_ws(
            ' ', load.load_id, load.finished_at AT TIME ZONE 'UTC',
            md5(obj_description('mart'::REGNAMESPACE, 'pg_namespace'))
        ) AS made_of
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
        {_FRESH},
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
    Raises BadInputError when there is no project of a year that is wanted, and when something that is of no city report
    stands where a page is to be; then nothing is written.
    """
    with files.lock(folder.parent / f".{folder.name}.lock"), connect(engine) as connection:
        connection.read_only = True
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        known = {row["fiscal_year"]: _fresh(row) for row in connection.execute(_YEARS)}
        if strange := {*(wanted or ())} - known.keys():
            raise BadInputError(f"there is no project of the fiscal year {min(strange)}; there are {[*known]}")
        rest = f"{_drawn_by()} {' '.join(map(str, known))}"
        made_of = {
            row["fiscal_year"]: f"{row['made_of']} {rest}" for row in connection.execute(_MADE_OF_LOAD, [[*known]])
        }
        _require_room(folder, known)
        pages = Pages([*known])
        _copy_assets(folder / "assets")
        for year in sorted(known):
            if wanted is None or year in wanted or _kept(folder / str(year) / _MADE_OF) != made_of[year]:
                _make_year(connection, pages, folder, year, known[year], made_of[year])
        (of_all,) = connection.execute(_ALL).fetchall()
        overview = _figures(_answers(connection, "years", {}), "", "")
        files.write(folder / _FIRST_PAGE, pages.index(overview, _fresh(of_all), of_all["without_year"]))
        _remove_years(folder, known)
    return folder / _FIRST_PAGE


@of_this_process
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


def _require_room(folder: Path, known: Iterable[int]) -> None:
    """Raise BadInputError where a page is to be and something stands that is not ours."""
    taken = [place for year in known if (place := folder / str(year)).exists() and not _is_ours(place)]
    if (folder / _FIRST_PAGE).exists() and not (folder / "assets" / "report.css").exists():
        taken.append(folder / _FIRST_PAGE)
    if taken:
        raise BadInputError(f"{taken[0]} is there already, and is of no city report: name another folder for the pages")


def _remove_years(folder: Path, known: Collection[int]) -> None:
    """Remove the pages of years that are gone, and what a run that was killed left; other folders are not ours."""
    for place in [*folder.iterdir()]:
        year = _OF_A_YEAR.fullmatch(place.name)
        if year and (year[2] or int(year[1]) not in known) and _is_ours(place):
            _remove(place, folder / f".{year[1]}.old")
        elif _LEFT.fullmatch(place.name):
            shutil.rmtree(place, ignore_errors=True)


def _is_ours(place: Path) -> bool:
    """Tell whether a folder has pages of a year: by their mark, or else by all that an earlier release made of one."""
    is_of_a_year = int(place.name[:4]) >= FIRST_YEAR
    return (place / _MADE_OF).is_file() or (is_of_a_year and all((place / name).exists() for name in _BEFORE_MARKS))


def _remove(place: Path, old: Path) -> None:
    """Remove the pages of a year, under a name that says whose they are for as long as any of them is left."""
    shutil.rmtree(old, ignore_errors=True)
    place.rename(old)
    shutil.rmtree(old, ignore_errors=True)


def _make_year(connection: Connection, pages: Pages, folder: Path, year: int, fresh: Fresh, made_of: str) -> None:
    """Write the pages of one year beside the old ones, then put them in their place."""
    asked = {"fiscal_year": year}
    place, part = folder / str(year), folder / f".{year}.part"
    shutil.rmtree(part, ignore_errors=True)  # left by a run that was killed
    files.make(part)
    _put(part / _FIRST_PAGE, pages.year(year, _figures(_answers(connection, "year", asked), "", ""), fresh))
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
        _remove(place, folder / f".{year}.old")
    part.rename(place)


def _fresh(row: Mapping[str, Any]) -> Fresh:
    return Fresh(*(row[name] for name in Fresh._fields))


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
