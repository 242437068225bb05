"""Findings that a load makes itself, since no document shows them alone: of what, by which rule, and in which words."""

from typing import NamedTuple

from etl.pull.snapshot import BUDDHIST, TO_COME, UNREADABLE
from etl.records import Severity
from etl.records.names import Kind


class Notice(NamedTuple):
    """A finding that steps of `sql/transform/evidence/` make: they know it by what it is about, and by its rule.

    `record` is the record that it is of, and `of_record` what that is a part of, as in `ops.finding`; they are None
    where it is of the record in which it was noticed.
    """

    about: str
    rule_id: str
    message: str
    record: str | None = Kind.DOCUMENT.value
    of_record: str | None = Kind.DOCUMENT.value
    severity: str = Severity.WARNING.value


NOTICES = (
    Notice(
        "snapshot_at", TO_COME,
        "its source dates it in times to come: the last day that it reports on, or was pulled first on, stands",
    ),
    Notice(
        "snapshot_at", BUDDHIST, "the clock of its source counts in the Buddhist era: 543 years were taken off"
    ),
    Notice("snapshot_at", UNREADABLE, "what its source tells is no time: when it was pulled stands for it"),
    Notice("printed_at", TO_COME, "the time that it prints on itself is to come: what its source tells stands"),
    Notice(
        "blank", "R-blank-after-value", "blank, where an earlier export printed a value: that value stands",
        record=None, of_record=None,
    ),
)  # fmt: skip
