"""The command line. It walks the same way as the DAGs: `etl.pipeline`.

Exit status: 0 done and nothing held back; 3 done, but something is held back, which stderr names; 2 wrong usage;
1 failed, and nothing half-loaded. `diff` ends with 0 where nothing differs and with 3 where something does.
"""

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from etl.errors import EtlError
from etl.settings import Settings
from etl.thai.calendar import FIRST_FISCAL_YEAR, LAST_FISCAL_YEAR

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from etl.diff import Counts, Difference, LoadCounts

_Step = Callable[[str], Callable[[], object]]

HELD_BACK = 3
SHOWN_DIFFERENCES = 10
PARSE_DOCUMENTS = 500  # judged together: a suite's run costs the same for one document as for hundreds
_ENDLESS = 100_000

app = typer.Typer(
    help="BMA project reports: exports in, a warehouse out.", no_args_is_help=True, add_completion=False,
    rich_markup_mode=None, pretty_exceptions_enable=False,
)  # fmt: skip
warehouse = typer.Typer(help="The embedded server and the schema.", no_args_is_help=True)
quarantine = typer.Typer(help="What is held back, and why.", no_args_is_help=True)
app.add_typer(warehouse, name="warehouse")
app.add_typer(quarantine, name="quarantine")

_say = Console(stderr=True)
_debug = False


class Format(StrEnum):
    """How `etl sql` prints rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Role(StrEnum):
    """What a login may do in the warehouse."""

    BI = "bi"
    WRITER = "writer"


def main() -> None:
    """Run the command line; an error is one line on stderr, a traceback only with `--debug`."""
    try:
        app()
    except (EtlError, OSError) as error:
        if _debug:
            raise
        _say.print(f"etl: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


@app.callback()
def _options(debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False) -> None:
    global _debug  # noqa: PLW0603 - `main` must know, and stands outside of what typer calls
    _debug = debug


@app.command()
def parse(
    paths: Annotated[
        list[Path], typer.Argument(exists=True, help="Files, folders and archives of exports.", metavar="PATH...")
    ],
) -> None:
    """Print what is read from each form copy or page, as JSON lines; folders and archives are walked."""
    from etl.corrections import correct, read_corrections
    from etl.pipeline import extract_file, judge
    from etl.records import Severity, to_json

    held, corrections = [], read_corrections(Settings().etl_corrections)
    for files in _chunks(sorted(_files(paths)), PARSE_DOCUMENTS):
        copies = [copy for file in files for copy in correct(extract_file(file), corrections)]
        judge(copies)
        for copy in copies:
            sys.stdout.buffer.write(to_json(copy) + b"\n")
        held += [
            (copy, finding) for copy in copies for finding in copy.findings if finding.severity == Severity.CRITICAL
        ]
    _end([_held_line(copy.document.uri, finding.record, finding.message, finding.line) for copy, finding in held])


@app.command()
def run(
    source: Annotated[str | None, typer.Argument(help="Folder or address of exports; else ETL_SOURCE.")] = None,
    fiscal_year: Annotated[
        int | None,
        typer.Option(
            min=FIRST_FISCAL_YEAR,
            max=LAST_FISCAL_YEAR,
            help="Load this Thai fiscal year only, in the Buddhist era: 2566.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Do the whole job without a scheduler: pull, read, parse, validate, load, publish."""
    from etl import pipeline

    settings = Settings(etl_source=source) if source else Settings()
    run_id = _run_id("cli")
    with _progress() as step:
        work_lists = pipeline.pull(settings, run_id, only_new=False, on_file=step("pull"))
        summary = _load(settings, run_id, work_lists, step, fiscal_year)
    _report(settings, summary, as_json=as_json)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT on the views of mart.")],
    output: Annotated[Format, typer.Option("--format", help="How to print the rows.")] = Format.TABLE,
) -> None:
    """Run one read-only query as the BI role, which sees what a BI tool would see."""
    from etl.warehouse.query import ask_as_bi

    columns, rows = ask_as_bi(_migrated(Settings()), query)
    if output is Format.CSV:
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(rows)
    elif output is Format.JSON:
        _print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        _print_table(None, columns, rows)


