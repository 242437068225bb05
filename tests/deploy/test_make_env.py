"""The secrets of a Docker installation: made anew, fit for use, private, and never made twice."""

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

SCRIPT = Path(__file__).parents[2] / "deploy" / "docker" / "make_env.py"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a checkout that holds nothing but the script, where it belongs."""
    folder = tmp_path / "deploy" / "docker"
    folder.mkdir(parents=True)
    shutil.copy(SCRIPT, folder)
    return tmp_path


def make_env(house: Path) -> subprocess.CompletedProcess[str]:
    # Isolated from what is installed: a machine with Docker needs no more than its own Python.
    command = [sys.executable, "-I", "-S", str(house / "deploy" / "docker" / "make_env.py")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def values(env: Path) -> dict[str, str]:
    lines = env.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def test_only_the_owner_can_read_the_file(house: Path) -> None:
    make_env(house)
    assert stat.S_IMODE((house / ".env").stat().st_mode) == 0o600


def test_the_fernet_key_is_one(house: Path) -> None:
    make_env(house)
    Fernet(values(house / ".env")["AIRFLOW_FERNET_KEY"])


def test_every_secret_is_long_and_differs(house: Path) -> None:
    make_env(house)
    made = values(house / ".env")
    assert min(map(len, made.values())) >= 32
    assert len(set(made.values())) == len(made)


def test_no_secret_is_shown(house: Path) -> None:
    done = make_env(house)
    assert done.returncode == 0
    assert not any(secret in done.stdout + done.stderr for secret in values(house / ".env").values())


def test_two_installations_share_no_secret(house: Path) -> None:
    make_env(house)
    first = values(house / ".env")
    (house / ".env").unlink()
    make_env(house)
    assert not set(first.values()) & set(values(house / ".env").values())


def test_an_existing_file_is_left_alone(house: Path) -> None:
    (house / ".env").write_text("POSTGRES_PASSWORD=ours\n")
    done = make_env(house)
    assert done.returncode == 1
    assert "exists already" in done.stderr
    assert (house / ".env").read_text() == "POSTGRES_PASSWORD=ours\n"
