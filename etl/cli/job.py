"""`etl parse` and `etl run`: what is read from exports, and the whole job without a scheduler."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.cli.app import app, migrated
from etl.cli.printing import Step, end, held_line, print_json, print_rows, progress
from etl.settings import Settings
from etl.thai.calendar import FIRST_FISCAL_YEAR, LAST_FISCAL_YEAR

PARSE_DOCUMENTS = 500  # judged together: a suite's run costs the same for one document as for hundreds


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
    end([held_line(copy.document.uri, finding.record, finding.message, finding.line) for copy, finding in held])


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
    run_id = new_run_id("cli")
    with progress() as step:
        work_lists = pipeline.pull(settings, run_id, only_new=False, on_file=step("pull"))
        summary = load_work_lists(settings, run_id, work_lists, step, fiscal_year)
    report(settings, summary, as_json=as_json)


def new_run_id(kind: str) -> str:
    return f"{kind}__{datetime.now(UTC).isoformat(timespec='seconds')}"


def load_work_lists(
    settings: Settings, run_id: str, work_lists: Sequence[str], step: Step, fiscal_year: int | None = None
) -> dict[str, Any]:
    """Process, load and publish; return the counts of the load and where Data Docs are."""
    from etl import pipeline

    advance = step("process")
    batches = [pipeline.process(work_list, fiscal_year=fiscal_year, on_document=advance) for work_list in work_lists]
    step("load")
    summary = pipeline.load(settings, run_id, batches, fiscal_year=fiscal_year)
    step("publish")
    return summary | pipeline.publish(settings, summary["load_id"], batches)


def report(settings: Settings, summary: dict[str, Any], *, as_json: bool) -> None:
    """Print what a load did, and end with the status that says whether something is held back."""
    from etl.warehouse.query import ask

    if as_json:
        print_json(summary)
    else:
        print_rows("Loaded", [{"what": name, "value": value} for name, value in summary.items()])
    held = ask(migrated(settings), "held", {"load_id": summary["load_id"]})
    end([held_line(row["uri"], row["record"], row["reason"], row["line"]) for row in held])


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        inside = path.rglob("*") if path.is_dir() else [path]
        yield from (file for file in inside if file.is_file() and not file.name.startswith("."))


def _chunks(files: Sequence[Path], size: int) -> Iterator[Sequence[Path]]:
    return (files[start : start + size] for start in range(0, len(files), size))
