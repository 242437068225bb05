"""Deletes what Airflow keeps of runs that are old: the logs of their tasks, and what its own database says of them."""

import math
import os
import subprocess
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from airflow.sdk.configuration import conf

from etl.errors import BadInputError
from fiscal_year import GRACE

MARGIN = timedelta(days=7)
LOGS, DATABASE = "ETL_LOGS_KEEP_DAYS", "ETL_AIRFLOW_KEEP_DAYS"
CONNECTION = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
DAYS = {LOGS: 90, DATABASE: 365}


def kept(variable: str, least: timedelta) -> timedelta:
    """Return how long something is kept. Raises BadInputError when it is set to less than `least`, or to no number."""
    said = os.environ.get(variable) or DAYS[variable]
    try:
        found = timedelta(days=int(said))
    except (ValueError, OverflowError) as error:
        raise BadInputError(f"{variable} is {said!r}; give a number of days") from error
    if found < least:
        days = math.ceil(least / timedelta(days=1))
        raise BadInputError(f"{variable} is {said}; keep at least {days} days: runs may still need what is younger")
    return found


def delete_old_logs(now: datetime, longest_run: timedelta) -> int:
    """Delete logs that nothing was written to for as long as they are kept; return how many.

    They are kept for a week longer than a run may take. A folder goes when nothing was put into it or taken out for as
    long: a task that is cleared makes its folder, and then its log in it.
    """
    folder = Path(conf.get_mandatory_value("logging", "base_log_folder"))
    least = longest_run + MARGIN
    before = now - kept(LOGS, least)
    old = [file for file in folder.rglob("*.log") if _is_older(file, before)]
    for path in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        if _is_older(path, now - least):
            with suppress(OSError):  # not empty
                path.rmdir()
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def prune_airflow(now: datetime, longest_run: timedelta) -> str:
    """Delete rows of Airflow's own database that are older than they are kept, as `airflow db clean` does.

    They are kept for a week longer than a run may take, or may still begin for a fiscal year that is over. The last run
    of each DAG that was not begun by hand stays, whatever its age. What an earlier cleaning left aside that was broken
    off goes first. Returns what the commands said. Raises RuntimeError when one did not do all of it.
    """
    before = (now - kept(DATABASE, max(GRACE, longest_run) + MARGIN)).isoformat()
    options = ("--clean-before-timestamp", before, "--skip-archive", "--yes", "--error-on-cleanup-failure")
    return _airflow_db("drop-archived", "--yes") + _airflow_db("clean", *options)


def _airflow_db(command: str, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "airflow", "db", command, *options],
        env=_own_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"`airflow db {command}` failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def _own_environment() -> dict[str, str]:
    """Return the environment in which the command finds the database, as any that is called from a shell.

    Airflow hides the address from the code of tasks: in a variable, which would win over its configuration file. Where
    the address stands in variables alone, as in Docker, the one for asynchronous connections is left as it was.
    """
    found = {name: value for name, value in os.environ.items() if not value.startswith("airflow-db-not-allowed:")}
    address = {CONNECTION: found[f"{CONNECTION}_ASYNC"]} if f"{CONNECTION}_ASYNC" in found else {}
    return found | address


def _is_older(path: Path, moment: datetime) -> bool:
    """Tell whether something was last written to before a moment; not where it is gone, or a link."""
    with suppress(FileNotFoundError):
        return not path.is_symlink() and path.stat().st_mtime < moment.timestamp()
    return False
