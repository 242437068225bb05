"""Archives: every member becomes a document, whatever its name, and one that cannot be had says why, each time."""

import io
import json
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.documents import extract_files
from etl.errors import DocumentFault
from etl.pipeline import raw_lines
from etl.read import archive, read
from etl.read.archive import entries, zipped
from etl.records import to_json
from tests.forms import Form


class NameInBytes(zipfile.ZipInfo):
    """A member whose name is written in bytes as they are, and without the flag that says UTF-8."""

    raw_name: bytes = b""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - zipfile's own
        return self.raw_name, self.flag_bits & ~0x800


def named(name: bytes, **more: Any) -> NameInBytes:
    info = NameInBytes("x", **more)
    info.raw_name = name
    return info


def packed(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as new:
        for name, content in members:
            new.writestr(name, content, compress_type=method)
    return file.getvalue()


def unpacked(content: bytes) -> list[tuple[str, bytes]]:
    return [(member.uri, member.content) for member in archive.unpack("file:///a.zip", content)]


def reason(content: bytes) -> tuple[str, str]:
    with pytest.raises(DocumentFault) as fault:
        read(content)
    return fault.value.rule_id, fault.value.reason


def test_what_is_no_archive_is_itself() -> None:
    assert unpacked(b"form") == [("file:///a.zip", b"form")]


def test_members_have_an_address_in_the_archive() -> None:
    content = packed(("a.txt", b"1"), ("folder/", b""), ("folder/b.txt", b"2"), ("empty.txt", b""))
    assert unpacked(content) == [
        ("file:///a.zip!/a.txt", b"1"),
        ("file:///a.zip!/folder/b.txt", b"2"),
        ("file:///a.zip!/empty.txt", b""),
    ]


def test_what_a_system_leaves_in_archives_is_no_document() -> None:
    litter = ("__MACOSX/._a.txt", "f/.DS_Store", "f/Thumbs.db", "desktop.ini", ".hidden")
    assert unpacked(packed(("a.txt", b"1"), *((name, b"x") for name in litter))) == [("file:///a.zip!/a.txt", b"1")]


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("โครงการ.txt", "โครงการ.txt"),
        (named("โครงการ.txt".encode()), "โครงการ.txt"),
        (named("โครงการ ๑.txt".encode("cp874")), "โครงการ ๑.txt"),
        (named("Ärger.txt".encode("cp437")), "Ärger.txt"),
        ("../../etc/a.txt", "etc/a.txt"),
        ("/srv/a.txt", "srv/a.txt"),
        ("C:\\ก\\..\\a.txt", "C:/ก/a.txt"),
        ("a\nb\u202ec.txt", "a%0Ab%E2%80%AEc.txt"),
        ("50%41 ?#.txt", "50%2541 ?#.txt"),
        ("a!/b.txt", "a%21/b.txt"),
        (named("แผน".encode("cp874") + b"\xfc.txt"), "แผน%FC.txt"),
        ("..", "_"),
    ],
)
def test_names_are_shown_as_meant_and_lead_nowhere(member: str | zipfile.ZipInfo, name: str) -> None:
    assert unpacked(packed((member, b"1"))) == [(f"file:///a.zip!/{name}", b"1")]


def test_names_that_are_called_utf_8_and_are_not_lose_no_member() -> None:
    content = packed((named("โครงการ.txt".encode("cp874")), b"1"), ("ข.txt", b"2"))
    lying = content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x08")
    assert lying != content
    assert unpacked(lying) == [("file:///a.zip!/โครงการ.txt", b"1"), ("file:///a.zip!/ข.txt", b"2")]


def test_members_of_one_name_are_all_kept() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        content = packed(("a.txt", b"1"), ("a.txt", b"2"), ("./a.txt", b"3"), ("a.txt#2", b"4"))
    assert unpacked(content) == [
        ("file:///a.zip!/a.txt", b"1"),
        ("file:///a.zip!/a.txt#2", b"2"),
        ("file:///a.zip!/a.txt#3", b"3"),
        ("file:///a.zip!/a.txt#2#2", b"4"),
    ]


def test_archives_in_archives_are_unpacked_to_a_depth() -> None:
    content = b"form"
    for level in range(3):
        content = packed((f"{level}.zip" if level else "a.txt", content))
    assert unpacked(content) == [("file:///a.zip!/2.zip!/1.zip!/a.txt", b"form")]
    ((uri, inner),) = unpacked(packed(("3.zip", content)))
    assert uri == "file:///a.zip!/3.zip!/2.zip!/1.zip"
    rule_id, said = reason(inner)
    assert (rule_id, "packed in more than 3 others" in said) == ("R-limit", True)


def test_a_member_tells_when_it_was_made_in_bangkok() -> None:
    dated, undated = zipfile.ZipInfo("a", (2024, 2, 29, 17, 30, 2)), zipfile.ZipInfo("b")
    inner = packed((zipfile.ZipInfo("c"), b"3"))
    content = packed((dated, b"1"), (undated, b"2"), (zipfile.ZipInfo("d.zip", (2024, 1, 1, 7, 0, 0)), inner))
    assert [member.modified_at for member in archive.unpack("a.zip", content)] == [
        datetime(2024, 2, 29, 10, 30, 2, tzinfo=UTC),
        None,
        datetime(2024, 1, 1, tzinfo=UTC),
    ]


