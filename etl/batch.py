"""A batch on its way: what became of some hundred documents, as Parquet files that a load can stage.

Its columns are those of the tables that it fills, so that the warehouse's one definition is a batch's as well.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Table, Text
from upath import UPath

from etl.bounds import NOT_LOADABLE_RULE, arrow_type, fitted
from etl.errors import BatchDamagedError
from etl.reconcile import Conflict, Reconciled, State
from etl.records import (
    DOCUMENT_RECORD,
    Copy,
    Finding,
    Indicator,
    LandedDocument,
    Place,
    Project,
    Record,
    Report,
    Severity,
)
from etl.storage import write
from etl.validate import Condemned, Judged, indicator_name, record_name, report_path
from etl.validate.checking import without_samples
from etl.warehouse import model
from etl.warehouse.keys import surrogate_key

WORK_LIST = "documents.json"
RESULTS = "validation_results.json"

UNIT_CLASH_RULE = "R-unit-clash"

_WRITTEN_BY_THE_LOAD = frozenset(
    {
        "load_id", "finding_id", "quarantine_id", "first_seen", "last_seen", "state", "remark", "snapshot_at",
        "fetched_at",
    }
)  # fmt: skip

Row = dict[str, object]
Thing = TypeVar("Thing")


class Staged(NamedTuple):
    """One file of a batch: the columns of the tables that a load fills from it."""

    columns: dict[str, Any]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(name, arrow_type(kind)) for name, kind in self.columns.items()])


def _staged(*filled: Table) -> Staged:
    columns = {column.name: column.type for table in filled for column in table.columns}
    return Staged({name: kind for name, kind in columns.items() if name not in _WRITTEN_BY_THE_LOAD})


STAGED = {
    "manifest": Staged({column.name: column.type for column in model.raw_manifest.columns}),
    "document": _staged(model.dim_document, model.raw_document),
    "project": _staged(model.raw_project),
    "report": _staged(model.raw_report),
    "indicator": _staged(model.raw_indicator),
    "indicator_quarter": _staged(model.raw_indicator_quarter),
    "finding": _staged(model.finding),
    "field_conflict": _staged(model.field_conflict),
    "quarantine": _staged(model.quarantine),
}
RAW_FILES = ("project", "report", "indicator", "indicator_quarter")
EVIDENCE_FILES = ("finding", "field_conflict", "quarantine")


def write_work_list(folder: UPath, documents: Sequence[LandedDocument]) -> None:
    """Write the list of documents that one task is to process."""
    write(folder / WORK_LIST, msgspec.json.encode(documents))


def read_work_list(folder: UPath) -> list[LandedDocument]:
    """Return the documents of a work list. Raises BatchDamagedError when it is missing or damaged."""
    with _whole(folder / WORK_LIST) as content:
        return msgspec.json.decode(content, type=list[LandedDocument])


def write_batch(
    folder: UPath, documents: Sequence[LandedDocument], judged: Sequence[Judged], reconciled: Reconciled
) -> None:
    """Write the documents and everything that was read from them, a Parquet file for each kind of row."""
    conflicts = _by_document(reconciled.conflicts, lambda conflict: conflict.judged)
    copies = _by_document(judged, lambda one: one)
    rows: dict[str, list[Row]] = {name: [] for name in STAGED}
    for document in documents:
        of_document: dict[str, list[Row]] = {"manifest": _manifest_rows(document)}
        if not document.is_purged:
            judged_copies, disputes = copies[document.sha256], conflicts.get(document.sha256, [])
            of_document |= _document_rows(document, judged_copies, disputes, reconciled)
        for name, some in of_document.items():
            rows[name].extend(some)
    for name, staged in STAGED.items():
        _write_table(folder, name, pa.Table.from_pylist(rows[name], schema=staged.schema))


def read_table(folder: UPath, name: str) -> pa.Table:
    """Return one file of a batch. Raises BatchDamagedError when it is missing or damaged."""
    with _whole(folder / f"{name}.parquet") as content:
        # In this thread alone. Threads of Arrow's own let go of the bytes when they like, and where the interpreter
        # ends just then, because the server died in mid-load, they end the process by SIGABRT.
        file = pq.ParquetFile(BytesIO(content), pre_buffer=False, page_checksum_verification=True)
        # These columns and no others: an earlier release may have written a batch that waits for its load.
        columns = STAGED[name].schema.names
        return file.read(columns, use_threads=False).select(columns)


def write_results(folder: UPath, results: Sequence[dict[str, Any]]) -> None:
    """Write what the suites found in a batch, for Data Docs."""
    write(folder / RESULTS, json.dumps(results, ensure_ascii=False).encode(errors="backslashreplace"))


def read_results(folder: UPath) -> list[dict[str, Any]]:
    """Return what the suites found in a batch. Raises BatchDamagedError when it is missing or damaged."""
    with _whole(folder / RESULTS) as content:
        results: list[dict[str, Any]] = json.loads(content)
        return results


def folders(batches: UPath) -> list[UPath]:
    """Return the folder of every batch of all runs, in order."""
    found = [*batches.glob(f"*/*/{WORK_LIST}"), *batches.glob("*/*/*.parquet")]
    return sorted({path.parent for path in found}, key=str)


def not_loadable(documents: pa.Table, reasons: Mapping[str, str]) -> dict[str, pa.Table]:
    """Return the rows, by file, of documents that are held back as a whole; the reasons are by their hashes."""
    rows: dict[str, list[Row]] = {"document": [], "finding": [], "quarantine": []}
    for document in documents.to_pylist():
        reason = reasons[document["sha256"]]
        digest = hashlib.sha256(f"{document['records_digest']} {reason}".encode()).hexdigest()
        case = {
            "document_key": document["document_key"], "copy": 1, "record": DOCUMENT_RECORD,
            "rule_id": NOT_LOADABLE_RULE, "severity": Severity.CRITICAL,
        }  # fmt: skip
        rows["document"].append({**document, "records_digest": digest, "records_read": 1, "records_held": 1})
        rows["finding"].append({**case, "message": reason})
        rows["quarantine"].append({**case, "reason": reason})
    return {name: pa.Table.from_pylist(some, schema=STAGED[name].schema) for name, some in rows.items()}


def forget(folder: UPath, sha256: str) -> bool:
    """Take a document out of a work list and the batch that it became; False when it is not in it.

    What a writer that was killed left of the batch goes as well. The results of the batch do not tell whose the values
    are that they sample: all of these go. Raises BatchDamagedError when a file of it is missing or damaged.
    """
    documents = read_work_list(folder)
    forgotten = [document for document in documents if document.sha256 == sha256]
    for document in forgotten:
        for name in STAGED:
            if (folder / f"{name}.parquet").exists():
                rows = read_table(folder, name)
                key = ("sha256", sha256) if name == "manifest" else ("document_key", document.document_key)
                _write_table(folder, name, rows.filter(pc.field(key[0]) != key[1]))
    for part in folder.glob("*.part") if forgotten else ():
        part.unlink(missing_ok=True)
    if forgotten and (folder / RESULTS).exists():
        write_results(folder, [without_samples(result) for result in read_results(folder)])
    if forgotten:  # last, for it is what tells whether there is anything left to do
        write_work_list(folder, [document for document in documents if document.sha256 != sha256])
    return bool(forgotten)


@contextmanager
def _whole(file: UPath) -> Iterator[bytes]:
    """Yield the content of a file of a batch, to be read as what it should be.

    Raises BatchDamagedError when it is not there, or not as it was written.
    """
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _damaged(file, "is missing") from error
    try:
        yield content
    # Arrow says OSError of bad pages, and KeyError where a column is missing.
    except (pa.ArrowException, msgspec.MsgspecError, ValueError, OSError, KeyError) as error:
        raise _damaged(file, "is damaged") from error


def _damaged(file: UPath, what: str) -> BatchDamagedError:
    return BatchDamagedError(
        f"{file} {what}: do the run {unquote(file.parents[1].name)} once more from its start"
        " (`etl run`; in Airflow, clear its first task)"
    )


def _write_table(folder: UPath, name: str, rows: pa.Table) -> None:
    file = BytesIO()
    pq.write_table(rows, file, compression="zstd", write_page_checksum=True)
    write(folder / f"{name}.parquet", file.getvalue())


def _by_document(things: Sequence[Thing], judged: Callable[[Thing], Judged]) -> dict[str, list[Thing]]:
    grouped: dict[str, list[Thing]] = {}
    for thing in things:
        grouped.setdefault(judged(thing).copy.document.sha256, []).append(thing)
    return grouped


def _document_rows(
    landed: LandedDocument, judged: Sequence[Judged], conflicts: Sequence[Conflict], reconciled: Reconciled
) -> dict[str, list[Row]]:
    key = {"document_key": landed.document_key}
    rows: dict[str, list[Row]] = {name: [] for name in (*RAW_FILES, *EVIDENCE_FILES)}
    for one in judged:
        for kind, row in _copy_rows(one, reconciled):
            rows[kind].append({**key, "copy": one.copy.copy, **row})
    rows["field_conflict"] = [{**key, **_conflict_row(conflict)} for conflict in conflicts]
    rows |= {name: [_fitted(name, row) for row in rows[name]] for name in EVIDENCE_FILES}
    document = judged[0].copy.document
    summary: Row = {
        **key,
        "sha256": landed.sha256,
        "uri": fitted(STAGED["document"].columns["uri"], landed.uri),
        "family": document.family,
        "channel": document.channel,
        "printed_at": document.printed_at,
        "records_digest": hashlib.sha256(msgspec.json.encode((document.printed_at, rows))).hexdigest(),
        "records_read": sum(len(list(_records(one))) for one in judged),
        "records_held": len(rows["quarantine"]),
    }
    return {"document": [summary], **rows}


def _manifest_rows(landed: LandedDocument) -> list[Row]:
    seen: Row = {"sha256": landed.sha256, "byte_size": landed.byte_size}
    return [_fitted("manifest", {**seen, **msgspec.structs.asdict(observation)}) for observation in landed.observations]


def _fitted(name: str, row: Row) -> Row:
    """Return a row that tells of documents or records, with its texts as its columns hold them."""
    columns = STAGED[name].columns
    return {
        field: fitted(columns[field], value) if isinstance(value, str) and isinstance(columns[field], Text) else value
        for field, value in row.items()
    }


class _RecordOf(NamedTuple):
    """One record of a copy: the file it goes to, its name in findings, itself, and its place among its like."""

    kind: str
    name: str
    record: Record | None
    ordinal: int


def _records(judged: Judged) -> Iterator[_RecordOf]:
    """Yield what is counted of a copy: its project, reports and indicators, or where there is none, the document."""
    copy, name = judged.copy, record_name(judged.copy)
    if copy.project is None and not judged.indicators:
        yield _RecordOf("document", DOCUMENT_RECORD, None, 1)
    if copy.project is not None:
        yield _RecordOf("project", name, copy.project, 1)
    for ordinal, report in enumerate(copy.reports, start=1):
        yield _RecordOf("report", f"{name}/{report_path(report, ordinal)}", report, ordinal)
    for ordinal, indicator in enumerate(judged.indicators, start=1):
        yield _RecordOf("indicator", indicator_name(indicator, ordinal), indicator, ordinal)


def _copy_rows(judged: Judged, reconciled: Reconciled) -> Iterator[tuple[str, Row]]:
    condemned, known = Condemned(judged.copy.findings), _known_of(judged.copy)
    for one in _records(judged):
        state = reconciled.states[id(one.record)] if one.record else State.HELD
        if state is State.HELD:
            yield "quarantine", _quarantine_row(judged, one, condemned.holding(one.name, one.record))
            continue
        yield one.kind, {**_record_row(judged.copy, one, known), "is_shown": state is State.SHOWN}
        if isinstance(one.record, Indicator):
            for quarter in one.record.quarters:
                stated = {
                    name: None if value == "" else value for name, value in msgspec.structs.asdict(quarter).items()
                }
                yield "indicator_quarter", {"ordinal": one.ordinal, **stated}
    for finding in judged.copy.findings:
        yield "finding", msgspec.structs.asdict(finding)


class _Known(NamedTuple):
    """What of a copy's records follows from all of them: names of reports, and of indicators with a clash of units."""

    report_refs: list[str]
    clashing: set[str]


