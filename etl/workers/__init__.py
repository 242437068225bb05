"""Documents read and parsed in processes of their own, on all cores: a document can only break its process.

In come documents, out come their copies in the same order. A process is started when there is work for it. A document
that takes longer than it may is stopped, one that takes more memory or kills its process is named, and the others go
on. At most a few documents for each process are on their way at once, so that memory does not grow with the source.
"""

import hashlib
import logging
import os
import selectors
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from etl.errors import LIMIT_RULE, NOT_PROCESSED_RULE, DocumentFault
from etl.limits import DOCUMENT_BYTES_MAX, OCR_PAGES_MAX, SECONDS_MAX, SECONDS_PER_PAGE_MAX
from etl.records import Copy, Document
from etl.unread import unreadable
from etl.workers.messages import Extracted, PageBegun, Reply, Request
from etl.workers.process import Died, Process, give_back, idle, taken
from etl.workers.unpacking import unpacked

__all__ = ["Source", "extracted", "lines_near", "start", "unpacked"]

_AHEAD = 8  # documents for each process, on their way or waiting for an earlier one

logger = logging.getLogger(__name__)


class Source(NamedTuple):
    """A document to be read: its address and its bytes."""

    uri: str
    content: bytes


class _Job:
    """A document on its way, the process that reads it, and by when it has to be done."""

    def __init__(self, source: Source) -> None:
        self.uri = source.uri
        self.sha256 = hashlib.sha256(source.content).hexdigest()
        self.reply: Extracted | None = None
        self.fault: DocumentFault | None = None
        self._began = 0.0
        self._pages = 0
        if (size := len(source.content)) > DOCUMENT_BYTES_MAX:
            self.fault = too_big(size)

    @property
    def is_done(self) -> bool:
        return self.reply is not None or self.fault is not None

    @property
    def copies(self) -> list[Copy]:
        """The copies of the document, once it is done."""
        if self.fault:
            return [unreadable(Document(uri=self.uri, sha256=self.sha256), self.fault)]
        return self.reply.copies if self.reply else []

    @property
    def seconds_max(self) -> int:
        """How long it may take: longer, the more pages have to be recognised."""
        return SECONDS_MAX + SECONDS_PER_PAGE_MAX * self._pages

    @property
    def seconds_left(self) -> float:
        """How long it may still take, from when it was sent to a process."""
        return self._began + self.seconds_max - time.monotonic()

    def begin(self) -> None:
        self._began = time.monotonic()

    def begin_page(self) -> None:
        self._pages = min(self._pages + 1, OCR_PAGES_MAX)


def start() -> None:
    """Start a process ahead of the first document, so that it gets ready while the caller does something else."""
    if not idle():
        give_back(Process(), is_last=False)


def too_big(size_bytes: int) -> DocumentFault:
    """Return the fault of a document of that size, which is too big to be read."""
    return DocumentFault(
        LIMIT_RULE, f"the document has {size_bytes:,} bytes, more than {DOCUMENT_BYTES_MAX:,}; split it"
    )


def extracted(sources: Iterable[Source | list[Copy]], processes: int | None = None) -> Iterator[list[Copy]]:
    """Yield the copies of each document, in order, as `extract` returns them; by default, all cores work on them.

    Documents are taken as there is room for them; copies among them are passed on in their place. A document over a
    limit, or that ends its process, has a copy without records and a finding that says so.
    """
    pool = _Pool(processes or len(os.sched_getaffinity(0)))
    try:
        yield from pool.run(sources)
    finally:
        pool.stop()


def lines_near(content: bytes, around: int) -> list[tuple[int, str]]:
    """Return number and text of the lines near one line of a document, as `etl.extract` does.

    Raises DocumentFault when it cannot be read, or not within the limits.
    """
    pool = _Pool(1)
    try:
        job = pool.await_done(pool.begin(Source("", content), shown_around=around))
    finally:
        pool.stop()
    if job.fault:
        raise job.fault
    return job.reply.lines if job.reply else []


class _Pool:
    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._running: dict[Process, _Job] = {}
        self._selector = selectors.DefaultSelector()

    def run(self, sources: Iterable[Source | list[Copy]]) -> Iterator[list[Copy]]:
        waiting: deque[_Job | list[Copy]] = deque()
        for source in sources:
            waiting.append(self.begin(source) if isinstance(source, Source) else source)
            while waiting and (_is_done(waiting[0]) or len(waiting) >= _AHEAD * self._processes):
                yield self._done(waiting.popleft())
        while waiting:
            yield self._done(waiting.popleft())

    def begin(self, source: Source, *, shown_around: int | None = None) -> _Job:
        """Send a document as soon as a process is free for it."""
        job = _Job(source)
        while not job.is_done and len(self._running) >= self._processes:
            self._receive()
        if not job.is_done:
            self._send(job, Request(source.uri, shown_around), source.content)
        return job

    def await_done(self, job: _Job) -> _Job:
        while not job.is_done:
            self._receive()
        return job

    def stop(self) -> None:
        """End the processes that are at work on what nobody waits for any more."""
        for process in list(self._running):
            self._release(process).kill()
        self._selector.close()

    def _done(self, job: _Job | list[Copy]) -> list[Copy]:
        return self.await_done(job).copies if isinstance(job, _Job) else job

    def _send(self, job: _Job, request: Request, content: bytes) -> None:
        process = taken()
        job.begin()
        self._running[process] = job
        self._selector.register(process, selectors.EVENT_READ, process)
        try:
            process.send(request, content)
        except BrokenPipeError:
            self._bury(process, Died(process.wait()))

    def _release(self, process: Process) -> Process:
        self._selector.unregister(process)
        del self._running[process]
        return process

    def _receive(self) -> None:
        """Take what the processes have to say, at once or as soon as one has; stop those that are late."""
        patience = max(min(job.seconds_left for job in self._running.values()), 0.0)
        for key, _ in self._selector.select(patience):
            process: Process = key.data
            try:
                replies = process.receive()
            except Died as death:
                self._bury(process, death)
                continue
            for reply in replies:
                self._take(process, reply)
        for process, job in list(self._running.items()):
            if job.seconds_left <= 0:
                reason = f"the document takes more than {job.seconds_max} seconds to read"
                job.fault = DocumentFault(LIMIT_RULE, reason)
                self._release(process).kill()

    def _take(self, process: Process, reply: Reply) -> None:
        job = self._running[process]
        if isinstance(reply, PageBegun):
            job.begin_page()
        elif isinstance(reply, Extracted):
            for text in reply.log:
                logger.error("%s", text)
            job.reply, job.fault = reply, DocumentFault(*reply.fault) if reply.fault else None
            give_back(self._release(process), is_last=reply.is_last)

    def _bury(self, process: Process, death: Died) -> None:
        job = self._running[process]
        self._release(process).kill()
        job.fault = DocumentFault(LIMIT_RULE if death.is_for_want else NOT_PROCESSED_RULE, death.reason)


def _is_done(job: _Job | list[Copy]) -> bool:
    return not isinstance(job, _Job) or job.is_done