def _encrypted(content: bytes) -> bytes:
    """Return the archive with its last member marked as encrypted, in both places that say so."""
    spoilt = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        spoilt[spoilt.rfind(signature) + offset] |= 1
    return bytes(spoilt)


def _method(content: bytes, method: int) -> bytes:
    spoilt = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        spoilt[spoilt.rfind(signature) + offset] = method
    return bytes(spoilt)


def _declared(content: bytes, size: int) -> bytes:
    """Return the archive with another size declared for its last member in the directory."""
    spoilt = bytearray(content)
    struct.pack_into("<L", spoilt, spoilt.rfind(b"PK\x01\x02") + 24, size)
    return bytes(spoilt)


def _overwritten(content: bytes, at: int) -> bytes:
    """Return the archive with two bytes of its last member overwritten, counted from where its header begins."""
    start = content.rfind(b"PK\x03\x04") + at
    return content[:start] + b"XX" + content[start + 2 :]


BAD = b"the last member " * 20


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (_encrypted, "is encrypted"),
        (partial(_overwritten, at=0), "is damaged (Bad magic number"),
        (partial(_overwritten, at=31), "is damaged"),
        (partial(_overwritten, at=45), "is damaged"),
        (partial(_method, method=12), "packed in a rare way"),
        (partial(_declared, size=1 << 29), "unpacks to 536,870,912 bytes"),
        (partial(_declared, size=10), "is damaged (Bad CRC-32"),
        (partial(_declared, size=0), "is damaged (Bad CRC-32"),
    ],
)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_bad_member_says_why_and_the_others_are_had(spoil: Callable[[bytes], bytes], why: str, method: int) -> None:
    good, (uri, bad) = unpacked(spoil(packed(("a.txt", b"1"), ("ข.txt", BAD), method=method)))
    assert good == ("file:///a.zip!/a.txt", b"1")
    assert uri == "file:///a.zip!/ข.txt"
    rule_id, said = reason(bad)
    assert why in said
    assert rule_id == ("R-limit" if "unpacks to" in why else "R-unreadable")
    assert (
        unpacked(bad) == [("file:///a.zip!/ข.txt", bad)] or "magic" in why
    )  # then, its name is in the directory alone


def test_a_size_declared_too_large_harms_nothing() -> None:
    assert unpacked(_declared(packed(("a.txt", BAD)), 10_000)) == [("file:///a.zip!/a.txt", BAD)]


def test_a_bomb_is_not_unpacked() -> None:
    content = packed(("a.txt", b"1"), ("bomb", bytes(entries.RATIO_FREE_BYTES + 1)))
    (_, good), (_, bad) = unpacked(content)
    assert good == b"1"
    assert len(bad) < len(content)
    assert reason(bad)[0] == "R-limit"


