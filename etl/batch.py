"""A batch on its way: what became of some hundred documents, as Parquet files that a load can stage.

Its columns are those of the tables that it fills, so that the warehouse's one definition is a batch's as well.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
from sqlalchemy import Table, Text
from upath import UPath

from etl import parsed, sealed
from etl.bounds import NOT_LOADABLE_RULE, arrow_type, fitted
from etl.reconcile import Reconciled, State
from etl.records import Copy, Indicator, LandedDocument, Place, Project, Report, Severity
from etl.records.names import Kind, Name, project_ref, quarter_name, read_name
from etl.records.walk import RecordRef
from etl.storage import write
from etl.unchanged import Lasting
from etl.validate import Verdict
from etl.validate.checking import without_samples
from etl.warehouse import model
from etl.warehouse.keys import document_key, surrogate_key

WORK_LIST = "documents.json"
RESULTS = "validation_results.json"

UNCHANGED = "unchanged"
_NOT_IN_ALL = ("judged", UNCHANGED)  # a batch of an earlier release, which may wait for its load, has none
_UNCHANGED = pa.schema([("sha256", pa.string()), ("records_digest", pa.string())])
UNIT_CLASH_RULE = "R-unit-clash"

Row = dict[str, object]


class Staged(NamedTuple):
    """One file of a batch: the columns of the tables that a load fills from it."""

    columns: dict[str, Any]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(name, arrow_type(kind)) for name, kind in self.columns.items()])


def _staged(*filled: Table) -> Staged:
    columns = [column for table in filled for column in table.columns if not model.marks(column).is_made_by_load]
    return Staged({column.name: column.type for column in columns})


STAGED = {
    "manifest": _staged(model.raw_manifest),
    "document": _staged(model.dim_document, model.raw_document),
    "judged": _staged(model.judged),
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
    with sealed.whole(folder / WORK_LIST) as content:
        return msgspec.json.decode(content, type=list[LandedDocument])


def write_batch(
    folder: UPath,
    documents: Sequence[LandedDocument],
    copies: Sequence[Reconciled],
    *,
    lasting: Mapping[str, Lasting] = MappingProxyType({}),
    unchanged: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write the documents and everything that was read from them, a Parquet file for each kind of row.

    By their hashes are those that would be judged the same the next time, and, with the digest of what came of them,
    those that stand unchanged, of which nothing else is written.
    """
    of_document: dict[str, list[Reconciled]] = {}
    for reconciled in copies:
        of_document.setdefault(reconciled.copy.document.sha256, []).append(reconciled)
    rows: dict[str, list[Row]] = {name: [] for name in STAGED}
    for document in documents:
        rows["manifest"].extend(_manifest_rows(document))
        if not (document.is_purged or document.sha256 in unchanged):
            of_this = of_document[document.sha256]
            for name, some in _document_rows(document, of_this, lasting.get(document.sha256)).items():
                rows[name].extend(some)
    for name, staged in STAGED.items():
        sealed.write_table(folder / f"{name}.parquet", pa.Table.from_pylist(rows[name], schema=staged.schema))
    stands = [{"sha256": sha256, "records_digest": digest} for sha256, digest in unchanged.items()]
    sealed.write_table(folder / f"{UNCHANGED}.parquet", pa.Table.from_pylist(stands, schema=_UNCHANGED))


def read_unchanged(folder: UPath) -> list[Row]:
    """Return hash and `records_digest` of the batch's unchanged documents; a batch of an earlier release has none.

    Raises BatchDamagedError when the file is damaged. Whoever loads the batch looks whether each document of it is
    there, for here a file that is lost cannot be told from one that never was.
    """
    file = folder / f"{UNCHANGED}.parquet"
    return sealed.read_table(file, _UNCHANGED.names).to_pylist() if file.exists() else []


def read_judged(folder: UPath) -> pa.Table:
    """Return what the documents of a batch were judged by; a batch of an earlier release does not say.

    Raises BatchDamagedError when the file is damaged.
    """
    is_said = (folder / "judged.parquet").exists()
    return read_table(folder, "judged") if is_said else STAGED["judged"].schema.empty_table()


def read_table(folder: UPath, name: str) -> pa.Table:
    """Return one file of a batch. Raises BatchDamagedError when it is missing or damaged."""
    # These columns and no others: an earlier release may have sealed a batch that waits for its load.
    return sealed.read_table(folder / f"{name}.parquet", STAGED[name].schema.names)


def write_results(folder: UPath, results: Sequence[dict[str, Any]]) -> None:
    """Write what the suites found in the batches that were judged with this one, for Data Docs."""
    write(folder / RESULTS, json.dumps(results, ensure_ascii=False).encode(errors="backslashreplace"))


