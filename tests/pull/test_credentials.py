"""A login in the address of a source opens the source, and is told by nothing: no document, error, log or traceback."""

import logging
import threading
import traceback
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import fsspec
import pytest
from moto.server import ThreadedMotoServer
from upath import UPath

from etl.errors import BadInputError, EtlError
from etl.landing import read
from etl.settings import Settings
from tests.pulling import land

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "s3cr/t p@ss:w0rd%"
LOGIN = f"me:{quote(SECRET, safe='')}@"


class Closed(BaseHTTPRequestHandler):
    """A web server that shows its one page to those who log in."""

    def do_GET(self) -> None:
        allowed = self.headers.get("Authorization") == f"Basic {b64encode(f'me:{SECRET}'.encode()).decode()}"
        content = b"<p>form</p>"
        self.send_response(200 if allowed else 401)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def web() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Closed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(autouse=True)
def told(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test when any logger told the password."""
    caplog.set_level(logging.DEBUG)
    yield
    assert not tells(caplog.text)


def tells(text: str) -> bool:
    return any(part in text for part in (SECRET, quote(SECRET, safe=""), "s3cr", "w0rd"))


def test_a_web_source_is_opened_and_its_documents_do_not_name_the_login(web: str, tmp_path: Path) -> None:
    (document,) = land(f"http://{LOGIN}{web}/form.html", UPath(tmp_path), lambda: NOW)
    assert read(UPath(tmp_path), document.sha256) == b"<p>form</p>"
    assert document.uri == f"http://{web}/form.html"


def test_keys_of_a_bucket_open_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    bucket = fsspec.filesystem("s3", key="me", secret=SECRET, skip_instance_cache=True)
    bucket.mkdir("closed")
    bucket.pipe("closed/form.txt", b"form")
    (document,) = land(f"s3://{LOGIN}closed/", UPath(tmp_path), lambda: NOW)
    assert document.uri == "s3://closed/form.txt"
    server.stop()


@pytest.mark.parametrize(
    "source",
    [
        f"http://{LOGIN}127.0.0.1:9/form.html",
        f"https://{LOGIN}127.0.0.1:9/",
        f"sftp://{LOGIN}127.0.0.1:9/out",
        f"nosuch://{LOGIN}host/out",
        f"file://{LOGIN}host/no/such/folder",
        "http://me:s3cr/t@host:w0rd@127.0.0.1/",
        "sftp://me:s3cr@t@127.0.0.1:9/out",
    ],
)
def test_a_source_that_cannot_be_opened_is_told_of_without_the_login(source: str, tmp_path: Path) -> None:
    with pytest.raises(EtlError) as failed:
        land(source, UPath(tmp_path), lambda: NOW)
    assert not tells("".join(traceback.format_exception(failed.value)))
    assert not tells(repr(Settings(etl_source=source)))


def test_a_login_that_nobody_can_find_the_end_of_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="as %XX"):
        land("https://me:s3cr/t@host/", UPath(tmp_path), lambda: NOW)