def _known_of(copy: Copy) -> _Known:
    clashing = {finding.record for finding in copy.findings if finding.rule_id == UNIT_CLASH_RULE}
    return _Known(_report_refs(copy.reports), clashing)


def _record_row(copy: Copy, one: _RecordOf, known: _Known) -> Row:
    records: list[Record | None] = [one.record]
    more: Row = {"ordinal": one.ordinal}
    match one.record:
        case Project():
            records.append(copy.strategy)
            more |= {"page": copy.page, "first_line": copy.first_line, "last_line": copy.last_line}
            more |= _project_year(copy)
        case Report():
            more |= {**_project_year(copy), "report_ref": known.report_refs[one.ordinal - 1]}
        case Indicator() as indicator:
            more["indicator_key"] = _indicator_key(copy, indicator, one.name)
            more["has_unit_clash"] = _has_unit_clash(indicator, is_found=one.name in known.clashing)
    row: Row = {}
    places: dict[str, Place] = {}
    for record in filter(None, records):
        row |= msgspec.structs.asdict(record)
        places |= record.places
    stated = {name: None if value in ([], "") else value for name, value in row.items()}
    return {**stated, **more, "places": msgspec.json.encode(places).decode()}


def _report_refs(reports: Sequence[Report]) -> list[str]:
    """Return what names each report among its project-year's: its number, or else its day, or else its place.

    A place in a log moves as the log grows, a day does not; of several reports of one day, each has its place in it.
    """
    refs: list[str] = []
    of_day = Counter[date]()
    for ordinal, report in enumerate(reports, start=1):
        if report.report_no is not None:
            refs.append(str(report.report_no))
        elif report.report_date is None:
            refs.append(f"#{ordinal}")
        else:
            of_day[report.report_date] += 1
            times = of_day[report.report_date]
            refs.append(f"{report.report_date}#{times}" if times > 1 else f"{report.report_date}")
    return refs


