"""What deploy/kubernetes promises, without a cluster: judged by Kubernetes' schemas, and pods as Airflow makes them."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
VALUES = yaml.safe_load((FOLDER / "values.yaml").read_text("utf-8"))
PODS = {path.stem: path for path in FOLDER.glob("*.yaml") if path.name != "values.yaml"}
UNITS = {"Mi": 1, "Gi": 1024}

# In a process of its own: the tests of dags/ have another home for Airflow.
_ASKED = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.cncf.kubernetes.get_provider_info import get_provider_info
from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator

def pod(path):
    made = PodGenerator.construct_pod(
        dag_id="report_exports_fiscal_year", task_id="parse", pod_id="parse-1", try_number=1, map_index=3,
        kube_image="registry.example.org/bma-project-reporting:1", date=datetime(2026, 11, 29, tzinfo=UTC),
        args=["python", "-m", "airflow.sdk.execution_time.execute_workload"], pod_override_object=None,
        base_worker_pod=PodGenerator.deserialize_model_file(path), namespace="reporting", scheduler_job_id="1",
        run_id="manual__1",
    )
    return PodGenerator.serialize_pod(made)

bag = DagBag()
assert not bag.import_errors, bag.import_errors
print(json.dumps({
    "tasks": {f"{dag.dag_id}.{task.task_id}": [task.queue, task.executor_config.get("pod_template_file")]
              for dag in bag.dags.values() for task in dag.tasks},
    "pods": {Path(path).stem: pod(path) for path in sys.argv[1:]},
    "config": {section: [*said["options"]] for section, said in get_provider_info()["config"].items()},
}))
"""


class Airflow(NamedTuple):
    """What Airflow makes of it: queue and template of each task of all DAGs, a pod of each template, its settings."""

    tasks: dict[str, tuple[str, str | None]]
    pods: dict[str, dict[str, Any]]
    config: dict[str, list[str]]

    def memory_mib(self, name: str) -> int:
        """Return the memory that a pod may take."""
        size = self.pods[name]["spec"]["containers"][0]["resources"]["limits"]["memory"]
        return int(size[:-2]) * UNITS[size[-2:]]


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Airflow:
    environment = os.environ | {
        "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")), "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("plugins", "dags")),
    }  # fmt: skip
    command = [sys.executable, "-c", _ASKED, *map(str, PODS.values())]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Airflow(**json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("name", PODS)
def test_templates_and_the_pods_of_them_are_kubernetes_own(airflow: Airflow, name: str) -> None:
    for one in (yaml.safe_load(PODS[name].read_text("utf-8")), airflow.pods[name]):
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)


def test_a_breach_is_noticed() -> None:
    wrong = yaml.safe_load(PODS["pod"].read_text("utf-8"))
    wrong["spec"]["containers"][0]["resource"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="resource"):
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)


def test_every_task_has_a_template_that_is_there(airflow: Airflow) -> None:
    tasks = airflow.tasks
    assert {queue for queue, _ in tasks.values()} == {"default", "home", "parse"}
    for name, (queue, template) in tasks.items():
        assert template == (None if queue == "default" else str(PODS[str(queue)])), name
    assert VALUES["config"]["kubernetes_executor"]["pod_template_file"] == "/opt/reporting/deploy/kubernetes/pod.yaml"
    assert {name.partition(".")[2] for name, (queue, _) in tasks.items() if queue == "parse"} == {"parse"}
    of_home = {name.partition(".")[2] for name, (queue, _) in tasks.items() if queue == "home"}
    assert of_home == {"pull", "publish", "delete_logs", "prune_airflow"}


def test_what_recognises_pages_has_memory_for_it_and_pages_are_kept(airflow: Airflow) -> None:
    assert airflow.memory_mib("parse") > airflow.memory_mib("pod") > airflow.memory_mib("home")
    volumes = {name: pod["spec"]["volumes"] for name, pod in airflow.pods.items()}
    state = {name: next(one for one in of if one["name"] == "state") for name, of in volumes.items()}
    assert (
        state["home"]["persistentVolumeClaim"]["claimName"]
        == VALUES["apiServer"]["extraVolumes"][0]["persistentVolumeClaim"]["claimName"]
    )
    assert state["pod"]["emptyDir"] == state["parse"]["emptyDir"] == {}


@pytest.mark.parametrize("name", PODS)
def test_pods_run_airflows_task_without_rights(airflow: Airflow, name: str) -> None:
    spec = airflow.pods[name]["spec"]
    (container,) = spec["containers"]
    assert container["args"][-1] == "airflow.sdk.execution_time.execute_workload"
    assert container["image"] == "registry.example.org/bma-project-reporting:1"
    assert spec["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert not spec["automountServiceAccountToken"]


def test_secrets_are_named_and_none_is_here(airflow: Airflow) -> None:
    for path in FOLDER.glob("*.yaml"):
        assert not re.search(
            r"(password|secret|token)\s*:\s*[\"']?[A-Za-z0-9+/]{16}", path.read_text("utf-8"), re.IGNORECASE
        )
    assert {VALUES[name] for name in ("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName")} == {
        "reporting-airflow"
    }
    for pod in airflow.pods.values():
        assert pod["spec"]["containers"][0]["envFrom"] == [{"secretRef": {"name": "reporting"}}]


def test_airflow_knows_every_setting(airflow: Airflow) -> None:
    found = importlib.util.find_spec("airflow")
    assert found is not None
    assert found.origin is not None
    told = yaml.safe_load((Path(found.origin).parent / "config_templates" / "config.yml").read_text())
    known = {section: [*said["options"]] for section, said in told.items()} | airflow.config
    ours = {(section, option) for section, options in VALUES["config"].items() for option in options}
    for path in PODS.values():
        named = re.findall(r"AIRFLOW__([A-Z]+)__([A-Z_]+)", path.read_text("utf-8"))
        ours |= {(section.lower(), option.lower()) for section, option in named}
    assert [(section, option) for section, option in sorted(ours) if option not in known[section]] == []
