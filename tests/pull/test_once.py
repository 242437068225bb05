"""Nothing is fetched twice, and nothing that changed is passed over: what each kind of source is asked for."""

import hashlib
import io
import logging
import os
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from moto.s3.models import s3_backends
from upath import UPath

from etl import landing
from etl.pull import fetching
from etl.pull.source import Skipped
from etl.settings import Reach
from tests.pulling import Memory, pulled

LATER = timedelta(hours=1)  # when the clock of whatever source has ticked
THEN = datetime(2024, 10, 15, 3, 4, 5, 600_000, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC) + LATER


class Place:
    """A source, a landing area, and what is remembered from one pull to the next."""

    def __init__(self, source: Path | str, area: Path | str) -> None:
        self.source, self.area, self.memory = str(source), UPath(area), Memory()

    def pull(self, **more: object) -> tuple[list[str], int]:
        """Return the names of the documents that are there, and how many files were fetched."""
        found = pulled(self.source, self.area, memory=self.memory, **{"clock": now, **more})
        names = [seen.uri.rpartition("/")[2] for document in found.documents for seen in document.observations]
        return sorted(names), found.tally.files_fetched

    def content(self, name: str) -> bytes:
        """Return the landed bytes of a document."""
        (one,) = (one for file in self.memory.files.values() for one in file.contents if one.uri.endswith(f"/{name}"))
        return landing.read(self.area, one.sha256)


@pytest.fixture
def folder(exports: Path, tmp_path: Path) -> Place:
    for name in ("a.txt", "b.txt", "c.txt"):
        (exports / name).write_bytes(name.encode())
    return Place(exports, tmp_path / "landing")


_noting: list[list[str]] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], bytes | str):
        for noted in _noting:
            noted.append(os.fsdecode(arguments[0]))


sys.addaudithook(_note)


@contextmanager
def opened() -> Iterator[list[str]]:
    """Note the paths that are opened, by whatever thread."""
    _noting.append(noted := [])
    yield noted
    _noting.remove(noted)


def test_what_is_unchanged_on_a_disk_is_not_opened(folder: Place, exports: Path) -> None:
    with opened() as paths:
        assert folder.pull() == (["a.txt", "b.txt", "c.txt"], 3)
    assert [path for path in paths if path.startswith(str(exports))]
    with opened() as paths:
        assert folder.pull() == (["a.txt", "b.txt", "c.txt"], 0)
    assert [path for path in paths if path.startswith(str(exports)) or "landing" in path] == []


