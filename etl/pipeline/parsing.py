"""What the documents of a work list say: read and parsed, taken from where it is kept, or known to be unchanged."""

from collections.abc import Callable, Collection, Iterator, Sequence

from upath import UPath

from etl import batch, landing, parse_cache, parsed, storage, workers
from etl.corrections import Correction, correct, read_corrections
from etl.errors import DocumentFault, EtlError
from etl.limits import DOCUMENT_BYTES_MAX
from etl.parse_cache import Kept, ParseCache
from etl.parsed import Parsed, Tally
from etl.parser_version import parser_version
from etl.pipeline.shared import migrated, quiet, tell
from etl.pull.snapshot import dated
from etl.records import Copy, Document, LandedDocument
from etl.records.walk import fiscal_years
from etl.settings import Settings
from etl.unchanged import read_by, unchanged
from etl.unread import not_processed, unreadable
from etl.workers import Source


def parse(
    settings: Settings, work_list: str, *, fiscal_year: int | None = None, on_document: Callable[[], object] = quiet
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
    engine = migrated(settings)
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
    tell(
        "parse", work_list=work_list, documents_listed=len(listed), documents_parsed=len(unknown),
        documents_reused=len(known), documents_unchanged=len(standing), records=parsed.count(folder),
    )  # fmt: skip
    return work_list


def _corrected(copies: list[Copy], corrections: Sequence[Correction]) -> list[Copy]:
    try:
        return correct(copies, corrections)
    except (EtlError, OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours in one document is no reason to lose the others
        return [not_processed(copies[0].document, error)]


def _landed_source(document: LandedDocument, area: UPath) -> Source | list[Copy]:
    """Return a landed document to be read; of one that is missing, damaged or too big, a copy that says so."""
    try:
        if document.byte_size > DOCUMENT_BYTES_MAX:
            raise workers.too_big(document.byte_size)
        return Source(document.uri, landing.read(area, document.sha256))
    except DocumentFault as fault:
        return [unreadable(Document(uri=document.uri, sha256=document.sha256), fault)]


def _is_of_year(years: Collection[int] | None, fiscal_year: int | None) -> bool:
    """Tell whether a document of these years belongs to a load of one; one that says none belongs to every load."""
    return fiscal_year is None or years is None or fiscal_year in years
