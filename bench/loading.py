"""The loading half: how fast fiscal years are loaded beside other loaders, how that grows, and how long marts take."""

import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from math import log
from pathlib import Path
from statistics import linear_regression, median
from typing import NamedTuple

from psycopg import sql
from rich.console import Console
from rich.progress import track
from upath import UPath

from bench import marts, peers
from bench.targets import Target, met, table
from bench.warehouses import Load, Server, load, passing_server, settle
from bench.years import REPORTS, Written, Year, check, tables, write_year
from etl.batch import read_table
from etl.load.stage import stage
from etl.settings import Settings
from etl.warehouse import Connection, connect, open_engine

_YEAR, _ROUNDS = Year(2566, 6000), 3
_YEARS, _PROJECTS_A_YEAR = range(2560, 2570), 2000
_SNAPSHOTS = 3
_OURS = "ours"


class Part(NamedTuple):
    """What one step gives to the report: targets, and what they were drawn from."""

    targets: list[Target]
    lines: list[str]


def run(console: Console, *, scale: int, only: Collection[str]) -> str:
    """Measure the steps; return the section of the report. Above scale 1 the ten years are of their full size."""
    parts: list[Part] = []
    with passing_server() as server, tempfile.TemporaryDirectory() as folder:
        bench = _Bench(console, server, Path(folder))
        parts += [step(bench) for name, step in _OF_A_YEAR.items() if name in only]
        if {"growth", "marts"} & set(only):
            projects = _YEAR.projects if scale > 1 else _PROJECTS_A_YEAR
            settings = server.warehouse("years")
            growth = _growth(bench, settings, projects)
            parts += [growth] if "growth" in only else []
            parts += [_marts(bench, settings, projects)] if "marts" in only else []
    targets = table(target for part in parts for target in part.targets)
    return "\n".join(["## Loading", "", *targets, *(line for part in parts for line in ("", *part.lines)), ""])


class _Bench(NamedTuple):
    """Who watches, the server, and a folder for batches."""

    console: Console
    server: Server
    folder: Path

    def written(self, year: Year) -> Written:
        """Return the batches of a year, which are written when first asked for."""
        with self.console.status(f"writing fiscal year {year.fiscal_year}"):
            return write_year(self.folder, year)


def _checked_load(settings: Settings, year: Year, written: Written) -> Load:
    """Load a year, and let the server settle. Raises TotalsError when the warehouse then does not hold the year."""
    took = load(settings, written.batches)
    check(settings, year.fiscal_year, written.totals)
    settle(settings)
    return took


def _at_least(name: str, measured: float, least: float) -> Target:
    return Target(f"{name}: ≥ {least:g}", f"{measured:.2f}", measured >= least)


def _at_most(name: str, measured: float, most: float, unit: str = "") -> Target:
    return Target(f"{name}: ≤ {most:g}{unit}", f"{measured:.3g}{unit}", measured <= most)


# Staging


def _staging(bench: _Bench) -> Part:
    """Race our way from Parquet into tables against the server's own, from a file that it wrote itself."""
    settings, batches = bench.server.warehouse("staging"), bench.written(_YEAR).batches
    seconds = {
        name: _staged(settings, name, batches)
        for name in track(("report", "project"), "staging", console=bench.console)
    }
    ours, theirs = (sum(pair) for pair in zip(*seconds.values(), strict=True))
    lines = [
        "The same rows into the same empty table, by turns: from Parquet by us, from ready CSV by the server itself.",
        "",
        "| table | ours, s | server's COPY, s | ratio |",
        "|---|---:|---:|---:|",
        *(
            f"| raw.{name} | {pair[0]:.2f} | {pair[1]:.2f} | {pair[1] / pair[0]:.2f} |"
            for name, pair in seconds.items()
        ),
    ]
    return Part([_at_least("staging, of the speed of the server's own COPY", theirs / ours, 0.7)], lines)


def _staged(settings: Settings, name: str, batches: Sequence[str]) -> tuple[float, float]:
    """Return the median seconds of our staging and of the server's COPY."""
    ours, theirs = [], []
    with connect(open_engine(settings)) as connection, tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the server's account must pass through
        ready = Path(folder) / "ready.csv"
        copy = sql.SQL("COPY {} FROM {} (FORMAT csv)").format(sql.Identifier("raw", name), sql.Literal(str(ready)))
        for _ in range(_ROUNDS + 1):
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
    """Race a whole load against loaders that fill two tables with the same rows and do no more."""
    written, rows = bench.written(_YEAR), tables(_YEAR)
    ways: dict[str, Callable[[], float]] = {
        _OURS: lambda: _checked_load(bench.server.warehouse("ours"), _YEAR, written).seconds,
        "pandas.to_sql": lambda: peers.pandas_to_sql(bench.server.database("peer"), rows),
    }
    if peers.DLT_PYTHON.exists():
        ways["dlt, records"] = lambda: peers.dlt(bench.server.database("peer"), rows, "records")
        ways["dlt, Arrow"] = lambda: peers.dlt(bench.server.database("peer"), rows, "arrow")
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in track(range(_ROUNDS), "peers", console=bench.console):
        for name, way in ways.items():
            seconds[name].append(way())
    took = {name: median(some) for name, some in seconds.items()}
    count = sum(table.num_rows for table in rows.values())
    about = (
        f"A fiscal year, {count:,} projects and reports, into empty databases on one server, by turns, medians of "
        f"{_ROUNDS}. Ours also keeps every value's place, checks, merges, keeps history, accounts for each record, and "
        f"loads indicators; the others, as they come, fill two tables. Making batches of the records took "
        f"{written.seconds:.1f} s before, once, on one core."
    )
    lines = [
        about,
        "",
        "| loader | s | rows/s | its time, of ours |",
        "|---|---:|---:|---:|",
        *(f"| {name} | {one:.2f} | {count / one:,.0f} | {one / took[_OURS]:.2f} |" for name, one in took.items()),
    ]
    if not peers.DLT_PYTHON.exists():
        lines.append("| dlt | not measured: `make bench` installs it | | |")
    targets = [
        _at_least(f"loading a fiscal year, times as fast as {name}", took[name] / took[_OURS], times)
        for name, times in (("dlt, records", 3), ("pandas.to_sql", 1))
        if name in took
    ]
    return Part(targets, lines)