@pytest.mark.parametrize(
    ("content", "rule_id", "why"),
    [
        (packed(("a.txt", b"1" * 99))[:-30], "R-unreadable", "damaged or cut off"),
        (packed(("a.txt", b"1" * 99))[:40], "R-unreadable", "damaged or cut off"),
        (packed(), "R-empty", "holds no file"),
        (packed(("folder/", b"")), "R-empty", "holds no file"),
        (packed(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")), "R-unreadable", "office program"),
    ],
    ids=["cut at its end", "cut in its middle", "without a member", "with a folder only", "of an office program"],
)
def test_an_archive_that_cannot_be_opened_is_held_as_it_is(content: bytes, rule_id: str, why: str) -> None:
    assert unpacked(content) == [("file:///a.zip", content)]
    assert reason(content)[0] == rule_id
    assert why in reason(content)[1]


def test_a_directory_that_lost_a_file_is_no_whole_one() -> None:
    content = bytearray(packed(("a.txt", b"1" * 99), ("b.txt", b"2" * 99)))
    first = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", first + 1)
    content[first + 32 : first + 34] = struct.pack("<H", len(content) - second - 22)  # its comment, so to say
    assert unpacked(bytes(content)) == [("file:///a.zip", bytes(content))]
    assert reason(bytes(content))[1] == "the ZIP archive is damaged (it names 1 of 2 files); get it again"


def test_what_goes_over_a_limit_is_held_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed(("a", b"1" * 60), ("b", b"2" * 60))
    monkeypatch.setattr(archive, "BYTES_MAX", 119)
    assert unpacked(content) == [("file:///a.zip", content)]
    assert reason(content) == ("R-limit", "the ZIP archive unpacks to more than 119 bytes; split it")
    monkeypatch.setattr(archive, "BYTES_MAX", 250)
    inner = packed(("c", b"3" * 150))
    outer = packed(("a", b"1" * 10), ("b.zip", inner))
    assert unpacked(outer) == [("file:///a.zip!/a", b"1" * 10), ("file:///a.zip!/b.zip", inner)]
    assert "or they unpack to more than 250 bytes" in reason(inner)[1]
    monkeypatch.setattr(archive, "MEMBERS_MAX", 1)
    assert reason(content)[1] == "the ZIP archive holds more than 1 files; split it"


def overlapping(count: int, member: bytes) -> bytes:
    """Return an archive whose directory names one damaged member so many times."""
    content = packed(("a", member), method=zipfile.ZIP_STORED).replace(member, member[::-1])
    at = content.index(b"PK\x01\x02")
    record = content[at:-22]
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(record) * count, at, 0)
    return content[:at] + record * count + end


def test_members_that_share_their_bytes_are_had_until_they_are_too_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    content = overlapping(1_000, b"0123456789" * 1_000)
    monkeypatch.setattr(archive, "BYTES_MAX", 11_000_000)  # as declared, that is enough
    members = unpacked(content)
    assert members[-1] == ("file:///a.zip", content)
    assert 1 < len(members) < 200
    assert reason(content)[0] == "R-limit"


def test_files_in_all_archives_of_a_file_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = packed(*((str(number), b"") for number in range(10)))
    content = packed(*((f"{number}.zip", inner) for number in range(10)))
    assert len(unpacked(content)) == 100
    monkeypatch.setattr(archive, "MEMBERS_IN_ALL_MAX", 50)
    *members, whole = unpacked(content)
    assert whole == ("file:///a.zip", content)
    assert 40 <= len(members) <= 50
    assert "or 50 files together" in reason(content)[1]


def test_unpacking_has_a_limit_on_time(monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed(("a", b"1"), ("b", b"2"))
    monkeypatch.setattr(archive, "SECONDS_MAX", 0)
    assert unpacked(content) == [("file:///a.zip", content)]
    assert reason(content)[0] == "R-limit"


def test_a_directory_of_too_many_records_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed(("a", b"1"), ("b", b"2"))
    monkeypatch.setattr(zipped, "RECORDS_MAX", 1)
    monkeypatch.setattr(zipped, "ZipFile", None)
    assert unpacked(content) == [("file:///a.zip", content)]
    assert reason(content) == ("R-limit", "the ZIP archive holds more than 1 files; split it")


def test_a_member_that_lost_its_name_is_no_less_a_document() -> None:
    content = packed(("a.txt", b"form")).replace(b"a.txt", b"\0.txt")
    assert [content for _, content in unpacked(content)] == [b"form"]


GOOD = packed(("a.txt", b"form " * 30), ("ข.txt", b"page " * 30), ("c.zip", packed(("d.txt", b"x"))))


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=4), st.integers(0, len(GOOD)))
def test_whatever_is_damaged_is_had_or_says_why(changes: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(GOOD)
    for at, value in changes:
        content[at] = value
    for damaged in (bytes(content), bytes(content[:cut])):
        members = unpacked(damaged)
        assert members
        for _, member in members:
            if archive.is_archive(member):
                assert reason(member)[1]


def fields(path: Path) -> list[dict[str, Any]]:
    return [json.loads(to_json(copy)) for copies in extract_files([path]) for copy in copies]


def test_forms_in_an_archive_are_read_as_if_they_stood_alone(tmp_path: Path) -> None:
    forms = [Form(code=f"50210000-004{number}").text() for number in range(3)]
    path = tmp_path / "ส่งออก.zip"
    path.write_bytes(
        packed(
            (named("โครงการ ๑.txt".encode("cp874")), forms[0].encode("cp874")),
            ("inner.zip", packed(("โครงการ ๒.html", f"<pre>{forms[1]}</pre>".encode()))),
            ("โครงการ ๓.txt", forms[2].encode()),
            ("ปก.txt", b"\xff\xfe"),
        )
    )
    *read_forms, cover = fields(path)
    assert [form["project"]["project_code"] for form in read_forms] == [f"50210000-004{number}" for number in range(3)]
    assert [form["document"]["uri"].removeprefix(f"file://{tmp_path}/") for form in (*read_forms, cover)] == [
        "ส่งออก.zip!/โครงการ ๑.txt",
        "ส่งออก.zip!/inner.zip!/โครงการ ๒.html",
        "ส่งออก.zip!/โครงการ ๓.txt",
        "ส่งออก.zip!/ปก.txt",
    ]
    assert [form["document"]["channel"] for form in read_forms] == ["text", "html", "text"]
    assert len({form["document"]["sha256"] for form in (*read_forms, cover)}) == 4
    assert (cover["project"], cover["findings"][0]["severity"]) == (None, "critical")


def test_a_bad_member_is_a_document_with_a_critical_finding(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(_encrypted(packed(("good.txt", Form().text().encode()), ("bad.txt", Form().text().encode()))))
    good, bad = fields(path)
    assert good["project"]["project_code"] == Form().code
    assert bad["document"]["uri"] == f"file://{path}!/bad.txt"
    assert bad["project"] is None
    ((finding, severity),) = ((one["rule_id"], one["severity"]) for one in bad["findings"])
    assert (finding, severity) == ("R-unreadable", "critical")
    ((_, member),) = [(uri, content) for uri, content in unpacked(path.read_bytes()) if "bad" in uri]
    assert re.match(r"b['\"]PK", raw_lines(member, None)[0][1])
