"""The fiscal-year timetable: which years run, when, and under which label."""

from datetime import timedelta
from types import SimpleNamespace

import pendulum
import pytest
from airflow.serialization.decoders import decode_timetable
from airflow.serialization.encoders import encode_timetable
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction
from airflow.utils.types import DagRunType

import fiscal_year
from fiscal_year import FiscalYearNote, FiscalYearTimetable, fiscal_year_interval

TIMETABLE = FiscalYearTimetable()
EVER_SINCE_2555 = pendulum.datetime(2011, 10, 1, tz="Asia/Bangkok")


def bangkok(*moment: int) -> pendulum.DateTime:
    return pendulum.datetime(*moment, tz="Asia/Bangkok")


def next_run(
    last: int | None = None,
    earliest: pendulum.DateTime | None = EVER_SINCE_2555,
    latest: pendulum.DateTime | None = None,
    catchup: bool = True,
) -> DagRunInfo | None:
    return TIMETABLE.next_dagrun_info(
        last_automated_data_interval=None if last is None else fiscal_year_interval(last),
        restriction=TimeRestriction(earliest, latest, catchup),
    )


def test_the_year_that_a_run_was_triggered_with_goes_before_its_dates():
    run = SimpleNamespace(conf={"fiscal_year": 2564}, data_interval_start=bangkok(2022, 10, 1), run_after=None)
    assert fiscal_year.fiscal_year_of_run(run) == 2564
    run.conf = {"fiscal_year": None}
    assert fiscal_year.fiscal_year_of_run(run) == 2566
    run.conf = None
    assert fiscal_year.fiscal_year_of_run(run) == 2566


def test_a_year_runs_from_1_october_to_the_next_in_bangkok_and_as_soon_as_it_is_over():
    assert next_run(last=2565) == DagRunInfo.interval(bangkok(2022, 10, 1), bangkok(2023, 10, 1))
    assert next_run(last=2565).run_after == bangkok(2023, 10, 1)
    assert next_run(last=2565).data_interval.start.in_timezone("UTC") == pendulum.datetime(2022, 9, 30, 17)


@pytest.mark.parametrize(("year", "days"), [(2563, 366), (2564, 365), (2566, 365), (2567, 366), (2443, 365)], ids=str)
def test_leap_years_have_366_days(year, days):
    interval = fiscal_year_interval(year)
    assert interval.end - interval.start == timedelta(days=days)


def test_years_follow_each_other_without_gap_or_overlap():
    years = [fiscal_year_interval(year) for year in range(2555, 2580)]
    assert [year.end for year in years[:-1]] == [year.start for year in years[1:]]


def test_a_start_date_within_a_year_begins_with_the_next_year():
    assert next_run(earliest=bangkok(2020, 10, 1)).data_interval == fiscal_year_interval(2564)
    assert next_run(earliest=bangkok(2020, 10, 1, 0, 0, 1)).data_interval == fiscal_year_interval(2565)
    assert next_run(earliest=pendulum.datetime(2020, 9, 30, 17)).data_interval == fiscal_year_interval(2564)


def test_a_start_date_goes_before_the_last_run():
    assert next_run(last=2560, earliest=bangkok(2020, 10, 1)).data_interval == fiscal_year_interval(2564)
    assert next_run(last=2566, earliest=bangkok(2020, 10, 1)).data_interval == fiscal_year_interval(2567)


def test_an_end_date_includes_the_year_that_begins_on_it():
    assert next_run(last=2564, latest=bangkok(2021, 10, 1)).data_interval == fiscal_year_interval(2565)
    assert next_run(last=2565, latest=bangkok(2022, 9, 30)) is None


def test_the_dates_of_the_contract_are_three_years():
    window = {"earliest": bangkok(2020, 10, 1), "latest": bangkok(2023, 9, 30)}
    runs = [next_run(last=last, **window) for last in (None, 2564, 2565, 2566)]
    assert [run and fiscal_year.fiscal_year_at(run.data_interval.start) for run in runs] == [2564, 2565, 2566, None]


def test_without_start_date_and_last_run_there_is_nothing_to_catch_up_with():
    assert next_run(earliest=None) is None


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        (bangkok(2026, 11, 22), None, 2570),
        (bangkok(2026, 11, 22), 2566, 2570),
        (bangkok(2026, 9, 30), None, 2569),
        (bangkok(2026, 10, 1), None, 2569),
        (bangkok(2026, 10, 20), 2566, 2569),
        (bangkok(2026, 10, 20), 2569, 2570),
    ],
)
def test_without_catchup_a_year_is_due_until_a_month_after_its_end(monkeypatch, now, last, due):
    monkeypatch.setattr(fiscal_year, "utcnow", lambda: now)
    assert next_run(last=last, catchup=False).data_interval == fiscal_year_interval(due)
    assert next_run(last=last, earliest=None, catchup=False).data_interval == fiscal_year_interval(due)


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (bangkok(2022, 10, 1), 2566),
        (bangkok(2023, 9, 30, 23, 59, 59), 2566),
        (pendulum.datetime(2023, 9, 30, 17), 2567),
        (bangkok(2024, 2, 29), 2567),
    ],
)
def test_a_run_by_hand_is_about_the_whole_year_that_contains_its_date(moment, year):
    assert TIMETABLE.infer_manual_data_interval(run_after=moment) == fiscal_year_interval(year)


def test_run_ids_show_the_buddhist_year_and_none_that_may_be_wrong():
    def run_id(run_type: DagRunType, interval: DataInterval | None) -> str:
        return TIMETABLE.generate_run_id(run_type=run_type, run_after=bangkok(2023, 10, 1), data_interval=interval)

    assert run_id(DagRunType.SCHEDULED, fiscal_year_interval(2566)) == "scheduled__FY2566_2023-10-01T00:00:00+07:00"
    assert run_id(DagRunType.MANUAL, None) == "manual__2023-10-01T00:00:00+07:00"
    assert run_id(DagRunType.MANUAL, fiscal_year_interval(2567)) == "manual__2023-10-01T00:00:00+07:00"


def test_airflow_stores_the_timetable_and_reads_it_back():
    stored = decode_timetable(encode_timetable(TIMETABLE))
    assert (stored.summary, stored.description) == (TIMETABLE.summary, TIMETABLE.description)
    restriction = TimeRestriction(EVER_SINCE_2555, None, catchup=True)
    again = stored.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
    assert again == DagRunInfo.interval(bangkok(2011, 10, 1), bangkok(2012, 10, 1))


@pytest.mark.parametrize(
    ("timetable", "note", "noted"),
    [(TIMETABLE, None, "FY2565"), (TIMETABLE, "late exports", "late exports"), (object(), None, None)],
)
def test_each_run_of_a_fiscal_year_is_noted_unless_somebody_noted_something(timetable, note, noted):
    dag = SimpleNamespace(timetable=timetable)
    run = SimpleNamespace(dag=dag, conf=None, data_interval_start=bangkok(2021, 10, 1), note=note)
    FiscalYearNote().on_dag_run_running(run)
    assert run.note == noted
