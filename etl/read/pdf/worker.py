"""Runs PDFium in a process of its own: a request goes to it, its replies come back, and a crash there harms nobody.

To start Python for every PDF would cost ten times what PDFium does, so each thread keeps its process. A PDF that breaks
the process, or takes too long, raises DocumentFault, and the next PDF gets a new process. Replies that are no longer
wanted, as when the parent finds a PDF damaged, are read and dropped before the next request.
"""

import os
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from etl.errors import LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.read.pdf.pdfium import messages

PLACE = str(Path(__file__).parent)
# The program is imported by the name of its folder alone, so that nothing else of ours is imported.
_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from pdfium import program; program.main()"
_CHUNK_BYTES = 1 << 20
_PATIENCE_SECONDS = 0.2  # for replies that are dropped; a new process would start in that time
_REPLIES: msgspec.msgpack.Decoder[messages.Reply] = msgspec.msgpack.Decoder(messages.Reply)
_OUT_OF_TIME = f"the PDF takes more than {messages.SECONDS_MAX} seconds to read"
_MEMORY = f"{messages.MEMORY_MAX_BYTES >> 20} MiB of memory"
_BROKEN = f"PDFium breaks down on the PDF ({{signal}}): it is damaged, or takes more than {_MEMORY}"


class _OfThread(threading.local):
    worker: "_Worker | None" = None


_of_thread = _OfThread()


def ask(request: messages.Request) -> Iterator[messages.Reply]:
    """Send a request at once, and return an iterator of the replies, which waits for each when it is taken.

    The iterator raises DocumentFault when the PDF cannot be read, breaks PDFium, or takes too long.
    """
    message = msgspec.msgpack.encode(request)
    worker = _of_thread.worker
    if worker and worker.is_ready:
        try:
            return worker.ask(message)
        except BrokenPipeError:  # the process ended between two documents: this one is not to blame
            pass
    worker = _of_thread.worker = _Worker()
    return worker.ask(message)


class _Worker:
    """A process that runs PDFium. It ends with this object, and at the latest with this process."""

    def __init__(self) -> None:
        # `-I` lets it import only what is installed. In a session of its own, Ctrl-C does not reach it. It gets none
        # where this process leads a session itself, which is killed as a whole.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _PROGRAM, PLACE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=os.getsid(0) != os.getpid(),
        )
        self._requests = cast(BinaryIO, self._process.stdin)
        self._replies = cast(BinaryIO, self._process.stdout).fileno()
        self._poll = select.poll()
        self._poll.register(self._replies, select.POLLIN)
        self._received = bytearray()
        self._seconds_left = 0.0
        self._parent = os.getpid()
        self._is_idle = True
        self._asked_by: weakref.ref[Iterator[messages.Reply]] | None = None

    def __del__(self) -> None:
        if self._parent == os.getpid():
            self._process.kill()
            self._process.wait()

    @property
    def is_ready(self) -> bool:
        """Whether it takes a request now or soon, and was started by this process, not by one that was forked."""
        if self._parent != os.getpid():
            return False
        return self._is_idle or (self._is_deserted and self._finishes())

    @property
    def _is_deserted(self) -> bool:
        return self._asked_by is not None and self._asked_by() is None

    def _finishes(self) -> bool:
        self._seconds_left = min(self._seconds_left, _PATIENCE_SECONDS)
        with suppress(DocumentFault, RuntimeError):  # about a document that is no longer wanted
            deque(self._answers(), maxlen=0)
        return self._is_idle

    def ask(self, message: bytes) -> Iterator[messages.Reply]:
        """Send an encoded request, and return its replies. Raises BrokenPipeError when the process has ended."""
        self._is_idle = False
        self._seconds_left = messages.SECONDS_MAX
        self._requests.write(messages.LENGTH.pack(len(message)) + message)
        self._requests.flush()
        answers = self._answers()
        self._asked_by = weakref.ref(answers)
        return answers

    def _answers(self) -> Iterator[messages.Reply]:
        while not isinstance(reply := self._receive(), messages.Fault | messages.Done):
            yield reply
        self._is_idle = True
        if isinstance(reply, messages.Fault):
            raise DocumentFault(reply.rule_id, reply.reason)

    def _receive(self) -> messages.Reply:
        (length,) = messages.LENGTH.unpack(self._read(messages.LENGTH.size))
        return _REPLIES.decode(self._read(length))

    def _read(self, size: int) -> bytes:
        while len(self._received) < size:
            began = time.monotonic()
            is_there = self._poll.poll(max(self._seconds_left, 0.0) * 1_000)
            self._seconds_left -= time.monotonic() - began  # only waiting counts, not what the caller does with a reply
            if not is_there:
                self._process.kill()
                raise DocumentFault(LIMIT_RULE, _OUT_OF_TIME)
            chunk = os.read(self._replies, _CHUNK_BYTES)
            if not chunk:
                raise self._breakdown()
            self._received += chunk
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken

    def _breakdown(self) -> Exception:
        ended_by = -self._process.wait()
        if ended_by <= 0:
            return RuntimeError(f"the process that runs PDFium ended with status {-ended_by}; it says above why")
        if ended_by == signal.SIGXCPU:
            return DocumentFault(LIMIT_RULE, _OUT_OF_TIME)
        return DocumentFault(UNREADABLE_RULE, _BROKEN.format(signal=signal.Signals(ended_by).name))
