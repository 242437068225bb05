"""Airflow on this machine: `python -m deploy.local_airflow home | up | down | demo`."""

import argparse
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import Timeout

from deploy import demo
from deploy.airflow_home import USER, AirflowHome, prepare
from deploy.api import AirflowApi
from deploy.services import SERVICES, Services
from etl import files
from etl.errors import EtlError
from etl.settings import Settings
from etl.warehouse import server

log = logging.getLogger(__name__)


def main() -> int:
    """Run one command; exit status 1, with one clear message, when it fails."""
    os.umask(files.UMASK)  # what Airflow and its tasks write as well
    parser = argparse.ArgumentParser(prog="python -m deploy.local_airflow", description=__doc__)
    commands = {"home": home, "up": up, "down": down, "demo": run_demo}
    parser.add_argument("command", choices=commands)
    command = commands[parser.parse_args().command]
    logging.basicConfig(format="%(asctime)s  %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    try:
        settings = Settings()
        with in_turn(settings):
            command(settings)
    except (EtlError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def in_turn(settings: Settings) -> Iterator[None]:
    """Let one of these commands at a time start and stop what runs in a home; another waits until it is done."""
    lock = files.lock(AirflowHome(settings).folder / "command.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log.info("waiting for another command that is at work in %s", settings.home)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def home(settings: Settings) -> None:
    """Prepare AIRFLOW_HOME and the metadata database; print what plain `airflow …` needs."""
    print(f"export AIRFLOW_HOME={_prepared(settings).folder}")


def up(settings: Settings) -> None:
    """Start what does not run yet and wait until all DAGs are ready; print address, login and logs."""
    prepared = _prepared(settings)
    Services(prepared).start()
    print(f"\nAirflow    {prepared.url}")
    print(f"login      {USER}  {prepared.password}")
    print(f"logs       {prepared.folder}/*.log, of tasks in {prepared.folder}/logs")
    print(f"airflow …  export AIRFLOW_HOME={prepared.folder}")


def down(settings: Settings) -> None:
    """Stop Airflow, then the embedded PostgreSQL, as far as they run."""
    Services(AirflowHome(settings)).stop()
    if server.stop(settings):
        log.info("stopped PostgreSQL")


def run_demo(settings: Settings) -> None:
    """Run the main job through Airflow on the real form, and unless SAMPLE is set on an invented city; say what came.

    What was started for it is stopped again.
    """
    prepared = _prepared(settings)
    services = Services(prepared)
    needed = [name for name in SERVICES if name != "triggerer"]
    started = set(needed) - set(services.running())
    try:
        services.start(needed)
        demo.show_sample(settings, demo.run(AirflowApi(prepared)))
        city = None if os.environ.get("SAMPLE") else demo.run(AirflowApi(prepared), demo.invented_city(settings))
    finally:
        services.stop(started)
    if city:
        demo.show_city(settings, city)


def _prepared(settings: Settings) -> AirflowHome:
    log.info("preparing PostgreSQL and Airflow in %s", settings.home)
    services = Services(AirflowHome(settings))
    services.end_left_behind()
    return prepare(settings, keep_port=bool(services.running()))


if __name__ == "__main__":
    sys.exit(main())
