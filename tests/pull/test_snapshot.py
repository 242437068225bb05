"""When a document counts as made: what its source tells, as far as it can be believed, never later than its fetch."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.pull.snapshot import BUDDHIST, TO_COME, UNREADABLE, dated, in_archive, observation
from etl.pull.source import CLOCK_SKEW, Reported
from etl.records import Copy, Document, LandedDocument, Report

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 3, 17, tzinfo=UTC)  # of the same day in Bangkok
YESTERDAY = NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("told", "snapshot_at", "rule_id", "shown"),
    [
        (None, NOW, None, None),
        (YESTERDAY.timestamp(), YESTERDAY, None, None),
        (YESTERDAY.replace(tzinfo=None), YESTERDAY, None, None),
        ("Tue, 03 Mar 2026 05:06:07 GMT", YESTERDAY, None, None),
        (NOW + CLOCK_SKEW, NOW, None, None),
        (NOW + CLOCK_SKEW + timedelta(seconds=1), MIDNIGHT, TO_COME, "2026-03-04 05:11:08Z"),
        (datetime(2099, 1, 1, tzinfo=UTC).timestamp(), MIDNIGHT, TO_COME, "2099-01-01 00:00:00Z"),
        ("Thu, 01 Jan 2099 00:00:00 GMT", MIDNIGHT, TO_COME, "Thu, 01 Jan 2099 00:00:00 GMT"),
        (YESTERDAY.replace(year=2569), YESTERDAY, BUDDHIST, "2569-03-03 05:06:07Z"),
        ("Thu, 29 Feb 2567 00:00:00 +0700", datetime(2024, 2, 28, 17, tzinfo=UTC), BUDDHIST, None),
        (datetime(2568, 2, 29, 1, tzinfo=UTC), datetime(2025, 3, 1, 1, tzinfo=UTC), BUDDHIST, None),
        (datetime(2700, 1, 1, tzinfo=UTC), MIDNIGHT, TO_COME, "2700-01-01 00:00:00Z"),
        (datetime(2446, 5, 10, tzinfo=UTC), MIDNIGHT, TO_COME, None),  # where ext4 ends
        (1e18, MIDNIGHT, TO_COME, "1e+18"),
        ("yesterday", NOW, UNREADABLE, "yesterday"),
        ("Thu, 99 Jan 2024 00:00:00 GMT", NOW, UNREADABLE, None),
        ("Thu, 01 Jan 99999999999 00:00:00 GMT", NOW, UNREADABLE, None),
        ("\x1b[31m\udcff", NOW, UNREADABLE, "%1B[31m%FF"),
        ("", NOW, UNREADABLE, ""),
    ],
)
def test_what_can_be_believed(told: Reported, snapshot_at: datetime, rule_id: str | None, shown: str | None) -> None:
    seen = observation("a", told, NOW)
    assert (seen.snapshot_at, seen.time_rule_id) == (snapshot_at, rule_id)
    if shown is not None:
        assert seen.time_reported == shown


HEADERS = st.builds(
    "{}, {} {} {} {}:{}:{} {}".format, st.sampled_from(["Mon", "", "x"]), st.integers(-1, 32),
    st.sampled_from(["Jan", "Feb", "Dec", "Foo"]), st.integers(-1, 12_000), st.integers(0, 25), st.integers(0, 61),
    st.integers(0, 61), st.sampled_from(["GMT", "+0700", "-0000", "+9999", "", "ICT"]),
)  # fmt: skip


@given(st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.datetimes(), HEADERS, st.text()))
def test_whatever_is_told_no_snapshot_is_later_than_its_fetch(told: Reported) -> None:
    seen = observation("a", told, NOW)
    assert seen.snapshot_at <= seen.fetched_at == NOW
    assert observation("a", told, NOW) == seen


def test_what_is_told_names_the_same_observation_on_every_day() -> None:
    first, later = (observation("a", datetime(2099, 1, 1, tzinfo=UTC), at) for at in (NOW, NOW + timedelta(days=3)))
    assert first.reported_at == later.reported_at


def test_a_member_is_as_old_as_itself_though_its_archive_is_of_times_to_come() -> None:
    archive = observation("a.zip", datetime(2099, 1, 1, tzinfo=UTC), NOW)
    member = in_archive(archive, "a.zip!/b", NOW - timedelta(minutes=1))
    assert (member.snapshot_at, member.time_rule_id) == (NOW - timedelta(minutes=1), None)
    undated = in_archive(archive, "a.zip!/c", None)
    assert (undated.uri, undated.snapshot_at, undated.time_rule_id) == ("a.zip!/c", MIDNIGHT, TO_COME)
    assert in_archive(archive, "a.zip!/d", NOW + timedelta(days=1)).time_rule_id == TO_COME


def test_without_a_time_the_last_day_reported_on_dates_a_document() -> None:
    days = [date(2024, 1, 31), date(2024, 2, 29), None]
    page = Document(uri="a", sha256="0" * 64)
    reports = [Report(report_no=number, report_date=day) for number, day in enumerate(days)]
    copies = [Copy(document=page, copy=1, page=1, first_line=1, last_line=1, reports=reports)]
    seen = [observation("a", datetime(2099, 1, 1, tzinfo=UTC), NOW), observation("b", YESTERDAY, NOW)]
    document = LandedDocument(sha256="0" * 64, byte_size=1, observations=seen)
    assert [one.snapshot_at for one in dated(document, copies).observations] == [
        datetime(2024, 2, 28, 17, tzinfo=UTC),
        YESTERDAY,
    ]
    assert dated(document, []) == document