@app.command()
def status() -> None:
    """Show how fresh the warehouse is, what the last loads did, and what is held back."""
    from etl.warehouse.query import ask

    engine = _migrated(Settings())
    for title, question in (("Freshness", "freshness"), ("Last loads", "last_loads"), ("Held back", "held_by_reason")):
        _print_rows(title, ask(engine, question))


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="The URL of a warehouse, or the number of a load.")],
    after: Annotated[str | None, typer.Argument(help="Another one; else this warehouse, or its last load.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help="Differences to print of each table; else 10, and with --json all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
) -> None:
    """Show what differs between two warehouses, or what the loads after one and up to another wrote.

    Ends with 0 where nothing differs, and with 3 where something does.
    """
    from etl.warehouse.query import ask

    shown = limit if as_json or limit is not None else SHOWN_DIFFERENCES
    if all(one.isdecimal() for one in (before, after) if one is not None):
        from etl.diff.loads import compare_loads

        engine = _migrated(Settings())
        first, last = _loads(engine, before, after)
        (total,) = ask(engine, "loads_between", {"first": first, "last": last})
        if as_json:
            _print_json(total)
        else:
            _print_rows(f"After load {first} and up to load {last}", [total])
            _say.print(
                "what a row was before, and rows that went, are not kept: compare two warehouses", soft_wrap=True
            )
        is_same = _print_differences(compare_loads(engine, first, last), shown, as_json=as_json)
        is_same &= not total["records_loaded"]
    else:
        from etl.diff.warehouses import compare_warehouses
        from etl.load.tables import content_tables

        one, other = _warehouse(before), _migrated(Settings()) if after is None else _warehouse(after)
        is_same = _print_differences(compare_warehouses(one, other, content_tables()), shown, as_json=as_json)
    if not is_same:
        raise typer.Exit(HELD_BACK)


@app.command()
def purge(
    document: Annotated[str, typer.Argument(help="Its sha256, or the address it was pulled from.", metavar="DOCUMENT")],
    reason: Annotated[str | None, typer.Option(help="Why: kept with the time, and without the data.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take the personal data of one document out of warehouse and storage, for good; its bytes go with it.

    What it says of projects stays. A later run that meets it at the source does not read it again.
    """
    from etl import storage
    from etl.load import purge as purging

    settings = Settings()
    engine = _migrated(settings)
    sha256 = purging.find(engine, document)
    if not yes:
        typer.confirm(f"Remove the personal data of {sha256}, and its bytes? It cannot be undone", abort=True)
    done = purging.purge(engine, storage.landing(settings), storage.batches(settings), sha256, reason)
    _print_rows("Purged", [done._asdict()])


@warehouse.command("start")
def start_warehouse() -> None:
    """Start the embedded PostgreSQL, unless WAREHOUSE_URL names another server."""
    from etl.warehouse import shown_url

    print(shown_url(Settings()))


@warehouse.command("stop")
def stop_warehouse() -> None:
    """Stop the embedded PostgreSQL; a server that WAREHOUSE_URL names is left alone."""
    from etl.warehouse import server

    print("stopped" if server.stop(Settings()) else "was not running")


@warehouse.command("url")
def print_url() -> None:
    """Print the owner's URL of the warehouse, with the password where it has one."""
    from etl.warehouse import owner_url

    print(owner_url(Settings()))


@warehouse.command("migrate")
def migrate_warehouse() -> None:
    """Bring tables, views and roles up to date."""
    from etl.warehouse import open_engine
    from etl.warehouse.schema import migrate

    print("migrated" if migrate(open_engine(Settings())) else "up to date")


@warehouse.command("dictionary")
def write_dictionary() -> None:
    """Write the data dictionary, the picture of the star and the data contract of mart into docs/."""
    from etl.publish import dictionary

    for path in dictionary.write(_migrated(Settings()), dictionary.DOCS):
        print(path)


@warehouse.command("grant")
def grant_access(
    login: Annotated[str, typer.Argument(help="The name to log in with.", metavar="NAME")],
    role: Annotated[Role, typer.Option(help="bi reads mart, writer loads.")],
) -> None:
    """Let somebody log in to the warehouse, with a password that is asked for or, without a terminal, read from stdin.

    For a login that this command made before, it sets a new password.
    """
    from etl.warehouse.access import grant

    typed = getpass(f"Password of {login}: ") if sys.stdin.isatty() else sys.stdin.readline().removesuffix("\n")
    if not typed:
        raise typer.BadParameter("the password is empty")
    grant(_migrated(Settings()), login, f"reporting_{role}", typed)
    print("granted")


@quarantine.command("redrive")
def redrive_quarantine(
    quarantine_ids: Annotated[
        list[int] | None, typer.Argument(help="Cases, as `list` names them; without any, all held.", metavar="[ID...]")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Read the documents of cases again, and load what a fix has made readable."""
    from etl import pipeline

    settings = Settings()
    for quarantine_id in quarantine_ids or ():
        _case(_migrated(settings), quarantine_id)
    run_id = _run_id("redrive")
    with _progress() as step:
        step("collect")
        work_lists = pipeline.redrive(settings, run_id, quarantine_ids or ())
        summary = _load(settings, run_id, work_lists, step)
    _report(settings, summary, as_json=as_json)


@quarantine.command("reject")
def reject_case(
    quarantine_id: Annotated[int, typer.Argument(help="The case, as `list` names it.")],
    reason: Annotated[str, typer.Option(help="Why it is given up.")],
) -> None:
    """Give up a case: it is no longer told of, and not tried again with the others."""
    from etl.load.quarantine import reject

    engine = _migrated(Settings())
    case = _case(engine, quarantine_id)
    if not reject(engine, quarantine_id, reason):
        raise typer.BadParameter(f"case {quarantine_id} is not held: it is {case['state']}")
    print("rejected")


@quarantine.command("list")
def list_quarantine() -> None:
    """List what is held back and why."""
    from etl.warehouse.query import ask

    engine = _migrated(Settings())
    held = ask(engine, "held", {"load_id": None})
    columns = ("quarantine_id", "record", "rule_id", "reason", "line", "uri", "first_seen")
    _print_rows("Held back", [{name: row[name] for name in columns} for row in held])


@quarantine.command("show")
def show_quarantine(quarantine_id: Annotated[int, typer.Argument(help="The case, as `list` names it.")]) -> None:
    """Show one case with the lines of its document around the place to look at."""
    from upath import UPath

    from etl.pipeline import raw_lines

    case = _case(_migrated(Settings()), quarantine_id)
    _print_rows(None, [{"what": name, "value": value} for name, value in case.items()])
    if case["purged_at"]:
        print(
            f"Its lines cannot be shown: the document was purged at {case['purged_at']:%Y-%m-%d %H:%M}, with its bytes."
        )
        return
    for number, text in raw_lines(UPath(case["landed_uri"]).read_bytes(), around=case["line"]):
        marker = ">" if number == case["line"] else " "
        print(f"{marker} {number:5}  {text}")


def _run_id(kind: str) -> str:
    return f"{kind}__{datetime.now(UTC).isoformat(timespec='seconds')}"


def _load(
    settings: Settings, run_id: str, work_lists: Sequence[str], step: _Step, fiscal_year: int | None = None
) -> dict[str, Any]:
    """Process, load and publish; return the counts of the load and where Data Docs are."""
    from etl import pipeline

    advance = step("process")
    batches = [pipeline.process(work_list, fiscal_year=fiscal_year, on_document=advance) for work_list in work_lists]
    step("load")
    summary = pipeline.load(settings, run_id, batches, fiscal_year=fiscal_year)
    step("publish")
    return summary | pipeline.publish(settings, summary["load_id"], batches)


def _report(settings: Settings, summary: dict[str, Any], *, as_json: bool) -> None:
    """Print what a load did, and end with the status that says whether something is held back."""
    from etl.warehouse.query import ask

    if as_json:
        _print_json(summary)
    else:
        _print_rows("Loaded", [{"what": name, "value": value} for name, value in summary.items()])
    held = ask(_migrated(settings), "held", {"load_id": summary["load_id"]})
    _end([_held_line(row["uri"], row["record"], row["reason"], row["line"]) for row in held])


def _case(engine: "Engine", quarantine_id: int) -> dict[str, Any]:
    from etl.warehouse.query import ask

    cases = ask(engine, "case", {"quarantine_id": quarantine_id})
    if not cases:
        raise typer.BadParameter(f"no case {quarantine_id}; `etl quarantine list` names them")
    return cases[0]


def _warehouse(url: str) -> "Engine":
    from etl.warehouse import open_engine

    if "://" not in url:  # what is wrong is not repeated: it may hold a password
        raise typer.BadParameter("name two warehouses, postgresql://user@host/database, or two loads, 12 15")
    return open_engine(Settings(warehouse_url=url))


def _loads(engine: "Engine", first: str, last: str | None) -> tuple[int, int]:
    """Return the numbers of two loads, the second being the last one where it is not named."""
    from etl.warehouse.query import ask

    loads = int(first), int(last) if last else max((row["load"] for row in ask(engine, "last_loads")), default=0)
    for number in loads:
        if not ask(engine, "load", {"load_id": number}):
            raise typer.BadParameter(f"no load {number}; `etl status` names the last ones")
    if loads[0] > loads[1]:
        raise typer.BadParameter(f"load {loads[0]} came after load {loads[1]}; name the earlier one first")
    return loads


def _migrated(settings: Settings) -> "Engine":
    """Return an engine on the warehouse with its schema up to date, so that a first question finds its views."""
    from etl.warehouse import open_engine
    from etl.warehouse.schema import migrate

    engine = open_engine(settings)
    migrate(engine)
    return engine


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        inside = path.rglob("*") if path.is_dir() else [path]
        yield from (file for file in inside if file.is_file() and not file.name.startswith("."))


def _chunks(files: Sequence[Path], size: int) -> Iterator[Sequence[Path]]:
    return (files[start : start + size] for start in range(0, len(files), size))


@contextmanager
def _progress() -> Iterator[_Step]:
    """Yield a function that begins a step and returns what to call for each thing done in it; shown on a terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_say, disable=not _say.is_terminal) as progress:
        done = 0

        def step(name: str) -> Callable[[], object]:
            nonlocal done
            for task in progress.tasks:
                done = int(task.completed) or done
                progress.update(task.id, total=task.completed or 1, completed=task.completed or 1)
            # As many documents are processed as files were pulled; the other steps are one piece each.
            current = progress.add_task(name, total=done if name == "process" else None)
            return lambda: progress.advance(current)

        yield step
        for task in progress.tasks:
            progress.update(task.id, total=task.completed or 1, completed=task.completed or 1)


def _held_line(uri: str, record: str, reason: str, line: int | None) -> str:
    where = f"{uri}, line {line}" if line else uri
    return f"held back: {record}: {reason} ({where})"


def _end(held: Sequence[str]) -> None:
    """Name what is held back on stderr, and end with the status that says so."""
    for text in held:
        _say.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)
    if held:
        raise typer.Exit(HELD_BACK)


def _print_differences(
    compared: Iterable["Difference | Counts | LoadCounts"], limit: int | None, *, as_json: bool
) -> bool:
    """Print the first differences of each table, and all counts; return whether nothing differs.

    A reader is not shown row by row what another document merely says again.
    """
    from etl.diff import Change, Difference
    from etl.diff.text import in_words

    met: Counter[str] = Counter()
    shown: dict[str, list[Difference]] = {}
    counts, is_same = [], True
    for one in compared:
        if isinstance(one, Difference):
            is_same = False
            if not as_json and one.change == Change.RESTATED:
                continue
            met[one.table_name] += 1
            if limit is not None and met[one.table_name] > limit:
                continue
            if not as_json:
                shown.setdefault(one.table_name, []).append(one)
        else:
            counts.append(one)
        if as_json:
            _print_json(one)
    if not as_json:
        _print_rows(None, [msgspec.structs.asdict(count) for count in counts])
    for table_name, differences in shown.items():
        print(f"\n{table_name}", *map(in_words, differences), sep="\n  ")
        if met[table_name] > len(differences):
            print(f"  and {met[table_name] - len(differences)} more")
    return is_same and all(count.rows_before == count.rows_after for count in counts)


def _print_rows(title: str | None, rows: Sequence[dict[str, Any]]) -> None:
    _print_table(title, list(rows[0]) if rows else ["nothing"], [tuple(row.values()) for row in rows])


def _print_table(title: str | None, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    # Where nobody looks at a terminal, lines are as long as they need to be: whoever reads them wants them whole.
    Console(width=None if sys.stdout.isatty() else _ENDLESS).print(table)


def _print_json(value: object) -> None:
    print(msgspec.json.Encoder(decimal_format="number").encode(value).decode())
