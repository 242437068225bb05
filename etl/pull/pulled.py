"""The pull itself: from the address of a source to documents in the landing area."""

import logging
import os
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from contextlib import closing
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from upath import UPath

from etl.errors import BadInputError, DocumentFault
from etl.landing import putting, read
from etl.pull import schemes
from etl.pull.contents import Documents, land_content
from etl.pull.fetching import Pull, Tally
from etl.pull.memory import Memory
from etl.pull.schemes.file import Folder
from etl.pull.source import Access, Listed, Skipped, Source
from etl.pull.spool import Spool, TooBigError
from etl.records import LandedDocument
from etl.settings import REACH, Reach

logger = logging.getLogger(__name__)


class Pulled(NamedTuple):
    """What a pull found: the address of its source, the documents there, and counts of files."""

    address: str
    documents: list[LandedDocument]
    tally: Tally


def warn(skipped: Skipped) -> None:
    """Log a file of the source that could not be taken."""
    logger.warning("%s is left out: %s", skipped.uri, skipped.reason)


def land(
    source: str,
    landing: UPath,
    clock: Callable[[], datetime],
    on_file: Callable[[int], object],
    purged: AbstractSet[str] = frozenset(),
    *,
    memory: Memory,
    unpacked_by: str,
    reach: Reach = REACH,
    on_skipped: Callable[[Skipped], object] = warn,
) -> Pulled:
    """Copy every file under the source into the landing area; return the documents by hash, each once.

    Files that the memory knows are not fetched again, unless their bytes in the landing area are damaged or gone; those
    that another version than `unpacked_by` looked into are unpacked again from there. `on_file` is called for each
    file with the number of all; `clock` returns the time of a fetch. Neither documents with a hash
    in `purged` are kept, nor archives that contain one. `reach` limits what is fetched; a file that cannot be taken is
    handed to `on_skipped`, and the others go on.

    Raises BadInputError when there is nothing at the address, SourceUnavailableError when it does not answer.
    """
    documents = Documents()
    with closing(_opened(source, reach)) as opened:
        pull = Pull(opened, landing, memory, purged, reach, clock, unpacked_by, on_skipped)
        listed = list(opened.listed())
        for seen in pull.seen(listed):
            documents.add(seen.observation, seen.file.contents)
            on_file(len(listed))
        return Pulled(opened.address, documents.landed(purged), pull.tally)


def land_again(
    documents: Iterable[LandedDocument], landing: UPath, on_skipped: Callable[[Skipped], object] = warn
) -> list[LandedDocument]:
    """Return landed documents once more; an archive that can be opened by now is replaced by its members.

    A document whose bytes are missing or damaged is handed to `on_skipped`, and the others go on.
    """
    found = Documents()
    with putting(landing) as put:
        for document in documents:
            try:
                content = read(landing, document.sha256)
            except DocumentFault as fault:
                on_skipped(Skipped(document.uri, fault.reason))
                continue
            for seen in document.observations:
                found.add(seen, land_content(seen.uri, content, put).found)
    return found.landed()


def tried(source: str, reach: Reach = REACH) -> str:
    """Return in words what a source has: it is listed, and the first file is fetched and thrown away.

    Raises BadInputError when there is nothing at the address, SourceUnavailableError when it does not answer.
    """
    with closing(_opened(source, reach)) as opened, Spool(reach.bytes_max) as spool:
        listed = list(opened.listed())
        files = [one for one in listed if isinstance(one, Listed)]
        said = f"{opened.address}: {len(files)} files"
        if len(files) < len(listed):
            said += f", and {len(listed) - len(files)} that cannot be taken"
        if not files:
            return said
        try:
            first = opened.fetch(files[0], None, spool, datetime.now(UTC))
        except TooBigError:
            return f"{said}; {files[0].uri} has more bytes than may be taken"
        if isinstance(first, Skipped):
            return f"{said}; {first.uri} cannot be taken: {first.reason}"
        return f"{said}; {files[0].uri} was read, {spool.byte_size} bytes"


def _opened(source: str, reach: Reach) -> Source:
    address, access = _apart(source, reach)
    return schemes.open_source(address, access) if "://" in address else Folder(os.fsencode(address), reach)


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
