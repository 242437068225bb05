"""7-Zip: its files, unpacked together, because they may be compressed as one stream."""

from io import BytesIO

from etl.errors import LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import ARCHIVE_MEMBERS_MAX as MEMBERS_MAX
from etl.limits import DOCUMENT_BYTES_MAX as BYTES_MAX
from etl.read.archive.entries import Entry, entries_of, require_small

NAME = "7-Zip archive"
_MAGIC = b"7z\xbc\xaf\x27\x1c"


def is_one(content: bytes) -> bool:
    """Tell whether a file's bytes begin like a 7-Zip archive."""
    return content.startswith(_MAGIC)


class _Archive:
    is_document = False

    def __init__(self, files: list[Entry]) -> None:
        self.entries = entries_of(files)

    def extract(self, entry: Entry) -> bytes:
        return self.alone(entry)

    def alone(self, entry: Entry) -> bytes:
        content: bytes = entry.key
        return content


def open(content: bytes, _: str) -> _Archive:  # noqa: A001 - as `zipfile`, `tarfile` and `gzip` name it
    """Return an archive. Raises DocumentFault when it is damaged, needs a password, or unpacks to too much."""
    import py7zr
    from py7zr.io import BytesIOFactory

    try:
        with py7zr.SevenZipFile(BytesIO(content)) as archive:
            if archive.needs_password():
                raise DocumentFault(UNREADABLE_RULE, "the 7-Zip archive is encrypted; pack it without a password")
            listed = archive.list()
            total = sum(info.uncompressed for info in listed)
            if len(listed) > MEMBERS_MAX or total > BYTES_MAX:
                reason = f"the 7-Zip archive holds more than {MEMBERS_MAX:,} files or {BYTES_MAX:,} bytes; split it"
                raise DocumentFault(LIMIT_RULE, reason)
            require_small(total, len(content))
            times = {info.filename: info.creationtime for info in listed}
            unpacked = BytesIOFactory(total + 1)
            archive.extract(factory=unpacked)
    except py7zr.PasswordRequired as error:
        raise DocumentFault(UNREADABLE_RULE, "the 7-Zip archive is encrypted; pack it without a password") from error
    files = {name: product.read() for name, product in unpacked.products.items()}
    return _Archive([Entry(name, len(file), times.get(name), file) for name, file in files.items()])
