"""A folder or file on a server that speaks SFTP.

A file is the same while its size and the time of its last change are, in whole seconds: the protocol states no more.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from queue import Empty, SimpleQueue
from stat import S_ISREG
from threading import Lock, Timer
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import paramiko
from paramiko.config import SSH_PORT
from paramiko.hostkeys import HostKeyEntry
from paramiko.message import Message

from etl import addresses
from etl.errors import BadInputError, SourceUnavailableError
from etl.files import CHUNK_BYTES
from etl.pull.source import (
    SETTLED_ELSEWHERE,
    Access,
    Fetched,
    Listed,
    Skipped,
    folder_at,
    nothing_at,
    persistently,
    too_big,
)
from etl.pull.spool import Spool
from etl.pull.tree import Leaf, Status, walk

SCHEMES = {"sftp"}
HOW_TO_MAKE_KNOWN = (
    "write it into `known_hosts` of the account that pulls, into ETL_SFTP_HOST_KEY, or into the extra `host_key` of the"
    " Connection"
)
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


class _Refusal(paramiko.MissingHostKeyPolicy):
    """Refuses a server whose key nobody has confirmed, before any login is sent to it."""

    def missing_host_key(self, _: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        raise BadInputError(
            f"the SFTP server {hostname} is not known; {_shown_by(key)}. Where its administrator confirms that this is"
            f" its key, let it be known: {HOW_TO_MAKE_KNOWN}"
        )


def _make_known(ssh: paramiko.SSHClient, host: str, port: int, keys: Iterable[str]) -> None:
    """Let a server be known by these keys alone. Raises BadInputError where one is no key."""
    name = host if port == SSH_PORT else f"[{host}]:{port}"
    for number, key in enumerate(keys, start=1):
        try:
            entry = HostKeyEntry.from_line(f"{name} {key}")
        except paramiko.SSHException:
            entry = None
        if entry is None or entry.key is None:
            raise BadInputError(f"key {number} of an SFTP server is no key such as `ssh-ed25519 AAAA…`") from None
        ssh.get_host_keys().add(name, entry.key.get_name(), entry.key)


def _shown_by(key: paramiko.PKey) -> str:
    return f"it shows the key `{key.get_name()} {key.get_base64()}` ({key.fingerprint})"


class _Connection:
    """A connection, and its channels: a thread has one for itself while it uses it."""

    def __init__(self, host: str, port: int, access: Access) -> None:
        self._seconds = access.reach.silence_seconds
        self._ssh = ssh = paramiko.SSHClient()
        self._lock = Lock()
        self._free = SimpleQueue[_Client | None]()  # None: the connection is closed
        self._channels, self._may_open = 0, True
        if access.reach.host_keys:
            _make_known(ssh, host, port, access.reach.host_keys)
        else:
            ssh.load_system_host_keys()
        ssh.set_missing_host_key_policy(_Refusal())
        with self._within_limits():
            ssh.connect(
                host, port, access.username or None, access.password or None, timeout=self._seconds,
                banner_timeout=self._seconds, auth_timeout=self._seconds, channel_timeout=self._seconds,
            )  # fmt: skip

    def close(self) -> None:
        self._ssh.close()
        self._free.put(None)

    @contextmanager
    def channel(self) -> Iterator[_Client]:
        """Yield a channel; after an error that is not of one file, the connection is closed."""
        client = self._taken()
        try:
            yield client
        except (FileNotFoundError, PermissionError):
            self._free.put(client)
            raise
        except BaseException:
            self.close()
            raise
        self._free.put(client)

    def _taken(self) -> _Client:
        try:
            client = self._free.get_nowait()
        except Empty:
            client = self._opened() or self._free.get()
        if client is None:
            self._free.put(None)  # for the next one who waits
            raise paramiko.SSHException("the connection broke")
        return client

    def _opened(self) -> _Client | None:
        """Return a channel more; None when the server gives no more than there are."""
        with self._lock:
            if not self._may_open:
                return None
            try:
                with self._within_limits():
                    client = _Client.from_transport(self._ssh.get_transport())  # type: ignore[arg-type]
            except paramiko.ChannelException:
                if not self._channels:
                    raise
                self._may_open = False
                return None
            if client is None or (channel := client.get_channel()) is None:
                raise paramiko.SSHException("no channel")
            channel.settimeout(self._seconds)
            self._channels += 1
            return client

    @contextmanager
    def _within_limits(self) -> Iterator[None]:
        # The library waits for ever for the answer to one of the steps: when all of them have had their time, it ends.
        watch = Timer(3 * self._seconds, self._ssh.close)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()


class _Tree:
    """A server's files and folders, through one channel."""

    def __init__(self, server: "Server", client: _Client) -> None:
        self._client, self.address = client, server.address_of

    def entries(self, folder: bytes) -> list[tuple[bytes, Status]]:
        found = self._client.listdir_attr(folder)  # type: ignore[arg-type]
        return [(os.fsencode(entry.filename), _status(entry)) for entry in found]

    def status(self, path: bytes) -> Status:
        return _status(self._client.stat(path))

    def real(self, path: bytes) -> bytes:
        return os.fsencode(self._client.normalize(path))


