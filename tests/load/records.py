"""Batches of records made in code, for what a load does with them however they were read.

They are accepted as they are, but for reports of more than 100 % and for what the warehouse cannot hold, which are held
back as the rules would do.
"""

import hashlib
import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from upath import UPath

from etl import batch, pipeline, sealed
from etl.bounds import hold_misfits
from etl.load import steps
from etl.reconcile import reconcile
from etl.records import (
    Channel,
    Copy,
    Document,
    Finding,
    Indicator,
    LandedDocument,
    Observation,
    Place,
    Project,
    Report,
    Severity,
    Strategy,
)
from etl.records.names import Kind
from etl.records.walk import RecordRef, walk
from etl.validate import PROJECT_HELD, Judged, Verdict
from tests.conftest import Warehouse

AT = datetime(2024, 1, 31, tzinfo=UTC)
FULL_PCT = 100


class Part(NamedTuple):
    """What one copy or page says, and what was found about it."""

    project: Project | None = None
    indicators: tuple[Indicator, ...] = ()
    reports: tuple[Report, ...] = ()
    strategy: Strategy | None = None
    findings: tuple[Finding, ...] = ()


class Export(NamedTuple):
    """A document. Its bytes are the same in every reading."""

    name: str
    parts: Sequence[Part]
    at: datetime = AT
    family: str = "indicator_page"
    printed_at: datetime | None = None
    reading: int = 1

    @property
    def fetched_at(self) -> datetime:
        """When it was pulled: as soon as it was there and printed."""
        return max(self.at, self.printed_at or self.at)

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    @property
    def uri(self) -> str:
        """Where it was found."""
        return f"file:///exports/{self.name}"


def load(warehouse: Warehouse, folder: Path, *exports: Export) -> dict[str, Any]:
    """Load exports in one load; return its counts."""
    return pipeline.load(warehouse.settings, "test", [write_batch(folder, export) for export in exports])


# A step of a load that is given in place of the account of records, and forgets one.
LOSES_A_RECORD = (steps.TRANSFORM / "account" / "outcome.sql").read_text(encoding="utf-8") + "OFFSET 1\n"


def add_step(patch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    """Let loads have one more step, or another one in place of that which gives the same."""
    (name,) = re.findall("^-- gives: (.*)$", text, re.MULTILINE)
    broken = folder / "transform"
    shutil.copytree(steps.TRANSFORM, broken)
    path = next(broken.glob(f"*/{name}.sql"), broken / "facts" / f"{name}.sql")
    path.write_text(text, encoding="utf-8")
    patch.setattr(steps, "TRANSFORM", broken)


def write_batch(folder: Path, export: Export, *, is_bounded: bool = True) -> str:
    """Write a batch with one document, with values that the warehouse cannot hold if need be; return its address."""
    copies = _copies(export)
    judged = [_judged(copy) for copy in (hold_misfits(copies) if is_bounded else copies)]
    landed = LandedDocument(
        sha256=export.sha256, byte_size=1,
        observations=[
            Observation(uri=export.uri, reported_at=export.at, snapshot_at=export.at, fetched_at=export.fetched_at)
        ],
    )  # fmt: skip
    address = folder / f"{export.name}-{export.reading}"
    batch.write_work_list(UPath(address), [landed])
    batch.write_batch(UPath(address), [landed], reconcile(judged))
    return str(address)


def placed(record: Any, line: int = 1) -> Any:
    """Return the record with every field that it states standing on a line."""
    record.places = {name: Place(1, line) for name in record.__struct_fields__ if getattr(record, name)}
    return record


def _copies(export: Export) -> list[Copy]:
    document = Document(
        uri=export.uri, sha256=export.sha256, family=export.family, channel=Channel.TEXT, printed_at=export.printed_at
    )
    return [
        Copy(
            document=document, copy=number, page=1, first_line=100 * number, last_line=100 * number + 99,
            project=part.project, strategy=part.strategy, reports=[*part.reports], indicators=[*part.indicators],
            findings=[*part.findings],
        )
        for number, part in enumerate(export.parts, start=1)
    ]  # fmt: skip


def _judged(copy: Copy) -> Judged:
    refs = list(walk(copy))
    found = [
        tuple(one for one in copy.findings if one.record == str(ref.name) and one.severity == Severity.CRITICAL)
        for ref in refs
    ]
    held = [
        _rule_broken(ref) or next((one.rule_id for one in of_record), None)
        for ref, of_record in zip(refs, found, strict=True)
    ]
    is_project_held = any(rule for ref, rule in zip(refs, held, strict=True) if ref.kind is Kind.PROJECT)
    return Judged(
        copy,
        [
            Verdict(ref, of_record, rule or (PROJECT_HELD if is_project_held else None))
            for ref, of_record, rule in zip(refs, found, held, strict=True)
        ],
    )


def _rule_broken(ref: RecordRef) -> str | None:
    progress = [record.progress_pct for record in ref.records if isinstance(record, Report)]
    return "R-progress-range" if any(one is not None and one > FULL_PCT for one in progress) else None


def write_sealed(rows: pa.Table, path: Path, **options: Any) -> None:
    """Write rows as a file of a batch."""
    file = BytesIO()
    pq.write_table(rows, file, **options)
    path.write_bytes(sealed.sealed(file.getvalue()))
