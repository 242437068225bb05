"""Storage: a run's folder is its own, on a disk and on an object store, and what lies on a disk is closed to others."""

import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from upath import UPath

from etl import storage
from etl.cli.faults import in_one_line
from etl.errors import BadInputError
from etl.settings import Settings


@pytest.fixture(params=["disk", "address", "bucket"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The settings of a home whose storage is on a disk, the same given as an address, and on an object store."""
    if request.param == "bucket":
        return Settings(etl_home=tmp_path, etl_storage=f"{request.getfixturevalue('bucket')}/state")
    return Settings(etl_home=tmp_path, etl_storage=f"file://{tmp_path}/state" if request.param == "address" else "")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_of_runs_of_one_name_that_begin_at_once_one_gets_the_folder(settings: Settings) -> None:
    def claim(_: int) -> UPath | str:
        try:
            return storage.claim(settings, "cli__2026-11-28T22:00:00Z")
        except BadInputError as refused:
            return str(refused)

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(claim, range(8)))
    (folder,) = [one for one in told if not isinstance(one, str)]
    assert folder.parent == storage.batches(settings)
    refusals = {one for one in told if isinstance(one, str)}
    said = f"there are batches of a run cli__2026-11-28T22:00:00Z already, in {folder}; start again, and the run gets"
    assert refusals == {f"{said} another name"}


def test_a_folder_with_batches_is_not_taken_by_another_run(settings: Settings) -> None:
    folder = storage.claim(settings, "run")
    storage.write(folder / "00001" / "documents.json", b"[]")
    with pytest.raises(BadInputError, match="there are batches of a run run already"):
        storage.claim(settings, "run")
    assert (folder / "00001" / "documents.json").read_bytes() == b"[]"


@pytest.mark.parametrize("run_id", ["ก" * 250, "a/../../b", "manual__2023-09-30T00:00:00+07:00", ".."])
def test_a_run_of_any_name_has_a_folder_among_the_batches(settings: Settings, run_id: str) -> None:
    folder = storage.claim(settings, storage.unique(run_id))
    assert folder.parent == storage.batches(settings)
    storage.write(folder / "00001" / "documents.json", b"[]")
    assert [path.parents[1].name for path in storage.batches(settings).glob("*/*/documents.json")] == [folder.name]


def test_the_landing_area_is_found_beside_a_work_list(settings: Settings) -> None:
    assert storage.root_of(storage.claim(settings, "run") / "00001") == storage.root(settings)


def test_names_that_are_unique_differ_and_sort_as_before() -> None:
    names = [storage.unique("cli__2026-11-28T22:00:00Z") for _ in range(1000)]
    assert len(set(names)) == 1000
    assert all(re.fullmatch(r"cli__2026-11-28T22:00:00Z__[0-9a-f]{10}", name) for name in names)
    assert max(names) < storage.unique("cli__2026-11-28T22:00:01Z")


@pytest.mark.parametrize("umask", [0, 0o022, 0o077], ids="umask {:03o}".format)
def test_storage_is_closed_and_its_home_can_be_passed(tmp_path: Path, umask: int) -> None:
    settings = Settings(etl_home=tmp_path / "home")
    before = os.umask(umask)
    try:
        storage.write(storage.landing(settings) / "ab" / "abcd", b"personal")
        storage.write(storage.claim(settings, "run") / "00001" / "documents.json", b"personal")
    finally:
        os.umask(before)
    assert mode(settings.home) == 0o711
    assert {mode(path) for path in settings.home.rglob("*")} == {0o700, 0o600}


def test_what_an_earlier_release_left_open_is_closed_and_the_home_stays(tmp_path: Path) -> None:
    settings = Settings(etl_home=tmp_path / "home")
    storage.write(storage.landing(settings) / "ab" / "abcd", b"personal")
    for path in (settings.home, *settings.home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    storage.landing(settings)
    assert mode(settings.home) == 0o755
    assert {mode(path) for path in settings.home.rglob("*")} == {0o700, 0o600}


def test_a_storage_that_holds_a_login_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="ETL_STORAGE holds a login"):
        storage.root(Settings(etl_home=tmp_path, etl_storage="s3://me:s3cr@bucket"))


class Swallowing(BaseHTTPRequestHandler):
    """Takes a request, and never answers."""

    ended = Event()

    def do_PUT(self) -> None:
        self.ended.wait()

    def handle_expect_100(self) -> bool:
        self.ended.wait()
        return False


def test_a_store_that_takes_and_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_PUT_SECONDS", 1)
    with ThreadingHTTPServer(("127.0.0.1", 0), Swallowing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        client = {"endpoint_url": f"http://127.0.0.1:{server.server_port}", "region_name": "us-east-1"}
        path = UPath("s3://bucket/one", key="x", secret="y", client_kwargs=client, skip_instance_cache=True)
        with pytest.raises(TimeoutError) as fault:
            storage.write(path, b"content")
        Swallowing.ended.set()
        server.shutdown()
    assert "the source or storage does not answer" in in_one_line(fault.value)
