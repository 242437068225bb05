"""A disk that is full or read only, and a store that says nothing: one line each, and when it is mended, all is there.

Where we may mount, the disk is a small file system in memory. Elsewhere no file may be bigger than so many bytes.
"""

import os
import socket
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_FSIZE, setrlimit

import pytest

from tests.conftest import SAMPLE, Warehouse
from tests.processes import Etl

BYTES = 1 << 20


class Disk:
    """A small disk for `ETL_HOME`, and the commands that are run on it."""

    def __init__(self, folder: Path, warehouse: Warehouse) -> None:
        self.folder, self._warehouse, self._limit = folder, warehouse, BYTES
        folder.mkdir()
        self.is_mounted = self._mount(f"size={BYTES},mode=0755")

    def etl(self, *arguments: object, **named: str) -> "subprocess.CompletedProcess[str]":
        limit = None if self.is_mounted else partial(setrlimit, RLIMIT_FSIZE, (self._limit, RLIM_INFINITY))
        return Etl(self._warehouse, first=limit, ETL_HOME=str(self.folder / "home"), **named)(*arguments)

    def make_room(self) -> None:
        self._limit *= 100
        if self.is_mounted:
            self._mount(f"remount,size={self._limit}")

    def make_read_only(self) -> None:
        """Let nobody write there; a superuser who may not mount has a folder of the system's instead."""
        if self.is_mounted:
            self._mount("remount,ro")
        elif os.geteuid() == 0:
            self.folder = Path("/sys/etl")
        else:
            self.folder.chmod(0o500)

    def free(self) -> None:
        if self.is_mounted:
            subprocess.run(["umount", str(self.folder)], check=True)

    def _mount(self, options: str) -> bool:
        command = ["mount", "-t", "tmpfs", "-o", options, "etl-test", str(self.folder)]
        return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(tmp_path: Path, warehouse: Warehouse) -> Iterator[Disk]:
    made = Disk(tmp_path / "disk", warehouse)
    yield made
    made.free()


def test_a_disk_that_is_full_while_exports_are_landed_is_told_and_nothing_is_lost(
    disk: Disk, warehouse: Warehouse, exports: Path
) -> None:
    (exports / "a.txt").write_bytes(SAMPLE.read_bytes())
    (exports / "b.bin").write_bytes(os.urandom(2 * BYTES))
    done = disk.etl("run", exports)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "the disk is full: make room there" in done.stderr or "no file may be as big" in done.stderr
    assert warehouse.value("SELECT count(*) FROM ops.load") == 0
    disk.make_room()
    done = disk.etl("run", exports)
    assert done.returncode == 3, done.stderr
    assert warehouse.value("SELECT count(*) FROM dw.fact_progress_report") == 9
    assert warehouse.value("SELECT count(*) FROM ops.quarantine") == 1
    landed = [path for path in (disk.folder / "home" / "landing").glob("*/*") if len(path.name) == 64]
    assert sorted(path.stat().st_size for path in landed) == sorted(path.stat().st_size for path in exports.iterdir())


@pytest.mark.parametrize("arguments", [("run", SAMPLE), ("sql", "SELECT 1")])
def test_a_home_that_is_read_only_is_told(arguments: tuple[object, ...], disk: Disk) -> None:
    disk.make_read_only()
    done = disk.etl(*arguments)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "set ETL_HOME to a folder" in done.stderr


def test_a_store_that_says_nothing_is_told(disk: Disk) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        limits = '{"config_kwargs": {"read_timeout": 1, "retries": {"total_max_attempts": 1}}}'
        done = disk.etl(
            "run", SAMPLE, ETL_STORAGE="s3://bucket/x", FSSPEC_S3=limits, AWS_ACCESS_KEY_ID="x",
            AWS_SECRET_ACCESS_KEY="y", AWS_DEFAULT_REGION="us-east-1",
            AWS_ENDPOINT_URL=f"http://127.0.0.1:{listening.getsockname()[1]}",
        )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "check ETL_SOURCE and ETL_STORAGE" in done.stderr