class Server:
    """A source on a server, to which it connects when it is asked, and anew after the connection broke."""

    def __init__(self, address: str, access: Access) -> None:
        parts = urlsplit(address)
        self._login = parts.hostname or "", parts.port or 22, access
        self._netloc, self._shown, self._reach = parts.netloc, address, access.reach
        self._root = unquote_to_bytes(parts.path) or b"/"
        self.address = self.address_of(self._root)
        self.folder = folder_at(self.address)
        self._lock = Lock()
        self._connection: _Connection | None = None

    def address_of(self, path: bytes) -> str:
        """Return the address of a path on the server."""
        return addresses.bounded(f"sftp://{self._netloc}{addresses.escape(path)}")

    @persistently
    def listed(self) -> list[Listed | Skipped]:
        """Return the files in it. Raises as every source does."""
        try:
            with self._channel() as client:
                found = list(walk(_Tree(self, client), self._root))
        except FileNotFoundError as error:
            raise nothing_at(self._shown) from error
        except paramiko.BadHostKeyException as error:
            raise BadInputError(
                f"the server of {self._shown} is not the one that is known: {_shown_by(error.key)}, which may be"
                " somebody else's. Where its administrator confirms that it has a new key, let it be known instead:"
                f" {HOW_TO_MAKE_KNOWN}"
            ) from error
        except paramiko.AuthenticationException as error:
            raise BadInputError(f"{self._shown} lets nobody in with this login: {error}") from error
        except _UNAVAILABLE as error:
            raise SourceUnavailableError(f"{self._shown} does not answer: {error or type(error).__name__}") from error
        return [
            Listed(self.address_of(entry.path), entry.status.version, entry.status.modified_at, entry)
            if isinstance(entry, Leaf)
            else entry
            for entry in found
        ]

    @persistently
    def fetch(self, found: Listed, _: str | None, spool: Spool, at: datetime) -> Fetched | Skipped:
        """Write the bytes of a file. Raises as every source does."""
        spool.restart()
        leaf: Leaf = found.found_by
        try:
            with self._channel() as client, client.open(leaf.real) as file:
                information = file.stat()
                before = _status(information)
                if not S_ISREG(before.mode):
                    return Skipped(found.uri, "it is no file any more")
                size = information.st_size or 0
                if size > self._reach.bytes_max:
                    return Skipped(found.uri, too_big(self._reach))
                file.prefetch(size)
                while chunk := file.read(CHUNK_BYTES):
                    spool.write(chunk)
                after = _status(file.stat())
        except (FileNotFoundError, PermissionError) as error:
            return Skipped(found.uri, f"the file cannot be read: {error.strerror}")
        except _UNAVAILABLE as error:
            raise SourceUnavailableError(f"{found.uri} cannot be fetched: {error or type(error).__name__}") from error
        is_settled = after.modified_at and after.modified_at + SETTLED_ELSEWHERE.total_seconds() < at.timestamp()
        return Fetched(found.uri, after.version if is_settled and after == before else None, after.modified_at)

    def close(self) -> None:
        """End the connection."""
        if self._connection:
            self._connection.close()

    @contextmanager
    def _channel(self) -> Iterator[_Client]:
        with self._lock:
            connection = self._connection = self._connection or _Connection(*self._login)
        try:
            with connection.channel() as client:
                yield client
        except (FileNotFoundError, PermissionError):
            raise
        except BaseException:
            with self._lock:
                if self._connection is connection:
                    self._connection = None
            raise


open_source = Server


def _status(information: paramiko.SFTPAttributes) -> Status:
    size, modified = information.st_size, information.st_mtime
    version = None if size is None or modified is None else f"{size} {modified}"
    return Status(information.st_mode or 0, version, None if modified is None else float(modified))
