"""A mail server and a web server that keep what they are sent."""

import email
import email.policy
import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from etl.settings import PROJECT_ROOT


class Received:
    """What came in: mails as (recipients, subject, text), and what was posted as JSON."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], str, str]] = []
        self.posted: list[dict[str, Any]] = []
        self.smtp_port = self.http_port = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail."""
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = message.get_body(("plain",))
        assert body
        self.mails.append((envelope.rcpt_tos, message["subject"], body.get_content()))
        return "250 OK"


@contextmanager
def receivers() -> Iterator[Received]:
    """Run both servers, on ports of their own."""
    received = Received()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    received.http_port, received.smtp_port = web.server_port, _free_port()  # a mail server cannot choose it itself
    mail = Controller(received, hostname="127.0.0.1", port=received.smtp_port)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    mail.start()
    try:
        yield received
    finally:
        mail.stop()
        web.shutdown()
        web.server_close()


@contextmanager
def collector(said: Path) -> Iterator[int]:
    """Run the collector of metrics that `docs/telemetry.md` shows, on a port of its own; it prints into a file."""
    shown = re.search(r"```python\n(.*?)```", (PROJECT_ROOT / "docs" / "telemetry.md").read_text("utf-8"), re.DOTALL)
    assert shown
    port = _free_port()
    program = shown[1].replace("4318", str(port))
    said.touch(0o600)
    with said.open("w") as file:
        running = subprocess.Popen([sys.executable, "-c", program], stdout=file, stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        running.kill()
        running.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
