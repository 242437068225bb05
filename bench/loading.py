"""The loading half: how fast fiscal years are loaded beside other loaders, how that grows, and how long marts take."""

import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from math import log
from pathlib import Path
from statistics import linear_regression, median
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql
from rich.console import Console
from rich.progress import track
from upath import UPath

from bench import marts, peers
from bench.sizes import Size
from bench.spent import Spent, Used, spent
from bench.targets import Part, at_least, at_most
from bench.warehouses import Load, Server, load, passing_server, settle
from bench.years import REPORTS, Written, Year, check, tables, write_year
from etl.batch import read_table
from etl.load.stage import stage
from etl.settings import Settings
from etl.warehouse import Connection, connect, open_engine
from etl.warehouse.server.place import place_of

_YEARS, _YEAR = range(2560, 2570), 2566
_STAGINGS = 3
_SNAPSHOTS = 3
_OURS, _SCD2, _UPSERT, _PANDAS = "ours", "dlt merge/scd2", "dlt Arrow upsert", "pandas.to_sql"


def run(console: Console, size: Size, only: Collection[str]) -> Iterator[tuple[str, Part]]:
    """Measure the steps; yield each with what it gives."""
    with passing_server() as server, tempfile.TemporaryDirectory() as folder:
        bench = _Bench(console, server, Path(folder), size)
        yield from ((name, step(bench)) for name, step in _OF_A_YEAR.items() if name in only)
        if {"growth", "marts"} & set(only):
            settings = server.warehouse("years")
            growth = _growth(bench, settings)
            if "growth" in only:
                yield "growth", growth
            if "marts" in only:
                yield "marts", _marts(bench, settings)


class _Bench(NamedTuple):
    """Who watches, the server, a folder for batches, and how much is measured."""

    console: Console
    server: Server
    folder: Path
    size: Size

    @property
    def year(self) -> Year:
        """The year that loaders race on."""
        return Year(_YEAR, self.size.projects)

    def written(self, year: Year) -> Written:
        """Return the batches of a year, which are written when first asked for."""
        with self.console.status(f"writing fiscal year {year.fiscal_year}"):
            return write_year(self.folder, year)

    def spent(self, work: Callable[[], Used]) -> Spent:
        """Do some work on the server."""
        return spent(place_of(Settings(etl_home=self.server.home)).data, work)


def _checked_load(settings: Settings, year: Year, written: Written) -> Load:
    """Load a year, and let the server settle. Raises TotalsError when the warehouse then does not hold the year."""
    took = load(settings, written.batches)
    check(settings, year.fiscal_year, written.totals)
    settle(settings)
    return took


# Staging


def _staging(bench: _Bench) -> Part:
    """Race our way from Parquet into tables against the server's own, from a file that it wrote itself."""
    settings, batches = bench.server.warehouse("staging"), bench.written(bench.year).batches
    seconds = {
        name: _staged(settings, name, batches)
        for name in track(("report", "project"), "staging", console=bench.console)
    }
    ours, theirs = (sum(pair) for pair in zip(*seconds.values(), strict=True))
    return Part(
        [
            at_least(
                "staging from Parquet, of the speed of the server's own COPY of ready CSV", theirs / ours, 0.7, " ×"
            )
        ],
        {f"raw.{name}": {"ours_s": pair[0], "server_s": pair[1]} for name, pair in seconds.items()},
    )


def _staged(settings: Settings, name: str, batches: Sequence[str]) -> tuple[float, float]:
    """Return the median seconds of our staging and of the server's COPY."""
    ours, theirs = [], []
    with connect(open_engine(settings)) as connection, tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the server's account must pass through
        ready = Path(folder) / "ready.csv"
        copy = sql.SQL("COPY {} FROM {} (FORMAT csv)").format(sql.Identifier("raw", name), sql.Literal(str(ready)))
        for _ in range(_STAGINGS + 1):
            start = time.perf_counter()
            for address in batches:
                stage(connection, name, read_table(UPath(address), name))
            ours.append(time.perf_counter() - start)
            if not ready.exists():
                peers.write_csv(connection, f"raw.{name}", ready)
            _empty(connection, f"raw.{name}")
            start = time.perf_counter()
            connection.execute(copy)
            theirs.append(time.perf_counter() - start)
            _empty(connection, f"raw.{name}")
    return median(ours[1:]), median(theirs[1:])


def _empty(connection: Connection, name: str) -> None:
    connection.rollback()
    connection.execute(f"TRUNCATE {name}")
    connection.commit()


# Other loaders


def _peers(bench: _Bench) -> Part:
    """Race a whole load, and the same again unchanged, against other loaders of the same projects and reports."""
    written, rows = bench.written(bench.year), tables(bench.year)
    took: dict[str, list[list[Spent]]] = {}
    for _ in track(range(bench.size.rounds), "peers", console=bench.console):
        settings = bench.server.warehouse("ours")
        took.setdefault(_OURS, []).append([_checked_load(settings, bench.year, written).spent for _ in range(2)])
        url = bench.server.database("peer")
        took.setdefault(_PANDAS, []).append([bench.spent(partial(peers.pandas_to_sql, url, rows))])
        for name, form, strategy in ((_SCD2, "records", "scd2"), (_UPSERT, "arrow", "upsert")):
            took.setdefault(name, []).append(_dlt(bench, rows, form, strategy))
    return _compared(took, sum(table.num_rows for table in rows.values()))


