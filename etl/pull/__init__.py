"""Copies a source's files into the landing area, unchanged and named by the hash of their bytes.

In comes an address: a folder, `file://`, `http(s)://`, `s3://` or `sftp://`, a module each in `schemes`. Out come
landed documents with the addresses where they were found. An archive becomes one document for each member; its own
bytes are kept as well. A file that cannot be fetched is reported, and the others go on; a folder that cannot be listed
ends the pull, because its content is unknown. A login in the address is used for the connection only: neither documents
nor errors contain it.
"""

import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime
from urllib.parse import unquote, urlsplit

from upath import UPath

from etl.addresses import bounded
from etl.errors import BadInputError, DocumentFault
from etl.landing import Put, putting, read
from etl.pull import schemes
from etl.pull.schemes import file
from etl.pull.snapshot import in_archive, observation
from etl.pull.source import Access, File, Skipped
from etl.read.archive import is_archive
from etl.records import LandedDocument, Observation
from etl.settings import REACH, Reach
from etl.workers import unpacked

logger = logging.getLogger(__name__)


def warn(skipped: Skipped) -> None:
    """Log a file of the source that could not be taken."""
    logger.warning("%s is left out: %s", skipped.uri, skipped.reason)


def land(
    source: str,
    landing: UPath,
    clock: Callable[[], datetime],
    on_file: Callable[[], object],
    purged: AbstractSet[str] = frozenset(),
    *,
    reach: Reach = REACH,
    on_skipped: Callable[[Skipped], object] = warn,
) -> list[LandedDocument]:
    """Copy every file under the source into the landing area; return the documents by hash, each once.

    `on_file` is called for each document, so for each member of an archive; `clock` returns the time of the fetch.
    Neither documents with a hash in `purged` are kept, nor archives that contain one. Documents that were damaged in
    the landing area are written again. `reach` limits what is fetched; a file that cannot be taken is handed to
    `on_skipped`, and the others go on.

    Raises BadInputError when there is nothing at the address, SourceUnavailableError when it does not answer.
    """
    address, access = _apart(source, reach)
    found = schemes.files_at(address, access) if "://" in address else file.files_at(os.fsencode(address), reach)
    with putting(landing) as put:
        return _land_files(_taken(found, clock, on_skipped), put, on_file, purged)


def _taken(
    found: Iterable[File | Skipped], clock: Callable[[], datetime], on_skipped: Callable[[Skipped], object]
) -> Iterator[tuple[Observation, bytes]]:
    """Yield the observation and the bytes of each file."""
    for at_source in found:
        if isinstance(at_source, Skipped):
            on_skipped(at_source)
            continue
        yield observation(at_source.uri, at_source.reported, clock()), at_source.content


def land_again(
    documents: Iterable[LandedDocument], landing: UPath, on_skipped: Callable[[Skipped], object] = warn
) -> list[LandedDocument]:
    """Return landed documents once more; an archive that can be opened by now is replaced by its members.

    A document whose bytes are missing or damaged is handed to `on_skipped`, and the others go on.
    """

    def files() -> Iterator[tuple[Observation, bytes]]:
        for document in documents:
            try:
                content = read(landing, document.sha256)
            except DocumentFault as fault:
                on_skipped(Skipped(document.uri, fault.reason))
                continue
            yield from ((seen, content) for seen in document.observations)

    with putting(landing) as put:
        return _land_files(files(), put, lambda: None, frozenset())


def _land_files(
    files: Iterable[tuple[Observation, bytes]], put: Put, on_file: Callable[[], object], purged: AbstractSet[str]
) -> list[LandedDocument]:
    observations: dict[str, list[Observation]] = {}
    sizes: dict[str, int] = {}
    for seen_whole, content in files:
        packs_purged = False
        for member in unpacked(seen_whole.uri, content):
            sha256 = hashlib.sha256(member.content).hexdigest()
            if sha256 in purged:
                packs_purged = True
            else:
                put(sha256, member.content)
            seen = in_archive(seen_whole, bounded(member.uri), member.modified_at)
            observations.setdefault(sha256, []).append(seen)
            sizes[sha256] = len(member.content)
            on_file()
        if is_archive(content) and not packs_purged:
            put(hashlib.sha256(content).hexdigest(), content)
    return [
        LandedDocument(
            sha256=sha256,
            byte_size=sizes[sha256],
            observations=seen,
            is_purged=sha256 in purged,
        )
        for sha256, seen in sorted(observations.items())
    ]


def _apart(source: str, reach: Reach) -> tuple[str, Access]:
    """Split a source into its address without a login, and the access with that login.

    Raises BadInputError, without the address, when it is not clear where the login ends.
    """
    try:
        parts = urlsplit(source)
        _ = parts.port
    except ValueError:
        raise BadInputError(
            "the source is no address; in its login, write what is neither letter nor digit as %XX"
        ) from None
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if "@" in parts.netloc else source
    return address, Access(unquote(parts.username or ""), unquote(parts.password or ""), reach)
