"""Files on a disk: for their owner alone whatever the umask, whole or not at all, lasting before they are believed."""

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from etl import files


@pytest.fixture(params=[0, 0o022, 0o077], ids="umask {:03o}".format)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.mark.usefixtures("umask")
def test_what_is_written_is_for_its_owner_alone_and_folders_that_were_there_stay_as_they_are(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    theirs.chmod(0o755)
    files.write(theirs / "ours" / "deep" / "file", b"content")
    assert [mode(path) for path in (theirs, *sorted(theirs.rglob("*")))] == [0o755, 0o700, 0o700, 0o600]
    files.make(theirs, files.FOLDER)
    assert mode(theirs) == 0o755


@pytest.mark.usefixtures("umask")
def test_a_home_that_is_made_can_be_passed_and_not_be_looked_into(tmp_path: Path) -> None:
    files.make(tmp_path / "parent" / "home", files.PASSABLE)
    assert [mode(path) for path in sorted((tmp_path / "parent").rglob("*"))] == [0o711]
    assert mode(tmp_path / "parent") == 0o711


@pytest.mark.usefixtures("umask")
def test_a_lock_that_was_for_all_is_for_its_owner(tmp_path: Path) -> None:
    with files.lock(tmp_path / "new.lock"):
        assert mode(tmp_path / "new.lock") == 0o600
    (tmp_path / "old.lock").touch()
    (tmp_path / "old.lock").chmod(0o666)
    with files.lock(tmp_path / "old.lock"):
        assert mode(tmp_path / "old.lock") == 0o600


def test_bytes_and_names_are_on_the_disk_before_a_file_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    replace = Path.replace

    def fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        told.append(f"fsync {path.name.partition('.')[0]}")

    def replacing(part: Path, path: Path) -> Path:
        told.append(f"rename to {path.name}")
        return replace(part, path)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replacing)
    files.write(tmp_path / "made" / "file", b"content")
    assert told == [f"fsync {tmp_path.name}", "fsync file", "rename to file", "fsync made"]


def test_what_cannot_be_written_leaves_what_was_there_and_nothing_half(tmp_path: Path) -> None:
    (tmp_path / "taken" / "inside").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        files.write(tmp_path / "taken", b"content")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["inside", "taken"]


def test_threads_that_write_one_file_at_once_leave_it_whole(tmp_path: Path) -> None:
    contents = [str(number).encode() * 100_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: files.write(tmp_path / "folder" / "file", content), contents * 4))
    assert (tmp_path / "folder" / "file").read_bytes() in contents
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["file"]


def test_a_folder_is_closed_with_all_in_it_and_nothing_beyond_its_links(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside.txt", tmp_path / "folder"
    outside.touch()
    outside.chmod(0o644)
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "file").touch()
    (folder / "deep" / "link").symlink_to(outside)
    (folder / "dangling").symlink_to(tmp_path / "nowhere")
    for path in (folder, folder / "deep", folder / "deep" / "file"):
        path.chmod(0o777)
    assert files.is_open(folder)
    files.close(folder)
    assert not files.is_open(folder)
    assert [mode(path) for path in (folder, folder / "deep", folder / "deep" / "file")] == [0o700] * 3
    assert mode(outside) == 0o644


def test_what_another_account_keeps_closed_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "theirs", "z"):
        (tmp_path / "folder" / name).mkdir(parents=True)
        (tmp_path / "folder" / name / "file").touch()
        (tmp_path / "folder" / name / "file").chmod(0o644)
    scandir = os.scandir

    def closed(path: Path) -> Any:
        if path.name == "theirs":  # to root, who may run these tests, none is
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    files.close(tmp_path / "folder")
    assert [mode(tmp_path / "folder" / name / "file") for name in ("a", "theirs", "z")] == [0o600, 0o644, 0o600]


def test_a_folder_is_made_once(tmp_path: Path) -> None:
    def make(_: int) -> bool:
        try:
            files.make_new(tmp_path / "run")
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(make, range(32))) == 1