def test_a_change_that_hides_its_time_and_size_is_fetched(folder: Place, exports: Path) -> None:
    os.utime(exports / "a.txt", (THEN.timestamp(), THEN.timestamp()))
    folder.pull()
    before = (exports / "a.txt").stat()
    (exports / "a.txt").write_bytes(b"A.txt")
    os.utime(exports / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert folder.pull() == (["a.txt", "b.txt", "c.txt"], 1)
    assert folder.content("a.txt") == b"A.txt"


def test_another_file_in_the_place_of_one_is_fetched(folder: Place, exports: Path) -> None:
    folder.pull()
    (exports / "new").write_bytes(b"A.txt")
    (exports / "new").rename(exports / "a.txt")
    assert folder.pull() == (["a.txt", "b.txt", "c.txt"], 1)
    assert folder.content("a.txt") == b"A.txt"


def test_what_changed_as_it_was_fetched_is_fetched_once_more(folder: Place) -> None:
    within_the_tick = datetime.now(UTC) + timedelta(seconds=1)
    assert folder.pull(clock=lambda: within_the_tick)[1] == 3
    assert [folder.pull()[1] for _ in range(2)] == [3, 0]


def test_a_clock_of_whole_seconds_may_be_that_of_another_machine(folder: Place, exports: Path) -> None:
    whole = int(datetime.now(UTC).timestamp()) + 60  # it goes ahead, so that this is the last change
    os.utime(exports / "a.txt", (whole, whole))
    a_little_later = datetime.fromtimestamp(whole, UTC) + timedelta(minutes=4)
    assert folder.pull(clock=lambda: a_little_later)[1] == 3
    assert [folder.pull()[1] for _ in range(2)] == [1, 0]


def test_links_are_known_by_what_they_lead_to(folder: Place, exports: Path) -> None:
    (exports / "link.txt").symlink_to("a.txt")
    assert [folder.pull()[1] for _ in range(2)] == [4, 0]
    (exports / "a.txt").write_bytes(b"A.txt")
    assert folder.pull()[1] == 2


def test_a_file_that_is_no_more_to_be_had_is_told_at_each_pull(folder: Place, exports: Path) -> None:
    folder.pull()
    skipped: list[Skipped] = []
    for _ in range(2):
        assert folder.pull(reach=Reach(bytes_max=3), on_skipped=skipped.append) == (["a.txt", "b.txt", "c.txt"], 0)
    (exports / "a.txt").write_bytes(b"A.txt!")
    for _ in range(2):
        assert folder.pull(reach=Reach(bytes_max=5), on_skipped=skipped.append) == (["b.txt", "c.txt"], 0)
    assert [one.uri for one in skipped] == [f"file://{exports}/a.txt"] * 2


DAMAGES = {
    "removed": lambda path: path.unlink(),
    "emptied": lambda path: path.write_bytes(b""),
    "overwritten": lambda path: path.write_bytes(b"x" * path.stat().st_size),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_in_the_landing_area_is_fetched_again(folder: Place, damage: str) -> None:
    folder.pull()
    DAMAGES[damage](landing.place(folder.area, hashlib.sha256(b"a.txt").hexdigest()))
    assert folder.pull() == (["a.txt", "b.txt", "c.txt"], 1)
    assert folder.content("a.txt") == b"a.txt"
    assert folder.pull()[1] == 0


def test_what_was_put_back_into_the_landing_area_is_proven_once_and_not_fetched(folder: Place) -> None:
    folder.pull()
    place = landing.place(folder.area, hashlib.sha256(b"a.txt").hexdigest())
    place.unlink()
    place.write_bytes(b"a.txt")
    with opened() as paths:
        assert folder.pull()[1] == 0
    assert paths.count(str(place)) == 1
    with opened() as paths:
        folder.pull()
    assert paths.count(str(place)) == 0


def test_files_that_go_and_come_back_are_noted_and_kept(folder: Place, exports: Path) -> None:
    folder.pull()
    (exports / "a.txt").rename(exports.parent / "a.txt")
    assert folder.pull() == (["b.txt", "c.txt"], 0)
    assert folder.memory.gone == {f"file://{exports}/a.txt"}
    assert folder.content("a.txt") == b"a.txt"
    (exports.parent / "a.txt").rename(exports / "a.txt")
    assert folder.pull()[0] == ["a.txt", "b.txt", "c.txt"]
    assert folder.memory.gone == set()


def test_of_a_folder_beside_it_with_a_longer_name_nothing_is_thought_gone(folder: Place, exports: Path) -> None:
    beside = exports.with_name("exports2")
    beside.mkdir()
    (beside / "d.txt").write_bytes(b"d")
    folder.pull()
    folder.source = str(beside)
    folder.pull()
    folder.source = str(exports)
    folder.pull()
    assert folder.memory.gone == set()


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        for name, content in members.items():
            new.writestr(zipfile.ZipInfo(f"{name}.txt", (2023, 10, 31, 12, 0, 0)), content)
    return file.getvalue()


def test_an_archive_is_unpacked_again_by_another_version_and_not_fetched(folder: Place, exports: Path) -> None:
    (exports / "all.zip").write_bytes(zipped(one=b"one", two=b"two"))
    names = ["a.txt", "b.txt", "c.txt", "one.txt", "two.txt"]
    assert folder.pull() == (names, 4)
    documents = pulled(folder.source, folder.area, clock=now).documents
    again = pulled(folder.source, folder.area, clock=now, memory=folder.memory)
    assert [seen.snapshot_at for one in again.documents for seen in one.observations] == [
        seen.snapshot_at for one in documents for seen in one.observations
    ]
    with opened() as paths:
        assert folder.pull(unpacked_by="the next version") == (names, 0)
    assert [path for path in paths if path.startswith(str(exports))] == []
    assert {file.unpacked_by for file in folder.memory.files.values()} == {"the next version"}


def test_an_archive_that_cannot_be_unpacked_is_tried_again_and_not_fetched(folder: Place, exports: Path) -> None:
    (exports / "all.zip").write_bytes(zipped(one=b"one", two=b"two").replace(b"two", b"2wo", 1))
    names = ["a.txt", "b.txt", "c.txt", "one.txt", "two.txt"]
    assert [folder.pull() for _ in range(2)] == [(names, 4), (names, 0)]
    whole = landing.place(folder.area, folder.memory.files[f"file://{exports}/all.zip"].sha256)
    with opened() as paths:
        assert folder.pull() == (names, 0)
    assert str(whole) in paths


def test_of_what_was_purged_nothing_is_fetched_and_an_archive_without_it_is_not_missed(
    folder: Place, exports: Path
) -> None:
    (exports / "all.zip").write_bytes(zipped(one=b"one", two=b"two"))
    folder.pull()
    purged = frozenset(hashlib.sha256(content).hexdigest() for content in (b"one", b"a.txt"))
    for sha256 in (*purged, folder.memory.files[f"file://{exports}/all.zip"].sha256):
        landing.remove(folder.area, sha256)
    found = pulled(folder.source, folder.area, clock=now, memory=folder.memory, purged=purged)
    assert found.tally.files_fetched == 0
    assert {document.sha256 for document in found.documents if document.is_purged} == purged
    assert not [sha256 for sha256 in purged if landing.place(folder.area, sha256).exists()]


def test_many_files_in_a_bucket_cost_the_listing_alone(
    bucket: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    name = bucket.removeprefix("s3://")
    (store,) = (regions["aws"] for regions in s3_backends.values() if name in regions["aws"].buckets)
    for number in range(2_500):
        store.put_object(name, f"in/{number}.txt", str(number).encode())
    place = Place(f"{bucket}/in", tmp_path / "landing")

    def requests() -> list[str]:
        caplog.clear()
        caplog.set_level(logging.INFO, "werkzeug")
        fetched = place.pull()[1]
        lines = [record.getMessage() for record in caplog.records if record.name == "werkzeug"]
        return [str(fetched), *(line.partition('"')[2].partition(" HTTP/")[0].partition("?")[0] for line in lines)]

    assert requests()[0] == "2500"
    assert requests() == ["0", *[f"GET /{name}"] * 3]  # a thousand objects a page
    store.put_object(name, "in/7.txt", b"8")
    fetched, *asked = requests()
    assert (fetched, [one for one in asked if "7.txt" in one]) == ("1", [f"GET /{name}/in/7.txt"])
    assert len(asked) == 4
    assert place.content("7.txt") == b"8"


def test_a_landing_area_in_a_bucket_is_listed_and_not_read(
    bucket: str, exports: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = Place(exports, f"{bucket}/landing")
    for number in range(20):
        (exports / f"{number}.txt").write_bytes(str(number).encode())
    assert place.pull()[1] == 20
    caplog.set_level(logging.INFO, "werkzeug")
    caplog.clear()
    assert place.pull()[1] == 0
    asked = [record.getMessage() for record in caplog.records if record.name == "werkzeug"]
    assert asked
    assert all("list-type=2" in one for one in asked)
    landing.place(place.area, hashlib.sha256(b"7").hexdigest()).unlink()
    assert place.pull()[1] == 1


def test_a_landing_area_in_a_bucket_is_listed_once_however_much_is_new(
    bucket: str, exports: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_REMEMBERED_AT_ONCE", 5)
    place = Place(exports, f"{bucket}/landing")
    for number in range(20):
        (exports / f"{number}.txt").write_bytes(str(number).encode())
    caplog.set_level(logging.INFO, "werkzeug")
    assert (place.pull()[1], len(place.memory.stamps)) == (20, 20)
    asked = [record.getMessage() for record in caplog.records if record.name == "werkzeug"]
    assert len([one for one in asked if "list-type=2" in one and "max-keys" not in one]) == 1
