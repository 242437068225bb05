"""Pulling from real places: a folder, an HTTP server, an S3 server."""

import functools
import io
import os
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pytest
from upath import UPath

from etl.errors import BadInputError, SourceUnavailableError
from etl.landing import read
from etl.records import LandedDocument
from tests.pulling import land

NOW = datetime(2026, 1, 1, tzinfo=UTC)
THEN = datetime(2024, 10, 15, 3, 4, 5, tzinfo=UTC)


def pulled(source: str, landing: Path) -> list[LandedDocument]:
    return land(source, UPath(landing), lambda: NOW)


def kept(landing: Path, document: LandedDocument) -> bytes:
    return read(UPath(landing), document.sha256)


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path / "landing"


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (THEN.timestamp(), THEN.timestamp()))


def test_bytes_are_kept_as_they_came_and_the_same_bytes_once(exports: Path, landing: Path) -> None:
    put(exports / "a.txt", b"one")
    put(exports / "deep" / "er" / "b.txt", b"one")
    put(exports / "c.bin", bytes(range(256)))
    put(exports / ".hidden", b"no export")
    documents = pulled(str(exports), landing)
    assert sorted(kept(landing, document) for document in documents) == [bytes(range(256)), b"one"]
    twice = next(document for document in documents if document.byte_size == 3)
    assert [seen.uri.removeprefix(f"file://{exports}/") for seen in twice.observations] == ["a.txt", "deep/er/b.txt"]
    assert {seen.snapshot_at for seen in twice.observations} == {THEN}
    assert pulled(f"file://{exports}", landing) == documents
    assert not list(landing.rglob("*.part"))


def test_one_file_can_be_the_source(exports: Path, landing: Path) -> None:
    put(exports / "a.txt", b"one")
    assert len(pulled(str(exports / "a.txt"), landing)) == 1


@pytest.mark.parametrize("source", ["/no/such/folder", "nosuchprotocol://host/exports"])
def test_a_source_that_is_not_there_says_so(source: str, landing: Path) -> None:
    with pytest.raises(BadInputError, match=source):
        pulled(source, landing)


def test_a_folder_that_cannot_be_looked_into_is_told(
    exports: Path, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(exports / "open.txt", b"form")
    put(exports / "closed" / "form.txt", b"form")
    real = os.scandir

    def scandir(path: bytes) -> Any:
        if path.endswith(b"closed"):  # to root, who may run these tests, no real folder is
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(SourceUnavailableError, match=r"Permission denied.*closed"):
        pulled(str(exports), landing)


@pytest.fixture
def web(exports: Path) -> Iterator[str]:
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(exports))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_web_server_tells_when_a_page_was_modified(exports: Path, web: str, landing: Path) -> None:
    put(exports / "page.html", b"<p>page</p>")
    (document,) = pulled(f"{web}/page.html", landing)
    assert [(seen.uri, seen.snapshot_at) for seen in document.observations] == [(f"{web}/page.html", THEN)]


def test_a_server_that_does_not_answer_is_tried_again_and_then_told(landing: Path) -> None:
    with pytest.raises(SourceUnavailableError, match=r"http://127\.0\.0\.1:9/"):
        pulled("http://127.0.0.1:9/page.html", landing)


def test_object_storage_is_source_and_landing_area_alike(bucket: str) -> None:
    with fsspec.open(f"{bucket}/in/form.txt", "wb") as file:
        file.write(b"form")
    (document,) = land(f"{bucket}/in", UPath(f"{bucket}/landing"), lambda: NOW)
    assert document.observations[0].uri == f"{bucket}/in/form.txt"
    assert document.observations[0].snapshot_at < datetime.now(UTC)
    assert read(UPath(f"{bucket}/landing"), document.sha256) == b"form"


def archive(*members: tuple[str, bytes, tuple[int, int, int, int, int, int]]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        for name, content, date in members:
            new.writestr(zipfile.ZipInfo(name, date), content)
    return file.getvalue()


def test_each_document_in_an_archive_is_landed_as_its_own(exports: Path, landing: Path) -> None:
    october, undated, too_young = (2023, 10, 31, 12, 0, 0), (1980, 1, 1, 0, 0, 0), (2024, 10, 16, 0, 0, 0)
    inner = archive(("c.txt", b"three", undated))
    content = archive(
        ("a.txt", b"one", october),
        ("b.txt", b"two", undated),
        ("d.txt", b"four", too_young),
        ("in.zip", inner, october),
    )
    put(exports / "all.zip", content)
    put(exports / "alone.txt", b"one")
    landed = pulled(str(exports), landing)
    seen = {
        (observation.uri.removeprefix(f"file://{exports}/"), observation.snapshot_at): kept(landing, document)
        for document in landed
        for observation in document.observations
    }
    assert seen == {
        ("all.zip!/a.txt", datetime(2023, 10, 31, 5, tzinfo=UTC)): b"one",
        ("all.zip!/b.txt", THEN): b"two",
        ("all.zip!/d.txt", THEN): b"four",
        ("all.zip!/in.zip!/c.txt", datetime(2023, 10, 31, 5, tzinfo=UTC)): b"three",
        ("alone.txt", THEN): b"one",
    }
    assert len(landed) == 4
    assert content in [file.read_bytes() for file in landing.rglob("*") if file.is_file()]
    assert pulled(str(exports), landing) == landed


def test_a_member_that_cannot_be_unpacked_is_landed_in_its_archive_s_bytes(exports: Path, landing: Path) -> None:
    content = archive(("a.txt", b"one", (2023, 1, 1, 0, 0, 0)), ("b.txt", b"two", (2023, 1, 1, 0, 0, 0)))
    put(exports / "all.zip", content.replace(b"two", b"2wo"))
    good, bad = sorted(pulled(str(exports), landing), key=lambda document: document.uri)
    assert (good.uri, bad.uri) == (f"file://{exports}/all.zip!/a.txt", f"file://{exports}/all.zip!/b.txt")
    assert b"2wo" in kept(landing, bad)
    assert b"one" not in kept(landing, bad)
    assert sorted(document.sha256 for document in pulled(str(exports), landing)) == sorted([good.sha256, bad.sha256])