def _dlt(bench: _Bench, rows: Mapping[str, pa.Table], form: str, strategy: str) -> list[Spent]:
    """Return what dlt takes to load the rows, and to load the same again."""
    url = bench.server.database("peer")
    with tempfile.TemporaryDirectory() as folder:
        for name, some in rows.items():
            pq.write_table(some, Path(folder) / f"{name}.parquet")
        return [bench.spent(partial(peers.dlt, url, Path(folder), form, strategy)) for _ in range(2)]


def _compared(took: Mapping[str, list[list[Spent]]], count: int) -> Part:
    first = {name: median(runs[0].cpu for runs in rounds) for name, rounds in took.items()}
    again = {name: median(runs[-1].cpu for runs in rounds) for name, rounds in took.items()}
    ours = first[_OURS]
    targets = [
        at_least(f"load of a fiscal year, times as fast as {name}{remark}", first[name] / ours, least, " ×")
        for name, least, remark in (
            (_SCD2, 3, ""), (_UPSERT, 1, ", which keeps no history"), (_PANDAS, 0.5, ", two bare tables"),
        )
    ]  # fmt: skip
    targets.append(at_least(f"load again unchanged, times as fast as {_SCD2}", again[_SCD2] / again[_OURS], 18, " ×"))
    targets.append(at_most("load again unchanged, of the first load", 100 * again[_OURS] / ours, 5, " %"))
    about = (
        f"{count:,} projects and reports, by turns, medians of {len(took[_OURS])}, seconds of processors, client and"
        f" server: {', '.join(f'{name} {one:.1f}' for name, one in first.items())}. Ours also keeps each"
        " value's place, checks, accounts for each record, and loads indicators."
    )
    details = {name: [[one._asdict() for one in runs] for runs in rounds] for name, rounds in took.items()}
    return Part(targets, details, about)


_OF_A_YEAR: dict[str, Callable[[_Bench], Part]] = {"staging": _staging, "peers": _peers}


# Growth


def _growth(bench: _Bench, settings: Settings) -> Part:
    """Load year after year into one warehouse, then one of them once more as it was at earlier snapshots."""
    years = [Year(fiscal_year, bench.size.projects_a_year) for fiscal_year in _YEARS]
    loads = [
        _checked_load(settings, year, bench.written(year))
        for year in track(years, "growth", console=bench.console)
    ]  # fmt: skip
    past = Year(_YEAR, bench.size.projects_a_year, _SNAPSHOTS)
    late = _checked_load(settings, past, bench.written(past))
    costs = [one.spent.cpu for one in loads]
    targets = [at_most(f"cost of {len(loads)} years one after the other, k of n^k", exponent(costs), 1.05)]
    if peaks := [one.peak_mib for one in loads if one.peak_mib]:
        drift_pct = max(abs(100 * peak / peaks[0] - 100) for peak in peaks)
        targets.append(at_most("peak memory of a load, away from the first year's", drift_pct, 15, " %"))
    details = {
        str(year.fiscal_year): {**one.spent._asdict(), "peak_mib": one.peak_mib}
        for year, one in zip(years, loads, strict=True)
    }
    about = (
        f"Ten fiscal years of {past.projects:,} projects with {REPORTS} reports each, {sum(costs):.0f} s in all. A year"
        f" as it stood at {_SNAPSHOTS} snapshots, {_SNAPSHOTS - 1} before what is there: {late.spent.cpu:.1f} s."
    )
    return Part(targets, details, about)


def exponent(seconds: Sequence[float]) -> float:
    """Return k where the first n loads take about n^k in all, given the seconds of each."""
    numbers = range(1, len(seconds) + 1)
    slope, _ = linear_regression([log(number) for number in numbers], [log(sum(seconds[:n])) for n in numbers])
    return slope


# Marts


def _marts(bench: _Bench, settings: Settings) -> Part:
    """Ask each view again and again."""
    engine = open_engine(settings)
    asked = marts.questions(engine)
    drawn = marts.drawn(engine)
    answered = [marts.ask(settings, question, drawn) for question in track(asked, "marts", console=bench.console)]
    slowest: dict[int, float] = {}
    for one in answered:
        slowest[one.question.limit_ms] = max(one.p95_ms, slowest.get(one.question.limit_ms, 0))
    names = {marts.VIEW_MS: "questions to views, the slowest p95", marts.AS_OF_MS: "a year on a past day, p95"}
    details = {
        f"{one.question.view}: {one.question.scope}": {"rows": one.rows, "p50_ms": one.p50_ms, "p95_ms": one.p95_ms}
        for one in answered
    }
    count = len(_YEARS) * bench.size.projects_a_year
    about = f"{count:,} projects, each question {marts.RUNS} times, of another agency, project or day every time."
    return Part([at_most(names[limit], ms, limit, " ms") for limit, ms in slowest.items()], details, about)
