"""What a service left behind is ended before the next one starts, and nobody else's process is."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from deploy.service import end_group

# Its child does not end by itself.
SERVICE = "import subprocess; print(subprocess.Popen(['tail', '-f', '/dev/null']).pid, flush=True); input()"

ORDINARY = 65534
# As Airflow's workers do while they have a task: not even their own account may look at them.
CLOSED_WORKER = """
import ctypes, os, signal, sys
from pathlib import Path
from deploy.service import end_group

folder = Path(sys.argv[1])
if os.getuid() == 0:
    os.setuid(int(sys.argv[2]))
os.chdir(folder)
reading, writing = os.pipe()
service = os.fork()
if not service:
    os.setsid()
    if not os.fork():
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
        os.write(writing, b"%9d" % os.getpid())
        signal.pause()
    os._exit(0)
os.close(writing)
os.waitpid(service, 0)
worker = int(os.read(reading, 9))
try:
    os.readlink(f"/proc/{worker}/cwd")
except PermissionError:
    print("closed")
(folder / "scheduler.pid").write_text(str(service))
end_group(folder, "scheduler")
os.set_blocking(reading, False)
print("ended" if os.read(reading, 1) == b"" else "goes on")
"""


def left_behind(folder: Path) -> tuple[int, subprocess.Popen[bytes]]:
    """Return the group of a service that was killed, and what its child holds open until it ends."""
    service = subprocess.Popen(
        [sys.executable, "-c", SERVICE],
        cwd=folder,
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert service.stdout
    assert service.stdout.readline()
    os.kill(service.pid, 9)
    service.wait()
    return service.pid, service


def test_a_child_of_a_service_that_was_killed_is_ended(tmp_path: Path) -> None:
    group, service = left_behind(tmp_path)
    (tmp_path / "scheduler.pid").write_text(f"{group} 1795975058.4")  # as releases before wrote it
    os.killpg(group, 0)
    end_group(tmp_path, "scheduler")
    assert service.stdout
    assert service.stdout.read() == b""  # which its child held open, too
    end_group(tmp_path, "scheduler")


def test_a_group_that_works_elsewhere_is_left_alone(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    for folder in (home, elsewhere):
        folder.mkdir()
    group, _ = left_behind(elsewhere)
    (home / "scheduler.pid").write_text(str(group))
    end_group(home, "scheduler")
    os.killpg(group, 0)
    os.killpg(group, 9)


@pytest.mark.parametrize("kept", [None, "", "nonsense"])
def test_without_a_process_that_is_known_nothing_is_ended(tmp_path: Path, kept: str | None) -> None:
    if kept is not None:
        (tmp_path / "scheduler.pid").write_text(kept)
    end_group(tmp_path, "scheduler")


def test_an_ordinary_account_ends_what_does_not_say_where_it_works() -> None:
    # Not pytest's own folder: that is closed to others when we are root.
    folder = tempfile.mkdtemp()
    try:
        if os.getuid() == 0:
            shutil.chown(folder, ORDINARY)
        done = subprocess.run(
            [sys.executable, "-c", CLOSED_WORKER, folder, str(ORDINARY)], capture_output=True, text=True, check=False
        )
        assert (done.stdout, done.stderr) == ("closed\nended\n", "")
    finally:
        shutil.rmtree(folder)
