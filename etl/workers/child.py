"""The process that reads documents: requests come in on standard input, replies go out where standard output was.

It limits its own memory, imports what reading and parsing need and nothing that judges or loads, and ends when nobody
asks it any more, or when a document has made it big.
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
from etl.limits import MEMORY_MAX_BYTES
from etl.read import ocr
from etl.workers.messages import LENGTH, Extracted, PageBegun, Request

_BIG_BYTES = 512 << 20  # what it may hold on to between two documents
_REQUESTS = msgspec.msgpack.Decoder(Request)
_NO_MEMORY = (LIMIT_RULE, f"the document takes more than {MEMORY_MAX_BYTES >> 20:,} MiB of memory to read")


def main() -> None:
    """Answer requests until there are none."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Whatever a library prints is no reply.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as replies:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        log = StringIO()
        logging.basicConfig(stream=log, level=logging.WARNING, format="%(message)s")
        ocr.on_page = lambda: _say(replies, PageBegun())
        while (request := _next(sys.stdin.buffer)) is not None:
            reply = _answer(request)
            reply.log = [text] if (text := log.getvalue().strip()) else []
            log.seek(0)
            log.truncate()
            _say(replies, reply)
            if reply.is_last:
                return


def _next(requests: BinaryIO) -> Request | None:
    head = requests.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return _REQUESTS.decode(requests.read(LENGTH.unpack(head)[0]))


def _answer(request: Request) -> Extracted:
    copies, lines, fault = [], [], None
    try:
        if request.shown_around is None:
            copies = extract(request.uri, request.content)
        else:
            lines = lines_near(request.content, request.shown_around)
    except MemoryError:
        return Extracted([], _NO_MEMORY, [], is_last=True)
    except DocumentFault as known:
        fault = (known.rule_id, known.reason)
    # What it holds now: the most that it ever held, as the system counts it, begins with what its parent holds.
    is_big = psutil.Process().memory_info().rss > _BIG_BYTES
    return Extracted(copies, fault, [], is_last=is_big, lines=lines)


def _say(replies: BinaryIO, message: PageBegun | Extracted) -> None:
    encoded = msgspec.msgpack.encode(message)
    replies.write(LENGTH.pack(len(encoded)))
    replies.write(encoded)
    replies.flush()


if __name__ == "__main__":
    main()
