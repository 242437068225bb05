"""What docker-compose.celery.yaml promises over docker-compose.yaml, checked without Docker."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.test_compose import ROOT, SERVICES, VARIABLE, specification_check

COMPOSE = ROOT / "docker-compose.celery.yaml"
TEXT = COMPOSE.read_text("utf-8").replace("!override ", "")  # a tag of Compose's own
WHOLE = yaml.safe_load(TEXT)
OVER: dict[str, dict[str, Any]] = WHOLE["services"]
WORKERS = sorted(name for name, service in OVER.items() if "worker" in service.get("command", ()))


def environment(service: str) -> dict[str, Any]:
    """Return what a service finds in its environment."""
    of = OVER[service].get("extends", {}).get("service", service)
    found: dict[str, Any] = SERVICES[of]["environment"] | OVER[service]["environment"]
    return found


def test_compose_file_follows_the_specification(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yaml").write_text(TEXT, encoding="utf-8")
    done = specification_check(tmp_path / "docker-compose.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_part_of_airflow_hands_tasks_to_the_same_workers() -> None:
    airflow = {
        name for name, service in SERVICES.items() if "AIRFLOW__CORE__EXECUTOR" in service.get("environment", {})
    }
    parts = {name for name in airflow if "profiles" not in SERVICES[name]}
    assert OVER.keys() - {"redis"} == parts | {"worker", "home-worker"}
    shared = WHOLE["x-cluster-environment"]
    for name in OVER.keys() - {"redis"}:
        differing = {key for key, value in shared.items() if environment(name)[key] != value}
        assert differing <= ({"AIRFLOW__CELERY__WORKER_CONCURRENCY"} if name == "home-worker" else set()), name
    assert shared["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"


def test_every_queue_has_a_worker_and_home_has_one_with_the_pages() -> None:
    assert WORKERS == ["home-worker", "worker"]
    assert OVER["home-worker"]["command"][-1] == "home"
    assert OVER["worker"]["command"][-1] == "default,parse"
    assert "volumes" not in OVER["home-worker"]  # those of the scheduler: the pages and the exports
    assert OVER["worker"]["volumes"] == ["/var/lib/reporting"]  # one of its own, and no export
    assert "replicas" not in OVER["home-worker"].get("deploy", {})
    assert OVER["worker"]["deploy"]["replicas"] == "${WORKERS:-2}"


def test_a_task_that_still_runs_is_not_handed_out_once_more() -> None:
    minutes = int(WHOLE["x-cluster-environment"]["AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"]) // 60
    default = re.search(r'"ETL_TASK_TIMEOUT_MINUTES", "(\d+)"', (ROOT / "dags" / "job_settings.py").read_text("utf-8"))
    assert default is not None
    assert minutes > int(default[1])


def test_every_secret_is_required_and_made() -> None:
    asked_for = {match["name"]: match["otherwise"] for match in VARIABLE.finditer(TEXT)}
    made = runpy.run_path(str(ROOT / "deploy" / "docker" / "make_env.py"))["new_secrets"]()
    assert {name for name, otherwise in asked_for.items() if otherwise.startswith(":?run")} == {"REDIS_PASSWORD"}
    assert "REDIS_PASSWORD" in made
    assert asked_for.keys() == {"REDIS_PASSWORD", "ETL_STORAGE", "WORKERS"}
    assert all(WHOLE["x-cluster-environment"][name] is None for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))


def test_redis_has_no_privileges_asks_for_a_password_and_is_open_to_nobody_else() -> None:
    redis = OVER["redis"]
    assert (redis["cap_drop"], redis["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert redis["user"] == "valkey"
    assert redis["read_only"]
    assert "ports" not in redis
    assert "--requirepass" in redis["command"][-1]


@pytest.mark.parametrize("name", ["requirements-celery.lock", "requirements-kubernetes.lock"])
def test_the_image_can_be_built_with_each_lock(name: str) -> None:
    assert (ROOT / name).exists()
    assert f"!{name}" in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert name in (ROOT / "Dockerfile").read_text("utf-8")
