"""Documents for a run: those that a source holds, or those that have a case of quarantine, as work lists."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Engine

from etl import batch, storage
from etl.corrections import read_corrections, years_to_look_in
from etl.errors import BadInputError
from etl.load import merge, storages
from etl.load.purge import purged
from etl.load.source_files import SourceFiles, keep_pull
from etl.parse_cache import ParseCache
from etl.parser_version import parser_version
from etl.pipeline.shared import migrated, tell
from etl.pull.pulled import land, land_again, warn
from etl.pull.source import Skipped
from etl.records import LandedDocument, Observation
from etl.settings import Settings
from etl.warehouse.query import ask

logger = logging.getLogger(__name__)


def pull(
    settings: Settings,
    run_id: str,
    *,
    only_new: bool,
    fiscal_year: int | None = None,
    on_file: Callable[[int], object] = lambda _: None,
    on_skipped: Callable[[Skipped], object] = warn,
) -> list[str]:
    """Land what the source holds; return the addresses of work lists of at most `batch_documents` documents each.

    Only files that are new or changed are fetched; `on_file` is called for each that is there, with their number. What
    the source holds and does not give, such as a link that leads out of it, is handed to `on_skipped`. Where it lists
    nothing, or much less than before, `ops.pull` says so.

    With `only_new`, documents are left out that the warehouse knows from the same address and of the same time, unless
    their bytes were damaged when they were to be read. With a fiscal year (B.E.), those are left out that are known to
    speak of other years only. One that was purged is noted as seen, and neither landed nor read.
    Raises BadInputError when there is nothing at the source, the corrections cannot be used or the run has batches
    already; SourceUnavailableError when the source does not answer.
    """
    corrections = read_corrections(settings.etl_corrections)  # a mistake in it shows now, not after hours
    area, engine = storage.landing(settings), migrated(settings)
    storages.remember(engine, str(area.parent))
    version = parser_version()
    pulled = land(
        settings.etl_source, area, lambda: datetime.now(UTC), on_file, purged(engine),
        memory=SourceFiles(engine), unpacked_by=version, reach=settings.reach, on_skipped=on_skipped,
    )  # fmt: skip
    if alert := keep_pull(engine, storage.run_named(run_id), pulled, settings.source_drop_max_pct):
        logger.warning("%s", alert)
    documents = _new(engine, pulled.documents) if only_new else pulled.documents
    if fiscal_year is not None:
        cache = ParseCache(engine, area.parent / storage.PARSED, version)
        documents = cache.without_other_years(documents, years_to_look_in(fiscal_year, corrections))
    work_lists = _work_lists(settings, run_id, documents)
    tell(
        "pull", source=pulled.address, **asdict(pulled.tally), documents=len(pulled.documents),
        documents_to_read=len(documents), work_lists=len(work_lists),
    )  # fmt: skip
    return work_lists


def redrive(
    settings: Settings,
    run_id: str,
    quarantine_ids: Sequence[int] = (),
    on_skipped: Callable[[Skipped], object] = warn,
) -> list[str]:
    """Return work lists, as `pull` does, of the landed documents that have a case of quarantine.

    With ids, of the documents of these cases, in any state; else of all that have a case held. One whose bytes are
    missing or damaged in the landing area is handed to `on_skipped`, and its cases stay as they are.
    Raises BadInputError when there is no such case, when the document of one of them was purged, and when the run has
    batches already.
    """
    area, engine = storage.landing(settings), migrated(settings)
    storages.remember(engine, str(area.parent))
    cases = {"quarantine_ids": list(quarantine_ids)}
    if gone := ask(engine, "purged_cases", cases):
        at = f"{gone[0]['purged_at']:%Y-%m-%d %H:%M}"
        raise BadInputError(
            f"case {gone[0]['quarantine_id']}: its document was purged at {at}; it cannot be read again"
        )
    if unknown := ask(engine, "unknown_cases", cases):
        raise BadInputError(f"no case {unknown[0]['quarantine_id']}; `etl quarantine list` names them")
    observations = groupby(ask(engine, "redrive", cases), key=itemgetter("sha256"))
    documents = land_again([_landed(list(rows)) for _, rows in observations], area, on_skipped)
    # Whoever asks for it wants it read again, also where nothing has changed that the parser's version would show.
    cache = ParseCache(engine, area.parent / storage.PARSED, parser_version())
    cache.expire(document.sha256 for document in documents)
    return _work_lists(settings, run_id, documents)


def _work_lists(settings: Settings, run_id: str, documents: Sequence[LandedDocument]) -> list[str]:
    if not documents:
        return []
    folder, addresses = storage.claim(settings, run_id), []
    for number, start in enumerate(range(0, len(documents), settings.batch_documents), start=1):
        work_list = folder / f"{number:05}"
        batch.write_work_list(work_list, documents[start : start + settings.batch_documents])
        addresses.append(str(work_list))
    return addresses


def _landed(observations: Sequence[dict[str, Any]]) -> LandedDocument:
    """Return a document as its observations in the warehouse describe it, the last one first."""
    last = observations[0]
    return LandedDocument(
        sha256=last["sha256"], byte_size=last["byte_size"],
        observations=[
            Observation(**{name: seen[name] for name in Observation.__struct_fields__}) for seen in observations
        ],
    )  # fmt: skip


def _new(engine: Engine, documents: Iterable[LandedDocument]) -> list[LandedDocument]:
    known = merge.known_observations(engine)
    return [
        document
        for document in documents
        if any((document.sha256, seen.uri, seen.reported_at) not in known for seen in document.observations)
    ]
