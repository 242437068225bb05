"""Airflow on the attacked installation: its daily DAG is run, and the process of a task is killed in the load.

A task that is killed is tried again by Airflow, so that in the end each run must have succeeded.
"""

import random
import time
from contextlib import suppress

import psutil

from deploy.airflow_home import AirflowHome
from deploy.api import AirflowApi
from deploy.services import Services
from tests.chaos.ledger import Ledger
from tests.chaos.moment import BEFORE, watching
from tests.chaos.world import POLL_SECONDS, World

DAG = "report_exports_daily"
KIND = "kill of an Airflow task"
RUN_SECONDS = 420
ENDED = ("success", "failed")


def kill_tasks(world: World, ledger: Ledger, random_: random.Random, seconds: int) -> None:
    """Start Airflow, run its DAG and kill tasks for so long, and stop it; each run must end in success."""
    up = world.start("-m", "deploy.local_airflow", "up", ETL_SOURCE=str(world.exports))
    if up.ended() != 0:
        ledger.fault(f"Airflow does not come up: {up.said()[-1000:]}")
        return
    api, ends = AirflowApi(AirflowHome(world.settings)), time.monotonic() + seconds
    try:
        while True:
            _one_run(world, api, ledger, random_)
            if time.monotonic() > ends:
                break
    finally:
        down = world.start("-m", "deploy.local_airflow", "down")
        if down.ended() != 0:
            ledger.fault(f"Airflow does not go down: {down.said()[-1000:]}")


def _one_run(world: World, api: AirflowApi, ledger: Ledger, random_: random.Random) -> None:
    run_id, where = api.trigger(DAG, "chaos"), BEFORE
    deadline, strikes_at = time.monotonic() + RUN_SECONDS, time.monotonic() + random_.uniform(5, 60)
    victim: psutil.Process | None = None
    with watching(world.settings) as watch:
        while (state := api.run(DAG, run_id)["state"]) not in ENDED and time.monotonic() < deadline:
            until = time.monotonic() + 1  # to ask for the state more often would load the API's server
            while victim is None and time.monotonic() < until:
                steps = watch.steps()
                if steps or time.monotonic() > strikes_at:
                    time.sleep(random_.uniform(0, 0.3))
                    where = next(iter(watch.steps().values()), BEFORE)
                    victim = _task(world)
                    if victim:
                        with suppress(psutil.NoSuchProcess):
                            victim.kill()
                        ledger.note(KIND, where, "killed")
                        break
                time.sleep(POLL_SECONDS)
            if victim is not None:
                time.sleep(1)
    ledger.note("run of the DAG", "Airflow", state)
    if state != "success":
        ledger.fault(f"the run {run_id} of {DAG} ended as {state}")


def _task(world: World) -> psutil.Process | None:
    """Return the process that does a task's work: the scheduler's youngest descendant without children of its own."""
    scheduler = Services(AirflowHome(world.settings)).process("scheduler")
    if scheduler is None:
        return None
    workers = {child.pid for child in scheduler.children()}
    with suppress(psutil.NoSuchProcess):
        below = [child for child in scheduler.children(recursive=True) if child.pid not in workers]
        return max(below, key=lambda child: child.create_time(), default=None)
    return None
