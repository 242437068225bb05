"""The health check against a stand-in for the API server."""

import json
import runpy
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "docker" / "health.py"
fault_of = runpy.run_path(str(SCRIPT))["fault_of"]

# What Airflow answers when its scheduler hangs and no triggerer was ever started.
REPORT = {
    "metadatabase": {"status": "healthy"},
    "scheduler": {"status": "unhealthy", "latest_scheduler_heartbeat": "2026-01-01T00:00:00+00:00"},
    "triggerer": {"status": None, "latest_triggerer_heartbeat": None},
}


class ApiServer(BaseHTTPRequestHandler):
    """Knows the one page that the health check asks for."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/api/v2/monitor/health" else 404)
        self.end_headers()
        self.wfile.write(json.dumps(REPORT).encode())

    def log_message(self, *_: object) -> None:
        """Keep pytest's output clean."""


@pytest.fixture(scope="module")
def api_server() -> Iterator[tuple[str, int]]:
    with HTTPServer(("127.0.0.1", 0), ApiServer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield "127.0.0.1", server.server_port
        server.shutdown()


def test_a_healthy_part_has_no_fault(api_server: tuple[str, int]) -> None:
    assert fault_of("metadatabase", *api_server) is None


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ("scheduler", "scheduler: unhealthy"),
        ("triggerer", "triggerer: never started"),
        ("dag_processor", "does not say how the dag_processor is"),
    ],
)
def test_a_fault_is_named(api_server: tuple[str, int], part: str, fault: str) -> None:
    assert fault in fault_of(part, *api_server)


def test_no_api_server_is_a_fault() -> None:
    with HTTPServer(("127.0.0.1", 0), ApiServer) as server:
        port = server.server_port
    assert "refused" in fault_of("scheduler", "127.0.0.1", port)
