"""What is in a folder besides files: links, FIFOs, what cannot be had. Each is followed or told, none in silence."""

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from etl.documents import extract_files
from etl.pull import tree
from etl.pull.source import Skipped
from etl.records import to_json
from etl.settings import Reach
from tests.forms import Form
from tests.pulling import land

NOW = datetime(2100, 1, 1, tzinfo=UTC)
FORM = Form().text().encode()


def pulled(source: Path | str, landing: Path, reach: Reach | None = None) -> tuple[list[str], dict[str, str]]:
    """Return the names in the source that were seen, and why others were left out."""
    skipped: list[Skipped] = []
    documents = land(str(source), UPath(landing), lambda: NOW, reach=reach or Reach(), on_skipped=skipped.append)
    prefix = f"file://{source}/"
    seen = sorted(one.uri.removeprefix(prefix) for document in documents for one in document.observations)
    return seen, {one.uri.removeprefix(prefix): one.reason for one in skipped}


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path / "landing"


def test_links_within_the_source_are_followed(exports: Path, landing: Path) -> None:
    (exports / "2566").mkdir()
    (exports / "2566" / "a.txt").write_bytes(FORM)
    (exports / "by_file.txt").symlink_to(exports / "2566" / "a.txt")
    (exports / "by_way.txt").symlink_to("by_file.txt")
    (exports / "by_folder").symlink_to("2566")
    assert pulled(exports, landing) == (["2566/a.txt", "by_file.txt", "by_folder/a.txt", "by_way.txt"], {})


def test_links_that_leave_the_source_or_lead_nowhere_are_told(exports: Path, landing: Path, tmp_path: Path) -> None:
    outside = tmp_path / "exports_of_another"
    outside.mkdir()
    (outside / "secret.txt").write_bytes(b"secret")
    (exports / "a.txt").write_bytes(FORM)
    (exports / "out.txt").symlink_to(outside / "secret.txt")
    (exports / "out").symlink_to(outside)
    (exports / "up").symlink_to("..")
    (exports / "dangling.txt").symlink_to("gone.txt")
    (exports / "itself.txt").symlink_to("itself.txt")
    seen, skipped = pulled(exports, landing)
    assert seen == ["a.txt"]
    assert skipped == {
        "out.txt": f"the link leads out of the source, to {outside}/secret.txt",
        "out": f"the link leads out of the source, to {outside}",
        "up": f"the link leads out of the source, to {tmp_path}",
        "dangling.txt": "the link leads nowhere: No such file or directory",
        "itself.txt": "the link leads nowhere: Too many levels of symbolic links",
    }


def test_links_in_circles_end(exports: Path, landing: Path) -> None:
    for name in ("a", "b"):
        (exports / name).mkdir()
        (exports / name / f"{name}.txt").write_bytes(name.encode())
    (exports / "a" / "up").symlink_to("..")
    (exports / "a" / "same").symlink_to(".")
    (exports / "a" / "other").symlink_to("../b")
    (exports / "b" / "other").symlink_to("../a")
    seen, skipped = pulled(exports, landing)
    assert seen == ["a/a.txt", "a/other/b.txt", "b/b.txt", "b/other/a.txt"]
    assert skipped == {}


def test_links_of_endlessly_many_ways_are_bounded(
    exports: Path, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "LINKED_FOLDERS_MAX", 50)
    for level in range(30):
        (exports / f"{level}").mkdir()
        (exports / f"{level}" / "x").symlink_to(f"../{level + 1}")
        (exports / f"{level}" / "y").symlink_to(f"../{level + 1}")
    (exports / "30").mkdir()
    (exports / "30" / "a.txt").write_bytes(FORM)
    seen, skipped = pulled(exports, landing)
    assert "30/a.txt" in seen
    assert set(skipped.values()) == {"links lead to more than 50 folders"}


def test_the_source_itself_may_be_a_link(exports: Path, landing: Path, tmp_path: Path) -> None:
    (exports / "a.txt").write_bytes(FORM)
    (exports / "b.txt").symlink_to(exports / "a.txt")
    (tmp_path / "link").symlink_to(exports)
    (tmp_path / "link.txt").symlink_to(exports / "a.txt")
    assert pulled(tmp_path / "link", landing) == (["a.txt", "b.txt"], {})
    assert pulled(tmp_path / "link.txt", landing)[0] == [f"file://{tmp_path}/link.txt"]


