"""What gzip, bzip2 and xz pack: one file, or a tar archive, whose files then count as those of the packed file."""

import bz2
import gzip
import lzma
import zlib
from io import BytesIO

from etl.errors import LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import ARCHIVE_RATIO_FREE_BYTES as RATIO_FREE_BYTES
from etl.limits import ARCHIVE_RATIO_MAX as RATIO_MAX
from etl.limits import ARCHIVE_WINDOW_BYTES_MAX as WINDOW_BYTES_MAX
from etl.limits import DOCUMENT_BYTES_MAX as BYTES_MAX
from etl.read.archive import tarred
from etl.read.archive.entries import Entry, Opened, decoded, entries_of

NAME = "packed file"
_GZIP, _BZIP2, _XZ = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00"
_BZIP2_BLOCK, _BZIP2_BLOCK_AT = b"1AY&SY", 4
_ENDINGS = {".tgz": ".tar", ".tbz2": ".tar", ".tbz": ".tar", ".txz": ".tar", ".gz": "", ".bz2": "", ".xz": ""}
_NAMED, _EXTRA, _NAME_AT = 0x08, 0x04, 10  # in gzip's header
_DAMAGED = (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError)


def is_one(content: bytes) -> bool:
    """Tell whether a file's bytes begin like one that gzip, bzip2 or xz packed."""
    is_bzip2 = content.startswith(_BZIP2) and content.startswith(_BZIP2_BLOCK, _BZIP2_BLOCK_AT)
    return is_bzip2 or content.startswith((_GZIP, _XZ))


class _Single:
    is_document = False

    def __init__(self, name: str, unpacked: bytes) -> None:
        self._unpacked = unpacked
        self.entries = entries_of([Entry(name, len(unpacked), None, None)])

    def extract(self, _: Entry) -> bytes:
        return self._unpacked

    def alone(self, _: Entry) -> bytes:
        return self._unpacked


def open(content: bytes, name: str) -> Opened:  # noqa: A001 - as `zipfile`, `tarfile` and `gzip` name it
    """Return what was packed. Raises DocumentFault when it is damaged, cut off, or too big."""
    bytes_max = min(BYTES_MAX, max(RATIO_FREE_BYTES, RATIO_MAX * len(content)))
    try:
        unpacked = _unpacked(content, bytes_max + 1)
    except _DAMAGED as error:
        reason = f"the packed file is damaged or cut off ({error}); get it again"
        raise DocumentFault(UNREADABLE_RULE, reason) from error
    if len(unpacked) > bytes_max:
        raise DocumentFault(LIMIT_RULE, f"the packed file unpacks to more than {bytes_max:,} bytes, which is too much")
    return tarred.open(unpacked, name) if tarred.is_one(unpacked) else _Single(_name(content, name), unpacked)


def _unpacked(content: bytes, bytes_max: int) -> bytes:
    """Return at most `bytes_max` bytes of what was packed."""
    if content.startswith(_GZIP):
        return gzip.GzipFile(fileobj=BytesIO(content)).read(bytes_max)
    if content.startswith(_BZIP2):
        return bz2.BZ2File(BytesIO(content)).read(bytes_max)
    return _unpacked_from_xz(content, bytes_max)


def _unpacked_from_xz(content: bytes, bytes_max: int) -> bytes:
    # `LZMAFile` sets no limit on the memory that a file asks for.
    unpacked = b""
    while content and len(unpacked) < bytes_max:
        stream = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=WINDOW_BYTES_MAX)
        unpacked += stream.decompress(content, max_length=bytes_max - len(unpacked))
        if not stream.eof:
            if len(unpacked) < bytes_max:
                raise EOFError("it ends in the midst of a stream")
            break
        content = stream.unused_data.lstrip(b"\x00")
    return unpacked


def _name(content: bytes, name: str) -> str:
    """Return the name of what was packed: as gzip notes it, or else that of the packed file without its ending."""
    if content.startswith(_GZIP) and content[3] & _NAMED and not content[3] & _EXTRA:
        noted = content[_NAME_AT : content.find(b"\x00", _NAME_AT)]
        return decoded(noted, "latin-1")
    for ending, instead in _ENDINGS.items():
        if name.lower().endswith(ending):
            return name[: -len(ending)] + instead
    return name
