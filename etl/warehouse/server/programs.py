"""PostgreSQL's programs run as the account of the server, and files handed over to it."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from etl.errors import WarehouseUnavailableError
from etl.warehouse.server.place import Place


def run(place: Place, program: str, *arguments: object, said: str = "") -> None:
    """Run a program of PostgreSQL, with what it is told by its standard input.

    Raises WarehouseUnavailableError when it fails, with the last lines of what it said and of the log.
    """
    command = [str(place.programs / program), *map(str, arguments)]
    # The server outlives us: were it to inherit our pipes, who reads them to the end would wait for it.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command, user=place.account, extra_groups=[] if place.account else None, cwd="/",
            input=said.encode(), stdout=output, stderr=output, check=False,
        )  # fmt: skip
        output.seek(0)
        said = output.read().decode(errors="replace")
    if done.returncode != 0:
        log = place.log.read_text(errors="replace") if place.log.exists() else ""
        tail = " | ".join(line for text in (said, log) for line in text.strip().splitlines()[-3:])
        raise WarehouseUnavailableError(f"the embedded PostgreSQL: {program} failed: {tail}; its log is {place.log}")


def give(path: Path, account: str | None) -> None:
    """Let an account own a file; None is ours."""
    if account is not None:
        shutil.chown(path, account, account)
