"""The files that pages of links on a web server name, as its listings of folders do: `index+https://host/folder/`.

A link counts when it leads to below the address, on the same host and port: to another page of links where it ends in
`/`, and else to a file. All other links are passed over. Files and pages are fetched as `http` does it, and no faster
than REQUESTS_PER_SECOND.
"""

import time
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Lock

from selectolax.lexbor import LexborHTMLParser
from yarl import URL

from etl import addresses
from etl.errors import BadInputError
from etl.pull.schemes.http import Page
from etl.pull.source import Access, Fetched, Listed, Skipped
from etl.pull.spool import Spool, TooBigError

SCHEMES = {"index+http", "index+https"}
DEPTH_MAX = 8  # of pages below pages
PAGES_MAX, FILES_MAX = 1_000, 50_000
PAGE_BYTES_MAX = 16 << 20
REQUESTS_PER_SECOND = 10


class _Pace:
    """Lets one request after the other begin, of however many threads."""

    def __init__(self) -> None:
        self._lock, self._next = Lock(), 0.0

    def wait(self) -> None:
        with self._lock:
            now = time.monotonic()
            begins = max(now, self._next)
            self._next = begins + 1 / REQUESTS_PER_SECOND
        time.sleep(begins - now)


class Index:
    """A source of all files below an address on the web."""

    def __init__(self, address: str, access: Access) -> None:
        self._root = URL(address.removeprefix("index+")).with_fragment(None)
        if self._root.query_string or not self._root.path.endswith("/"):
            raise BadInputError(f"{address} is no address of a folder on the web: it must end in /")
        self._access, self._pace = access, _Pace()
        self.address = self.folder = Page(str(self._root), access).address

    def listed(self) -> Iterator[Listed | Skipped]:
        """Yield the files that the pages link to. Raises as every source does if the first page is not to be had."""
        todo, seen, files = deque([(self._root, 0)]), {self._root}, 0
        while todo:
            page, depth = todo.popleft()
            found = self._links(page, is_first=page == self._root)
            if isinstance(found, Skipped):
                yield found
                continue
            for link in found:
                if link in seen:
                    continue
                seen.add(link)
                shown = Page(str(link), self._access).address
                if not link.path.endswith("/"):
                    files += 1
                    if files > FILES_MAX:
                        yield Skipped(
                            self.address, f"its pages link to more than {FILES_MAX:,} files: give a part of it"
                        )
                        return
                    yield Listed(shown, None, None, str(link))
                elif depth == DEPTH_MAX or len(seen) - files > PAGES_MAX:
                    yield Skipped(shown, f"it is more than {DEPTH_MAX} pages deep, or page {PAGES_MAX:,} and more")
                else:
                    todo.append((link, depth + 1))

    def fetch(self, found: Listed, version: str | None, spool: Spool, at: datetime) -> Fetched | Skipped:
        """Write the bytes of a file; a link that leads nowhere is skipped. Raises as every source does."""
        self._pace.wait()
        try:
            return Page(found.found_by, self._access).fetch(found, version, spool, at)
        except BadInputError as error:
            return Skipped(found.uri, str(error))

    def close(self) -> None:
        """Do nothing: each request has a connection of its own."""

    def _links(self, page: URL, *, is_first: bool) -> list[URL] | Skipped:
        """Return where a page's links lead to below the address; of a page that is not to be had, why."""
        listed = Listed(addresses.escape_unseen(str(page)), None, None, str(page))
        with Spool(PAGE_BYTES_MAX) as spool:
            try:
                fetched = self.fetch(listed, None, spool, datetime.now(UTC))
            except TooBigError:
                fetched = Skipped(listed.uri, f"it is a page of more than {PAGE_BYTES_MAX:,} bytes")
            if isinstance(fetched, Skipped):
                if is_first:
                    raise BadInputError(fetched.reason)
                return fetched
            html = spool.file().read()
        links = (node.attributes.get("href") or "" for node in LexborHTMLParser(html).css("a[href]"))
        found = (self._below(URL(fetched.uri), link) for link in links)
        return list(filter(None, found))

    def _below(self, page: URL, link: str) -> URL | None:
        """Return where a link of a page leads to, if that is below the address and not another view of the page."""
        try:
            there = page.join(URL(link.strip())).with_fragment(None)
        except ValueError:
            return None
        is_below = there.origin() == self._root.origin() if there.scheme in ("http", "https") and there.host else False
        return there if is_below and there.path.startswith(self._root.path) and there.path != page.path else None


open_source = Index
