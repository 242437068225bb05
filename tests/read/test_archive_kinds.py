"""tar and packed files: as of ZIP, every member becomes a document, and what cannot be had says why, each time."""

import gzip
import io
import lzma
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.documents import extract_files
from etl.errors import DocumentFault
from etl.read import archive, read
from etl.read.archive import compressed, entries
from tests.containers import PACKERS, link, seven_zipped, tarred, zipped
from tests.forms import Form


def unpacked(content: bytes, name: str = "a.tar") -> dict[str, bytes]:
    return {member.uri.removeprefix(f"{name}!/"): member.content for member in archive.unpack(name, content)}


def reason(content: bytes) -> tuple[str, str]:
    with pytest.raises(DocumentFault) as fault:
        read(content)
    return fault.value.rule_id, fault.value.reason


@pytest.mark.parametrize("style", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_files_in_a_tar_are_documents_by_their_names(style: int) -> None:
    files = {"a.txt": b"1", "โฟลเดอร์/ข.txt": b"2" * 2000, "empty.txt": b"", "ยาว" * 30 + "/c.txt": b"3"}
    if style == tarfile.USTAR_FORMAT:  # which has no room for such a name
        files.popitem()
    assert unpacked(tarred(*files.items(), style=style)) == files


def test_names_lead_nowhere() -> None:
    content = tarred(("../../etc/passwd", b"1"), ("/above/b", b"2"), ("c\\..\\d", b"3"))
    assert unpacked(content) == {"etc/passwd": b"1", "above/b": b"2", "c/d": b"3"}


def test_a_member_tells_when_it_was_made() -> None:
    info = tarfile.TarInfo("a.txt")
    info.mtime = datetime(2024, 3, 1, 2, tzinfo=UTC).timestamp()
    (member,) = archive.unpack("a.tar", tarred((info, b"1")))
    assert member.modified_at == datetime(2024, 3, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("ending", PACKERS)
def test_a_packed_tar_is_one_archive(ending: str) -> None:
    name = f"ส่งออก.tar.{ending}"
    assert unpacked(PACKERS[ending](tarred(("a.txt", b"1"), ("b.txt", b"2"))), name) == {"a.txt": b"1", "b.txt": b"2"}


@pytest.mark.parametrize("ending", PACKERS)
def test_a_packed_file_has_the_name_of_what_it_packs(ending: str) -> None:
    assert unpacked(PACKERS[ending](b"form"), f"ก.txt.{ending}") == {"ก.txt": b"form"}


def test_gzip_notes_a_name() -> None:
    target = io.BytesIO()
    with gzip.GzipFile("โครงการ.txt".encode("cp874").decode("latin-1"), "wb", fileobj=target, mtime=0) as file:
        file.write(b"form")
    assert list(unpacked(target.getvalue(), "x.gz").values()) == [b"form"]


def test_several_streams_are_one_file() -> None:
    assert unpacked(lzma.compress(b"a") + bytes(4) + lzma.compress(b"b"), "x.xz") == {"x": b"ab"}
    assert unpacked(gzip.compress(b"a") + gzip.compress(b"b"), "x.gz") == {"x": b"ab"}


def test_archives_of_all_kinds_are_unpacked_from_each_other() -> None:
    inner = PACKERS["gz"](tarred(("c.txt", b"1")))
    content = zipped(("b.tar", tarred(("a.tgz", inner))))
    assert unpacked(content, "z.zip") == {"b.tar!/a.tgz!/c.txt": b"1"}


def test_a_link_within_an_archive_is_what_it_leads_to() -> None:
    content = tarred(
        ("d/a.txt", b"form"), (link("d/b.txt", "a.txt"), b""), (link("c.txt", "d/a.txt", tarfile.LNKTYPE), b"")
    )
    assert unpacked(content) == {"d/a.txt": b"form", "d/b.txt": b"form", "c.txt": b"form"}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
@pytest.mark.parametrize("leads_to", ["/etc/passwd", "../../etc/passwd", "b.txt", "missing"])
def test_a_link_that_leads_out_says_so(kind: bytes, leads_to: str) -> None:
    files = unpacked(tarred(("a.txt", b"form"), (link("b.txt", leads_to, kind), b"")))
    assert files["a.txt"] == b"form"
    assert reason(files["b.txt"]) == (
        "R-unreadable",
        "the file in the archive is a link that leads out of it; pack the export itself",
    )


def test_a_device_says_so() -> None:
    device = tarfile.TarInfo("b")
    device.type = tarfile.CHRTYPE
    assert "is a device" in reason(unpacked(tarred(("a", b"1"), (device, b"")))["b"])[1]


@pytest.mark.parametrize("ending", ["", *PACKERS])
def test_what_is_cut_off_is_held_as_it_is(ending: str) -> None:
    content = tarred(("a.txt", b"1" * 999), ("b.txt", bytes(range(256)) * 9))
    content = PACKERS[ending](content) if ending else content
    for cut in (len(content) - 9000 if not ending else len(content) - 9, len(content) // 4):
        assert list(unpacked(content[:cut]).values()) == [content[:cut]]
        rule_id, why = reason(content[:cut])
        assert rule_id == "R-unreadable"
        assert "damaged or cut off" in why


def test_a_damaged_header_loses_no_file_in_silence() -> None:
    content = bytearray(tarred(("a.txt", b"1"), ("b.txt", b"2"), style=tarfile.USTAR_FORMAT))
    content[1024 + 3] ^= 1  # in the name of the second
    assert list(unpacked(bytes(content)).values()) == [content]
    assert "damaged or cut off behind 1 files" in reason(bytes(content))[1]


@pytest.mark.parametrize("ending", PACKERS)
def test_a_bomb_is_not_unpacked(ending: str) -> None:
    content = PACKERS[ending](bytes(entries.RATIO_FREE_BYTES + 1_000_000))
    assert list(unpacked(content, "a").values()) == [content]
    assert reason(content)[0] == "R-limit"


def test_memory_to_unpack_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    content = lzma.compress(b"form", filters=[{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": 1 << 28}])
    monkeypatch.setattr(compressed, "WINDOW_BYTES_MAX", 64 << 20)
    assert list(unpacked(content, "a").values()) == [content]
    assert reason(content)[0] == "R-unreadable"


def test_too_many_files_are_held_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    content = tarred(*((f"{number}", b"") for number in range(5)))
    monkeypatch.setattr("etl.read.archive.tarred.MEMBERS_MAX", 4)
    assert list(unpacked(content).values()) == [content]
    assert reason(content) == ("R-limit", "the tar archive holds more than 4 files; split it")


def test_a_file_too_big_says_so_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    content = tarred(("a.txt", b"1"), ("b.txt", b"2" * 2000))
    monkeypatch.setattr(entries, "MEMBER_BYTES_MAX", 1000)
    files = unpacked(content)
    assert files["a.txt"] == b"1"
    assert reason(files["b.txt"]) == ("R-limit", "the file in the archive unpacks to 2,000 bytes, which is too much")


GOOD = tarred(("a.txt", b"form " * 30), ("ข.txt", b"page " * 30), (link("c", "a.txt"), b""))


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=4), st.integers(0, len(GOOD)))
def test_whatever_is_damaged_is_had_or_says_why(changes: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(GOOD)
    for at, value in changes:
        content[at] = value
    packed = gzip.compress(GOOD, mtime=0)
    for damaged in (bytes(content), bytes(content[:cut]), packed[: cut % len(packed)]):
        members = unpacked(damaged)
        assert members
        for member in members.values():
            if archive.is_archive(member):
                assert reason(member)[1]


def test_forms_in_a_packed_tar_are_read_as_if_they_stood_alone(tmp_path: Path) -> None:
    codes = [f"50210000-004{number}" for number in range(3)]
    path = tmp_path / "ส่งออก.tar.gz"
    path.write_bytes(gzip.compress(tarred(*((f"{code}.txt", Form(code=code).text().encode()) for code in codes))))
    copies = [copy for copies in extract_files([path]) for copy in copies]
    assert [copy.project.project_code for copy in copies if copy.project] == codes
    assert [copy.document.uri for copy in copies] == [f"file://{path}!/{code}.txt" for code in codes]


def test_files_in_a_7_zip_are_documents_by_their_names() -> None:
    files = {"โฟลเดอร์/ก.txt": b"1" * 999, "b.zip": zipped(("c.txt", b"2"))}
    assert unpacked(seven_zipped(*files.items())) == {"โฟลเดอร์/ก.txt": b"1" * 999, "b.zip!/c.txt": b"2"}


def test_a_7_zip_that_cannot_be_opened_says_why() -> None:
    good = seven_zipped(("a.txt", b"form" * 99))
    bomb = seven_zipped(("a", bytes(entries.RATIO_FREE_BYTES + 1_000_000)))
    for content, rule_id, why in (
        (seven_zipped(("a.txt", b"1"), password="x"), "R-unreadable", "is encrypted; pack it without a password"),
        (good[:-9], "R-unreadable", "is damaged"),
        (good[:60] + bytes([good[60] ^ 1]) + good[61:], "R-unreadable", "is damaged"),
        (bomb, "R-limit", "which is too much"),
    ):
        assert list(unpacked(content).values()) == [content]
        assert reason(content)[0] == rule_id
        assert why in reason(content)[1]
