"""Storage moves from a disk to an object store and back: nothing is lost on the way, whatever stops it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from upath import UPath

from etl import landing, pipeline, storage
from etl.errors import BadInputError
from etl.storage_move import move
from etl.warehouse import open_engine
from tests.conftest import Warehouse
from tests.forms import Form
from tests.processes import Etl


@pytest.fixture
def loaded(warehouse: Warehouse, exports: Path) -> Warehouse:
    """A warehouse with a form that is loaded and one that is held back, whose source is gone."""
    (exports / "form.txt").write_text(Form().text(), encoding="utf-8")
    (exports / "held.txt").write_text(Form().with_report(2, progress="150").text(), encoding="utf-8")
    warehouse.load(exports)
    shutil.rmtree(exports)
    return warehouse


@pytest.fixture
def etl(loaded: Warehouse, bucket: str) -> Etl:
    return Etl(loaded, **{name: value for name, value in os.environ.items() if name.startswith("AWS_")})


def files_under(address: object) -> dict[str, bytes]:
    """Return what lies in the areas of a storage, by its path from there."""
    root = UPath(str(address))
    root.fs.invalidate_cache()
    return {
        path.removeprefix(root.path).lstrip("/"): root.fs.cat_file(path)
        for area in storage.AREAS
        for path in root.fs.find((root / area).path)
    }


def test_all_that_lies_on_a_disk_lies_on_an_object_store_afterwards_and_works(
    etl: Etl, loaded: Warehouse, bucket: str
) -> None:
    home = loaded.settings.home
    before = files_under(home)
    done = etl("storage", "move", home, f"{bucket}/state")
    assert (done.returncode, done.stderr) == (0, "")
    assert files_under(f"{bucket}/state") == before
    assert files_under(home) == {}
    assert not any((home / area).exists() for area in storage.AREAS)
    etl.environment["ETL_STORAGE"] = f"{bucket}/state"
    case = loaded.value("SELECT quarantine_id FROM ops.quarantine")
    assert "150 %" in etl("quarantine", "show", case).stdout
    assert etl("quarantine", "redrive").returncode == 3
    assert [row["address"] for row in loaded.rows("SELECT address FROM ops.storage")] == [f"{bucket}/state"]


def test_it_comes_back_to_a_disk_closed_to_others(etl: Etl, loaded: Warehouse, bucket: str, tmp_path: Path) -> None:
    before = files_under(loaded.settings.home)
    etl("storage", "move", loaded.settings.home, f"{bucket}/state")
    assert etl("storage", "move", f"{bucket}/state", tmp_path / "back").returncode == 0
    assert files_under(tmp_path / "back") == before
    assert files_under(f"{bucket}/state") == {}
    made = [path for path in (tmp_path / "back").rglob("*") if path != tmp_path / "back"]
    assert {path.stat().st_mode & 0o777 for path in made} == {0o700, 0o600}


@pytest.mark.parametrize("at", [1, 3])
def test_a_move_that_is_stopped_has_removed_nothing_and_is_gone_on_with(
    loaded: Warehouse, tmp_path: Path, at: int
) -> None:
    home, target = loaded.settings.home, tmp_path / "elsewhere"
    before = files_under(home)
    engine = open_engine(loaded.settings)
    copied: list[int] = []

    def stops(files: int) -> None:
        copied.append(files)
        if len(copied) == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(engine, loaded.settings, loaded.settings.model_copy(update={"etl_storage": str(target)}), stops)
    assert files_under(home) == before
    done = move(engine, loaded.settings, loaded.settings.model_copy(update={"etl_storage": str(target)}), copied.append)
    assert (done.files, done.left) == (len(before), [])
    assert files_under(target) == before


def test_what_is_half_there_is_copied_anew(etl: Etl, loaded: Warehouse, tmp_path: Path) -> None:
    before = files_under(loaded.settings.home)
    for number, path in enumerate(before):
        half = tmp_path / "elsewhere" / path
        half.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(before[path][: number * 10])
    assert etl("storage", "move", loaded.settings.home, tmp_path / "elsewhere").returncode == 0
    assert files_under(tmp_path / "elsewhere") == before


def test_what_is_damaged_or_unfinished_is_left_and_named(etl: Etl, loaded: Warehouse, tmp_path: Path) -> None:
    home, target = loaded.settings.home, tmp_path / "elsewhere"
    damaged, *_ = sorted((home / storage.LANDING).glob("*/*"))
    damaged.write_bytes(b"other bytes")
    unfinished = home / storage.LANDING / "ab" / "abc.0123.part"
    unfinished.parent.mkdir(exist_ok=True)
    unfinished.write_bytes(b"half")
    done = etl("storage", "move", home, target)
    assert done.returncode == 3
    assert f"left: {damaged}: its bytes are damaged" in done.stderr
    assert f"left: {unfinished}: a writer has not finished it" in done.stderr
    assert (damaged.read_bytes(), unfinished.read_bytes()) == (b"other bytes", b"half")
    assert not (target / damaged.relative_to(home)).exists()
    assert {row["address"] for row in loaded.rows("SELECT address FROM ops.storage")} == {str(home), str(target)}


def test_one_place_by_another_name_is_not_moved_to(loaded: Warehouse, bucket: str, tmp_path: Path) -> None:
    home, link = loaded.settings.home, tmp_path / "link"
    link.symlink_to(home)
    before = files_under(home)
    there = loaded.settings.model_copy(update={"etl_storage": f"{bucket}/state"})
    for name in (link, home / ".." / home.name):
        named = loaded.settings.model_copy(update={"etl_storage": str(name)})
        with pytest.raises(BadInputError, match="are one storage"):
            move(open_engine(loaded.settings), loaded.settings, named, lambda _: None)
    assert files_under(home) == before
    move(open_engine(loaded.settings), loaded.settings, there, lambda _: None)
    same = loaded.settings.model_copy(update={"etl_storage": f"s3a{bucket.removeprefix('s3')}/state"})
    with pytest.raises(BadInputError, match="are one storage"):
        move(open_engine(loaded.settings), there, same, lambda _: None)
    assert files_under(f"{bucket}/state") == before


def test_what_is_written_meanwhile_is_left_and_named(loaded: Warehouse, tmp_path: Path) -> None:
    home, target = loaded.settings.home, tmp_path / "elsewhere"
    changed = next((home / storage.BATCHES).rglob("document.parquet"))
    late = home / storage.LANDING / "ab" / ("ab" * 32)

    copied: list[int] = []

    def writes_at_the_end(count: int) -> None:
        copied.append(count)
        if len(copied) == count:
            late.parent.mkdir(exist_ok=True)
            late.write_bytes(b"late")
            changed.write_bytes(b"changed")

    to = loaded.settings.model_copy(update={"etl_storage": str(target)})
    done = move(open_engine(loaded.settings), loaded.settings, to, writes_at_the_end)
    assert sorted(done.left) == sorted(f"{path}: it was written meanwhile" for path in (late, changed))
    assert (late.read_bytes(), changed.read_bytes()) == (b"late", b"changed")
    assert {row["address"] for row in loaded.rows("SELECT address FROM ops.storage")} == {str(home), str(target)}


def test_a_purge_looks_where_a_move_was_stopped(loaded: Warehouse, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    to = loaded.settings.model_copy(update={"etl_storage": str(target)})
    sha256 = loaded.value("SELECT sha256 FROM raw.manifest WHERE uri LIKE '%%/form.txt'")

    def stops(count: int) -> None:
        copied.append(count)
        if len(copied) == count:
            raise KeyboardInterrupt

    copied: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        move(open_engine(loaded.settings), loaded.settings, to, stops)
    assert landing.is_sound(storage.landing(to), sha256)
    assert pipeline.purge(loaded.settings, sha256, None, prose=False).not_reached == []
    assert not landing.place(target / storage.LANDING, sha256).exists()
    move(open_engine(loaded.settings), loaded.settings, to, copied.append)
    assert not landing.place(target / storage.LANDING, sha256).exists()


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [
        (lambda home: home, lambda home: home, "are one storage"),
        (lambda home: home, lambda home: home / "landing" / "in", "one lies within the other"),
        (lambda home: home / "nowhere", lambda home: home.with_name("to"), "there is nothing to move"),
        (lambda home: home, lambda _: "s3://login:word@bucket", "holds a login"),
    ],
)
def test_a_move_that_cannot_be_is_refused(
    loaded: Warehouse, source: Callable[[Path], object], target: Callable[[Path], object], says: str
) -> None:
    home = loaded.settings.home
    before = files_under(home)
    places = (loaded.settings.model_copy(update={"etl_storage": str(named(home))}) for named in (source, target))
    with pytest.raises(BadInputError, match=says):
        move(open_engine(loaded.settings), *places, lambda _: None)
    assert files_under(home) == before
