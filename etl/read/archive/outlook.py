"""A message that Outlook saved (MSG): a compound file, whose text and attachments become those of an e-mail."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from io import BytesIO
from typing import NamedTuple

from etl.read.archive import mail
from etl.read.archive.entries import Opened, decoded
from etl.read.text import decode

NAME = "message of Outlook"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROPERTIES = "__properties_version1.0"
_ATTACHED = "__attach_version1.0_"
_DEPTH_MAX = 3  # of messages in messages

# Tags of what a message and an attachment have, and the types of their values.
_SUBJECT, _TEXT, _PAGE, _SENT, _DELIVERED = "0037", "1000", "1013", 0x00390040, 0x0E060040
_CONTENT, _NAME, _SHORT_NAME, _IDENTITY, _KIND = "3701", "3707", "3704", "3712", "370E"
_UNICODE, _ANSI, _BINARY, _OBJECT = "001F", "001E", "0102", "000D"
_HEADER_BYTES, _HEADER_BYTES_WITHIN, _PROPERTY = 32, 24, struct.Struct("<IIQ")
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def is_one(content: bytes) -> bool:
    """Tell whether a file's bytes are a message of Outlook."""
    return content.startswith(_COMPOUND) and _PROPERTIES.encode("utf-16-le") in content


def open(content: bytes, name: str) -> Opened:  # noqa: A001 - as `zipfile`, `tarfile` and `gzip` name it
    """Return a message. Raises DocumentFault when it is encrypted, or nothing in it may be an export."""
    from olefile import OleFileIO

    with OleFileIO(BytesIO(content)) as file:
        streams = {
            tuple(path): file.openstream(path).read()
            for path in file.listdir(streams=True, storages=False)
            if path[-1].startswith(("__substg1.0_", _PROPERTIES))
        }
    return mail.open(_message(_Storage(streams, ())).as_bytes(), name)


class _Storage(NamedTuple):
    """A message or an attachment in the file: its streams stand under a path."""

    streams: dict[tuple[str, ...], bytes]
    path: tuple[str, ...]

    def within(self, name: str) -> "_Storage":
        return _Storage(self.streams, (*self.path, name))

    def binary(self, tag: str) -> bytes | None:
        return self.streams.get((*self.path, f"__substg1.0_{tag}{_BINARY}"))

    def text(self, tag: str) -> str:
        if (unicode := self.streams.get((*self.path, f"__substg1.0_{tag}{_UNICODE}"))) is not None:
            return unicode.decode("utf-16-le", errors="replace").rstrip("\x00")
        return decoded(self.streams.get((*self.path, f"__substg1.0_{tag}{_ANSI}"), b"").rstrip(b"\x00"), "latin-1")

    def attached(self) -> Iterator["_Storage"]:
        place = len(self.path)
        names = {path[place] for path in self.streams if len(path) > place + 1 and path[:place] == self.path}
        yield from (self.within(name) for name in sorted(names) if name.startswith(_ATTACHED))

    def sent_at(self) -> datetime | None:
        """Return when it was sent, or delivered."""
        properties = self.streams.get((*self.path, _PROPERTIES), b"")
        start = _HEADER_BYTES_WITHIN if self.path else _HEADER_BYTES
        end = start + (len(properties) - start) // _PROPERTY.size * _PROPERTY.size
        values = {tag: value for tag, _, value in _PROPERTY.iter_unpack(properties[start:end])}
        ticks = values.get(_SENT) or values.get(_DELIVERED)
        try:
            return _EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
        except OverflowError:
            return None


def _message(storage: _Storage, depth: int = _DEPTH_MAX) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "unknown@invalid"
    message["Subject"] = " ".join(storage.text(_SUBJECT).split())
    if sent_at := storage.sent_at():
        message["Date"] = format_datetime(sent_at)
    message.set_content(storage.text(_TEXT).replace("\r\n", "\n"), charset="utf-8")
    page = storage.binary(_PAGE)
    if shown := decode(page).text if page else storage.text(_PAGE):
        message.add_alternative(shown, subtype="html", charset="utf-8")
    for attachment in storage.attached():
        inner = attachment.within(f"__substg1.0_{_CONTENT}{_OBJECT}")
        content = attachment.binary(_CONTENT)
        if content is not None:
            kind, _, subkind = (attachment.text(_KIND) or "application/octet-stream").partition("/")
            name = " ".join((attachment.text(_NAME) or attachment.text(_SHORT_NAME)).split())
            message.add_attachment(
                content,
                kind,
                subkind or "octet-stream",
                filename=name,
                cid=f"<{attachment.text(_IDENTITY).strip(' <>')}>",
            )
        elif depth and (*inner.path, _PROPERTIES) in storage.streams:
            message.add_attachment(_message(inner, depth - 1))
    return message
