"""Containers as offices send them, with files in them, written for the tests by what writes them everywhere."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from mimetypes import guess_type


def zipped(*files: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()


def tarred(*files: tuple[str | tarfile.TarInfo, bytes], style: int = tarfile.PAX_FORMAT) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=style) as archive:
        for name, content in files:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return target.getvalue()


def link(name: str, leads_to: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, leads_to
    return info


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def mailed(
    body: str = "เรียน ท่าน\n\nส่งรายงานตามที่แนบมา\n\nโทร. 0 2203 2888",
    *files: tuple[str, bytes],
    subject: str = "ส่งรายงาน",
    page: str | None = None,
    within: tuple[bytes, ...] = (),
) -> bytes:
    """Return a message with a text, also as a page, and with files and messages attached."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", subject
    message["Date"], message["Message-ID"] = "Fri, 01 Mar 2567 09:00:00 +0700", "<1@example.org>"
    message.set_content(body)
    if page is not None:
        message.add_alternative(page, subtype="html")
    for name, content in files:
        kind, _, subkind = (guess_type(name)[0] or "application/octet-stream").partition("/")
        message.add_attachment(content, kind, subkind, filename=name)
    for inner in within:
        message.add_attachment(message_from_bytes(inner, policy=policy.default))
    return message.as_bytes(policy=policy.SMTP)
