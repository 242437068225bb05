"""Runs `pg_dump` and `pg_restore`: a database into a dump, and a dump into a database, whole or not at all.

The embedded server's package brings them in its version, which reads every older server; for a newer one they are
looked for on the PATH. Passwords go to them by the environment, never as an argument.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any, cast

from etl.errors import BadInputError, EtlError
from etl.warehouse import server
from etl.warehouse.faults import major
from etl.warehouse.watched import Silent, Watched

_LOCK_WAIT = "15s"
_CHUNK_BYTES = 1 << 20
_FIRST_WITH_TRANSACTION_TIMEOUT = 17
_TRANSACTION_TIMEOUT = b"SET transaction_timeout = 0;\n"  # what every pg_restore since 17 says, to whatever server


class DumpFailedError(EtlError):
    """Raised when a database could not be dumped, or a dump not be restored; then the database is as it was."""


def dump(connection: Watched[Any], *, schemas: Sequence[str] = (), snapshot: str | None = None) -> Iterator[bytes]:
    """Yield the bytes of a dump in PostgreSQL's custom format: of some schemas, or of all, in one snapshot.

    Owners and privileges are left out, since they belong to the server. Raises DumpFailedError.
    """
    options = [f"--schema={schema}" for schema in schemas] + ([f"--snapshot={snapshot}"] if snapshot else [])
    arguments = ["--format=custom", "--no-owner", "--no-privileges", f"--lock-wait-timeout={_LOCK_WAIT}", *options]
    with _started("pg_dump", connection, arguments) as running, _answering(connection, running):
        yield from iter(lambda: _out(running).read(_CHUNK_BYTES), b"")
        _require_success("pg_dump", running)


def restore(path: Path, connection: Watched[Any], *, before: Iterable[str]) -> None:
    """Run some statements and then what a dump holds, in one transaction. Raises DumpFailedError."""
    version = major(connection.info.server_version)
    reading = [_program("pg_restore", version), "--no-owner", "--no-privileges", "--file=-", str(path)]
    options = ["--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1", "--file=-"]
    with (
        subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as script,
        _started("psql", connection, options) as running,
        _answering(connection, running),
    ):
        # Whoever dies before the last word leaves nothing: the server rolls back what was not committed.
        with suppress(BrokenPipeError):
            _say(running, "BEGIN", f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'", *before)
            for line in _for_server(_out(script), version):
                _in(running).write(line)
            _require_success("pg_restore", script)
            _say(running, "COMMIT")
        with suppress(BrokenPipeError):  # again, of what was not taken
            _in(running).close()
        _require_success("psql", running)


def _for_server(script: Iterable[bytes], version: int) -> Iterator[bytes]:
    """Yield the lines of a script without the setting, in its head, that an older server does not know."""
    is_known = version >= _FIRST_WITH_TRANSACTION_TIMEOUT
    for line in script:
        if not is_known and line == _TRANSACTION_TIMEOUT:
            is_known = True  # said once, and what looks like it later is data
            continue
        yield line


@contextmanager
def _answering(connection: Watched[Any], running: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill a program that works on a server once that answers nobody any more, and raise Silent in its place."""
    ended, faults = Event(), list[Silent]()

    def watch() -> None:
        while not ended.wait(connection.silence_seconds):
            try:
                connection.require_answer()
            except Silent as silent:
                faults.append(silent)
                running.kill()
                return

    watching = Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    except DumpFailedError as failed:
        raise (faults[0] if faults else failed) from None
    finally:
        ended.set()
        watching.join()


def _say(running: subprocess.Popen[bytes], *statements: str) -> None:
    _in(running).write("".join(f"{statement};\n" for statement in statements).encode())


def _started(program: str, connection: Watched[Any], arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    info = connection.info
    command = [_program(program, major(info.server_version)), *arguments, f"--dbname={info.dsn}"]
    environment = os.environ | ({"PGPASSWORD": info.password} if info.password else {})
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def _program(name: str, at_least: int) -> str:
    """Return a program that can talk to a server of a major version. Raises BadInputError when there is none."""
    for path in (server.program(name), shutil.which(name)):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout if path else ""
        version = re.search(r"\d+", said)
        if path and version and int(version[0]) >= at_least:
            return str(path)
    raise BadInputError(
        f"the server is PostgreSQL {at_least}, and there is no {name} as new; install its client programs"
    )


def _require_success(program: str, running: subprocess.Popen[bytes]) -> None:
    said = running.stderr.read().decode(errors="replace") if running.stderr else ""
    if running.wait() != 0:
        # The lines behind an error quote values.
        errors = [line for line in said.splitlines() if "ERROR:" in line or "error:" in line] or said.splitlines()
        raise DumpFailedError(f"{program} failed: {errors[0] if errors else f'it ended with {running.returncode}'}")


def _in(running: subprocess.Popen[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", running.stdin)  # `_started` asks for pipes


def _out(running: subprocess.Popen[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", running.stdout)
