"""A folder on a web server, by the pages of links that a real one makes of it."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from upath import UPath

from etl.errors import BadInputError
from etl.landing import read
from etl.pull.schemes import index
from etl.pull.source import Skipped
from tests.pulling import Memory, land, pulled

NOW = datetime(2100, 1, 1, tzinfo=UTC)


class Handler(SimpleHTTPRequestHandler):
    """Shows a folder, and notes what it was asked for."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def web(exports: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The host of a server that shows the folder of exports."""
    monkeypatch.setattr(Handler, "asked", [])
    monkeypatch.setattr(index, "REQUESTS_PER_SECOND", 1_000)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(exports))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")


def links(*targets: str) -> str:
    return "".join(f'<a href="{target}">a link</a>' for target in targets)


def uris(source: str, tmp_path: Path) -> tuple[list[str], list[Skipped]]:
    skipped: list[Skipped] = []
    documents = land(source, UPath(tmp_path / "landing"), lambda: NOW, on_skipped=skipped.append)
    return sorted(seen.uri for document in documents for seen in document.observations), skipped


def test_all_files_below_are_pulled_each_by_its_own_address(web: str, exports: Path, tmp_path: Path) -> None:
    put(exports, "a.txt", "2566/แบบ ๑.txt", "2566/deep/b.txt")
    documents = land(f"index+http://{web}/", UPath(tmp_path), lambda: NOW)
    seen = {one.uri: read(UPath(tmp_path), found.sha256).decode() for found in documents for one in found.observations}
    assert {uri.removeprefix(f"http://{web}/") for uri in seen} == {
        "a.txt", "2566/%E0%B9%81%E0%B8%9A%E0%B8%9A%20%E0%B9%91.txt", "2566/deep/b.txt",
    }  # fmt: skip
    assert sorted(seen.values()) == ["2566/deep/b.txt", "2566/แบบ ๑.txt", "a.txt"]


def test_only_links_to_below_the_address_on_its_host_count(web: str, exports: Path, tmp_path: Path) -> None:
    put(exports, "above.txt", "in/a.txt")
    (exports / "in" / "index.html").write_text(
        links(
            "a.txt", "a.txt#part", "./a.txt", "../above.txt", "/above.txt", "?sorted=by-name", "", "https://[broken",
            f"http://{web}1/in/elsewhere.txt", "http://other.example/in/b.txt", "ftp://other.example/in/b.txt",
            "mailto:somebody@other.example", "javascript:void(0)",
        ),
        encoding="utf-8",
    )  # fmt: skip
    assert uris(f"index+http://{web}/in/", tmp_path) == ([f"http://{web}/in/a.txt"], [])
    assert Handler.asked == ["/in/", "/in/a.txt"]


def test_a_link_that_leads_nowhere_is_named_and_the_others_are_pulled(web: str, exports: Path, tmp_path: Path) -> None:
    put(exports, "a.txt")
    (exports / "index.html").write_text(links("a.txt", "gone.txt", "gone/"), encoding="utf-8")
    found, skipped = uris(f"index+http://{web}/", tmp_path)
    assert found == [f"http://{web}/a.txt"]
    assert sorted(one.uri for one in skipped) == [f"http://{web}/gone.txt", f"http://{web}/gone/"]


def test_what_is_too_deep_or_too_much_is_named(
    web: str, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(exports, "a.txt", "1/b.txt", "1/2/c.txt")
    monkeypatch.setattr(index, "DEPTH_MAX", 1)
    found, skipped = uris(f"index+http://{web}/", tmp_path)
    assert found == [f"http://{web}/1/b.txt", f"http://{web}/a.txt"]
    assert [one.uri for one in skipped] == [f"http://{web}/1/2/"]
    monkeypatch.setattr(index, "FILES_MAX", 1)
    found, skipped = uris(f"index+http://{web}/", tmp_path)
    assert len(found) == 1
    assert skipped[-1].reason == "its pages link to more than 1 files: give a part of it"


def test_pages_that_link_to_each_other_end(web: str, exports: Path, tmp_path: Path) -> None:
    for name, other in (("1", "2"), ("2", "1")):
        put(exports, f"{name}/{name}.txt")
        (exports / name / "index.html").write_text(links(f"../{other}/", f"{name}.txt"), encoding="utf-8")
    found, _ = uris(f"index+http://{web}/", tmp_path)
    assert [uri.removeprefix(f"http://{web}/") for uri in found] == ["1/1.txt", "2/2.txt"]


def test_what_is_unchanged_is_not_sent_again_and_what_is_gone_is_noted(web: str, exports: Path, tmp_path: Path) -> None:
    put(exports, "a.txt", "b.txt")
    source, memory = f"index+http://{web}/", Memory()
    assert pulled(source, UPath(tmp_path / "landing"), clock=lambda: NOW, memory=memory).tally.files_fetched == 2
    (exports / "b.txt").unlink()
    assert pulled(source, UPath(tmp_path / "landing"), clock=lambda: NOW, memory=memory).tally.files_gone == 1


@pytest.mark.parametrize("path", ["/no/such/folder/", "/a.txt", "/?list=all"])
def test_what_is_no_folder_on_the_web_is_told(path: str, web: str, exports: Path, tmp_path: Path) -> None:
    put(exports, "a.txt")
    with pytest.raises(BadInputError, match=r"no address of a folder|there is nothing at"):
        land(f"index+http://{web}{path}", UPath(tmp_path), lambda: NOW)


def test_requests_do_not_begin_faster_than_is_polite(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = 100.0, list[float]()
    monkeypatch.setattr(index.time, "monotonic", lambda: now)
    monkeypatch.setattr(index.time, "sleep", slept.append)
    pace = index._Pace()
    for _ in range(3):
        pace.wait()
    assert slept == pytest.approx([0, 0.1, 0.2])
