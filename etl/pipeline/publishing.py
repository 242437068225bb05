"""What is published of the warehouse, and what is taken out of it: Data Docs, the city report, a purged document."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from upath import UPath

from etl import batch, storage
from etl.load import purge as purging
from etl.load.purge import Purged
from etl.pipeline.shared import tell
from etl.publish.data_docs import build_data_docs, close_data_docs, forget_samples
from etl.report import make_report
from etl.settings import Settings
from etl.warehouse import open_engine
from etl.warehouse.query import ask


def publish(settings: Settings, load_id: int, batches: Sequence[str]) -> dict[str, Any]:
    """Render Data Docs of a load's batches, and the city report of the fiscal years that loads changed since.

    Returns the addresses of both, and how many documents it held back, by rule. A load that judged nothing, as all of
    it was unchanged, leaves Data Docs as they are: their address is then that of what was judged last, or None.
    Raises BatchDamagedError when the results of a batch are missing or damaged.
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
    return done


def data_docs(settings: Settings) -> Path:
    """Return the link to the Data Docs of the latest run."""
    return settings.home / "data_docs"


def city_report_folder(settings: Settings) -> Path:
    """Return the folder in which the city report is published."""
    return settings.home / "city_report"
