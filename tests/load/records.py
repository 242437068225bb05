"""Batches of records made in code, for what a load does with them however they were read.

They are accepted as they are, but for reports of more than 100 % and for what the warehouse cannot hold, which are held
back as the rules would do.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from upath import UPath

from etl import batch, pipeline
from etl.bounds import hold_misfits
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
    Record,
    Report,
    Strategy,
)
from etl.validate import Condemned, Judged, indicator_name, record_name, report_path
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


def write_batch(folder: Path, export: Export, *, is_bounded: bool = True) -> str:
    """Write a batch with one document, with values that the warehouse cannot hold if need be; return its address."""
    copies = _copies(export)
    if is_bounded:
        hold_misfits(copies)
    judged = [Judged(copy, copy.indicators, _held_by(copy)) for copy in copies]
    landed = LandedDocument(
        sha256=export.sha256, byte_size=1,
        observations=[
            Observation(uri=export.uri, reported_at=export.at, snapshot_at=export.at, fetched_at=export.fetched_at)
        ],
    )  # fmt: skip
    address = folder / f"{export.name}-{export.reading}"
    batch.write_work_list(UPath(address), [landed])
    batch.write_batch(UPath(address), [landed], judged, reconcile(judged))
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


def _held_by(copy: Copy) -> dict[int, str]:
    too_much = {
        id(report): "R-progress-range"
        for report in copy.reports
        if report.progress_pct is not None and report.progress_pct > FULL_PCT
    }
    condemned = Condemned(copy.findings)
    found = {
        id(record): finding.rule_id for name, record in _named(copy) for finding in condemned.holding(name, record)
    }
    return too_much | found


def _named(copy: Copy) -> Iterator[tuple[str, Record]]:
    if copy.project:
        yield record_name(copy), copy.project
    for ordinal, report in enumerate(copy.reports, start=1):
        yield f"{record_name(copy)}/{report_path(report, ordinal)}", report
    for ordinal, indicator in enumerate(copy.indicators, start=1):
        yield indicator_name(indicator, ordinal), indicator
