"""A web server that redirects, keeps silent, sends too much or tells odd times: real ones, on this machine."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from upath import UPath

from etl.errors import BadInputError, EtlError, SourceUnavailableError
from etl.landing import place, read
from etl.pull.schemes import http
from etl.pull.source import Skipped, persistently
from etl.records import LandedDocument
from etl.settings import Reach
from tests.pulling import Memory, land
from tests.pulling import pulled as pulled_with

NOW = datetime(2100, 1, 1, tzinfo=UTC)
Answer = Callable[[BaseHTTPRequestHandler], None]


class Web(ThreadingHTTPServer):
    """A server that answers as told, and notes what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.asked: list[tuple[str, str | None]] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append((self.path, self.headers.get("Authorization")))
                answer(self)

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(answer: Answer) -> Iterator[Web]:
    with Web(answer) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield web
        web.shutdown()


def page(content: bytes = b"form", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def redirect(where: str, status: int = 302, rest: Answer | None = None) -> Answer:
    """Return what redirects the path /, and answers all others with the rest."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if rest and handler.path != "/":
            rest(handler)
            return
        handler.send_response(status)
        handler.send_header("Location", where)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not try again."""
    monkeypatch.setattr(http.Page, "fetch", http.Page.fetch.__wrapped__)  # type: ignore[attr-defined]
    assert persistently


def pulled(source: str, tmp_path: Path, *hosts: str, bytes_max: int = 1000) -> list[LandedDocument]:
    reach = Reach(bytes_max, silence_seconds=1, redirect_hosts=frozenset(hosts))
    skipped: list[Skipped] = []
    found = land(source, UPath(tmp_path), lambda: NOW, reach=reach, on_skipped=skipped.append)
    if skipped:
        raise ValueError(skipped[0].reason)
    return found


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_is_followed_and_its_end_is_the_address(status: int, tmp_path: Path) -> None:
    with serving(redirect("/new/form.txt?id=1#part", status, page())) as web:
        (document,) = pulled(f"{web.address}/", tmp_path)
    assert document.uri == f"{web.address}/new/form.txt?id=1"


def test_an_address_without_redirect_stays_as_it_was_given(tmp_path: Path) -> None:
    with serving(page()) as web:
        (document,) = pulled(f"{web.address}/โครงการ.txt?ปี=2566", tmp_path)
    assert document.uri == f"{web.address}/โครงการ.txt?ปี=2566"


def test_a_redirect_to_another_port_or_host_is_refused_unless_allowed(tmp_path: Path) -> None:
    with serving(page()) as other, serving(redirect(f"{other.address}/form.txt")) as web:
        with pytest.raises(BadInputError, match=r"redirects to another host.*ETL_REDIRECT_HOSTS"):
            pulled(f"{web.address}/", tmp_path)
        with pytest.raises(BadInputError, match="another host"):
            pulled(f"{web.address}/", tmp_path, "127.0.0.1")
        assert other.asked == []
        (document,) = pulled(f"{web.address}/", tmp_path, f"127.0.0.1:{other.server_port}")
        assert document.uri == f"{other.address}/form.txt"


def test_a_login_goes_to_no_other_host(tmp_path: Path) -> None:
    with serving(page()) as other:
        where = other.address.replace("http://", "http://thief:pw@")
        with serving(redirect("/next", rest=redirect(where))) as web:
            source = web.address.replace("http://", "http://me:secret@")
            (document,) = pulled(f"{source}/", tmp_path, f"127.0.0.1:{other.server_port}")
    assert document.uri == other.address
    assert [login is not None for _, login in web.asked] == [True, True]
    assert other.asked == [("/", None)]


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://127.0.0.1/a", "http:///x", "//"])
def test_a_redirect_to_what_is_no_web_address_is_refused(where: str, tmp_path: Path) -> None:
    with serving(redirect(where, rest=redirect(where))) as web, pytest.raises(BadInputError):
        pulled(f"{web.address}/", tmp_path)


def test_redirects_in_a_circle_end(tmp_path: Path) -> None:
    with serving(redirect("/")) as web:
        with pytest.raises(BadInputError, match="more than 5 times"):
            pulled(f"{web.address}/", tmp_path)
        assert len(web.asked) == http.REDIRECTS_MAX + 1


@pytest.mark.parametrize(
    ("host", "is_public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("10.1.2.3", False), ("::1", False),
        ("169.254.169.254", False), ("fe80::1%eth0", False), ("::ffff:127.0.0.1", False), ("2002:7f00:1::", False),
        ("100.64.0.1", False), ("0.0.0.1", False), ("224.0.0.1", False), ("2130706433", False), ("0x7f.1", False),
    ],
)  # fmt: skip
def test_private_addresses_are_known(host: str, is_public: bool) -> None:
    assert http.is_public(host) is is_public


def test_from_the_internet_no_redirect_leads_into_a_private_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, once: None
) -> None:
    with serving(page()) as inside, serving(redirect(f"http://localhost:{inside.server_port}/")) as web:
        monkeypatch.setattr(http, "is_public", lambda host: host == "127.0.0.1")  # what stands for the internet
        refused = f"http://localhost:{inside.server_port}".replace("localhost", "127.0.0.2")
        with serving(redirect(refused)) as other, pytest.raises(SourceUnavailableError, match="private network"):
            pulled(f"{other.address}/", tmp_path, f"127.0.0.2:{inside.server_port}")
        assert inside.asked == []
        assert pulled(f"{web.address}/", tmp_path, f"localhost:{inside.server_port}")


