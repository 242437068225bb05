"""Archives unpacked in a process of their own, as documents are read: an archive can only break that process."""

import logging
import selectors
import time
from collections.abc import Iterator

from etl.limits import ARCHIVE_WAIT_SECONDS_MAX
from etl.read.archive import Member, is_archive
from etl.workers.messages import Found, Reply, Unpack, Unpacked
from etl.workers.process import Died, Process, give_back, taken

logger = logging.getLogger(__name__)


def unpacked(uri: str, content: bytes) -> Iterator[Member]:
    """Yield each document in a file, as `etl.read.archive.unpack` does.

    An archive that takes too much time or memory, or ends the process, comes out as it is, after the documents unpacked
    so far.
    """
    whole = Member(uri, content)
    if not is_archive(content):
        yield whole
        return
    process, end = taken(), None
    try:
        process.send(Unpack(uri), content)
        for reply in _replies(process):
            if isinstance(reply, Found):
                yield Member(reply.uri, reply.content, reply.modified_at)
            elif isinstance(reply, Unpacked):
                end = reply
                break
    except (BrokenPipeError, Died, TimeoutError) as fault:
        logger.debug("the archive is not unpacked: %r", fault)
    finally:
        give_back(process, is_last=end is None or end.is_last)
    for text in end.log if end else ():
        logger.error("%s", text)
    if end is None or end.is_whole:
        yield whole


def _replies(process: Process) -> Iterator[Reply]:
    """Yield what a process says. Raises TimeoutError when it was waited for too long in all, Died when it has ended."""
    seconds_left = float(ARCHIVE_WAIT_SECONDS_MAX)
    with selectors.DefaultSelector() as selector:
        selector.register(process, selectors.EVENT_READ)
        while True:
            began = time.monotonic()
            if seconds_left <= 0 or not selector.select(seconds_left):
                raise TimeoutError
            seconds_left -= time.monotonic() - began  # and not what is done with each document
            yield from process.receive()
