"""A folder or file on a server that speaks SFTP."""

import os
from collections.abc import Iterator
from contextlib import suppress
from stat import S_ISREG
from threading import Timer
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import paramiko
from paramiko.message import Message

from etl import addresses
from etl.errors import BadInputError, SourceUnavailableError
from etl.pull.source import Access, File, Skipped, nothing_at, persistently, too_big
from etl.pull.tree import Leaf, walk

SCHEMES = {"sftp"}
_UNAVAILABLE = (OSError, EOFError, paramiko.SSHException)


class _NamesInBytes(Message):
    """A message whose names may be of any encoding."""

    def get_text(self) -> str:
        return os.fsdecode(self.get_string())


class _Client(paramiko.SFTPClient):
    def _request(self, kind: Any, *arguments: Any) -> tuple[Any, Message]:
        number, message = super()._request(kind, *arguments)  # type: ignore[misc]
        in_bytes = _NamesInBytes()
        in_bytes.packet = message.packet
        return number, in_bytes


class _Server:
    """A connection that is opened when it is needed, and anew after it broke."""

    def __init__(self, address: str, access: Access) -> None:
        parts = urlsplit(address)
        self._host, self._port, self._access = parts.hostname or "", parts.port or 22, access
        self._netloc = parts.netloc
        self._ssh: paramiko.SSHClient | None = None
        self._client: _Client | None = None

    @property
    def client(self) -> _Client:
        if self._client is None:
            self._client = self._connected()
        return self._client

    def close(self) -> None:
        self._client = None
        if self._ssh:
            self._ssh.close()

    def _connected(self) -> _Client:
        seconds, login = self._access.reach.silence_seconds, self._access
        self._ssh = ssh = paramiko.SSHClient()
        ssh.load_system_host_keys()
        ssh.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507 - refused is only another key of a known host
        # The library waits for ever for the answer to one of the steps: when all of them have had their time, it ends.
        watch = Timer(3 * seconds, ssh.close)
        watch.daemon = True
        watch.start()
        try:
            ssh.connect(
                self._host, self._port, login.username or None, login.password or None,
                timeout=seconds, banner_timeout=seconds, auth_timeout=seconds, channel_timeout=seconds,
            )  # fmt: skip
            client = _Client.from_transport(ssh.get_transport())  # type: ignore[arg-type]
        finally:
            watch.cancel()
        if client is None or (channel := client.get_channel()) is None:
            raise paramiko.SSHException("no channel")
        channel.settimeout(seconds)
        return client

    def address(self, path: bytes) -> str:
        return addresses.bounded(f"sftp://{self._netloc}{addresses.escape(path)}")

    def entries(self, folder: bytes) -> list[tuple[bytes, int]]:
        found = self.client.listdir_attr(folder)  # type: ignore[arg-type]
        return [(os.fsencode(entry.filename), entry.st_mode or 0) for entry in found]

    def mode(self, path: bytes) -> int:
        return self.client.stat(path).st_mode or 0

    def real(self, path: bytes) -> bytes:
        return os.fsencode(self.client.normalize(path))


def files(address: str, access: Access) -> Iterator[File | Skipped]:
    """Yield the files at an `sftp://` address."""
    server = _Server(address, access)
    try:
        for found in _listed(server, address):
            yield found if isinstance(found, Skipped) else _fetched(server, found, access)
    finally:
        server.close()


@persistently
def _listed(server: _Server, address: str) -> list[Leaf | Skipped]:
    try:
        return list(walk(server, unquote_to_bytes(urlsplit(address).path) or b"/"))
    except FileNotFoundError as error:
        raise nothing_at(address) from error
    except paramiko.AuthenticationException as error:
        raise BadInputError(f"{address} lets nobody in with this login: {error}") from error
    except _UNAVAILABLE as error:
        server.close()
        raise SourceUnavailableError(f"{address} does not answer: {error or type(error).__name__}") from error


@persistently
def _fetched(server: _Server, found: Leaf, access: Access) -> File | Skipped:
    uri, bytes_max = server.address(found.path), access.reach.bytes_max
    try:
        with server.client.open(found.real) as file:
            information = file.stat()
            if not S_ISREG(information.st_mode or 0):
                return Skipped(uri, "it is no file any more")
            size = information.st_size or 0
            if size <= bytes_max:
                file.prefetch(size)
            content = file.read(bytes_max + 1) if size <= bytes_max else None
    except (FileNotFoundError, PermissionError) as error:
        return Skipped(uri, f"the file cannot be read: {error.strerror}")
    except _UNAVAILABLE as error:
        with suppress(*_UNAVAILABLE):
            server.close()
        raise SourceUnavailableError(f"{uri} cannot be fetched: {error or type(error).__name__}") from error
    if content is None or len(content) > bytes_max:
        return Skipped(uri, too_big(access.reach))
    return File(uri, content, float(information.st_mtime) if information.st_mtime is not None else None)