@pytest.mark.parametrize("length", [True, False])
def test_too_many_bytes_are_not_taken(length: bool, tmp_path: Path) -> None:
    sent = threading.Event()

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        if length:
            handler.send_header("Content-Length", str(1 << 40))
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(bytes(1 << 16))
        except OSError:
            sent.set()

    with serving(endless) as web, pytest.raises(ValueError, match="more than 1,000 bytes"):
        pulled(f"{web.address}/", tmp_path)
    assert sent.wait(30)


@pytest.fixture
def mute() -> Iterator[str]:
    """A server that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("scheme", ["http://{}/a", "https://{}/a", "sftp://me:pw@{}/a", "s3://bucket/a"])
def test_a_server_that_says_nothing_is_told_to_be_unavailable(
    scheme: str, mute: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{mute}", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with pytest.raises(SourceUnavailableError, match=r"does not answer: ."):
        pulled(scheme.format(mute), tmp_path)


@pytest.mark.parametrize(
    ("status", "error"), [(404, BadInputError), (403, BadInputError), (500, SourceUnavailableError)]
)
def test_what_a_server_refuses_is_told(status: int, error: type[EtlError], tmp_path: Path, once: None) -> None:
    with serving(lambda handler: handler.send_error(status)) as web, pytest.raises(error):
        pulled(f"{web.address}/", tmp_path)


LONG_AGO, JUST_NOW = "Tue, 15 Oct 2024 03:04:05 GMT", "Sun, 29 Nov 2026 09:59:30 GMT"
DATE = "Sun, 29 Nov 2026 10:00:00 GMT"


class Versions:
    """A page that has a version, and answers as RFC 9110 says to who knows it already."""

    def __init__(self, **headers: str) -> None:
        self.headers, self.content = headers, b"form"
        self.sent: list[int] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        known = handler.headers.get("If-None-Match"), handler.headers.get("If-Modified-Since")
        if known[0]:
            is_known = known[0] == self.headers.get("ETag")
        else:
            is_known = known[1] is not None and known[1] == self.headers.get("Last-Modified")
        self.sent.append(304 if is_known else 200)
        handler.send_response_only(self.sent[-1])
        handler.send_header("Date", DATE)
        for name, value in self.headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0" if is_known else str(len(self.content)))
        handler.end_headers()
        if not is_known:
            handler.wfile.write(self.content)


@pytest.mark.parametrize(
    ("headers", "second"),
    [
        ({"ETag": '"1"'}, 304),
        ({"ETag": '"1"', "Last-Modified": JUST_NOW}, 304),
        ({"Last-Modified": LONG_AGO}, 304),
        ({"ETag": 'W/"1"', "Last-Modified": LONG_AGO}, 304),
        ({"ETag": 'W/"1"'}, 200),
        ({"Last-Modified": JUST_NOW}, 200),
        ({"Last-Modified": "yesterday"}, 200),
        ({}, 200),
    ],
)
def test_a_page_is_sent_again_unless_its_version_tells_that_it_is_the_same(
    headers: dict[str, str], second: int, tmp_path: Path
) -> None:
    answer, memory = Versions(**headers), Memory()
    with serving(answer) as web:
        for number in range(2):
            at = NOW.replace(hour=number)
            found = pulled_with(f"{web.address}/a", UPath(tmp_path), clock=lambda at=at: at, memory=memory)
            (document,) = found.documents
            (seen,) = document.observations
            assert seen.reported_at == (at if headers.get("Last-Modified") in {None, "yesterday"} else seen.snapshot_at)
        assert answer.sent == [200, second]
        answer.content = b"another"
        answer.headers = {**headers, "ETag": '"2"', "Last-Modified": LONG_AGO.replace("2024", "2025")}
        (document,) = pulled_with(f"{web.address}/a", UPath(tmp_path), clock=lambda: NOW, memory=memory).documents
    assert document.byte_size == len(b"another")


def test_what_was_damaged_meanwhile_is_asked_for_without_a_condition(tmp_path: Path) -> None:
    answer, memory = Versions(ETag='"1"'), Memory()
    with serving(answer) as web:
        (document,) = pulled_with(f"{web.address}/a", UPath(tmp_path), memory=memory).documents
        place(UPath(tmp_path), document.sha256).write_bytes(b"farm")
        pulled_with(f"{web.address}/a", UPath(tmp_path), memory=memory)
    assert answer.sent == [200, 200]
    assert read(UPath(tmp_path), document.sha256) == b"form"


def test_the_version_of_a_page_says_nothing_of_another_that_it_redirects_to(tmp_path: Path) -> None:
    answer, memory = Versions(ETag='"1"'), Memory()
    target = ["/one"]

    def redirecting(handler: BaseHTTPRequestHandler) -> None:
        redirect(target[0], rest=answer)(handler)

    with serving(redirecting) as web:
        for where, status in (("/one", 200), ("/one", 304), ("/two", 200)):
            target[0] = where
            (document,) = pulled_with(f"{web.address}/", UPath(tmp_path), memory=memory).documents
            assert (document.uri, answer.sent[-1]) == (f"{web.address}{where}", status)