def test_what_is_no_file_is_never_opened(exports: Path, landing: Path, tmp_path: Path) -> None:
    (exports / "a.txt").write_bytes(FORM)
    os.mkfifo(exports / "fifo.txt")
    (exports / "link.txt").symlink_to("fifo.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(exports / "s"))
        seen, skipped = pulled(exports, landing)
    assert seen == ["a.txt"]
    assert skipped == dict.fromkeys(("fifo.txt", "link.txt", "s"), "it is no file, but a FIFO, a socket or a device")
    assert "no file" in pulled(exports / "fifo.txt", landing)[1][f"file://{exports}/fifo.txt"]


def test_a_file_that_cannot_be_read_stops_no_other(
    exports: Path, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "closed.txt", "z.txt"):
        (exports / name).write_bytes(name.encode())
    real = os.open

    def closed(path: Any, *arguments: Any, **options: Any) -> int:
        if os.fsencode(path).endswith(b"closed.txt"):  # to root, who may run these tests, no real file is
            raise PermissionError(13, "Permission denied", path)
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", closed)
    assert pulled(exports, landing) == (
        ["a.txt", "z.txt"],
        {"closed.txt": "the file cannot be read: Permission denied"},
    )


def test_a_file_of_too_many_bytes_is_not_read(exports: Path, landing: Path) -> None:
    (exports / "a.txt").write_bytes(b"12345")
    with (exports / "big.txt").open("wb") as big:
        big.truncate(1 << 40)  # a hole: it takes no place on the disk
    seen, skipped = pulled(exports, landing, Reach(bytes_max=5))
    assert seen == ["a.txt"]
    assert skipped == {"big.txt": "it holds more than 5 bytes; split it, or set ETL_SOURCE_BYTES_MAX"}


def test_parse_treats_links_and_fifos_in_the_same_way(exports: Path) -> None:
    (exports / "a.txt").write_bytes(FORM)
    (exports / "b.txt").symlink_to("a.txt")
    (exports / "dangling.txt").symlink_to("gone.txt")
    os.mkfifo(exports / "fifo")
    objects = [json.loads(to_json(copy)) for copies in extract_files([exports]) for copy in copies]
    told = {one["document"]["uri"].rpartition("/")[2]: (one["project"], one["findings"]) for one in objects}
    assert [bool(project) for project, _ in told.values()] == [True, True, False, False]
    assert [(f["rule_id"], f["severity"]) for f in told["fifo"][1]] == [("R-unreadable", "critical")]
    assert "leads nowhere" in told["dangling.txt"][1][0]["message"]


TIS_620 = "รายงาน.txt".encode("cp874")


def test_a_name_that_is_no_utf_8_is_read_and_shown(exports: Path, landing: Path) -> None:
    folder = os.fsencode(exports) + b"/" + "แผน".encode("cp874")  # by chance, also a letter in UTF-8
    os.mkdir(folder)  # noqa: PTH102 - `pathlib` takes no bytes
    with open(folder + b"/" + TIS_620, "wb") as file:  # noqa: PTH123
        file.write(FORM)
    assert pulled(exports, landing) == (["Ἱ/%C3%D2%C2%A7%D2%B9.txt"], {})
    by_address = land(f"file://{exports}/Ἱ", UPath(landing), lambda: NOW)
    assert [one.uri for one in by_address] == [f"file://{exports}/Ἱ/%C3%D2%C2%A7%D2%B9.txt"]
    command = [sys.executable, "-m", "etl", "parse", "--unjudged", folder]
    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "LC_ALL": "C"})
    (parsed,) = map(json.loads, done.stdout.splitlines())
    assert parsed["document"]["uri"].endswith("/Ἱ/%C3%D2%C2%A7%D2%B9.txt")
    assert parsed["project"]["project_code"] == Form().code


def test_names_that_command_a_terminal_are_escaped(exports: Path, landing: Path) -> None:
    for name in ("a\x1b[31m.txt", "b\n.txt", "c\u202e.txt", "d%41.txt", "e #?.txt", "ก" * 83 + ".x"):
        (exports / name).write_bytes(name.encode())
    (exports / "f!").mkdir()
    (exports / "f!" / "g.txt").write_bytes(b"g")
    seen, _ = pulled(exports, landing)
    assert seen == [
        "a%1B[31m.txt", "b%0A.txt", "c%E2%80%AE.txt", "d%2541.txt", "e #?.txt", "f%21/g.txt", "ก" * 83 + ".x",
    ]  # fmt: skip
