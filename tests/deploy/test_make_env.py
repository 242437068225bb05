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


def test_an_existing_file_keeps_what_it_has_and_gets_what_is_new(house: Path) -> None:
    make_env(house)
    env = house / ".env"
    before = values(env)
    kept = "".join(f"{name}={value}\n" for name, value in before.items() if "SUPERSET" not in name)
    env.write_text(f"{kept}EXPORTS_FOLDER=/srv/exports")
    done = make_env(house)
    added = {name for name in before if "SUPERSET" in name}
    assert (done.returncode, done.stdout) == (0, f"added {', '.join(sorted(added))} to {env}\n")
    after = values(env)
    assert after.keys() == before.keys() | {"EXPORTS_FOLDER"}
    assert {name: after[name] for name in before if name not in added} == {
        name: before[name] for name in before if name not in added
    }
    assert not {after[name] for name in added} & set(before.values())
    text = env.read_text()
    assert "has all it needs" in make_env(house).stdout
    assert env.read_text() == text
