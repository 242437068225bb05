"""The bytes of one file on their way from its source: counted, hashed, and in memory only while they are few."""

import hashlib
import os
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Self, cast

MEMORY_BYTES = 8 << 20
_END_BYTES = 1 << 16


class TooBigError(Exception):
    """Raised when a file holds more bytes than may be taken."""


class Spool:
    """A file without a name, which is gone when it is closed, or when its process is killed.

    Writing raises TooBigError when it holds more than `bytes_max`.
    """

    def __init__(self, bytes_max: int, folder: Path | None = None) -> None:
        self._bytes_max = bytes_max
        self._file = SpooledTemporaryFile(MEMORY_BYTES, dir=str(folder) if folder else None)  # noqa: SIM115 - closed with the spool
        self.restart()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def restart(self) -> None:
        """Forget what was written."""
        self._file.seek(0)
        self._file.truncate()
        self._digest, self.byte_size = hashlib.sha256(), 0

    def write(self, chunk: bytes) -> None:
        """Add bytes."""
        self.byte_size += len(chunk)
        if self.byte_size > self._bytes_max:
            raise TooBigError
        self._digest.update(chunk)
        self._file.write(chunk)

    @property
    def sha256(self) -> str:
        """The hash of what was written."""
        return self._digest.hexdigest()

    @property
    def is_small(self) -> bool:
        """Whether it is in memory."""
        return self.byte_size <= MEMORY_BYTES

    def ends(self) -> bytes:
        """Return its first and last bytes."""
        first = self.file().read(_END_BYTES)
        self._file.seek(-min(_END_BYTES, self.byte_size), os.SEEK_END)
        return first + self._file.read()

    def content(self) -> bytes:
        """Return all of it."""
        return self.file().read()

    def file(self) -> BinaryIO:
        """Return it as a file, to be read from its start."""
        self._file.seek(0)
        return cast("BinaryIO", self._file)
