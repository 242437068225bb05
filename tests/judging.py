"""What tests ask of judged copies."""

from collections.abc import Sequence

from etl.pipeline import judge
from etl.reconcile import Reconciled, State
from etl.records import Copy
from etl.records.names import Kind


def findings_added(documents: Sequence[Sequence[Copy]]) -> list[list[Copy]]:
    """Return the copies of each document with all their findings, judged in one batch."""
    judged = iter(judge([copy for copies in documents for copy in copies]).copies)
    return [[next(judged) for _ in copies] for copies in documents]


def held_by(one: Reconciled) -> dict[str, str | None]:
    """Return the rule that holds each record of a copy back, None if accepted, by the record's name."""
    return {str(record.ref.name): record.verdict.held_by for record in one.records}


def states(copies: Sequence[Reconciled]) -> list[list[State]]:
    """Return what becomes of each copy's project and reports."""
    return [[one.state for one in copy.records if one.ref.kind in {Kind.PROJECT, Kind.REPORT}] for copy in copies]