# Again


def _again(bench: _Bench) -> Part:
    """Load a year, then the same again."""
    written, settings = bench.written(_YEAR), bench.server.warehouse("again")
    first = _checked_load(settings, _YEAR, written).seconds
    times = [
        _checked_load(settings, _YEAR, written).seconds
        for _ in track(range(_ROUNDS), "again", console=bench.console)
    ]  # fmt: skip
    share_pct = 100 * median(times) / first
    line = f"The fiscal year loaded first took {first:.2f} s, and loaded again unchanged {median(times):.2f} s."
    return Part([_at_most("loading a year again unchanged, of the first load", share_pct, 10, " %")], [line])


_OF_A_YEAR: dict[str, Callable[[_Bench], Part]] = {"staging": _staging, "peers": _peers, "again": _again}


# Growth


def _growth(bench: _Bench, settings: Settings, projects: int) -> Part:
    """Load year after year into one warehouse, then one of them once more as it was at earlier snapshots."""
    years = [Year(fiscal_year, projects) for fiscal_year in _YEARS]
    loads = [
        _checked_load(settings, year, bench.written(year))
        for year in track(years, "growth", console=bench.console)
    ]  # fmt: skip
    past = Year(_YEAR.fiscal_year, projects, _SNAPSHOTS)
    late = _checked_load(settings, past, bench.written(past))
    size = "" if projects == _YEAR.projects else "; `--full` loads 6,000"
    about = (
        f"Ten fiscal years of {projects:,} projects with {REPORTS} reports each, one after the other{size}. Then "
        f"fiscal year {past.fiscal_year} as it stood at {_SNAPSHOTS} snapshots, {_SNAPSHOTS - 1} of them before "
        f"what is there: {late.seconds:.2f} s."
    )
    lines = [
        about,
        "",
        "| fiscal year | s | peak memory of the loading process, MiB |",
        "|---|---:|---:|",
        *(
            f"| {year.fiscal_year} | {one.seconds:.2f} | {one.peak_mib or 0:.0f} |"
            for year, one in zip(years, loads, strict=True)
        ),
    ]
    targets = [_at_most(f"cost of {len(loads)} years, k of n^k", exponent([one.seconds for one in loads]), 1.05)]
    if peaks := [one.peak_mib for one in loads if one.peak_mib]:
        drift_pct = max(abs(100 * peak / peaks[0] - 100) for peak in peaks)
        targets.append(_at_most("peak memory, away from the first year's", drift_pct, 15, " %"))
    return Part(targets, lines)


def exponent(seconds: Sequence[float]) -> float:
    """Return k where the first n loads take about n^k in all, given the seconds of each."""
    numbers = range(1, len(seconds) + 1)
    slope, _ = linear_regression([log(number) for number in numbers], [log(sum(seconds[:n])) for n in numbers])
    return slope


# Marts


def _marts(bench: _Bench, settings: Settings, projects: int) -> Part:
    """Ask each view again and again."""
    engine = open_engine(settings)
    asked = marts.questions(engine)
    drawn = marts.drawn(engine)
    answered = [marts.ask(settings, question, drawn) for question in track(asked, "marts", console=bench.console)]
    known = {question.view for question in asked}
    missing = [name for name in marts.AS_OF if name not in known]
    about = (
        f"Questions to the marts of these years, {len(_YEARS) * projects:,} projects, each {marts.RUNS} times, of "
        "another agency, project, year or day every time, to the last row."
    )
    lines = [
        about,
        *(f"`mart.{name}` is not there yet." for name in missing),
        "",
        "| view | of | rows at most | p50, ms | p95, ms | met |",
        "|---|---|---:|---:|---:|---|",
        *(
            f"| {one.question.view} | {one.question.scope} | {one.rows} | {one.p50_ms:.1f} | {one.p95_ms:.1f} |"
            f" {met(one.p95_ms <= one.question.limit_ms)} |"
            for one in answered
        ),
    ]
    slowest: dict[int, float] = {}
    for one in answered:
        slowest[one.question.limit_ms] = max(one.p95_ms, slowest.get(one.question.limit_ms, 0))
    names = {marts.VIEW_MS: "questions to views, the slowest p95", marts.AS_OF_MS: "a year on a past day, p95"}
    return Part([_at_most(names[limit], ms, limit, " ms") for limit, ms in slowest.items()], lines)
