"""What Airflow keeps of old runs is deleted, and nothing that a run may still need."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import old_runs
from etl.errors import BadInputError
from old_runs import LEAST, LOGS, delete_old_logs, kept
from review import PATIENCE
from tests.dags.real_airflow import DAILY, RealAirflow

NOW = datetime(2027, 1, 1, tzinfo=UTC)
OLD = NOW - timedelta(days=91)


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
    assert delete_old_logs(NOW) == 1
    assert left(logs) == ["old.txt", "run_id=1", "run_id=2", "run_id=2/attempt=1.log"]
    assert delete_old_logs(NOW) == 0


def test_a_folder_goes_when_it_has_been_empty_for_long(logs: Path) -> None:
    for name, moment in {"old": NOW - LEAST - timedelta(days=1), "young": NOW - LEAST + timedelta(days=1)}.items():
        (logs / name).mkdir()
        written(logs / name, moment)
    log(logs / "full/attempt=1.log", NOW)
    written(logs / "full", OLD)
    assert delete_old_logs(NOW) == 0
    assert left(logs) == ["full", "full/attempt=1.log", "young"]


def test_a_log_that_goes_meanwhile_is_no_fault(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = log(logs / "attempt=1.log", OLD)

    class Listed(type(logs)):  # type: ignore[misc]  # lists what another has deleted since
        def rglob(self, pattern: str) -> list[Path]:
            found = list(super().rglob(pattern))
            file.unlink(missing_ok=True)
            return found

    monkeypatch.setattr(old_runs, "Path", Listed)
    assert delete_old_logs(NOW) == 0
    assert left(logs) == []


@pytest.mark.parametrize("variable", old_runs.DAYS)
@pytest.mark.parametrize("days", ["0", "6", "-90", "a week", "9" * 30])
def test_what_may_still_run_cannot_be_set_to_go(variable: str, days: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, days)
    with pytest.raises(BadInputError, match=f"^{variable} is"):
        kept(variable)


def test_a_week_and_the_patience_of_a_question_is_the_least_that_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert max(timedelta(days=7), PATIENCE) <= LEAST
    monkeypatch.setenv(LOGS, str(LEAST.days))
    assert kept(LOGS) == LEAST


def test_housekeeping_prunes_airflow_s_database_and_leaves_what_is_young(airflow: RealAirflow) -> None:
    for _ in range(2):
        assert airflow.trigger(DAILY)["state"] == "success", airflow.last_words()
    young, old = (run["dag_run_id"] for run in airflow.api.runs(DAILY)[:2])
    airflow.metadata(f"UPDATE dag_run SET start_date = now() - interval '366 days' WHERE run_id = '{old}' RETURNING 1")
    run = airflow.trigger("housekeeping")
    assert run["state"] == "success", airflow.last_words()
    runs = {run["dag_run_id"] for run in airflow.api.runs(DAILY)}
    assert young in runs
    assert old not in runs
    assert airflow.metadata(f"SELECT FROM task_instance WHERE run_id = '{old}'") == []
    assert airflow.metadata("SELECT FROM pg_tables WHERE tablename LIKE '\\_airflow\\_deleted%'") == []
