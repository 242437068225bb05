"""The way through the rooms: pull, parse, validate, load, publish.

The command line and the DAGs both walk it. Steps hand each other addresses of files on object storage and counts, never
data, so that each may run on another machine and be run again.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Engine
from upath import UPath

from etl import batch, landing, parse_cache, parsed, storage, workers
from etl.bounds import hold_misfits
from etl.corrections import Correction, correct, read_corrections, years_to_look_in
from etl.diff.effect import Effect, effect_of
from etl.diff.warehouses import compare, snapshot
from etl.errors import BadInputError, DocumentFault, EtlError
from etl.isolate import do_without_faulty
from etl.limits import DOCUMENT_BYTES_MAX
from etl.load import merge, storages, watch
from etl.load import purge as purging
from etl.load.merge import UNKNOWN_ORIGIN, Approval, Origin, Run
from etl.load.purge import Purged, forget_purged, purged
from etl.load.source_files import SourceFiles, keep_pull
from etl.parse_cache import Kept, ParseCache
from etl.parsed import Parsed, Tally
from etl.parser_version import parser_version
from etl.publish.data_docs import build_data_docs, close_data_docs, forget_samples
from etl.pull.pulled import land, land_again, warn
from etl.pull.snapshot import dated
from etl.pull.source import Skipped
from etl.reconcile import Reconciled, reconcile
from etl.records import Copy, Document, LandedDocument, Observation, Severity
from etl.records.walk import fiscal_years
from etl.report import make_report
from etl.settings import Settings
from etl.terminal import visible_json
from etl.thai.calendar import BANGKOK
from etl.unchanged import Lasting, changes_with_the_day, judging_key, read_by, unchanged, version_today
from etl.unread import not_processed, unreadable
from etl.validate import suites
from etl.validate import validate as judged_by
from etl.validate.suites import Suite
from etl.warehouse import Connection, open_engine, schema
from etl.warehouse.model import content_tables
from etl.warehouse.query import ask
from etl.workers import Source

_BYTES_SHOWN = 200

logger = logging.getLogger(__name__)


def _quiet() -> None:
    """Do nothing: progress that nobody watches."""


class Judgement(NamedTuple):
    """Copies judged and reconciled, in their order, and the suites' results for Data Docs."""

    reconciled: list[Reconciled]
    results: list[dict[str, Any]]

    @property
    def copies(self) -> list[Copy]:
        """The copies with all their findings."""
        return [reconciled.copy for reconciled in self.reconciled]


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
    area, engine = storage.landing(settings), _warehouse(settings)
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
    _tell(
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
    area, engine = storage.landing(settings), _warehouse(settings)
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


def parse(
    settings: Settings, work_list: str, *, fiscal_year: int | None = None, on_document: Callable[[], object] = _quiet
) -> str:
    """Read and parse the documents of a work list, and write beside it what they say; return its address.

    What this version of the parser has read before is taken from where it was kept, and what is parsed is kept there.
    Known errors of the source are corrected as ETL_CORRECTIONS says. With a fiscal year (B.E.), documents are left out
    that speak of other years only. One whose bytes are missing or damaged is held back, as one that cannot be read.
    Raises BadInputError when corrections cannot be used, BatchDamagedError when the work list is damaged.
    """
    folder = UPath(work_list)
    corrections, root = read_corrections(settings.etl_corrections), storage.root_of(folder)
    listed = batch.read_work_list(folder)
    engine = _warehouse(settings)
    cache = ParseCache(engine, root / storage.PARSED, parser_version())
    unpurged = [document for document in listed if not document.is_purged]
    would_be_read_by = read_by(unpurged, cache.version, corrections)
    standing = unchanged(engine, unpurged, would_be_read_by)
    known = cache.read(document for document in unpurged if document.sha256 not in standing)
    unknown = [document for document in unpurged if not (document.sha256 in known or document.sha256 in standing)]
    area, fresh = root / storage.LANDING, list[Kept]()
    extracted = workers.extracted((_landed_source(document, area) for document in unknown), settings.processes)

    def documents() -> Iterator[Parsed]:
        for document in listed:
            if document.is_purged:
                yield Parsed(document, [])
                continue
            if stands := standing.get(document.sha256):
                if _is_of_year(stands.fiscal_years, fiscal_year):
                    yield Parsed(document, [], records_digest=stands.records_digest)
                on_document()
                continue
            read: str | None = would_be_read_by[document.sha256]
            if (copies := known.get(document.sha256)) is None:
                copies = next(extracted)
                if kept := parse_cache.to_keep(document, copies):
                    fresh.append(kept)
                else:
                    read = None
            copies = _corrected(copies, corrections)
            if parse_cache.is_of_a_fault(copies):
                read = None
            if _is_of_year(fiscal_years(copies), fiscal_year):
                yield Parsed(dated(document, copies), copies, read)
            on_document()

    parsed.write(folder, documents(), Tally(cache.version, len(unknown), len(known) + len(standing)))
    batch.forget_unlisted(folder, listed)
    cache.keep(fresh)
    _tell(
        "parse", work_list=work_list, documents_listed=len(listed), documents_parsed=len(unknown),
        documents_reused=len(known), documents_unchanged=len(standing), records=parsed.count(folder),
    )  # fmt: skip
    return work_list


def validate(work_lists: Sequence[str], on_document: Callable[[], object] = _quiet) -> list[str]:
    """Judge what the documents of parsed work lists say, and reconcile it; return the addresses of their batches.

    Some tens of thousands of records are judged at once, for what Great Expectations takes for a call is more than it
    takes for a record. Raises BadInputError when the suites cannot be used, BatchDamagedError when what was parsed is
    missing or damaged.
    """
    at_once = Settings().validate_records
    waiting: list[UPath] = []
    records = 0
    for folder in map(UPath, work_lists):
        count = parsed.count(folder)
        if waiting and records + count > at_once:
            _validate(waiting, on_document)
            waiting, records = [], 0
        waiting.append(folder)
        records += count
    if waiting:
        _validate(waiting, on_document)
    return list(work_lists)


def load(
    settings: Settings,
    run_id: str,
    batches: Sequence[str],
    *,
    fiscal_year: int | None = None,
    origin: Origin = UNKNOWN_ORIGIN,
    approval: Approval | None = None,
) -> dict[str, Any]:
    """Load batches into the warehouse in one transaction; return the counts of `ops.load`, and of the run's pull.

    A document that the warehouse cannot take is held back, and the others are loaded. With an approval, they are loaded
    only into the warehouse that was rehearsed. Raises ConservationError when records were lost or doubled, VolumeError
    when much less came than the load before brought and that is not approved, WarehouseChangedError when the warehouse
    has changed since the rehearsal, and BatchDamagedError when a batch is missing or damaged; then nothing is loaded,
    and only what is held back is recorded. Raises WarehouseBusyError when another is loading for too long.
    """
    return _merge(settings, Run(run_id, fiscal_year, origin, approval), batches)


def rehearse(
    settings: Settings,
    run_id: str,
    batches: Sequence[str],
    *,
    fiscal_year: int | None = None,
    origin: Origin = UNKNOWN_ORIGIN,
) -> tuple[dict[str, Any], Effect]:
    """Load batches, see what that changes, and take it back; return the counts as `load` does, and what would change.

    Raises as `load` does, but for VolumeError: what would shrink is part of the effect.
    """
    effects: list[Effect] = []

    def compare_with_before(after: Connection, shrunken: list[str]) -> bytes:
        with snapshot(open_engine(settings)) as before:
            effects.append(effect_of(compare(before, after, content_tables()), shrunken))
        return msgspec.json.encode(effects[0])

    counts = _merge(settings, Run(run_id, fiscal_year, origin), batches, compare_with_before)
    return counts, effects[0]


def decide(
    settings: Settings, rehearsal_id: int, *, is_approved: bool, decided_by: str, reason: str
) -> Approval | None:
    """Keep what was decided of a rehearsed load; return the approval with which it may be loaded, if it is one."""
    decision = "approved" if is_approved else "rejected"
    merge.decide(open_engine(settings), rehearsal_id, decision, decided_by, reason)
    return Approval(rehearsal_id, decided_by, reason) if is_approved else None


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
    _tell("publish", load_id=load_id, **published)
    return published


def city_report(settings: Settings, fiscal_years: Collection[int] | None = None, folder: Path | None = None) -> Path:
    """Make the city report anew, in its place or in a folder; return its first page.

    With fiscal years (B.E.), of these and of those that loads have changed since; else of all.
    Raises BadInputError when there is no project of a year that is named.
    """
    return make_report(open_engine(settings), folder or _city_report(settings), fiscal_years)


def purge(settings: Settings, sha256: str, reason: str | None, *, prose: bool) -> Purged:
    """Take a document's personal data out of warehouse, storage and what is published; with `prose` all its texts."""
    engine = open_engine(settings)
    done = purging.purge(
        engine, storage.root(settings), sha256, reason,
        prose=prose, lock_timeout_seconds=settings.lock_timeout_seconds,
    )  # fmt: skip
    forget_samples(data_docs(settings), {row["run_id"] for row in ask(engine, "runs_of_document", {"sha256": sha256})})
    if _city_report(settings).exists():  # it quotes narratives and findings
        city_report(settings)
    return done


def quality(settings: Settings) -> list[dict[str, Any]]:
    """Check the warehouse and keep what was found in `ops.quality_check`; return it, the gravest first.

    A row has check, fiscal_year, severity (ok where there is nothing to look at), cases and message.
    """
    limits = ("freshness_max_hours", "news_max_days", "volume_drop_max_pct")
    return watch.check(open_engine(settings), {name: getattr(settings, name) for name in limits})


def lines_around(settings: Settings, sha256: str, line: int | None) -> list[tuple[int, str]]:
    """Return number and text of the lines of a landed document near one of them. Raises what `landing.read` does."""
    return raw_lines(landing.read(storage.landing(settings), sha256), line)


def raw_lines(content: bytes, around: int | None) -> list[tuple[int, str]]:
    """Return number and text of the lines near one line of a document; of one that cannot be read, its first bytes.

    It is read as all documents are: in a process of its own, within the limits.
    """
    try:
        return workers.lines_near(content, around or 1)
    except DocumentFault as fault:
        logger.debug("the document cannot be read: %s", fault.reason)
        return [(1, repr(content[:_BYTES_SHOWN]))]


def judge(copies: Sequence[Copy], rules: dict[str, Suite] | None = None) -> Judgement:
    """Validate copies by the rules, those in `expectations/`, and reconcile the copies of each document.

    A value that the warehouse cannot hold is taken out first, and its record is held back. The copies given stay as
    they are.
    """
    if not copies:
        return Judgement([], [])
    judged, results = judged_by(hold_misfits(copies), rules or suites(), datetime.now(BANGKOK).date())
    return Judgement(reconcile(judged), results)


def _corrected(copies: list[Copy], corrections: Sequence[Correction]) -> list[Copy]:
    try:
        return correct(copies, corrections)
    except (EtlError, OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours in one document is no reason to lose the others
        return [not_processed(copies[0].document, error)]


def _validate(folders: Sequence[UPath], on_document: Callable[[], object]) -> None:
    """Write the batches of some work lists, judged together; the results are kept beside the first."""
    said = {folder: parsed.read(folder) for folder in folders}
    to_judge = {
        one.document.sha256: one for some in said.values() for one in some if not one.records_digest
    }  # each once
    today, version = datetime.now(BANGKOK).date(), version_today()
    rules = suites() if to_judge else {}  # they bring Great Expectations along, which takes seconds
    held: dict[str, int] = {}

    def fault_of_first(count: int) -> Exception | None:
        nonlocal held
        some = [to_judge[sha256] for sha256 in documents[:count]]
        try:
            judgement = judge([copy for one in some for copy in one.copies], rules)
            lasting = {
                one.document.sha256: Lasting(judging_key(one.read_by, version), fiscal_years(one.copies))
                for one in some
                if one.read_by and not changes_with_the_day(one.copies, today)
            }
            if version != version_today():  # who edits a rule while it is at work is not sure which one was used
                lasting = {}
            _write_batches(said, {one.document.sha256 for one in some}, judgement, lasting)
            held = _held_by_rule(judgement)
        except (EtlError, OSError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours in one document is no reason to lose the others
            return error
        return None

    def put_aside(sha256: str, fault: Exception) -> None:
        one = to_judge[sha256]
        to_judge[sha256] = one._replace(copies=[not_processed(one.copies[0].document, fault)], read_by=None)

    documents = [*to_judge]
    do_without_faulty(documents, fault_of_first, put_aside)
    for _ in chain.from_iterable(said.values()):
        on_document()
    _tell("validate", work_lists=len(folders), documents=len(documents), held_by_rule=held)


def _held_by_rule(judgement: Judgement) -> dict[str, int]:
    """Return how many findings hold something back, by rule."""
    findings = (finding for copy in judgement.copies for finding in copy.findings)
    return dict(sorted(Counter(one.rule_id for one in findings if one.severity == Severity.CRITICAL).items()))


def _write_batches(
    said: Mapping[UPath, Sequence[Parsed]],
    judged: AbstractSet[str],
    judgement: Judgement,
    lasting: Mapping[str, Lasting],
) -> None:
    """Write each folder's batch of the documents that were judged, given by their hashes, and the unchanged ones.

    `lasting` are those, by their hashes, that the next run would judge the same.
    """
    folder_of = {one.document.sha256: folder for folder, some in said.items() for one in some}
    copies: dict[UPath, list[Reconciled]] = {folder: [] for folder in said}
    for reconciled in judgement.reconciled:
        copies[folder_of[reconciled.copy.document.sha256]].append(reconciled)
    for number, (folder, some) in enumerate(said.items()):
        stand = {one.document.sha256: one.records_digest for one in some if one.records_digest}
        documents = [one.document for one in some if one.document.sha256 in judged or one.records_digest]
        batch.write_batch(folder, documents, copies[folder], lasting=lasting, unchanged=stand)
        batch.write_results(folder, [] if number else judgement.results)
        batch.forget_unlisted(folder, documents)


def _landed_source(document: LandedDocument, area: UPath) -> Source | list[Copy]:
    """Return a landed document to be read; of one that is missing, damaged or too big, a copy that says so."""
    try:
        if document.byte_size > DOCUMENT_BYTES_MAX:
            raise workers.too_big(document.byte_size)
        return Source(document.uri, landing.read(area, document.sha256))
    except DocumentFault as fault:
        return [unreadable(Document(uri=document.uri, sha256=document.sha256), fault)]


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


def _warehouse(settings: Settings) -> Engine:
    """Return an engine on the warehouse, with its schema up to date."""
    engine = open_engine(settings)
    schema.migrate(engine, lock_timeout_seconds=settings.lock_timeout_seconds)
    return engine


def _merge(
    settings: Settings,
    run: Run,
    batches: Sequence[str],
    rehearsed: Callable[[Connection, list[str]], bytes] | None = None,
) -> dict[str, Any]:
    engine, folders = _warehouse(settings), [UPath(address) for address in batches]
    forget_purged(engine, folders)
    counts = merge.load(
        engine, run._replace(tally=parsed.tally(folders)), folders, rehearsed=rehearsed,
        volume_drop_max_pct=settings.volume_drop_max_pct, lock_timeout_seconds=settings.lock_timeout_seconds,
    )  # fmt: skip
    _tell("load", fiscal_year=run.fiscal_year, **counts)
    return counts | next(iter(ask(engine, "pull_of_run", {"run_id": run.run_id})), {})


def _tell(step: str, **facts: Any) -> None:
    """Log what a step did, as one line of JSON behind its name."""
    logger.info("%s: %s", step, visible_json(msgspec.json.encode(facts).decode()))


def data_docs(settings: Settings) -> Path:
    """Return the link to the Data Docs of the latest run."""
    return settings.home / "data_docs"


def _city_report(settings: Settings) -> Path:
    return settings.home / "city_report"


def _new(engine: Engine, documents: Iterable[LandedDocument]) -> list[LandedDocument]:
    known = merge.known_observations(engine)
    return [
        document
        for document in documents
        if any((document.sha256, seen.uri, seen.reported_at) not in known for seen in document.observations)
    ]


def _is_of_year(years: Collection[int] | None, fiscal_year: int | None) -> bool:
    """Tell whether a document of these years belongs to a load of one; one that says none belongs to every load."""
    return fiscal_year is None or years is None or fiscal_year in years
