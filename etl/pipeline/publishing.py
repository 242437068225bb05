"""What is published of the warehouse: Data Docs, the city report, the open tables; and what is taken out of it."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from upath import UPath

from etl import batch, storage
from etl.load import purge as purging
from etl.load import storages
from etl.load.purge import Purged
from etl.pipeline.shared import tell
from etl.publish.data_docs import build_data_docs, close_data_docs, forget_samples
from etl.publish.open_tables import publish_tables
from etl.publish.open_tables import remove as remove_tables
from etl.report import make_report
from etl.settings import Settings
from etl.warehouse import open_engine
from etl.warehouse.query import ask


def publish(settings: Settings, load_id: int, batches: Sequence[str]) -> dict[str, Any]:
    """Render Data Docs of a load's batches, the city report of the years that changed since, and the open tables.

    The settings may turn the last off. Returns the addresses of all, and how many documents it held back, by rule. A
    load that judged nothing, as all of it was unchanged, leaves Data Docs as they are: their address is then that of
    what was judged last, or None. Raises BatchDamagedError when the results of a batch are missing or damaged.
    """
    engine = open_engine(settings)
    results = [result for address in batches for result in batch.read_results(UPath(address))]
    index = data_docs(settings) / "index.html"
    close_data_docs(index.parent)
    if results:
        run = ask(engine, "load", {"load_id": load_id})[0]
        build_data_docs(
            results, index.parent,
            run_id=run["run_id"], run_time=run["started_at"], kept=settings.data_docs_runs,
        )  # fmt: skip
    held = {(row["rule_id"], row["document_key"]) for row in ask(engine, "held", {"load_id": load_id})}
    published = {
        "data_docs": index.as_uri() if index.exists() else None,
        "city_report": city_report(settings, ()).as_uri(),
        "open_tables": open_tables(settings).as_uri() if settings.open_tables else None,
        "held_by_rule": dict(Counter(sorted(rule_id for rule_id, _ in held))),
    }
    tell("publish", load_id=load_id, **published)
    return published


def city_report(settings: Settings, fiscal_years: Collection[int] | None = None, folder: Path | None = None) -> Path:
    """Make the city report anew, in its place or in a folder; return its first page.

    With fiscal years (B.E.), of these and of those that loads have changed since; else of all.
    Raises BadInputError when there is no project of a year that is named.
    """
    return make_report(open_engine(settings), folder or city_report_folder(settings), fiscal_years)


def open_tables(settings: Settings, *, anew: bool = False) -> UPath:
    """Write the open tables, unless those that stand are of the same loads and of today; return their description.

    `anew`, they are written in any case. Raises BadInputError when no load was committed yet.
    """
    area = storage.area(settings, storage.TABLES)
    return publish_tables(open_engine(settings), area, settings.lock_timeout_seconds, anew=anew)


def purge(settings: Settings, sha256: str, reason: str | None, *, prose: bool) -> Purged:
    """Take a document's personal data out of warehouse, storage and what is published; with `prose` all its texts."""
    engine = open_engine(settings)
    done = purging.purge(
        engine, storage.root(settings), sha256, reason,
        prose=prose, lock_timeout_seconds=settings.lock_timeout_seconds,
    )  # fmt: skip
    forget_samples(data_docs(settings), {row["run_id"] for row in ask(engine, "runs_of_document", {"sha256": sha256})})
    if city_report_folder(settings).exists():  # it quotes narratives and findings
        city_report(settings)
    if prose:  # what is purged without has no part in them
        done = done._replace(not_reached=[*done.not_reached, *_purge_tables(settings)])
    return done


def _purge_tables(settings: Settings) -> list[str]:
    """Make the open tables anew, and delete all others that runs left; return what could not be reached, and why."""
    engine, here, missed = open_engine(settings), str(storage.root(settings)), []
    for place in dict.fromkeys([here, *storages.known(engine)]):
        area = UPath(place) / storage.TABLES
        try:
            if place == here and settings.open_tables and area.exists():
                publish_tables(engine, area, settings.lock_timeout_seconds, anew=True, alone=True)
            else:
                remove_tables(area)
        except Exception as error:  # noqa: BLE001 - each kind of storage has its own, and the others are to be purged
            missed.append(f"{area}: {error}")
    return missed


def data_docs(settings: Settings) -> Path:
    """Return the link to the Data Docs of the latest run."""
    return settings.home / "data_docs"


def city_report_folder(settings: Settings) -> Path:
    """Return the folder in which the city report is published."""
    return settings.home / "city_report"
