"""All that a home holds is for its owner alone, whatever the umask; and PostgreSQL's account still reaches its data."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from etl.settings import Settings
from etl.warehouse import server
from tests.conftest import Warehouse
from tests.forms import Form
from tests.processes import Etl


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that is not there yet, in a folder that PostgreSQL's account may pass."""
    folder = Path(tempfile.mkdtemp(prefix="etl-modes-"))
    folder.chmod(0o755)
    yield folder / "parent" / "home"
    server.stop(Settings(etl_home=folder / "parent" / "home"))
    shutil.rmtree(folder)


def open_to_others(home: Path) -> list[Path]:
    """Return what is in a home that others may read, write or enter."""
    return [path for path in home.rglob("*") if not path.is_symlink() and path.lstat().st_mode & 0o077]


def test_nothing_in_a_home_is_open_and_what_was_left_open_is_closed(home: Path, exports: Path) -> None:
    (exports / "form.txt").write_text(Form().text(), encoding="utf-8")
    settings = Settings(etl_home=home, warehouse_url=None)
    assert Etl(Warehouse(settings), first=partial(os.umask, 0))("run", exports).returncode == 0
    assert {path.name for path in home.iterdir()} >= {"landing", "batches", "data_docs", "postgres", "postgres.log"}
    assert open_to_others(home) == []
    assert [stat.S_IMODE(path.stat().st_mode) for path in (home, home.parent, home.parent.parent)] == [
        0o711, 0o711, 0o755,
    ]  # fmt: skip
    # As an earlier release left it.
    for name in ("landing", "batches", ".data_docs", "postgres.log", "postgres.lock", ".data_docs.lock"):
        for path in (home / name, *(home / name).rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    home.chmod(0o755)
    assert server.stop(settings)
    assert Etl(Warehouse(settings), first=partial(os.umask, 0o022))("run", exports).returncode == 0
    assert open_to_others(home) == []
    assert stat.S_IMODE(home.stat().st_mode) == 0o755
