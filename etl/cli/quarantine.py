"""`etl quarantine`: what is held back and why, and what is decided about it."""

from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli.app import app, migrated
from etl.cli.job import load_work_lists, new_run_id, report, user
from etl.cli.printing import print_rows, progress
from etl.settings import Settings
from etl.terminal import visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from etl.monitor import Case
    from etl.pull.source import Skipped

group = typer.Typer(help="What is held back, and why.", no_args_is_help=True)
app.add_typer(group, name="quarantine")


@group.command("redrive")
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
        _case(migrated(settings), quarantine_id)
    run_id = new_run_id("redrive")
    skipped: list[Skipped] = []
    with progress() as step:
        step("collect")
        work_lists = pipeline.redrive(settings, run_id, quarantine_ids or (), skipped.append)
        summary = load_work_lists(settings, run_id, work_lists, step)
    report(settings, summary, as_json=as_json, skipped=skipped)


@group.command("reject")
def reject_case(
    quarantine_id: Annotated[int, typer.Argument(help="The case, as `list` names it.")],
    reason: Annotated[str, typer.Option(help="Why it is given up.")],
) -> None:
    """Give up a case with all its records: it is no longer reported, and not tried again with the others."""
    from etl import monitor
    from etl.load.quarantine import reject

    engine = migrated(Settings())
    case = _case(engine, quarantine_id).row
    if not reject(engine, monitor.together(engine, [quarantine_id]), reason, by=user()):
        raise typer.BadParameter(f"case {quarantine_id} is not held: it is {case['state']}")
    print("rejected")


@group.command("list")
def list_quarantine() -> None:
    """List what is held back and why: a held project with all that belongs to it is one case."""
    from etl import monitor

    columns = ("quarantine_id", "record", "rule_id", "reason", "line", "uri", "first_seen")
    print_rows(
        "Held back",
        [
            {name: case[name] for name in columns} | {"records": len(case["quarantine_ids"])}
            for case in monitor.cases(migrated(Settings()))
        ],
    )


@group.command("show")
def show_quarantine(quarantine_id: Annotated[int, typer.Argument(help="The case, as `list` names it.")]) -> None:
    """Show one case with the lines of its document around the place to look at."""
    from etl.errors import DocumentFault
    from etl.pipeline import lines_around

    settings = Settings()
    case, others = _case(migrated(settings), quarantine_id)
    print_rows(None, [{"what": name, "value": value} for name, value in case.items()])
    if others:
        print_rows("Held with it", [{name: row[name] for name in ("record", "reason", "line")} for row in others])
    if case["purged_at"]:
        print(
            f"Its lines cannot be shown: the document was purged at {case['purged_at']:%Y-%m-%d %H:%M}, with its bytes."
        )
        return
    try:
        lines = lines_around(settings, case["sha256"], case["line"])
    except DocumentFault as fault:
        print(f"Its lines cannot be shown: {fault.reason}.")
        return
    for number, text in lines:
        marker = ">" if number == case["line"] else " "
        print(f"{marker} {number:5}  {visible(text.expandtabs())}")


def _case(engine: "Engine", quarantine_id: int) -> "Case":
    from etl import monitor

    case = monitor.case(engine, quarantine_id)
    if not case:
        raise typer.BadParameter(f"no case {quarantine_id}; `etl quarantine list` names them")
    return case