def _project_year(copy: Copy) -> Row:
    """Return what names the copy's project-year in the warehouse, also where the export prints no code or no year."""
    project = copy.project
    if project is None:
        return {"project_code": None, "fiscal_year": None}
    return {
        "project_code": project.project_code or f"{model.VIEW_PREFIX}{project.view_id}",
        "fiscal_year": model.UNKNOWN_YEAR if project.fiscal_year is None else project.fiscal_year,
    }


def _indicator_key(copy: Copy, indicator: Indicator, name: str) -> int:
    """Return the key of an indicator-year: what names it in findings names it in the warehouse."""
    if indicator.kpi_id or indicator.indicator_name:
        return surrogate_key("indicator", name)
    return surrogate_key("indicator", name, copy.document.sha256, str(copy.copy))


def _has_unit_clash(indicator: Indicator, *, is_found: bool) -> bool | None:
    """Tell whether target and results are found to be of different units; None where there are none to compare."""
    results = [indicator.result_value, *(quarter.result_value for quarter in indicator.quarters)]
    if indicator.target_value is None or not any(result is not None for result in results):
        return None
    return is_found


def _quarantine_row(judged: Judged, one: _RecordOf, critical: Sequence[Finding]) -> Row:
    place = _first_place(one.record) or Place(judged.copy.page, judged.copy.first_line)
    return {
        "record": one.name,
        "reason": "; ".join(finding.message for finding in critical) or "the project that it belongs to is held back",
        "rule_id": judged.rule_holding(one.record) if one.record else critical[0].rule_id,
        "severity": Severity.CRITICAL,
        "page": place.page,
        "line": (critical[0].line if critical else None) or place.line,
    }


def _first_place(record: Record | None) -> Place | None:
    places = record.places.values() if record else ()
    return min(places, key=lambda place: (place.page, place.line), default=None)


def _conflict_row(conflict: Conflict) -> Row:
    return {
        "copy": conflict.judged.copy.copy,
        **_project_year(conflict.judged.copy),
        "field": conflict.field,
        "value_shown": conflict.value_shown,
        "value_other": conflict.value_other,
    }
