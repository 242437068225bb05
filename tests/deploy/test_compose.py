"""What docker-compose.yaml and the image promise, checked without Docker."""

import importlib.util
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.backup import airflow
from etl.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yaml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
BI = {name for name, service in SERVICES.items() if service.get("profiles") == ["bi"]}
AIRFLOW = sorted(SERVICES.keys() - {"postgres", "superset"})
LONG_RUNNING = sorted(SERVICES.keys() - {"init", "bi-login"})
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<otherwise>[^}]*)\}")


def specification_check(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_compose_file_follows_the_specification() -> None:
    done = specification_check(COMPOSE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_breach_of_the_specification_is_noticed(tmp_path: Path) -> None:
    wrong = tmp_path / "docker-compose.yaml"
    wrong.write_text(COMPOSE.read_text().replace("restart: unless-stopped", "restarts: unless-stopped"))
    done = specification_check(wrong)
    assert done.returncode == 1
    assert "'restarts' was unexpected" in done.stdout


def test_all_of_airflow_is_there() -> None:
    assert SERVICES.keys() - BI == {"postgres", "init", "api-server", "scheduler", "dag-processor", "triggerer"}


# Superset


def test_superset_comes_with_the_profile_bi_alone() -> None:
    assert {"bi-login", "superset"} == BI
    needed = {one for name, service in SERVICES.items() if name not in BI for one in service.get("depends_on", {})}
    assert not needed & BI
    assert SERVICES["superset"]["depends_on"] == {"bi-login": {"condition": "service_completed_successfully"}}


def test_the_login_of_superset_is_the_one_that_its_bundle_names() -> None:
    (url,) = re.findall(r"--database (\S+)", (ROOT / "Dockerfile").read_text())
    port = SERVICES["postgres"]["ports"][0].rpartition(":")[2]
    assert url == f"postgresql+psycopg2://superset@postgres:{port}/reporting"
    assert (
        'grant(open_engine(Settings()), "superset", BI_ROLE' in (ROOT / "deploy" / "docker" / "bi_login.py").read_text()
    )
    secret = SERVICES["superset"]["environment"]["PGPASSWORD"]
    assert secret == SERVICES["bi-login"]["environment"]["SUPERSET_WAREHOUSE_PASSWORD"]


def test_superset_writes_into_its_volume_alone() -> None:
    superset = SERVICES["superset"]
    assert superset["read_only"]
    assert superset["volumes"] == ["superset:/var/lib/superset"]
    assert "SUPERSET_HOME=/var/lib/superset" in (ROOT / "Dockerfile").read_text()


def test_what_the_image_of_superset_takes_is_there() -> None:
    copied = re.findall(r"^COPY (?:--\S+ )*(.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    named = [Path(name) for line in copied for name in line.split()[:-1] if not name.startswith(("/", "."))]
    assert Path("deploy/docker/superset.sh") in named
    assert [name for name in named if not (ROOT / name).exists()] == []
    script = SERVICES["superset"]["command"][1]
    assert script in {name.name for name in named}


# Secrets


def test_every_secret_is_required_and_made() -> None:
    asked_for = {match["name"]: match["otherwise"] for match in VARIABLE.finditer(COMPOSE.read_text())}
    made = runpy.run_path(str(ROOT / "deploy" / "docker" / "make_env.py"))["new_secrets"]()
    required = {name for name, otherwise in asked_for.items() if otherwise.startswith(":?")}
    assert required == made.keys() - {"REDIS_PASSWORD"}  # which docker-compose.celery.yaml asks for
    assert asked_for.keys() - required == {"AIRFLOW_PORT", "EXPORTS_FOLDER", "SUPERSET_PORT", "WAREHOUSE_PORT"}


def test_no_secret_has_a_value_here() -> None:
    everything = [item for service in SERVICES.values() for item in service["environment"].items()]
    secrets = [value for name, value in everything if re.search("PASSWORD|SECRET|KEY", name)]
    secrets += [password for _, value in everything for password in re.findall(r"://[^:/]+:(.*)@", value)]
    assert secrets
    assert [secret for secret in secrets if not VARIABLE.fullmatch(secret)] == []


def test_only_tasks_and_migrations_can_reach_the_warehouse() -> None:
    able = {name for name, service in SERVICES.items() if "WAREHOUSE_URL" in service["environment"]}
    assert able == {"init", "scheduler", "bi-login"}


def test_image_holds_only_what_is_named() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    named = {line.removeprefix("!").rstrip("/") for line in lines if line.startswith("!")}
    assert ".env" not in named
    assert [name for name in named if not (ROOT / name).exists()] == []


# Privileges


def test_image_is_not_root() -> None:
    users = re.findall(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert users == [("50000", "50000")] * 2  # Superset's, too


@pytest.mark.parametrize("service", SERVICES)
def test_service_has_no_privileges(service: str) -> None:
    assert SERVICES[service].get("user", "") == ("postgres" if service == "postgres" else "")
    assert SERVICES[service]["cap_drop"] == ["ALL"]
    assert SERVICES[service]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("service", SERVICES)
def test_ports_are_open_to_this_machine_only(service: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[service].get("ports", []))


@pytest.mark.parametrize("service", AIRFLOW)
def test_code_and_exports_cannot_be_written(service: str) -> None:
    assert SERVICES[service]["read_only"]
    volumes = SERVICES[service]["volumes"]
    assert volumes[0] == "state:/var/lib/reporting"
    assert all(mount["read_only"] for mount in volumes[1:])


def test_backups_reach_both_databases_from_the_container_that_makes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = SERVICES["scheduler"]["environment"]
    assert environment["WAREHOUSE_URL"].endswith("@postgres:5432/reporting")
    name = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
    monkeypatch.setenv(name, VARIABLE.sub("secret", environment[name]))
    assert airflow.database_url(Settings()) == "postgresql://airflow:secret@postgres:5432/airflow"


# Running


@pytest.mark.parametrize("service", LONG_RUNNING)
def test_service_is_watched_and_restarted(service: str) -> None:
    assert SERVICES[service]["restart"] == "unless-stopped"
    assert SERVICES[service]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("service", sorted(set(AIRFLOW) - {"init"}))
def test_airflow_waits_for_migrations(service: str) -> None:
    assert SERVICES[service]["depends_on"]["init"] == {"condition": "service_completed_successfully"}


def test_migrations_run_once_there_is_a_server() -> None:
    assert SERVICES["init"]["restart"] == "no"
    assert SERVICES["init"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_data_survives_the_container() -> None:
    # Mounted one folder deeper, where older images kept it, PostgreSQL 18 would refuse to start.
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert SERVICES["postgres"]["image"].startswith("postgres:18.")


@pytest.mark.parametrize("service", AIRFLOW)
def test_scripts_exist(service: str) -> None:
    check = SERVICES[service].get("healthcheck", {"test": []})["test"]
    scripts = re.findall(r"deploy/docker/\S+", " ".join(SERVICES[service]["command"] + check))
    assert [script for script in scripts if not (ROOT / script).exists()] == []


# Airflow's settings


@pytest.mark.parametrize("service", AIRFLOW)
def test_airflow_shows_no_examples(service: str) -> None:
    assert SERVICES[service]["environment"]["AIRFLOW__CORE__LOAD_EXAMPLES"] == "false"


def test_airflow_knows_every_setting() -> None:
    airflow = importlib.util.find_spec("airflow")
    assert airflow is not None
    assert airflow.origin is not None
    known = yaml.safe_load((Path(airflow.origin).parent / "config_templates" / "config.yml").read_text())
    texts = [COMPOSE, ROOT / "Dockerfile", ROOT / "deploy" / "docker" / "api-server.sh"]
    ours = {found for path in texts for found in re.findall(r"AIRFLOW__([A-Z_]+?)__([A-Z_]+)", path.read_text())}
    assert ours
    assert [name for name in ours if name[1].lower() not in known[name[0].lower()]["options"]] == []
