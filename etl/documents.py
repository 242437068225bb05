"""The documents on this machine, read and parsed without a warehouse: what `etl parse` prints.

In come paths of files, folders and archives; out come the copies of each document in them, in order.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from etl import workers
from etl.addresses import bounded
from etl.errors import DocumentFault
from etl.limits import DOCUMENT_BYTES_MAX
from etl.pull.schemes.file import files_at
from etl.pull.source import Skipped
from etl.read.archive import is_archive
from etl.records import Copy, Document
from etl.settings import REACH, Reach
from etl.unread import unreadable
from etl.workers import Source


def extract_files(paths: Iterable[Path], reach: Reach = REACH, processes: int | None = None) -> Iterator[list[Copy]]:
    """Read and parse files, and each in folders and archives; yield the copies of one document after the other.

    What cannot be taken or opened gives a copy without records, and with a critical finding that says why.
    """
    return workers.extracted((found for path in paths for found in _documents_at(path, reach)), processes)


def _documents_at(path: Path, reach: Reach) -> Iterator[Source | list[Copy]]:
    """Yield the documents in a file, folder or archive; of what is none, a copy that says why."""
    for found in files_at(os.fsencode(path), reach, _too_big):
        if isinstance(found, Skipped):
            yield [unreadable(Document(uri=found.uri, sha256=""), DocumentFault(found.rule_id, found.reason))]
            continue
        for member in workers.unpacked(found.uri, found.content):
            yield Source(bounded(member.uri), member.content)


def _too_big(size_bytes: int, ends: bytes) -> DocumentFault | None:
    return workers.too_big(size_bytes) if size_bytes > DOCUMENT_BYTES_MAX and not is_archive(ends) else None
