"""The parent's side of a process that reads documents: it is started, asked, heard, and killed with all it began.

A process serves many documents, and lasts as long as the thread that asks.
"""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from typing import BinaryIO, cast

import msgspec

from etl.limits import MEMORY_MAX_BYTES
from etl.workers.messages import LENGTH, Asked, Reply

_CHUNK_BYTES = 1 << 20
_WANTING = frozenset({signal.SIGKILL, signal.SIGXCPU})  # by the kernel: we say ourselves whom we kill
_REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


class Died(Exception):  # noqa: N818 - what a process does, and no fault of the program
    """Raised when a process has ended before its answer."""

    def __init__(self, status: int) -> None:
        name = signal.Signals(-status).name if status < 0 else f"status {status}"
        self.is_for_want = status < 0 and -status in _WANTING
        more = f"; it may take more than {MEMORY_MAX_BYTES >> 20:,} MiB of memory" if self.is_for_want else ""
        self.reason = f"the document ends the process that reads it ({name}){more}"
        super().__init__(self.reason)


class Process:
    """A process that reads one document after the other. It ends when nobody can ask it any more."""

    def __init__(self) -> None:
        # In a session of its own, Ctrl-C does not reach it, and what it starts can be killed with it.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "etl.workers.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._requests = cast(BinaryIO, self._process.stdin)
        self._replies = cast(BinaryIO, self._process.stdout)
        self._received = bytearray()
        self._parent = os.getpid()

    def __del__(self) -> None:
        if self._parent == os.getpid():
            self.kill()

    def fileno(self) -> int:
        return self._replies.fileno()

    @property
    def is_ready(self) -> bool:
        """Whether it is ours, not of a process that this one was forked from, and lives."""
        return self._parent == os.getpid() and self._process.poll() is None

    def send(self, asked: Asked, content: bytes) -> None:
        """Send what is asked of a document, and its bytes. Raises BrokenPipeError when the process has ended."""
        for part in (msgspec.msgpack.encode(asked), content):
            self._requests.write(LENGTH.pack(len(part)))
            self._requests.write(part)
        self._requests.flush()

    def receive(self) -> list[Reply]:
        """Return the replies that have come in whole; some of it must have come. Raises Died when it has ended."""
        chunk = os.read(self.fileno(), _CHUNK_BYTES)
        if not chunk:
            raise Died(self.wait())
        self._received += chunk
        replies, start = [], 0
        while len(self._received) - start >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._received, start)
            end = start + LENGTH.size + length
            if len(self._received) < end:
                break
            replies.append(_REPLIES.decode(memoryview(self._received)[start + LENGTH.size : end]))
            start = end
        del self._received[:start]
        return replies

    def wait(self) -> int:
        """Return the status with which it has ended."""
        return self._process.wait()

    def kill(self) -> None:
        """End it, and all that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        with suppress(BrokenPipeError):
            self._requests.close()
        self._replies.close()


class _OfThread(threading.local):
    def __init__(self) -> None:
        self.idle: list[Process] = []


_of_thread = _OfThread()


def idle() -> list[Process]:
    """Return this thread's processes that wait for work, none that another process of ours started or that ended."""
    _of_thread.idle = [process for process in _of_thread.idle if process.is_ready]
    return _of_thread.idle


def taken() -> Process:
    """Take a waiting process of this thread, or start a new one; return it."""
    waiting = idle()
    return waiting.pop() if waiting else Process()


def give_back(process: Process, *, is_last: bool) -> None:
    """Let a process wait for work again, or end it where `is_last`."""
    if is_last:
        process.kill()
    else:
        _of_thread.idle.append(process)
