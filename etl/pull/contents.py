"""The documents in a file that was pulled: landed, each with all its observations."""

import hashlib
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from etl.addresses import bounded
from etl.landing import Put
from etl.pull.memory import Content
from etl.pull.snapshot import in_archive
from etl.pull.spool import Spool
from etl.read.archive import is_archive, is_document
from etl.records import LandedDocument, Observation
from etl.workers.unpacking import unpacked


class Contents(NamedTuple):
    """The documents in a file.

    With `is_final`, unpacking again gives the same. It may give more where an archive came out as it is: perhaps only
    the time ran out.
    """

    found: tuple[Content, ...]
    is_final: bool


def land_contents(uri: str, spool: Spool, put: Put, purged: AbstractSet[str]) -> Contents:
    """Land the documents in a file, and the file itself where it is an archive; return the documents.

    Documents with a hash in `purged` are not landed, nor archives that contain one. A big file that is no archive is
    never in memory whole.
    """
    if not spool.is_small and not is_archive(spool.ends()):
        if spool.sha256 not in purged:
            put(spool.sha256, spool.file())
        return Contents((Content(bounded(uri), spool.sha256, spool.byte_size, None),), is_final=True)
    with spool:
        return land_content(uri, spool.content(), put, purged)


def land_content(uri: str, content: bytes, put: Put, purged: AbstractSet[str] = frozenset()) -> Contents:
    """Land a file that is in memory, as `land_contents` does."""
    found, is_final = list[Content](), True
    for member in unpacked(uri, content):
        sha256 = hashlib.sha256(member.content).hexdigest()
        if sha256 not in purged:
            put(sha256, member.content)
        found.append(Content(bounded(member.uri), sha256, len(member.content), member.modified_at))
        is_final &= not is_archive(member.content) or is_document(member.content)
    if is_archive(content) and not has_purged(found, purged):
        put(hashlib.sha256(content).hexdigest(), content)
    return Contents(tuple(found), is_final)


def has_purged(contents: Iterable[Content], purged: AbstractSet[str]) -> bool:
    """Tell whether one of the documents in a file was purged."""
    return not purged.isdisjoint(content.sha256 for content in contents)


class Documents:
    """Documents by their hashes, each with its observations."""

    def __init__(self) -> None:
        self._sizes = dict[str, int]()
        self._observations = dict[str, list[Observation]]()

    def add(self, seen: Observation, contents: Iterable[Content]) -> None:
        """Add the documents in a file, by the file's observation."""
        for content in contents:
            self._sizes[content.sha256] = content.byte_size
            self._observations.setdefault(content.sha256, []).append(in_archive(seen, content.uri, content.modified_at))

    def landed(self, purged: AbstractSet[str] = frozenset()) -> list[LandedDocument]:
        """Return all of them by hash, each once."""
        return [
            LandedDocument(
                sha256=sha256, byte_size=self._sizes[sha256], observations=seen, is_purged=sha256 in purged
            )
            for sha256, seen in sorted(self._observations.items())
        ]  # fmt: skip
