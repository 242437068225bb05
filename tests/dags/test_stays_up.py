"""Airflow under `make up` survives what happens to it: a process that is killed, and an outage of its database."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest

from deploy.api import AirflowApiError
from deploy.services import RUNS, SERVICES, Services
from etl.settings import PROJECT_ROOT
from tests.dags.real_airflow import DAILY, RealAirflow

FORM = next((PROJECT_ROOT / "samples").rglob("*.txt")).read_bytes()


class SlowSource:
    """A web server with one form, which it gives as soon as it may."""

    def __init__(self) -> None:
        self.asked, self.may_answer = threading.Event(), threading.Event()
        source = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                source.asked.set()
                source.may_answer.wait()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(FORM)))
                self.end_headers()
                self.wfile.write(FORM)

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """Stay silent about a task that was ended, and does not listen any more."""

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/form.txt"


@pytest.fixture
def source() -> Iterator[SlowSource]:
    found = SlowSource()
    yield found
    found.may_answer.set()
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def services(airflow: RealAirflow) -> Services:
    return Services(airflow.home)


def is_well(airflow: RealAirflow) -> bool:
    with suppress(OSError, AirflowApiError):  # it may not answer yet
        return set(airflow.api.health().values()) == {"healthy"}
    return False


def ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE  # which nobody waits for where there is no init
    except psutil.NoSuchProcess:
        return True


def below(services: Services, name: str) -> list[psutil.Process]:
    process = services.process(name)
    return process.children(recursive=True) if process else []


def waits_for(airflow: RealAirflow, services: Services, source: SlowSource) -> list[psutil.Process]:
    """Begin a run that waits for a source; return what runs below the scheduler, the run's task among it."""
    airflow.api.trigger(DAILY, note="", parameters={"source": source.address})
    assert source.asked.wait(600), airflow.last_words()
    found = below(services, "scheduler")
    assert len({os.getpgid(process.pid) for process in found}) > 1  # a task has a group of its own
    return found


def test_a_scheduler_that_is_killed_is_started_again_and_its_tasks_do_not_run_twice(
    airflow: RealAirflow, services: Services, source: SlowSource
) -> None:
    left = waits_for(airflow, services, source)
    killed = services.process("scheduler")
    assert killed
    killed.kill()

    def the_next_has_begun() -> bool:
        with suppress(psutil.Error):  # it is just coming or going
            found = services.process("scheduler")
            return found not in (killed, None) and "airflow" in found.cmdline()
        return False

    airflow.wait_for(the_next_has_begun)
    assert all(map(ended, left))
    source.may_answer.set()
    airflow.wait_for(lambda: is_well(airflow))
    assert airflow.ended(DAILY)["state"] == "success", airflow.last_words()


def test_a_service_that_waits_to_be_started_again_is_started_at_once(services: Services, airflow: RealAirflow) -> None:
    def state() -> str:
        return str(services._found()["triggerer"]["statename"])

    def waits() -> bool:
        with suppress(psutil.NoSuchProcess):
            if process := services.process("triggerer"):
                process.kill()  # each time, it waits longer
        return state() == "BACKOFF"

    airflow.wait_for(waits)
    services.start()
    assert state() in RUNS
    assert is_well(airflow)


def test_two_who_start_it_at_once_start_it_once(airflow: RealAirflow, services: Services) -> None:
    airflow.local("down")
    address = airflow.home.url
    with ThreadPoolExecutor() as pool:
        said = list(pool.map(airflow.local, ["up", "up"]))
    assert [f"Airflow    {address}\n" in one for one in said] == [True, True]
    assert sorted("waiting for another command" in one for one in said) == [False, True]
    assert sorted(services.running()) == sorted(SERVICES)
    assert is_well(airflow)


def test_after_its_supervisor_was_killed_it_is_started_anew_at_the_same_address(
    airflow: RealAirflow, services: Services
) -> None:
    address = airflow.home.url
    left = [process for name in SERVICES for process in [services.process(name), *below(services, name)] if process]
    psutil.Process(services._asked.getPID()).kill()
    airflow.wait_for(lambda: services._found() == {})
    assert not any(map(ended, left))
    airflow.local("up")
    assert all(map(ended, left))
    assert airflow.home.url == address
    assert is_well(airflow)


def test_a_run_that_was_going_ends_after_an_outage_of_the_database(
    airflow: RealAirflow, services: Services, source: SlowSource
) -> None:
    before = {name: services.process(name) for name in SERVICES}
    airflow.api.trigger(DAILY, note="", parameters={"source": source.address})
    assert source.asked.wait(600), airflow.last_words()
    airflow.etl("warehouse", "stop")
    # So long that each of them has given up at least once.
    for name in ("scheduler", "dag-processor", "triggerer"):
        airflow.wait_for(lambda name=name: services.process(name) != before[name])  # type: ignore[misc]
    source.may_answer.set()
    airflow.etl("warehouse", "start")
    airflow.wait_for(lambda: is_well(airflow))
    assert airflow.ended(DAILY)["state"] == "success", airflow.last_words()


def test_what_is_stopped_leaves_nothing_behind(airflow: RealAirflow, services: Services, source: SlowSource) -> None:
    def ours() -> list[psutil.Process]:
        running = [process for process in psutil.process_iter(["cwd"]) if process.info["cwd"]]
        return [process for process in running if process.info["cwd"] == str(airflow.home.folder)]

    assert len(ours()) > len(SERVICES)
    task = waits_for(airflow, services, source)
    airflow.local("down")
    assert ours() == []
    assert all(map(ended, task))
    source.may_answer.set()
    airflow.local("up")
    assert sorted(services.running()) == sorted(SERVICES)
    assert airflow.ended(DAILY)["state"] == "success", airflow.last_words()
