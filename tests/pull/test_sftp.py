"""Pulling from an SFTP server: a real one, which shows a folder of this machine."""

import os
import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import ClassVar

import paramiko
import pytest
from paramiko import SFTP_FAILURE, SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface
from paramiko.message import Message
from upath import UPath

from etl.errors import BadInputError, SourceUnavailableError
from etl.landing import read
from etl.pull.schemes import sftp
from etl.pull.schemes.sftp import _NamesInBytes
from etl.pull.source import Skipped
from etl.settings import Reach
from tests.pulling import Memory, land, pulled

KEY = paramiko.RSAKey.generate(2048)
NOW = datetime(2100, 1, 1, tzinfo=UTC)
THEN = datetime(2024, 10, 15, 3, 4, 5, tzinfo=UTC)


class Login(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if (username, password) == ("me", "p w") else paramiko.AUTH_FAILED

    channels_max: ClassVar[int] = 10

    def __init__(self) -> None:
        self._channels = 0

    def check_channel_request(self, kind: str, chanid: int) -> int:
        self._channels += 1
        if self._channels > self.channels_max:
            return paramiko.OPEN_FAILED_RESOURCE_SHORTAGE
        return paramiko.OPEN_SUCCEEDED


class Server(SFTPServer):
    """A server that takes paths of any bytes."""

    def _process(self, kind: int, number: int, message: Message) -> None:
        in_bytes = _NamesInBytes()
        in_bytes.packet = message.packet
        super()._process(kind, number, in_bytes)


class Disk(SFTPServerInterface):
    """The disk of this machine, names in the bytes that they have."""

    opened: ClassVar[list[str]] = []
    at_once: ClassVar[Barrier | None] = None  # none is opened before so many are to be

    def list_folder(self, path: str) -> list[SFTPAttributes] | int:
        try:
            return [
                SFTPAttributes.from_stat(entry.stat(follow_symlinks=False), os.fsencode(entry.name))
                for entry in os.scandir(path)
            ]
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)

    def stat(self, path: str) -> SFTPAttributes | int:
        try:
            return SFTPAttributes.from_stat(Path(path).stat())
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)

    def canonicalize(self, path: str) -> str:
        return os.path.realpath(path)

    def open(self, path: str, flags: int, attr: SFTPAttributes) -> SFTPHandle | int:
        self.opened.append(os.fsdecode(path))
        if self.at_once:
            self.at_once.wait(60)
        if os.fsencode(path).endswith(b"broken.txt"):
            return SFTP_FAILURE
        try:
            file = Path(path).open("rb")  # noqa: SIM115
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)
        handle = SFTPHandle(flags)
        handle.readfile = file
        handle.stat = lambda: SFTPAttributes.from_stat(os.fstat(file.fileno()))
        return handle


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Disk, "opened", [])
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                transport = paramiko.Transport(client)
                transport.add_server_key(KEY)
                transport.set_subsystem_handler("sftp", Server, Disk)
                transport.start_server(server=Login())

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture(autouse=True)
def known(server: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The account's `known_hosts`, which has the server."""
    home = tmp_path_factory.mktemp("home")
    (home / ".ssh").mkdir()
    file = home / ".ssh" / "known_hosts"
    file.write_text(line_of(server, KEY))
    monkeypatch.setenv("HOME", str(home))
    return file


def line_of(server: str, key: paramiko.PKey) -> str:
    host, port = server.split(":")
    return f"[{host}]:{port} {key.get_name()} {key.get_base64()}\n"


def test_a_server_that_nobody_knows_is_refused_with_its_key_shown(
    server: str, known: Path, exports: Path, tmp_path: Path
) -> None:
    put(exports, "a.txt")
    known.unlink()
    source = f"sftp://me:p%20w@{server}{exports}"
    shown = f"{KEY.get_name()} {KEY.get_base64()}"
    with pytest.raises(BadInputError, match=re.escape(f"it shows the key `{shown}` ({KEY.fingerprint})")) as refused:
        land(source, UPath(tmp_path), lambda: NOW)
    assert "p w" not in str(refused.value)
    assert len(land(source, UPath(tmp_path), lambda: NOW, reach=Reach(host_keys=(shown,)))) == 1


@pytest.mark.parametrize("is_told", [True, False])
def test_a_server_that_shows_another_key_than_the_known_one_is_refused(
    server: str, known: Path, exports: Path, tmp_path: Path, is_told: bool
) -> None:
    put(exports, "a.txt")
    another = paramiko.RSAKey.generate(2048)
    told = (f"{another.get_name()} {another.get_base64()}",) if is_told else ()
    if not is_told:
        known.write_text(line_of(server, another))
    with pytest.raises(BadInputError, match="is not the one that is known: it shows the key"):
        land(f"sftp://me:p%20w@{server}{exports}", UPath(tmp_path), lambda: NOW, reach=Reach(host_keys=told))


def test_what_is_no_key_is_told(server: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="key 1 of an SFTP server is no key such as"):
        land(f"sftp://me:p%20w@{server}/", UPath(tmp_path), lambda: NOW, reach=Reach(host_keys=("ssh-rsa nonsense",)))


def test_files_and_links_are_pulled_as_from_a_disk(server: str, exports: Path, tmp_path: Path) -> None:
    (exports / "2566").mkdir()
    for name in ("2566/แบบ ๑.txt", "big.txt"):
        (exports / name).write_bytes(name.encode() * (1 + 99 * (name == "big.txt")))
        os.utime(exports / name, (THEN.timestamp(), THEN.timestamp()))
    (exports / "by_folder").symlink_to("2566")
    (exports / "up").symlink_to("..")
    (exports / "dangling").symlink_to("gone")
    os.mkfifo(exports / "fifo")
    skipped: list[Skipped] = []
    documents = land(
        f"sftp://me:p%20w@{server}{exports}", UPath(tmp_path / "landing"), lambda: NOW,
        reach=Reach(bytes_max=99, silence_seconds=20), on_skipped=skipped.append,
    )  # fmt: skip
    prefix = f"sftp://{server}{exports}/"
    (document,) = documents
    seen = [(one.uri.removeprefix(prefix), one.snapshot_at) for one in document.observations]
    assert seen == [("2566/แบบ ๑.txt", THEN), ("by_folder/แบบ ๑.txt", THEN)]
    assert read(UPath(tmp_path / "landing"), document.sha256) == "2566/แบบ ๑.txt".encode()
    assert {one.uri.removeprefix(prefix): one.reason.partition(",")[0].partition(":")[0] for one in skipped} == {
        "big.txt": "it holds more than 99 bytes; split it",
        "dangling": "the link leads nowhere",
        "fifo": "it is no file",
        "up": "the link leads out of the source",
    }


def test_a_name_that_is_no_utf_8_is_pulled(server: str, exports: Path, tmp_path: Path) -> None:
    with open(os.fsencode(exports) + b"/" + "รายงาน.txt".encode("cp874"), "wb") as file:  # noqa: PTH123 - bytes
        file.write(b"form")
    (document,) = land(f"sftp://me:p%20w@{server}{exports}", UPath(tmp_path), lambda: NOW)
    assert document.uri == f"sftp://{server}{exports}/%C3%D2%C2%A7%D2%B9.txt"


def test_a_wrong_password_and_a_wrong_path_are_told(server: str, tmp_path: Path) -> None:
    for source in (f"sftp://me:wrong@{server}/", f"sftp://me:p%20w@{server}/no/such/folder"):
        with pytest.raises(BadInputError, match=server) as failed:
            land(source, UPath(tmp_path), lambda: NOW)
        assert "wrong" not in str(failed.value)


def put(folder: Path, *names: str, at: datetime = THEN) -> None:
    for name in names:
        (folder / name).write_bytes(name.encode())
        os.utime(folder / name, (at.timestamp(), at.timestamp()))


def test_what_is_unchanged_is_listed_and_not_opened(server: str, exports: Path, tmp_path: Path) -> None:
    put(exports, "a.txt", "b.txt")
    (exports / "link.txt").symlink_to("a.txt")
    source, memory = f"sftp://me:p%20w@{server}{exports}", Memory()

    def names() -> list[str]:
        Disk.opened.clear()
        pulled(source, UPath(tmp_path / "landing"), clock=lambda: NOW, memory=memory)
        return sorted(path.rpartition("/")[2] for path in Disk.opened)

    assert names() == ["a.txt", "a.txt", "b.txt"]
    assert names() == []
    put(exports, "b.txt", at=THEN.replace(second=6))
    assert names() == ["b.txt"]
    (exports / "b.txt").write_bytes(b"longer than b.txt")
    os.utime(exports / "b.txt", (THEN.timestamp() + 1, THEN.timestamp() + 1))
    assert names() == ["b.txt"]
    assert names() == []


def test_what_changed_shortly_before_by_any_clock_is_fetched_once_more(
    server: str, exports: Path, tmp_path: Path
) -> None:
    put(exports, "a.txt")
    source, memory = f"sftp://me:p%20w@{server}{exports}", Memory()
    for minutes, fetched in ((4, 1), (6, 1), (8, 0)):
        at = THEN + timedelta(minutes=minutes)
        found = pulled(source, UPath(tmp_path / "landing"), clock=lambda at=at: at, memory=memory)
        assert found.tally.files_fetched == fetched


def test_several_files_come_at_once(
    server: str, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(exports, *(f"{number}.txt" for number in range(16)))
    monkeypatch.setattr(Disk, "at_once", Barrier(4))
    documents = land(
        f"sftp://me:p%20w@{server}{exports}", UPath(tmp_path / "landing"), lambda: NOW, reach=Reach(at_once=4)
    )
    assert len(documents) == 16


def test_a_server_that_gives_few_channels_is_asked_for_one_file_after_the_other(
    server: str, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(exports, *(f"{number}.txt" for number in range(16)))
    monkeypatch.setattr(Login, "channels_max", 1)
    assert len(land(f"sftp://me:p%20w@{server}{exports}", UPath(tmp_path / "landing"), lambda: NOW)) == 16


def test_what_came_before_the_source_broke_is_remembered(
    server: str, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sftp.Server, "fetch", sftp.Server.fetch.__wrapped__)  # type: ignore[attr-defined]
    put(exports, "a.txt", "b.txt", "broken.txt", "c.txt")
    source, memory = f"sftp://me:p%20w@{server}{exports}", Memory()
    landing, reach = UPath(tmp_path / "landing"), Reach(at_once=1)
    with pytest.raises(SourceUnavailableError, match=r"broken\.txt cannot be fetched"):
        pulled(source, landing, clock=lambda: NOW, memory=memory, reach=reach)
    (exports / "broken.txt").unlink()
    Disk.opened.clear()
    found = pulled(source, landing, clock=lambda: NOW, memory=memory, reach=reach)
    assert [path.rpartition("/")[2] for path in Disk.opened] == ["c.txt"]
    assert len(found.documents) == 3
