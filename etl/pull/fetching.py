"""Fetches the files of a source that are not known yet, and lands them.

In come an opened source and what is known of it; out come its files, each known or fetched, in the order in which the
source lists them. What was landed is remembered from time to time, so that a pull that is ended begins where it was.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple

from upath import UPath

from etl import files
from etl.errors import SourceUnavailableError
from etl.landing import Put, chunks, is_sound, putting, stamps
from etl.pull.contents import Contents, has_purged, land_contents
from etl.pull.memory import Known, KnownFile, Memory
from etl.pull.snapshot import observation
from etl.pull.source import Fetched, Listed, Reported, Skipped, Source, too_big
from etl.pull.spool import Spool, TooBigError
from etl.records import Observation
from etl.settings import Reach
from etl.storage import on_a_disk

_REMEMBERED_AT_ONCE = 1_000  # files; a pull that is killed fetches as many again at most

logger = logging.getLogger(__name__)


class Seen(NamedTuple):
    """A file of the source with the documents in it, and the observation of it."""

    file: KnownFile
    observation: Observation


@dataclass
class Tally:
    """Counts of a pull: files listed, asked for, and listed no more; bytes fetched."""

    files_listed: int = 0
    files_fetched: int = 0
    files_gone: int = 0
    bytes_fetched: int = 0


class _Taken(NamedTuple):
    """A file that its source was asked for: known as it is, or in a spool."""

    uri: str
    known: KnownFile | None
    fetched: Fetched
    spool: Spool
    at: datetime


@dataclass
class Pull:
    """One pull: where from and where to, what may be taken, and by what the documents in files are found."""

    source: Source
    landing: UPath
    memory: Memory
    purged: AbstractSet[str]
    reach: Reach
    clock: Callable[[], datetime]
    unpacked_by: str
    on_skipped: Callable[[Skipped], object]
    tally: Tally = field(default_factory=Tally)

    def seen(self, listed: Sequence[Listed | Skipped]) -> Iterator[Seen]:
        """Yield the files that the source lists, and land those that are new or another version than is known.

        Raises SourceUnavailableError when a file cannot be fetched for long; what was fetched before is remembered.
        """
        if folder := on_a_disk(self.landing):
            files.make(folder)
        known = self.memory.recall(self.source.address, self.source.folder)
        here = {entry.uri for entry in listed}
        sound = self._sound({uri: file for uri, file in known.files.items() if uri in here}, known)
        self.tally.files_listed = len(listed)
        landed: set[str] = set()
        try:
            with ThreadPoolExecutor(self.reach.at_once) as pool:
                for start in range(0, len(listed), _REMEMBERED_AT_ONCE):
                    yield from self._some(listed[start : start + _REMEMBERED_AT_ONCE], sound, pool, landed)
                    if self.tally.files_fetched:
                        logger.info(
                            "%s: %s of %s files seen, %s fetched (%s bytes)", self.source.address,
                            min(start + _REMEMBERED_AT_ONCE, len(listed)), len(listed),
                            self.tally.files_fetched, self.tally.bytes_fetched,
                        )  # fmt: skip
        finally:
            if landed:  # once, for a store is listed whole; what a kill leaves without a stamp, the next pull proves
                self.memory.remember([], stamps(self.landing, landed))
        gone = [uri for uri, file in known.files.items() if uri not in here and not file.is_gone]
        self.memory.note(gone, [uri for uri, file in known.files.items() if uri in here and file.is_gone])
        self.tally.files_gone = len(gone)

    def _sound(self, known_files: Mapping[str, KnownFile], known: Known) -> dict[str, KnownFile]:
        """Return the known files all of whose bytes are in the landing area as they were.

        What was written anew since is proven by its hash; of what is damaged or gone, the file is fetched again.
        """
        wanted = {uri: self._hashes(file) for uri, file in known_files.items()}
        there = stamps(self.landing, frozenset().union(*wanted.values()))
        rewritten = [sha256 for sha256, stamp in there.items() if known.stamps.get(sha256) != stamp]
        with ThreadPoolExecutor(self.reach.at_once) as pool:
            proofs = dict(zip(rewritten, pool.map(partial(is_sound, self.landing), rewritten), strict=True))
        proven = {sha256: there[sha256] for sha256, is_proven in proofs.items() if is_proven}
        if proven:
            self.memory.remember([], proven)
        landed = there.keys() - (proofs.keys() - proven.keys())
        return {uri: known_files[uri] for uri, hashes in wanted.items() if hashes <= landed}

    def _hashes(self, file: KnownFile) -> AbstractSet[str]:
        """Return the hashes under which a file is landed: its own, and those of the documents in it."""
        contents = {content.sha256 for content in file.contents}
        return contents - self.purged if has_purged(file.contents, self.purged) else contents | {file.sha256}

    def _some(
        self,
        listed: Iterable[Listed | Skipped],
        sound: Mapping[str, KnownFile],
        pool: ThreadPoolExecutor,
        landed: set[str],
    ) -> Iterator[Seen]:
        """Yield some files, land what is fetched of them, and remember it; `landed` is given the hashes."""
        new: list[KnownFile] = []
        fault: SourceUnavailableError | None = None
        with putting(self.landing) as put:
            try:
                for found in self._found(listed, sound, pool):
                    if isinstance(found, _Taken):
                        seen = self._landed(found, put)
                        if seen.file is not found.known:
                            new.append(seen.file)
                        yield seen
                    elif isinstance(found, Skipped):
                        self.on_skipped(found)
                    else:
                        yield found
            except SourceUnavailableError as error:
                fault = error
        if new:
            landed.update(*(self._hashes(file) for file in new))
            self.memory.remember(new, {})
        if fault:
            raise fault

    def _found(
        self, listed: Iterable[Listed | Skipped], sound: Mapping[str, KnownFile], pool: ThreadPoolExecutor
    ) -> Iterator[Seen | _Taken | Skipped]:
        """Yield files in their order, several of them fetched at once."""
        under_way: deque[Seen | Skipped | Future[_Taken | Skipped]] = deque()
        for entry in listed:
            under_way.append(self._begun(entry, sound, pool))
            while len(under_way) > 2 * self.reach.at_once:
                yield _done(under_way.popleft())
        while under_way:
            yield _done(under_way.popleft())

    def _begun(
        self, entry: Listed | Skipped, sound: Mapping[str, KnownFile], pool: ThreadPoolExecutor
    ) -> Seen | Skipped | Future[_Taken | Skipped]:
        if isinstance(entry, Skipped):
            return entry
        known = sound.get(entry.uri)
        if known and _is_same(known, entry) and known.unpacked_by == self.unpacked_by:
            return self._as_known(known, entry.uri, entry.reported)
        return pool.submit(self._take, entry, known)

    def _as_known(self, known: KnownFile, uri: str, reported: Reported) -> Seen:
        """Return a file that is as it was; where its source says no time, it is seen as of now, as at any fetch."""
        return Seen(known, observation(uri, reported, self.clock() if reported is None else known.fetched_at))

    def _take(self, entry: Listed, known: KnownFile | None) -> _Taken | Skipped:
        """Fetch a file, unless its source says that it is as it is known."""
        spool, at = Spool(self.reach.bytes_max, on_a_disk(self.landing)), self.clock()
        try:
            if known and _is_same(known, entry):
                fetched: Fetched | Skipped = Fetched(entry.uri, entry.version, entry.reported, is_unchanged=True)
            else:
                fetched = self.source.fetch(entry, known.version if known else None, spool, at)
            if isinstance(fetched, Fetched) and fetched.is_unchanged and not self._is_at_hand(known, spool):
                fetched = self.source.fetch(entry, None, spool, at)
        except TooBigError:
            fetched = Skipped(entry.uri, too_big(self.reach))
        return fetched if isinstance(fetched, Skipped) else _Taken(entry.uri, known, fetched, spool, at)

    def _is_at_hand(self, known: KnownFile | None, spool: Spool) -> bool:
        """Write the landed bytes of a known file to the spool, if its documents are to be unpacked once more.

        Returns whether the file needs no fetch; False where the landed bytes turn out to be damaged.
        """
        if known is None:
            return False
        if known.unpacked_by != self.unpacked_by:
            for chunk in chunks(self.landing, known.sha256):
                spool.write(chunk)
        return known.unpacked_by == self.unpacked_by or spool.sha256 == known.sha256

    def _landed(self, taken: _Taken, put: Put) -> Seen:
        """Land what was fetched."""
        uri, known, fetched, spool, at = taken
        if known and fetched.is_unchanged:
            seen = self._as_known(known, fetched.uri, fetched.reported)
            if known.unpacked_by == self.unpacked_by:
                return seen
            contents = land_contents(fetched.uri, spool, put, self.purged)
            return seen._replace(file=known._replace(unpacked_by=self._by(contents), contents=contents.found))
        self.tally.files_fetched += 1
        self.tally.bytes_fetched += spool.byte_size
        contents = land_contents(fetched.uri, spool, put, self.purged)
        file = KnownFile(uri, fetched.version, spool.sha256, at, self._by(contents), contents.found)
        return Seen(file, observation(fetched.uri, fetched.reported, at))

    def _by(self, contents: Contents) -> str | None:
        return self.unpacked_by if contents.is_final else None


def _is_same(known: KnownFile, listed: Listed) -> bool:
    return known.version is not None and known.version == listed.version


def _done(entry: Seen | Skipped | Future[_Taken | Skipped]) -> Seen | Skipped | _Taken:
    return entry.result() if isinstance(entry, Future) else entry
