"""One page or file on a web server. Its address is the last one, after all redirects.

It is asked for on the condition that it has changed: by its ETag, if that stands for its bytes, else by when it was
modified, if that was long before the answer by the server's own clock. A server that states neither sends it each time.

A redirect is followed on the same host and port, from http to https on the same host, and to a host that
ETL_REDIRECT_HOSTS names. A server on the internet may never redirect into a private network: the address itself is
checked, not its name. A login is sent only to the host that it was given for.
"""

import asyncio
import socket
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from errno import EACCES
from ipaddress import IPv6Address, ip_address
from typing import Any, NamedTuple

import aiohttp
import msgspec
from yarl import URL

from etl import addresses
from etl.errors import BadInputError, SourceUnavailableError
from etl.files import CHUNK_BYTES
from etl.pull.source import SETTLED_ELSEWHERE, Access, Fetched, Listed, Skipped, nothing_at, persistently, too_big
from etl.pull.spool import Spool
from etl.settings import Reach

SCHEMES = {"http", "https"}
REDIRECTS_MAX = 5
DOWNLOAD_SECONDS_MAX = 1_800  # of one file, even while bytes keep coming
_REDIRECTS = {301, 302, 303, 307, 308}
_NOT_MODIFIED = 304
_GONE = {404, 410}
_PASSING = {408, 425, 429}  # with these, and from 500, trying again later may help


class _Connections:
    """Opens connections, and refuses a private address after a redirect by a server on the internet."""

    def __init__(self) -> None:
        self._has_been_public = self._is_redirected = False

    def redirect(self) -> None:
        self._is_redirected = True

    def socket(self, address: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, (host, *_) = address
        if self._is_redirected and self._has_been_public and not is_public(host):
            raise PermissionError(EACCES, f"the server redirects into a private network, to {host}")
        self._has_been_public |= is_public(host)
        return socket.socket(family, kind, protocol)


def is_public(host: str) -> bool:
    """Return whether a text is an IP address on the internet."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or address
    return address.is_global and not address.is_multicast


class _Version(NamedTuple):
    """What a server said of a page, and at which address."""

    url: str
    etag: str | None
    modified: str | None

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask for another version than this."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": None if self.etag else self.modified}
        return {name: value for name, value in named.items() if value}


class Page:
    """A source on the web."""

    def __init__(self, address: str, access: Access) -> None:
        self._url, self._access = address, access
        self.address, self.folder = _uri(address), None

    def listed(self) -> Iterator[Listed]:
        """Yield the one page: what is there shows when it is fetched."""
        yield Listed(self.address, None, None)

    @persistently
    def fetch(self, _: Listed, version: str | None, spool: Spool, __: datetime) -> Fetched | Skipped:
        """Write the bytes of the page. Raises as every source does."""
        spool.restart()
        known = msgspec.json.decode(version, type=_Version) if version else None
        try:
            return asyncio.run(_get(self._url, self._access, known, spool))
        except (ValueError, aiohttp.InvalidURL) as error:
            raise BadInputError(f"{self._url} is no address that exports can be pulled from: {error}") from error
        except (OSError, aiohttp.ClientError) as error:
            raise SourceUnavailableError(f"{self._url} does not answer: {error or type(error).__name__}") from error

    def close(self) -> None:
        """Do nothing: each page has a connection of its own."""


open_source = Page


async def _get(address: str, access: Access, known: _Version | None, spool: Spool) -> Fetched | Skipped:
    seconds = access.reach.silence_seconds
    timeout = aiohttp.ClientTimeout(DOWNLOAD_SECONDS_MAX, connect=seconds, sock_connect=seconds, sock_read=seconds)
    connections = _Connections()
    connector = aiohttp.TCPConnector(socket_factory=connections.socket)
    login = aiohttp.encode_basic_auth(access.username, access.password, "utf-8") if access.username else None
    url = start = URL(address)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        for _ in range(REDIRECTS_MAX + 1):
            headers = {"Authorization": login} if login and _is_same_host(start, url) else {}
            condition = known if known and known.url == str(url) else None
            headers |= condition.conditions if condition else {}
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                target = response.headers.get("Location")
                if response.status not in _REDIRECTS or not target:
                    uri = _uri(address if url == start else str(url))
                    if condition and response.status == _NOT_MODIFIED:
                        return Fetched(uri, _encoded(condition), condition.modified, is_unchanged=True)
                    return await _read(response, str(url), uri, access.reach, spool)
            connections.redirect()
            url = _redirected(start, url, URL(target), access.reach)
    raise BadInputError(f"{_shown(start)} redirects more than {REDIRECTS_MAX} times")


def _redirected(start: URL, url: URL, target: URL, reach: Reach) -> URL:
    """Return where a redirect leads to. Raises BadInputError when it is not to be followed."""
    there = url.join(target).with_fragment(None)
    if there.scheme not in SCHEMES or not there.host:
        raise BadInputError(f"{_shown(start)} redirects to {_shown(there)}, which is no address on the web")
    there = there.with_user(None)
    if (url.scheme, there.scheme) == ("https", "http"):
        raise BadInputError(f"{_shown(start)} redirects to {_shown(there)}, which is not encrypted")
    is_allowed = f"{there.host}:{there.port}" in reach.redirect_hosts or (
        there.is_default_port() and there.host in reach.redirect_hosts
    )
    if not is_allowed and not _is_same_host(start, there):
        reason = f"{_shown(start)} redirects to another host, {_shown(there)}"
        raise BadInputError(f"{reason}; if that is right, name it in ETL_REDIRECT_HOSTS")
    return there


def _is_same_host(start: URL, url: URL) -> bool:
    """Tell whether an address is on the same host and port, or on the same host by https instead of http."""
    if (start.host, start.port, start.scheme) == (url.host, url.port, url.scheme):
        return True
    is_upgrade = (start.scheme, url.scheme) == ("http", "https")
    is_port_kept = start.port == url.port or (start.is_default_port() and url.is_default_port())
    return is_upgrade and start.host == url.host and is_port_kept


async def _read(response: aiohttp.ClientResponse, url: str, uri: str, reach: Reach, spool: Spool) -> Fetched | Skipped:
    if response.status in _GONE:
        raise nothing_at(uri)
    if not 200 <= response.status < 300:
        reason = f"{uri} answers {response.status} {response.reason}"
        raise (SourceUnavailableError if response.status in _PASSING or response.status >= 500 else BadInputError)(
            reason
        )
    if (response.content_length or 0) > reach.bytes_max:
        return Skipped(uri, too_big(reach))
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        spool.write(chunk)
    version = _version(url, response.headers)
    return Fetched(uri, version and _encoded(version), response.headers.get("Last-Modified"))


def _version(url: str, headers: Mapping[str, str]) -> _Version | None:
    """Return the version that a later request can be conditional on; None where it would miss some changes."""
    etag, modified = headers.get("ETag", ""), headers.get("Last-Modified")
    if etag.startswith('"'):  # one with W/ before it stands for what the bytes mean, and not for the bytes
        return _Version(url, etag, modified)
    try:
        answered, changed = (parsedate_to_datetime(headers[name]) for name in ("Date", "Last-Modified"))
        is_settled = answered - changed > SETTLED_ELSEWHERE
    except (KeyError, ValueError, TypeError):
        return None
    return _Version(url, None, modified) if is_settled else None


def _encoded(version: _Version) -> str:
    return msgspec.json.encode(version).decode()


def _uri(address: str) -> str:
    return addresses.bounded(addresses.escape_unseen(address))


def _shown(url: URL) -> str:
    return addresses.escape_unseen(str(url.with_user(None) if url.is_absolute() else url))
