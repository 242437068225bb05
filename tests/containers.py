"""Containers as offices send them, with files in them, written for the tests by what writes them everywhere."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from mimetypes import guess_type
from typing import Any

import py7zr


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


_SECTOR, _SMALL, _SMALL_MAX, _END, _FREE = 512, 64, 4096, 0xFFFFFFFE, 0xFFFFFFFF


def compound(streams: dict[tuple[str, ...], bytes]) -> bytes:
    """Return a compound file, as old office programs and Outlook write them, with streams by their paths."""
    paths = sorted({path[:depth] for path in streams for depth in range(len(path) + 1)})
    small, big, small_table, starts = b"", [], list[int](), dict[tuple[str, ...], int]()
    for path, content in streams.items():
        if len(content) >= _SMALL_MAX:
            big.append((path, content))
        elif content:
            starts[path] = first = len(small_table)
            count = -(-len(content) // _SMALL)
            small_table += [*range(first + 1, first + count), _END]
            small += content.ljust(count * _SMALL, b"\0")
    table, sectors = list[int](), b""

    def place(content: bytes) -> int:
        nonlocal sectors
        first, count = len(table), max(1, -(-len(content) // _SECTOR))
        table.extend([*range(first + 1, first + count), _END])
        sectors += content.ljust(count * _SECTOR, b"\0")
        return first

    for path, content in big:
        starts[path] = place(content)
    starts[()] = place(small)
    small_at = place(struct.pack(f"<{len(small_table)}I", *small_table).ljust(_SECTOR, b"\xff"))
    directory = b""
    for number, path in enumerate(paths):
        inside = [one for one in paths if len(one) == len(path) + 1 and one[: len(path)] == path]
        beside = [one for one in paths[number + 1 :] if len(one) == len(path) and path and one[:-1] == path[:-1]]
        name = (path[-1] if path else "Root Entry").encode("utf-16-le")
        kind = 5 if not path else 2 if path in streams else 1
        size = len(small) if not path else len(streams.get(path, b""))
        links = (_FREE, paths.index(beside[0]) if beside else _FREE, paths.index(inside[0]) if inside else _FREE)
        directory += name.ljust(64, b"\0") + struct.pack("<HBB3I", len(name) + 2, kind, 1, *links) + bytes(36)
        directory += struct.pack("<IQ", starts.get(path, _END), size)
    directory_at = place(directory)
    tables = -(-(len(table) + 2) // (_SECTOR // 4))
    table_at = len(table)
    table += [0xFFFFFFFD] * tables
    sectors += struct.pack(f"<{len(table)}I", *table).ljust(tables * _SECTOR, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    head += struct.pack("<9I", tables, directory_at, 0, _SMALL_MAX, small_at, 1, _END, 0, table_at)
    return head + struct.pack("<108I", *range(table_at + 1, table_at + tables), *[_FREE] * (109 - tables)) + sectors


def outlook_streams(body: str, *files: tuple[str, bytes], within: tuple[str, ...] = (), page: str = "") -> Any:
    """Return the streams of a message of Outlook, itself or within another."""
    sent = int((datetime(2024, 3, 1, 2, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
    properties = bytes(24 if within else 32) + struct.pack("<IIQ", 0x00390040, 6, sent)
    streams = {
        (*within, "__properties_version1.0"): properties,
        (*within, "__substg1.0_0037001F"): "ส่งรายงาน".encode("utf-16-le"),
        (*within, "__substg1.0_1000001F"): body.encode("utf-16-le"),
    }
    if page:
        streams[*within, "__substg1.0_10130102"] = page.encode()
    for number, (name, content) in enumerate(files):
        attached = (*within, f"__attach_version1.0_#{number:08X}")
        streams[*attached, "__properties_version1.0"] = bytes(8)
        streams[*attached, "__substg1.0_3707001F"] = name.encode("utf-16-le")
        streams[*attached, "__substg1.0_37010102"] = content
    return streams


def seven_zipped(*files: tuple[str, bytes], password: str | None = None) -> bytes:
    target = io.BytesIO()
    with py7zr.SevenZipFile(target, "w", password=password) as archive:
        for name, content in files:
            archive.writestr(content, name)
    return target.getvalue()
