"""A proxy before PostgreSQL that falls silent when a client says some word: what then comes, it takes and drops."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Condition, Event, Thread

from sqlalchemy import make_url

_CHUNK_BYTES = 1 << 16


class Proxy:
    """Passes on what comes for the server at a URL, until a client says `word`.

    Then it is silent to all and takes who comes, or with `only_there` to that client alone.
    """

    def __init__(self, url: str, listening: socket.socket, word: bytes, *, only_there: bool) -> None:
        self.url = str(
            make_url(url)
            .set(host="127.0.0.1", port=listening.getsockname()[1], query={})
            .render_as_string(hide_password=False)
        )
        self.fell_silent = Event()
        self._clients, self._came = 0, Condition()
        self._folder = make_url(url).query["host"]
        self._word, self._only_there = word, only_there
        self._sockets = [listening]

    def serve(self) -> None:
        """Serve until the sockets are closed."""
        with suppress(OSError):
            while True:
                client, _ = self._sockets[0].accept()
                with self._came:
                    self._clients += 1
                    self._came.notify_all()
                server = socket.socket(socket.AF_UNIX)
                server.connect(f"{self._folder}/.s.PGSQL.5432")
                self._sockets += [client, server]
                silent = Event() if self._only_there else self.fell_silent
                Thread(target=self._pass_on, args=(client, server, silent), daemon=True).start()
                Thread(target=self._pass_on, args=(server, client, silent, False), daemon=True).start()

    def await_more(self, clients: int) -> None:
        """Wait until so many more have come."""
        with self._came:
            until = self._clients + clients
            self._came.wait_for(lambda: self._clients >= until)

    def close(self) -> None:
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _pass_on(self, source: socket.socket, target: socket.socket, silent: Event, is_client: bool = True) -> None:
        with suppress(OSError):
            while said := source.recv(_CHUNK_BYTES):
                if is_client and self._word in said and not self.fell_silent.is_set():
                    self.fell_silent.set()
                    silent.set()
                    if self._only_there:  # what the server answers is lost, and not what it is asked
                        target.sendall(said)
                elif not silent.is_set() or (self._only_there and is_client):
                    target.sendall(said)
            if not silent.is_set():
                target.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy(url: str, word: bytes, *, only_there: bool = False) -> Iterator[Proxy]:
    """Yield a proxy before the server at a URL, whose host is the folder of its socket."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        made = Proxy(url, listening, word, only_there=only_there)
        Thread(target=made.serve, daemon=True).start()
        yield made
        made.close()
