"""A source's files into the landing area: bytes kept as they came, named by content hash, listed with where they stood.

In comes an address: a folder, `file://`, `http(s)://`, `s3://` or `sftp://`. Out come landed documents. Of an archive
these are its members; its own bytes are kept as well. A login in the address goes to the connection and nowhere else:
neither documents nor errors name it.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
import fsspec
import paramiko
from fsspec import AbstractFileSystem
from msgspec.structs import replace
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter
from upath import UPath

from etl.errors import BadInputError, SourceUnavailableError
from etl.read.archive import Member, is_archive, unpack
from etl.records import LandedDocument, Sighting
from etl.storage import write_once

ATTEMPTS = 4
_MODIFIED = ("mtime", "LastModified", "last_modified", "Last-Modified")

_UNAVAILABLE = (OSError, aiohttp.ClientError, paramiko.SSHException)

_persistently = retry(
    retry=retry_if_exception_type(SourceUnavailableError),
    stop=stop_after_attempt(ATTEMPTS),
    wait=wait_exponential_jitter(multiplier=0.5, max=8),
    reraise=True,
)


def land(
    source: str,
    landing: UPath,
    fetched_at: datetime,
    on_file: Callable[[], object],
    purged: AbstractSet[str] = frozenset(),
) -> list[LandedDocument]:
    """Copy every file under the source into the landing area; return the documents by hash, each once.

    Of those with a hash in `purged` no bytes are kept, nor archives that pack them.

    Raises BadInputError when there is nothing at the address, SourceUnavailableError when it does not answer.
    """
    files = (
        (Sighting(uri=uri, snapshot_at=modified_at, fetched_at=fetched_at), content)
        for uri, content, modified_at in _files(*_apart(source), fetched_at)
    )
    return _land_files(files, landing, on_file, purged)


def land_again(documents: Iterable[LandedDocument], landing: UPath) -> list[LandedDocument]:
    """Return landed documents as they are, but of an archive that can be opened by now its members, landed."""
    files = (
        (sighting, UPath(document.landed_uri).read_bytes()) for document in documents for sighting in document.sightings
    )
    return _land_files(files, landing, lambda: None, frozenset())


def _land_files(
    files: Iterable[tuple[Sighting, bytes]],
    landing: UPath,
    on_file: Callable[[], object],
    purged: AbstractSet[str],
) -> list[LandedDocument]:
    sightings: dict[str, list[Sighting]] = {}
    sizes: dict[str, int] = {}
    for file, content in files:
        packs_purged = False
        for member in unpack(file.uri, content):
            sha256 = hashlib.sha256(member.content).hexdigest()
            if sha256 in purged:
                packs_purged = True
            else:
                write_once(landed(landing, sha256), member.content)
            seen = replace(file, uri=member.uri, snapshot_at=_snapshot_at(member, file.snapshot_at))
            sightings.setdefault(sha256, []).append(seen)
            sizes[sha256] = len(member.content)
            on_file()
        if is_archive(content) and not packs_purged:
            write_once(landed(landing, hashlib.sha256(content).hexdigest()), content)
    return [
        LandedDocument(
            sha256=sha256,
            landed_uri=str(landed(landing, sha256)),
            byte_size=sizes[sha256],
            sightings=seen,
            is_purged=sha256 in purged,
        )
        for sha256, seen in sorted(sightings.items())
    ]


def _snapshot_at(member: Member, modified_at: datetime) -> datetime:
    """Return when a document was modified: in an archive, when its member was, which is when the export was saved.

    An archive may bring exports of many months. A member younger than its archive has a clock that cannot be believed.
    """
    return member.modified_at if member.modified_at and member.modified_at <= modified_at else modified_at


def landed(landing: UPath, sha256: str) -> UPath:
    """Return where the bytes with a hash lie in the landing area."""
    return landing / sha256[:2] / sha256


def _apart(source: str) -> tuple[str, dict[str, Any]]:
    """Return an address without the login in it, and the login as the connection takes it.

    Raises BadInputError, without the address, when it cannot be told where the login ends.
    """
    try:
        parts = urlsplit(source)
        _ = parts.port
    except ValueError:
        raise BadInputError(
            "the source is no address; in its login, write what is neither letter nor digit as %XX"
        ) from None
    if "@" not in parts.netloc:
        return source, {}
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    match parts.scheme:
        case "http" | "https":
            headers = {"Authorization": aiohttp.encode_basic_auth(username, password, "utf-8")}
            return address, {"client_kwargs": {"headers": headers}}
        case "s3":
            return address, {"key": username, "secret": password}
    return address, {"username": username} | ({"password": password} if password else {})


def _files(source: str, login: dict[str, Any], fetched_at: datetime) -> Iterator[tuple[str, bytes, datetime]]:
    """Yield address, bytes and time of each file, in the order of addresses."""
    filesystem, paths = _listing(source, login)
    for path in paths:
        content, information = _fetch(filesystem, path)
        yield filesystem.unstrip_protocol(path), content, _modified_at(information) or fetched_at


@_persistently
def _listing(source: str, login: dict[str, Any]) -> tuple[AbstractFileSystem, list[str]]:
    try:
        filesystem, root = fsspec.core.url_to_fs(source, **login)
        found = [root] if filesystem.isfile(root) else _found(filesystem, root)
    except ValueError as error:
        raise BadInputError(f"{source} is no address that exports can be pulled from: {error}") from error
    except _UNAVAILABLE as error:
        raise SourceUnavailableError(f"{source} does not answer: {error}") from error
    if not found:
        _require(filesystem, root, source)
    hidden = len(root.rstrip("/"))
    return filesystem, sorted(path for path in found if "/." not in path[hidden:])


def _found(filesystem: AbstractFileSystem, folder: str) -> list[str]:
    """Return every file under a folder, and in none that is a link. Raises OSError for one that may not be read."""
    # Not fsspec's `find` or `walk`: they pass over what they may not read.
    files = []
    for entry in filesystem.ls(folder, detail=True) if filesystem.isdir(folder) else ():
        if entry["type"] == "file":
            files.append(entry["name"])
        elif entry["name"].rstrip("/") != folder.rstrip("/") and not entry.get("islink"):
            files += _found(filesystem, entry["name"])
    return files


def _require(filesystem: AbstractFileSystem, root: str, source: str) -> None:
    """Raise BadInputError when there is nothing at a source, not even an empty folder."""
    try:
        filesystem.info(root)
    except FileNotFoundError as error:
        # fsspec says of a web server that does not answer that the page is not there; the cause tells the two apart.
        if isinstance(error.__cause__, aiohttp.ClientConnectionError | TimeoutError):
            raise SourceUnavailableError(f"{source} does not answer: {error.__cause__}") from error
        raise BadInputError(
            f"there is nothing at {source}; set ETL_SOURCE to a folder or address of exports"
        ) from error


@_persistently
def _fetch(filesystem: AbstractFileSystem, path: str) -> tuple[bytes, dict[str, Any]]:
    try:
        return filesystem.cat_file(path), filesystem.info(path)
    except _UNAVAILABLE as error:
        raise SourceUnavailableError(f"{filesystem.unstrip_protocol(path)} cannot be fetched: {error}") from error


def _modified_at(information: dict[str, Any]) -> datetime | None:
    """Return when the source says the file was modified; sources tell it as a number, a time or a header."""
    told = next((information[name] for name in _MODIFIED if information.get(name)), None)
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told, UTC)
    if isinstance(told, str):
        return parsedate_to_datetime(told)
    return told.replace(tzinfo=told.tzinfo or UTC) if isinstance(told, datetime) else None
