"""What Airflow keeps of old runs is deleted, and nothing that a run may still need."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

import old_runs
from etl.backup.airflow import DATABASE as METADATA
from etl.errors import BadInputError
from etl.warehouse import server
from fiscal_year import GRACE
from job_settings import LONGEST_RUN, RUN_TIMEOUT
from old_runs import DATABASE, LOGS, delete_old_logs, kept, prune_airflow
from review import PATIENCE
from tests.dags.real_airflow import DAILY, RealAirflow

NOW = datetime(2027, 1, 1, tzinfo=UTC)
OLD = NOW - timedelta(days=91)
WEEK = timedelta(days=7)
LEAST = LONGEST_RUN + WEEK


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIRFLOW__LOGGING__BASE_LOG_FOLDER", str(tmp_path))
    return tmp_path


def written(path: Path, moment: datetime) -> None:
    os.utime(path, (moment.timestamp(),) * 2)


def log(path: Path, moment: datetime) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a line", encoding="utf-8")
    written(path, moment)
    return path


def left(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_old_logs_go_and_younger_ones_stay(logs: Path) -> None:
    log(logs / "run_id=1/attempt=1.log", OLD)
    log(logs / "run_id=2/attempt=1.log", OLD + timedelta(days=2))
    log(logs / "old.txt", OLD)
    assert delete_old_logs(NOW, LONGEST_RUN) == 1
    assert left(logs) == ["old.txt", "run_id=1", "run_id=2", "run_id=2/attempt=1.log"]
    assert delete_old_logs(NOW, LONGEST_RUN) == 0


def test_a_folder_goes_when_it_has_been_empty_for_long(logs: Path) -> None:
    for name, moment in {"old": NOW - LEAST - timedelta(days=1), "young": NOW - LEAST + timedelta(days=1)}.items():
        (logs / name).mkdir()
        written(logs / name, moment)
    log(logs / "full/attempt=1.log", NOW)
    written(logs / "full", OLD)
    assert delete_old_logs(NOW, LONGEST_RUN) == 0
    assert left(logs) == ["full", "full/attempt=1.log", "young"]


def test_a_log_that_goes_meanwhile_is_no_fault(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = log(logs / "attempt=1.log", OLD)

    class Listed(type(logs)):  # type: ignore[misc]  # lists what another has deleted since
        def rglob(self, pattern: str) -> list[Path]:
            found = list(super().rglob(pattern))
            file.unlink(missing_ok=True)
            return found

    monkeypatch.setattr(old_runs, "Path", Listed)
    assert delete_old_logs(NOW, LONGEST_RUN) == 0
    assert left(logs) == []


@pytest.mark.parametrize("variable", old_runs.DAYS)
@pytest.mark.parametrize("days", ["0", "6", "-90", "a week", "9" * 30])
def test_what_may_still_run_cannot_be_set_to_go(variable: str, days: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, days)
    with pytest.raises(BadInputError, match=f"^{variable} is"):
        kept(variable, WEEK)


@pytest.mark.parametrize(
    ("least", "days"), [(timedelta(days=7), 7), (timedelta(days=7, seconds=1), 8), (timedelta(days=10, hours=23), 11)]
)
def test_the_least_that_is_named_is_enough(least: timedelta, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOGS, str(days - 1))
    with pytest.raises(BadInputError, match=f"keep at least {days} days"):
        kept(LOGS, least)
    monkeypatch.setenv(LOGS, str(days))
    assert kept(LOGS, least) == timedelta(days=days)


def test_the_longest_run_is_one_that_waits_for_its_answer_until_the_end() -> None:
    assert LONGEST_RUN == RUN_TIMEOUT + PATIENCE


@pytest.mark.parametrize("longest", [timedelta(days=1), GRACE + timedelta(days=1)])
def test_past_runs_stay_a_week_longer_than_one_may_take_or_still_begin(
    longest: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    least = (max(longest, GRACE) + WEEK).days
    monkeypatch.setenv(DATABASE, str(least - 1))
    with pytest.raises(BadInputError, match=f"keep at least {least} days"):
        prune_airflow(NOW, longest)


def test_housekeeping_prunes_airflow_s_database_and_leaves_what_is_young(airflow: RealAirflow) -> None:
    for _ in range(2):
        assert airflow.trigger(DAILY)["state"] == "success", airflow.last_words()
    young, old = (run["dag_run_id"] for run in airflow.api.runs(DAILY)[:2])
    with psycopg.connect(server.database_url(airflow.settings, METADATA)) as database:
        database.execute("CREATE TABLE _airflow_deleted__xcom__20260101000000 AS SELECT * FROM xcom")
    airflow.metadata(f"UPDATE dag_run SET start_date = now() - interval '366 days' WHERE run_id = '{old}' RETURNING 1")
    run = airflow.trigger("housekeeping")
    assert run["state"] == "success", airflow.last_words()
    runs = {run["dag_run_id"] for run in airflow.api.runs(DAILY)}
    assert young in runs
    assert old not in runs
    assert airflow.metadata(f"SELECT FROM task_instance WHERE run_id = '{old}'") == []
    assert airflow.metadata("SELECT FROM pg_tables WHERE tablename LIKE '\\_airflow\\_deleted%'") == []