def read_results(folder: UPath) -> list[dict[str, Any]]:
    """Return what `write_results` wrote. Raises BatchDamagedError when it is missing or damaged."""
    with sealed.whole(folder / RESULTS) as content:
        results: list[dict[str, Any]] = json.loads(content)
        return results


def digest_of(folders: Iterable[UPath]) -> str:
    """Return a digest of all that a load takes from some batches.

    Raises BatchDamagedError when a file is missing that batches of all releases have.
    """
    digested = hashlib.sha256()
    for folder in folders:
        for name in (*STAGED, UNCHANGED):
            file = folder / f"{name}.parquet"
            if name in _NOT_IN_ALL and not file.exists():
                continue
            with sealed.whole(file) as content:
                digested.update(f"{name}\0{len(content)}\0".encode() + content)
    return digested.hexdigest()


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
            "document_key": document["document_key"], "copy": 1, "record": Kind.DOCUMENT, "of_record": Kind.DOCUMENT,
            "rule_id": NOT_LOADABLE_RULE, "severity": Severity.CRITICAL,
        }  # fmt: skip
        rows["document"].append({**document, "records_digest": digest, "records_read": 1, "records_held": 1})
        rows["finding"].append({**case, "message": reason})
        rows["quarantine"].append({**case, "reason": reason})
    return {name: pa.Table.from_pylist(some, schema=STAGED[name].schema) for name, some in rows.items()}


def forget(folder: UPath, sha256: str) -> bool:
    """Take a document out of a work list and of all that was made of it; False when nothing there names it.

    What a writer that was killed left of the batch goes as well. The results cover several batches, and do not
    say which document a sampled value comes from: all samples of the run go.
    Raises BatchDamagedError when a file of the batch is missing or damaged.
    """
    documents = read_work_list(folder)
    left = [document for document in documents if document.sha256 != sha256]
    if len(left) == len(documents) and not _was_made_of(folder, sha256):
        return False
    for part in folder.glob("*.part"):
        part.unlink(missing_ok=True)
    write_work_list(folder, left)  # before the files that are made of it: `forget_unlisted` looks there after them
    for results in folder.parent.glob(f"*/{RESULTS}"):
        write_results(results.parent, [without_samples(result) for result in read_results(results.parent)])
    for name in sorted(STAGED, key="document".__eq__):  # last: while it is there, the work is not done
        of_document = ("sha256", sha256) if name == "manifest" else ("document_key", document_key(sha256))
        sealed.drop_rows(folder / f"{name}.parquet", STAGED[name].schema.names, *of_document)
    sealed.drop_rows(folder / f"{UNCHANGED}.parquet", _UNCHANGED.names, "sha256", sha256)
    parsed.forget(folder, sha256)
    return True


def forget_unlisted(folder: UPath, documents: Iterable[LandedDocument]) -> None:
    """Take out what a purge has taken out of the work list while something was made of these documents of it.

    Raises BatchDamagedError as `forget` does.
    """
    listed = {document.sha256 for document in read_work_list(folder)}
    for document in documents:
        if document.sha256 not in listed:
            forget(folder, document.sha256)


def _was_made_of(folder: UPath, sha256: str) -> bool:
    """Tell whether the parsed file or batch of a work list has a document, even where the list does not name it."""
    files = [file for file in (folder / parsed.NAME, folder / "document.parquet") if file.exists()]
    return any(sha256 in sealed.read_table(file, ["sha256"])["sha256"].to_pylist() for file in files)


def _document_rows(landed: LandedDocument, copies: Sequence[Reconciled], lasts: Lasting | None) -> dict[str, list[Row]]:
    key = {"document_key": document_key(landed.sha256)}
    rows: dict[str, list[Row]] = {name: [] for name in (*RAW_FILES, *EVIDENCE_FILES)}
    for reconciled in copies:
        for kind, row in _copy_rows(reconciled):
            rows[kind].append({**key, "copy": reconciled.copy.copy, **row})
    rows |= {name: [_fitted(name, row) for row in rows[name]] for name in EVIDENCE_FILES}
    document = copies[0].copy.document
    summary: Row = {
        **key,
        "sha256": landed.sha256,
        "uri": fitted(STAGED["document"].columns["uri"], landed.uri),
        "family": document.family,
        "channel": document.channel,
        "printed_at": document.printed_at,
        "records_digest": hashlib.sha256(msgspec.json.encode((document.printed_at, rows))).hexdigest(),
        "records_read": sum(len(reconciled.records) for reconciled in copies),
        "records_held": len(rows["quarantine"]),
    }
    judged = {
        **{name: summary[name] for name in ("document_key", "records_digest", "family", "channel")},
        **(lasts._asdict() if lasts else {}),
    }
    return {"document": [summary], "judged": [judged], **rows}


