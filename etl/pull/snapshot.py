"""Decides when a document was made, from what its source states: never later than the fetch.

A time of the Buddhist era is converted. A time in the future is not believed: the document then counts as made on the
last day that it reports on, or on the day of its first fetch, whichever is earlier, so that it cannot supersede a
document that is newer for certain. Both cases become a finding.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_tz
from typing import NamedTuple

from msgspec.structs import replace

from etl.addresses import escape_unseen
from etl.pull.source import CLOCK_SKEW, Reported
from etl.records import Copy, LandedDocument, Observation
from etl.thai.calendar import BANGKOK, BE_MINUS_CE, FIRST_BUDDHIST_YEAR, buddhist_era, common_era

TO_COME, BUDDHIST, UNREADABLE = "R-snapshot-future", "R-snapshot-buddhist", "R-snapshot-unreadable"
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class _Clock(NamedTuple):
    """A time as the source shows it, and the same time in the Common Era."""

    shown: datetime
    meant: datetime


def observation(uri: str, reported: Reported, fetched_at: datetime) -> Observation:
    """Return the observation of a document at an address, dated by what its source states."""
    seen = Observation(uri=uri, reported_at=fetched_at, snapshot_at=fetched_at, fetched_at=fetched_at)
    if reported is None:
        return seen
    clock = _read(reported)
    if clock is None:
        return replace(seen, time_rule_id=UNREADABLE, time_reported=_shown(reported))
    seen = replace(seen, reported_at=clock.shown, snapshot_at=min(clock.meant, fetched_at))
    if clock.meant > fetched_at + CLOCK_SKEW:
        return replace(seen, snapshot_at=_midnight(fetched_at), time_rule_id=TO_COME, time_reported=_shown(reported))
    if clock.meant != clock.shown:
        return replace(seen, time_rule_id=BUDDHIST, time_reported=_shown(reported))
    return seen


def in_archive(seen: Observation, uri: str, modified_at: datetime | None) -> Observation:
    """Return the observation of an archive's member, dated by when the member was modified: the export was saved then.

    An archive may hold exports of many months. The date of a member that is younger than its archive is not believed.
    """
    latest = seen.fetched_at if seen.time_rule_id == TO_COME else seen.snapshot_at
    if modified_at and modified_at <= latest:
        return Observation(uri=uri, reported_at=modified_at, snapshot_at=modified_at, fetched_at=seen.fetched_at)
    return replace(seen, uri=uri)


def dated(document: LandedDocument, copies: Sequence[Copy]) -> LandedDocument:
    """Return a document whose snapshots with a future time are set back to the last day that it reports on."""
    days = [report.report_date for copy in copies for report in copy.reports if report.report_date]
    if not days:
        return document
    day = datetime.combine(max(days), time(), BANGKOK)
    return replace(
        document,
        observations=[
            replace(seen, snapshot_at=min(seen.snapshot_at, day)) if seen.time_rule_id == TO_COME else seen
            for seen in document.observations
        ],
    )


def _read(reported: float | datetime | str) -> _Clock | None:
    """Return what a source states as a number, a time or a header; None where it is no time."""
    if isinstance(reported, str):
        return _read_header(reported)
    if isinstance(reported, datetime):
        shown = reported.replace(tzinfo=reported.tzinfo or UTC)
    else:
        try:
            shown = datetime.fromtimestamp(reported, UTC)
        except (OverflowError, ValueError, OSError):  # of a year that no calendar has
            shown = _LAST if reported > 0 else _FIRST
    return _Clock(shown, common_era(shown))


def _read_header(reported: str) -> _Clock | None:
    parsed = parsedate_tz(reported)
    if parsed is None:
        return None
    year, month, day, hour, minute, second, *_, offset = parsed
    years = BE_MINUS_CE if year >= FIRST_BUDDHIST_YEAR else 0
    try:
        meant = datetime(year - years, month, day, hour, minute, second, tzinfo=UTC) - timedelta(seconds=offset or 0)
        return _Clock(buddhist_era(meant) if years else meant, meant)
    except (OverflowError, ValueError):
        return None


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(BANGKOK).date(), time(), BANGKOK)


def _shown(reported: float | datetime | str) -> str:
    if isinstance(reported, str):
        return escape_unseen(reported)
    clock = _read(reported)
    return str(reported) if clock is None or clock.shown in {_FIRST, _LAST} else f"{clock.shown:%Y-%m-%d %H:%M:%S}Z"
