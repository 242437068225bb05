"""Passwords that this machine makes for logins of its own: a file each under `ETL_HOME`, for its account alone."""

import os
import secrets
from pathlib import Path
from urllib.parse import quote


def kept(home: Path, login: str) -> str | None:
    """Return the password of a login; None where none was made."""
    try:
        return _file(home, login).read_text(encoding="ascii")
    except FileNotFoundError:
        return None


def make(home: Path, login: str) -> str:
    """Return a new password for a login, kept before it is used anywhere."""
    password, file = secrets.token_urlsafe(24), _file(home, login)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as target:
        target.write(password)
        target.flush()
        os.fsync(target.fileno())
    part.replace(file)
    return password


def _file(home: Path, login: str) -> Path:
    return home / "passwords" / quote(login, safe="")
