"""What Chromium shows of pages: all of them in one load, in frames, so that a browser is started once.

It is asked through its own debugging protocol, on two pipes: `innerText` for the lines of a page, and the texts of its
layout, which hold what style sheets and lists add. The package `chromium` of Debian is enough.
"""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-extensions", "--no-first-run",
    "--disable-background-networking", "--disable-dev-shm-usage", "--disable-site-isolation-trials",
    "--allow-file-access-from-files", "--window-size=1280,1000", "--remote-debugging-pipe",
)  # fmt: skip
_FRAMES = "Array.from(frames, f => f.document.body ? f.document.body.innerText : '')"
_UNSEEN = ("hidden", "collapse")


class Shown(NamedTuple):
    """What a browser shows of a page: its `innerText`, and the texts of its layout in the order of the document."""

    inner: str
    texts: list[str]


def program() -> str:
    """Return the path of Chromium."""
    path = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    assert path, "no browser to compare with: install the package chromium"
    return path


def shown(pages: Mapping[str, bytes], folder: Path) -> dict[str, Shown]:
    """Return what Chromium shows of pages, by their names; `folder` is an empty one."""
    files = [f"{number}.html" for number in range(len(pages))]
    for file, page in zip(files, pages.values(), strict=True):
        (folder / file).write_bytes(page)
    index = folder / "index.html"
    frames = "".join(f"<iframe src='{file}' width=1280 height=900></iframe>" for file in files)
    index.write_text(f"<!doctype html><meta charset=utf-8><body>{frames}", "utf-8")
    with _session(folder / "profile") as session:
        session.open(index.as_uri())
        inner = session.call("Runtime.evaluate", expression=_FRAMES, returnByValue=True)["result"]["value"]
        snapshot = session.call("DOMSnapshot.captureSnapshot", computedStyles=["visibility", "opacity"])
    texts = _texts(snapshot)
    return {name: Shown(one, texts[file]) for name, file, one in zip(pages, files, inner, strict=True)}


def _texts(snapshot: dict[str, Any]) -> dict[str, list[str]]:
    """Return the texts that are laid out of each document, with those of the frames in it, by the name of its file."""
    documents, strings = snapshot["documents"], snapshot["strings"]

    def of(document: dict[str, Any]) -> Iterator[str]:
        layout, within = document["layout"], document["nodes"]["contentDocumentIndex"]
        frames = dict(zip(within["index"], within["value"], strict=True))
        for node, text, styles in zip(layout["nodeIndex"], layout["text"], layout["styles"], strict=True):
            visibility, opacity = (strings[style] for style in styles) if styles else ("visible", "1")
            if text >= 0 and visibility not in _UNSEEN and opacity != "0":
                yield strings[text]
            if node in frames:
                yield from of(documents[frames[node]])

    return {strings[one["documentURL"]].rpartition("/")[2]: [*of(one)] for one in documents}


class _Session:
    """A tab of a browser that is asked on two pipes; messages end with a zero byte."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from, self._number, self._read = to_browser, from_browser, 0, b""
        self._target: dict[str, str] = {}
        tabs = self.call("Target.getTargets")["targetInfos"]
        tab = next(one["targetId"] for one in tabs if one["type"] == "page")
        self._target = {"sessionId": self.call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]}

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol, and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params, **self._target}
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]
        answer = next(one for one in self._messages() if one.get("id") == self._number)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, address: str) -> None:
        """Open a page, and wait until all of it, its frames too, is there."""
        self.call("Page.enable")
        self.call("Page.navigate", url=address)
        next(one for one in self._messages() if one.get("method") == "Page.loadEventFired")

    def _messages(self) -> Iterator[dict[str, Any]]:
        while True:
            while b"\0" not in self._read:
                data = os.read(self._from, 1 << 20)
                assert data, "the browser ended"
                self._read += data
            message, _, self._read = self._read.partition(b"\0")
            yield json.loads(message)


@contextmanager
def _session(profile: Path) -> Iterator[_Session]:
    (for_browser, to_browser), (from_browser, of_browser) = os.pipe(), os.pipe()
    # The protocol's pipes are the third and the fourth.
    command = ("bash", "-c", f'exec "$@" 3<&{for_browser} 4>&{of_browser} 2>/dev/null', "bash", program(), *_FLAGS)
    browser = subprocess.Popen(
        (*command, f"--user-data-dir={profile}", "about:blank"),
        pass_fds=(for_browser, of_browser),
        start_new_session=True,
    )
    try:
        os.close(for_browser)
        os.close(of_browser)
        yield _Session(to_browser, from_browser)
    finally:
        os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()
        os.close(to_browser)
        os.close(from_browser)
