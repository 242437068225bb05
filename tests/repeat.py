"""Runs the whole suite over and over, some of it on a busy machine: `python -m tests.repeat [RUNS]`.

Every second run has a process beside it on each core that only burns time. What a run that failed said is kept under
`.test-runs/`; it ends with a table of all runs, and with 1 if one was not green.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4
from xml.etree import ElementTree as ET

import psutil

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".test-runs"
RUN_SECONDS = 3600  # a run that takes longer hangs
GRACE_SECONDS = 20  # for processes that end when the one does that they serve
MARK = "TEST_RUN"  # in the environment of everything that a run starts, servers included


class Run(NamedTuple):
    """What came of the suite once."""

    number: int
    is_loaded: bool
    seconds: float
    status: int | None  # None: it was ended for taking too long
    tests: int
    failed: tuple[str, ...]
    left_behind: tuple[str, ...]

    @property
    def is_green(self) -> bool:
        """Whether every test passed, and no process outlived the run."""
        return self.status == 0 and self.tests > 0 and not self.failed and not self.left_behind

    def row(self) -> str:
        """Return the run as a line of the table."""
        result = "green" if self.is_green else "hung" if self.status is None else f"FAILED ({self.status})"
        load = "busy" if self.is_loaded else "quiet"
        told = "; ".join([*self.failed, *(f"left behind: {one}" for one in self.left_behind)])
        return f"{self.number:4}  {load:5}  {self.seconds:7.0f} s  {self.tests:5} tests  {result:11}  {told}"


@contextmanager
def busy_cores() -> Iterator[None]:
    """Keep every core busy."""
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def run(number: int, *, is_loaded: bool) -> Run:
    """Run the suite as `make test` does; keep what it said unless it was green."""
    mark = f"{number}-{uuid4().hex[:8]}"
    said, report = KEPT / f"{mark}.log", KEPT / f"{mark}.xml"
    environment = os.environ | {MARK: mark, "PYTEST_ADDOPTS": f"--junitxml={report}"}
    began = time.monotonic()
    with said.open("wb") as output:
        suite = subprocess.Popen(
            ["make", "test"], cwd=ROOT, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
        try:
            status = suite.wait(RUN_SECONDS)
        except subprocess.TimeoutExpired:
            status = None
    seconds = time.monotonic() - began
    left_behind = end_all(mark)
    tests, failed = results(report)
    done = Run(number, is_loaded, seconds, status, tests, failed, left_behind if status is not None else ())
    if done.is_green:
        said.unlink()
    report.unlink(missing_ok=True)
    return done


def end_all(mark: str) -> tuple[str, ...]:
    """Kill what a run started and what does not end with it; return the commands."""
    _, remaining = psutil.wait_procs(started_by(mark), timeout=GRACE_SECONDS)
    commands = []
    for process in remaining:
        with suppress(psutil.Error):
            commands.append(" ".join(process.cmdline()[:3]))
            process.kill()
    return tuple(commands)


def started_by(mark: str) -> list[psutil.Process]:
    """Return the processes that a run started, however far from it they are now."""
    processes = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # it has just ended, or is another account's
            if process.environ().get(MARK) == mark:
                processes.append(process)
    return processes


def results(report: Path) -> tuple[int, tuple[str, ...]]:
    """Return the number of tests, and those that failed, from pytest's report; none where it was not written."""
    if not report.exists():
        return 0, ()
    cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 - pytest wrote it
    broken = [case for case in cases if {"failure", "error"} & {child.tag for child in case}]
    return len(cases), tuple(f"{case.get('classname')}.{case.get('name')}" for case in broken)


def main(runs: int) -> int:
    """Run the suite so often, every second time on busy cores; print each run as it ends, then all."""
    KEPT.mkdir(exist_ok=True)
    done = []
    for number in range(1, runs + 1):
        if number % 2:
            one = run(number, is_loaded=False)
        else:
            with busy_cores():
                one = run(number, is_loaded=True)
        print(one.row(), flush=True)
        done.append(one)
    broken = [one for one in done if not one.is_green]
    print(f"\n{len(done)} runs, {sum(one.is_loaded for one in done)} on busy cores, {len(broken)} not green")
    print("\n".join(one.row() for one in done))
    if broken:
        print(f"what they said is in {KEPT}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