def _manifest_rows(landed: LandedDocument) -> list[Row]:
    seen: Row = {"sha256": landed.sha256, "byte_size": landed.byte_size}
    return [_fitted("manifest", {**seen, **msgspec.structs.asdict(observation)}) for observation in landed.observations]


def _fitted(name: str, row: Row) -> Row:
    """Return a row about documents or records, with its texts cut and escaped to fit their columns."""
    columns = STAGED[name].columns
    return {
        field: fitted(columns[field], value) if isinstance(value, str) and isinstance(columns[field], Text) else value
        for field, value in row.items()
    }


def _copy_rows(reconciled: Reconciled) -> Iterator[tuple[str, Row]]:
    copy = reconciled.copy
    clashing = {finding.record for finding in copy.findings if finding.rule_id == UNIT_CLASH_RULE}
    for outcome in reconciled.records:
        ref = outcome.ref
        if outcome.state is State.HELD:
            yield "quarantine", _quarantine_row(copy, outcome.verdict)
            continue
        yield ref.kind, {**_record_row(copy, ref, clashing), "is_shown": outcome.state is State.SHOWN}
        for record in ref.records:
            for quarter in record.quarters if isinstance(record, Indicator) else ():
                named = _named(quarter_name(ref.name, quarter.quarter))
                yield Kind.QUARTER, {**named, "ordinal": ref.ordinal, **_stated(msgspec.structs.asdict(quarter))}
    for conflict in reconciled.conflicts:
        stated = {"value_shown": conflict.value_shown, "value_other": conflict.value_other}
        yield "field_conflict", {**_project_year(copy), "field": conflict.field, **stated}
    for finding in copy.findings:
        yield "finding", {**msgspec.structs.asdict(finding), **_whose(read_name(finding.record))}


def _record_row(copy: Copy, ref: RecordRef, clashing: AbstractSet[str]) -> Row:
    row = _named(ref.name)
    for record in ref.records:
        row |= _stated(msgspec.structs.asdict(record))
    match ref.records[0]:
        case Project():
            row |= {"page": copy.page, "first_line": copy.first_line, "last_line": copy.last_line}
            row |= _project_year(copy)
            row["has_report_log"] = bool(copy.reports) or "reports" in ref.places
        case Report():
            row |= {**_project_year(copy), "report_ref": ref.ref}
        case Indicator() as indicator:
            row["indicator_key"] = _indicator_key(copy, ref.name)
            row["has_unit_clash"] = _has_unit_clash(indicator, is_found=str(ref.name) in clashing)
    return {**row, "ordinal": ref.ordinal, "places": msgspec.json.encode(ref.places).decode()}


def _named(name: Name) -> Row:
    return {"record": str(name), "field_prefix": name.field_prefix}


def _whose(name: Name) -> Row:
    """Return what a record's name says of the project or indicator that the record belongs to."""
    return {
        "of_record": name.owner, "agency_code": name.agency_code, "kpi_id": name.kpi_id,
        "project_code": name.project_code, "fiscal_year": name.fiscal_year,
    }  # fmt: skip


def _stated(row: Row) -> Row:
    return {name: None if value in ([], "") else value for name, value in row.items()}


def _project_year(copy: Copy) -> Row:
    """Return what names the copy's project-year in the warehouse, also where the export prints no code or no year."""
    project = copy.project
    if project is None:
        return {"project_code": None, "fiscal_year": None}
    return {
        "project_code": project_ref(project),
        "fiscal_year": model.UNKNOWN_YEAR if project.fiscal_year is None else project.fiscal_year,
    }


def _indicator_key(copy: Copy, name: Name) -> int:
    """Return the key of an indicator-year: what names it in findings names it in the warehouse."""
    if name.is_by_place:
        return surrogate_key("indicator", str(name), copy.document.sha256, str(copy.copy))
    return surrogate_key("indicator", str(name))


def _has_unit_clash(indicator: Indicator, *, is_found: bool) -> bool | None:
    """Tell whether target and results are found to be of different units; None where there are none to compare."""
    results = [indicator.result_value, *(quarter.result_value for quarter in indicator.quarters)]
    if indicator.target_value is None or not any(result is not None for result in results):
        return None
    return is_found


def _quarantine_row(copy: Copy, verdict: Verdict) -> Row:
    place = verdict.ref.place() or Place(copy.page, copy.first_line)
    messages = [finding.message for finding in verdict.critical]
    return {
        "record": str(verdict.ref.name),
        "reason": "; ".join(messages) or "the project that it belongs to is held back",
        "rule_id": verdict.held_by,
        "severity": Severity.CRITICAL,
        "page": place.page,
        "line": (verdict.critical[0].line if verdict.critical else None) or place.line,
    }
