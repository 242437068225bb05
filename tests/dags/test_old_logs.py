"""Old logs of tasks are deleted, with the folders that are empty then."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from old_logs import KEPT, delete_old_logs

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def test_old_logs_go_and_younger_ones_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__LOGGING__BASE_LOG_FOLDER", str(tmp_path))
    ages = {"dag_id=a/run_id=1/task_id=x/attempt=1.log": 1, "dag_id=a/run_id=2/attempt=1.log": -1, "old.txt": 1}
    for name, days in ages.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("a line", encoding="utf-8")
        moment = (NOW - KEPT).timestamp() - days * 86_400
        os.utime(file, (moment, moment))
    assert delete_old_logs(NOW) == 1
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert left == ["dag_id=a", "dag_id=a/run_id=2", "dag_id=a/run_id=2/attempt=1.log", "old.txt"]
    assert delete_old_logs(NOW) == 0
