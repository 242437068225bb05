"""What earlier pulls know of a source's files, so that no file is fetched twice. Where it is kept is up to the caller.

A file is known by its address: which version of it was fetched, and which documents were in it. What its bytes are in
the landing area is known as well, by a stamp that changes when they are written anew.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol


class Content(NamedTuple):
    """A document in a file, or a file that is one: its address, its hash, its size, and its time in an archive."""

    uri: str
    sha256: str
    byte_size: int
    modified_at: datetime | None


class KnownFile(NamedTuple):
    """A file as it was when it was fetched last.

    `version` is None where its source says too little to recognise a change; `unpacked_by` is the version of what
    found the documents in it, None where it could not be unpacked whole.
    """

    uri: str
    version: str | None
    sha256: str
    fetched_at: datetime
    unpacked_by: str | None
    contents: tuple[Content, ...]
    is_gone: bool = False


@dataclass(frozen=True)
class Known:
    """What is known of a source: its files by their addresses, and how their bytes lay when they were last proven."""

    files: Mapping[str, KnownFile] = field(default_factory=dict)
    stamps: Mapping[str, str] = field(default_factory=dict)


class Memory(Protocol):
    """Keeps what is known of sources."""

    def recall(self, address: str, folder: str | None) -> Known:
        """Return what is known of the file at an address, and of those whose addresses begin with that of a folder."""

    def remember(self, files: Iterable[KnownFile], stamps: Mapping[str, str]) -> None:
        """Keep files as they are now, and how bytes lie that were written or proven."""

    def note(self, gone: Collection[str], back: Collection[str]) -> None:
        """Keep which files, by their addresses, the source lists no more, and which it lists again."""
