"""The process that reads documents and unpacks archives.

Requests come in on standard input, replies go out where standard output was. It limits its own memory, imports what
reading and parsing need and nothing that judges or loads, and ends when nobody asks it any more, or when a document has
made it big.
"""

import logging
import os
import resource
import sys
from io import StringIO
from typing import BinaryIO

import msgspec
import psutil

from etl.errors import LIMIT_RULE, DocumentFault
from etl.extract import extract, lines_near
from etl.limits import ARCHIVE_SECONDS_MAX, MEMORY_MAX_BYTES
from etl.read import archive, pages
from etl.terminal import visible
from etl.workers.messages import LENGTH, Asked, Extracted, Found, PageBegun, Reply, Request, Unpack, Unpacked

_BIG_BYTES = 512 << 20  # what it may hold on to between two documents
_GRACE_SECONDS = 10  # for unpacking to end by itself, which knows of its limit between two files only
_REQUESTS: msgspec.msgpack.Decoder[Asked] = msgspec.msgpack.Decoder(Asked)
_NO_MEMORY = (LIMIT_RULE, f"the document takes more than {MEMORY_MAX_BYTES >> 20:,} MiB of memory to read")

logger = logging.getLogger(__name__)


def main() -> None:
    """Answer requests until there are none."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Whatever a library prints is no reply.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as replies:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        log = StringIO()
        logging.basicConfig(stream=log, level=logging.WARNING, format="%(message)s")
        pages.on_picture = lambda: _say(replies, PageBegun())
        while (request := _next(sys.stdin.buffer)) is not None:
            if isinstance(request, Unpack):
                reply: Extracted | Unpacked = _unpack(request, sys.stdin.buffer, replies)
            else:
                reply = _answer(request, sys.stdin.buffer)
            reply.log = [text] if (text := log.getvalue().strip()) else []
            log.seek(0)
            log.truncate()
            _say(replies, reply)
            if reply.is_last:
                return


def _next(requests: BinaryIO) -> Asked | None:
    return _REQUESTS.decode(message) if (message := _content(requests)) else None


def _content(requests: BinaryIO) -> bytes:
    """Return a message as it came, or the bytes behind it; nothing when there are no more."""
    head = requests.read(LENGTH.size)
    return requests.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""


def _answer(request: Request, requests: BinaryIO) -> Extracted:
    copies, lines, fault = [], [], None
    try:
        content = _content(requests)
        if request.shown_around is None:
            copies = extract(request.uri, content)
        else:
            lines = lines_near(content, request.shown_around)
    except MemoryError:
        return Extracted([], _NO_MEMORY, [], is_last=True)
    except DocumentFault as known:
        fault = (known.rule_id, known.reason)
    return Extracted(copies, fault, [], is_last=_is_big(), lines=lines)


def _unpack(request: Unpack, requests: BinaryIO, replies: BinaryIO) -> Unpacked:
    # The kernel counts what threads of a library take as well, and ends what does not end by itself.
    used, unlimited = psutil.Process().cpu_times(), resource.getrlimit(resource.RLIMIT_CPU)
    seconds_max = int(used.user + used.system) + ARCHIVE_SECONDS_MAX + _GRACE_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds_max, unlimited[1]))
    try:
        for member in archive.unpack(request.uri, _content(requests)):
            _say(replies, Found(*member))
    except MemoryError:
        return Unpacked(is_whole=True, log=[], is_last=True)
    except Exception as error:  # noqa: BLE001 - a fault of ours in one archive is no reason to lose the others
        _log_fault(request.uri, error)
        return Unpacked(is_whole=True, log=[], is_last=_is_big())
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, unlimited)
    return Unpacked(is_whole=False, log=[], is_last=_is_big())


def _log_fault(uri: str, error: Exception) -> None:
    # Without what the error says: it may quote the document, and a log is not purged.
    logger.error("%s cannot be unpacked: %s", visible(uri), type(error).__name__)


def _is_big() -> bool:
    # What it holds now: the most that it ever held, as the system counts it, begins with what its parent holds.
    return psutil.Process().memory_info().rss > _BIG_BYTES


def _say(replies: BinaryIO, message: Reply) -> None:
    encoded = msgspec.msgpack.encode(message)
    replies.write(LENGTH.pack(len(encoded)))
    replies.write(encoded)
    replies.flush()


if __name__ == "__main__":
    main()
