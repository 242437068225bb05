"""The landing area: bytes are proven by their hash when they are read, and landed anew where they were damaged."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from upath import UPath

from etl import landing
from etl.errors import DocumentFault

CONTENT = "แบบรายงาน".encode() * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()

DAMAGES: dict[str, Callable[[UPath], object]] = {
    "removed": lambda path: path.unlink(),
    "emptied": lambda path: path.write_bytes(b""),
    "cut off": lambda path: path.write_bytes(CONTENT[:-1]),
    "overwritten": lambda path: path.write_bytes(b"x" + CONTENT[1:]),
}


@pytest.fixture(params=["disk", "bucket"])
def area(request: pytest.FixtureRequest, tmp_path: Path) -> UPath:
    """An empty landing area."""
    return UPath(tmp_path if request.param == "disk" else request.getfixturevalue("bucket")) / "landing"


def put(area: UPath, *contents: bytes) -> None:
    with landing.putting(area) as keep:
        for content in contents:
            keep(hashlib.sha256(content).hexdigest(), content)


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_no_document_until_it_is_landed_anew(area: UPath, damage: str) -> None:
    put(area, CONTENT)
    assert landing.read(area, SHA256) == CONTENT
    DAMAGES[damage](landing.place(area, SHA256))
    with pytest.raises(DocumentFault, match=f"landing area.*{SHA256}.*pull it again") as fault:
        landing.read(area, SHA256)
    assert fault.value.rule_id == "R-landing-damaged"
    put(area, CONTENT)
    assert landing.read(area, SHA256) == CONTENT


def test_a_folder_in_the_place_of_a_file_is_a_damage(tmp_path: Path) -> None:
    landing.place(UPath(tmp_path), SHA256).mkdir(parents=True)
    with pytest.raises(DocumentFault, match="Is a directory"):
        landing.read(UPath(tmp_path), SHA256)


def test_what_is_whole_is_left_alone(tmp_path: Path) -> None:
    put(UPath(tmp_path), CONTENT)
    before = landing.place(UPath(tmp_path), SHA256).stat()
    put(UPath(tmp_path), CONTENT, CONTENT)
    after = landing.place(UPath(tmp_path), SHA256).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_all_of_many_are_kept(tmp_path: Path) -> None:
    contents = [str(number).encode() for number in range(200)]
    put(UPath(tmp_path), *contents)
    kept = {landing.read(UPath(tmp_path), hashlib.sha256(content).hexdigest()) for content in contents}
    assert kept == set(contents)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == len(contents)


def test_bytes_that_cannot_be_kept_are_told(tmp_path: Path) -> None:
    (tmp_path / SHA256[:2]).write_text("a file where a folder is to be")
    with pytest.raises(OSError, match=SHA256[:2]):
        put(UPath(tmp_path), CONTENT)


def test_removing_takes_what_a_killed_writer_left_too(area: UPath) -> None:
    put(area, CONTENT, b"other")
    left = landing.place(area, f"{SHA256}.0123456789abcdef.part")
    left.write_bytes(CONTENT[:10])
    assert landing.remove(area, SHA256) == 2
    assert landing.remove(area, SHA256) == 0
    assert not left.exists()
    assert landing.read(area, hashlib.sha256(b"other").hexdigest()) == b"other"
