"""A pull of one source into one landing area, without a warehouse that remembers it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from upath import UPath

from etl.pull import pulled as pulling
from etl.pull.memory import Known, KnownFile
from etl.records import LandedDocument


@dataclass
class Memory:
    """Keeps in this process what the warehouse keeps."""

    files: dict[str, KnownFile] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def recall(self, address: str, folder: str | None) -> Known:
        """Return what is known of the file at an address, and of those in a folder."""
        here = {
            uri: file._replace(is_gone=uri in self.gone)
            for uri, file in self.files.items()
            if uri == address or (folder and uri.startswith(folder))
        }
        return Known(here, dict(self.stamps))

    def remember(self, files: Iterable[KnownFile], stamps: Mapping[str, str]) -> None:
        """Keep files, and how bytes lie."""
        self.files |= {file.uri: file for file in files}
        self.stamps |= stamps

    def note(self, gone: Collection[str], back: Collection[str]) -> None:
        """Keep which files are gone and which are back."""
        self.gone = (self.gone | set(gone)) - set(back)


def pulled(
    source: str,
    landing: UPath,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    memory: Memory | None = None,
    unpacked_by: str = "this version",
    **more: Any,
) -> pulling.Pulled:
    """Pull a source."""
    return pulling.land(
        source, landing, clock, lambda _: None, memory=memory or Memory(), unpacked_by=unpacked_by, **more
    )


def land(source: str, landing: UPath, clock: Callable[[], datetime], **more: Any) -> list[LandedDocument]:
    """Pull a source of which nothing is known; return its documents."""
    return pulled(source, landing, clock=clock, **more).documents
