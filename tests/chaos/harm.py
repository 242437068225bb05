"""The kinds of harm that are done to an installation. Each does one, and notes what came of it."""

import os
import random
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
from upath import UPath

from etl import batch, storage
from tests.chaos.ledger import Ledger
from tests.chaos.moment import AFTER, BEFORE, Watch, watching
from tests.chaos.world import DISK_BYTES, Command, World

DONE = {0: "done", 3: "done, some held back"}
IN_LOAD = 0.8  # the share of kills that wait for a load's transaction
KILOBYTE = 1024
HASH_DIGITS = 64
IN_TIME = 0.8  # of the seconds that a load took: what it does last is quickly over


class Harm:
    """What does harm, by chance but from a seed."""

    def __init__(self, world: World, ledger: Ledger, random_: random.Random) -> None:
        self.world, self.ledger, self.random = world, ledger, random_
        self.load_seconds = self.until_load_seconds = 1.0

    def measure(self, command: Command, watch: Watch) -> None:
        """Learn from a run that nobody harms how long it takes until its load, and how long that takes."""
        began = time.monotonic()
        if watch.await_load(command):
            self.until_load_seconds = time.monotonic() - began
            self.load_seconds = watch.await_end(command)

    # Kills

    def kill_run(self) -> None:
        self._kill("kill of etl run", self.world.run(self._source()))

    def kill_load(self) -> None:
        """Kill the load of batches that a run has left, as Airflow would try it again."""
        runs = [path for path in storage.batches(self.world.settings).glob("*") if path.is_dir()]
        folders = [run for run in runs if _is_read(run)]
        if not folders:
            return self.kill_run()
        load = self.world.start("-m", "tests.chaos.load", str(self.random.choice(folders)))
        return self._kill("kill of a load task", load)

    def _kill(self, kind: str, command: Command) -> None:
        with watching(self.world.settings) as watch:
            where: str | None
            if self.random.random() < IN_LOAD:
                where = watch.somewhere(command, self.random, self.load_seconds * IN_TIME)
            else:
                time.sleep(self.random.uniform(0, self.until_load_seconds))
                where = next(iter(watch.steps().values()), BEFORE)
        has_ended = command.process.poll() is not None
        command.kill(children=self.random.random() < 0.5)
        status = command.ended()
        self.ledger.note(kind, where or AFTER, "too late" if has_ended else "killed")
        if has_ended:
            self._judge(kind, command, status)

    def kill_server(self) -> None:
        """Kill the server, or the one process of it that serves the load, in the midst of it."""
        command = self.world.run(self._source())
        with watching(self.world.settings) as watch:
            where = watch.somewhere(command, self.random, self.load_seconds * IN_TIME)
            backends = list(watch.steps())
            kind = self.random.choice(["kill of the server", "kill of a backend"])
            with suppress(psutil.Error, LookupError):
                if kind == "kill of a backend" and backends:
                    psutil.Process(backends[0]).kill()
                else:
                    kind = "kill of the server"
                    self.world.postmaster().kill()
        status = command.ended()
        outcome = DONE.get(status, "failed, as it should" if status == 1 else f"ended with {status}")
        self.ledger.note(kind, where or AFTER, outcome)
        self._judge(kind, command, status, may_fail=True)

    # Crowds

    def crowd(self) -> None:
        """Let two to ten runs begin at once, of the same exports and of different ones."""
        count = self.random.randint(2, 10)
        commands = [self.world.run(self._source()) for _ in range(count)]
        for command in commands:
            status = command.ended()
            self.ledger.note("runs at once", f"{count} of them", DONE.get(status, f"ended with {status}"))
            self._judge("runs at once", command, status)

    # Damage

    def damage_landing(self) -> None:
        """Empty, overwrite, cut or remove some files of the landing area, and run."""
        self.world.run(self.random.choice(self.world.folders())).ended()  # so that there are some
        files = [path for path in storage.landing(self.world.settings).glob("*/*") if len(path.name) == HASH_DIGITS]
        for path in self.random.sample(files, min(len(files), self.random.randint(1, 20))):
            how = self.random.choice(["emptied", "overwritten", "cut", "removed"])
            content = path.read_bytes()
            if how == "removed":
                path.unlink()
            else:
                kept = {"emptied": b"", "overwritten": os.urandom(len(content)), "cut": content[: len(content) // 2]}
                path.chmod(0o600)
                path.write_bytes(kept[how])
            self.ledger.note("damaged file", how, "done")
        command = self.world.run()
        status = command.ended()
        self.ledger.note("run after damage", "landing area", DONE.get(status, f"ended with {status}"))
        self._judge("run after damage", command, status)

    # A full disk

    def fill_disk(self) -> None:
        """Leave a run some kilobytes or megabytes of disk, for landing area, batches and the server's data alike."""
        if not self.world.is_mounted:
            self._leave_out("a full disk: mounting a small file system needs root")
            return
        with watching(self.world.settings):
            pass  # the server runs, and has its files
        left = self.random.choice([8, 64, 512, 4096, 24_000]) * KILOBYTE
        self.world.resize(self.world.used_bytes() + left)
        try:
            command = self.world.run(self._source())
            status = command.ended()
        finally:
            self.world.resize(DISK_BYTES)
        self.ledger.note("disk full", f"{left // KILOBYTE} KB left", DONE.get(status, f"ended with {status}"))
        self._judge("disk full", command, status, may_fail=True)

    # Clocks

    def step_clock(self) -> None:
        """Let a run begin years from now or before now, and its clock be set in the midst of it."""
        library = next(Path("/usr/lib").rglob("libfaketimeMT.so.1"), None)
        if library is None:
            self._leave_out("clock steps: they need faketime (apt-get install faketime)")
            return
        # Not to the Buddhist era: past 2262 no Python knows the time.
        first, then = (self.random.choice([self.random.randint(-600, 20_000), 0]) for _ in range(2))
        with watching(self.world.settings), tempfile.NamedTemporaryFile("w", suffix=".clock") as clock:
            # The server runs already, by the true clock.
            Path(clock.name).write_text(f"{first:+}d")
            options = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": clock.name, "FAKETIME_NO_CACHE": "1"}
            command = self.world.run(self._source(), DONT_FAKE_MONOTONIC="1", **options)
            time.sleep(self.random.uniform(0, self.until_load_seconds + self.load_seconds))
            Path(clock.name).write_text(f"{then:+}d")
            status = command.ended()
        where = f"{_era(first)}, then {_era(then)}"
        self.ledger.note("clock step", where, DONE.get(status, f"ended with {status}"))
        self._judge("clock step", command, status)

    # What all share

    def _source(self) -> Path:
        return self.random.choice([self.world.exports, *self.world.folders()])

    def _judge(self, kind: str, command: Command, status: int, *, may_fail: bool = False) -> None:
        """Note as a fault what no harm excuses: a command that hangs, a traceback, a failure where none was due."""
        last = command.last_line() if status in (0, 1, 3) else command.said()[-1500:]
        if status == -99:
            self.ledger.fault(f"{kind}: it hung; it said: {last}")
        elif "Traceback" in command.said():
            self.ledger.fault(f"{kind}: a traceback that ends with: {last}")
        elif status not in DONE and not (may_fail and status == 1):
            self.ledger.fault(f"{kind}: it ended with {status}: {last}")

    def _leave_out(self, text: str) -> None:
        if text not in self.ledger.left_out:
            self.ledger.left_out.append(text)


def _is_read(run: UPath) -> bool:
    """Tell whether all documents of a run were read, so that its load is due."""
    batches = [path for path in run.iterdir() if path.is_dir()]
    return bool(batches) and all((path / batch.RESULTS).exists() for path in batches)


def _era(days: int) -> str:
    return "past" if days < 0 else "future" if days else "now"


# Each kind, a method of `Harm`, and its weight.
KINDS = {
    "kill_run": 6, "kill_load": 6, "kill_server": 4, "crowd": 2, "damage_landing": 2, "fill_disk": 2, "step_clock": 2,
}  # fmt: skip
