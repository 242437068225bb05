"""`etl parse` and `etl run`: what is read from exports, and the whole job without a scheduler."""

import getpass
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from etl.cli.app import app, migrated
from etl.cli.effect import show_effect
from etl.cli.printing import Step, end, held_line, print_json, print_rows, progress
from etl.settings import Settings
from etl.terminal import visible_json
from etl.thai.calendar import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from etl.pull.source import Skipped
    from etl.records import Copy


@app.command()
def parse(
    paths: Annotated[
        list[Path], typer.Argument(exists=True, help="Files, folders and archives of exports.", metavar="PATH...")
    ],
    unjudged: Annotated[
        bool, typer.Option("--unjudged", help="Without the rules of expectations/: what was read, and at once.")
    ] = False,
) -> None:
    """Print what is read from each form copy or page, as JSON lines; folders and archives are walked."""
    from etl import workers

    workers.start()  # it gets ready while the rest is imported, and Great Expectations above all
    from etl.corrections import correct, read_corrections
    from etl.documents import extract_files
    from etl.records import Severity, to_json

    settings = Settings()
    held, corrections = [], read_corrections(settings.etl_corrections)
    documents = extract_files(paths, settings.reach, settings.processes)
    while some := list(islice(documents, settings.batch_documents)):
        copies = [copy for document in some for copy in correct(document, corrections)]
        for copy in copies if unjudged else _judged(copies):
            sys.stdout.buffer.write(visible_json(to_json(copy).decode()).encode() + b"\n")
            held += [(copy, finding) for finding in copy.findings if finding.severity == Severity.CRITICAL]
    end([held_line(copy.document.uri, finding.record, finding.message, finding.line) for copy, finding in held])


def _judged(copies: "Sequence[Copy]") -> "Sequence[Copy]":
    from etl.pipeline import judge

    return judge(copies).copies


@app.command()
def run(
    source: Annotated[str | None, typer.Argument(help="Folder or address of exports; else ETL_SOURCE.")] = None,
    fiscal_year: Annotated[
        int | None,
        typer.Option(
            min=FIRST_YEAR,
            max=LAST_YEAR,
            help="Load this Thai fiscal year only, in the Buddhist era: 2566.",
        ),
    ] = None,
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Load, show what that would change, and take it back.")
    ] = False,
    reason: Annotated[str | None, typer.Option(help="Why it is run; `ops.load` keeps it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Do the whole job without a scheduler: pull, parse, validate, load, publish.

    A rehearsal ends with 0 where nothing would change, and with 3 where something would or something was left out.
    """
    from etl import pipeline
    from etl.load.runs import Origin

    settings = Settings(etl_source=source) if source else Settings()
    run_id = new_run_id("cli")
    skipped: list[Skipped] = []
    with progress() as step:
        work_lists = pipeline.pull(
            settings, run_id, only_new=False, fiscal_year=fiscal_year,
            on_file=step("pull").one_of, on_skipped=skipped.append,
        )  # fmt: skip
        if rehearse:
            batches = _validated(settings, work_lists, step, fiscal_year)
            step("load")
            counts, effect = pipeline.rehearse(
                settings, run_id, batches, fiscal_year=fiscal_year, origin=Origin(user(), reason)
            )
        else:
            summary = load_work_lists(settings, run_id, work_lists, step, fiscal_year, reason)
    left_out = {"files_skipped": len(skipped)}
    if rehearse:
        show_effect(counts | left_out, effect, as_json=as_json)
        end([*_left_out(counts, skipped), *([] if effect.is_none else ["this would change the warehouse"])])
    else:
        report(settings, summary | left_out, as_json=as_json, skipped=skipped)


def new_run_id(kind: str) -> str:
    """Return the name of a run that begins now: sorted by time, and no other's, even of the same second."""
    from etl.storage import unique

    return unique(f"{kind}__{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")


def user() -> str:
    """Return the name of the account that runs this; of one without a name, its number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # before and since Python 3.13
        return str(os.getuid())


def load_work_lists(
    settings: Settings,
    run_id: str,
    work_lists: Sequence[str],
    step: Step,
    fiscal_year: int | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """Parse, validate, load and publish; return the counts of the load and where Data Docs are."""
    from etl import pipeline
    from etl.load.runs import Origin

    batches = _validated(settings, work_lists, step, fiscal_year)
    step("load")
    origin = Origin(user(), reason)
    summary = pipeline.load(settings, run_id, batches, fiscal_year=fiscal_year, origin=origin)
    step("publish")
    return summary | pipeline.publish(settings, summary["load_id"], batches)


def _validated(settings: Settings, work_lists: Sequence[str], step: Step, fiscal_year: int | None) -> list[str]:
    """Parse and validate; return the addresses of the batches."""
    from etl import pipeline

    advance = step("parse")
    parsed = [
        pipeline.parse(settings, work_list, fiscal_year=fiscal_year, on_document=advance) for work_list in work_lists
    ]
    return pipeline.validate(parsed, on_document=step("validate"))


def report(settings: Settings, summary: dict[str, Any], *, as_json: bool, skipped: Iterable["Skipped"] = ()) -> None:
    """Print what a load did, and end with the status that says whether something is held back or was left out."""
    from etl import monitor

    if as_json:
        print_json(summary)
    else:
        shown = {name: value for name, value in summary.items() if not isinstance(value, dict)}
        print_rows("Loaded", [{"what": name, "value": value} for name, value in shown.items()])
    held = monitor.cases(migrated(settings), monitor.CaseFilter(load_id=summary["load_id"]))
    lines = [
        held_line(case["uri"], case["record"], case["reason"], case["line"], more=len(case["quarantine_ids"]) - 1)
        for case in held
    ]
    end(_left_out(summary, skipped) + lines)


def _left_out(counts: dict[str, Any], skipped: Iterable["Skipped"]) -> list[str]:
    """Return the lines on what the source did not give."""
    alert = counts.get("source_alert")
    return [
        *([f"look at the source: {alert}"] if alert else []),
        *(f"left out: {file.uri}: {file.reason}" for file in skipped),
    ]
