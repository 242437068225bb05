"""Passwords that this machine makes for logins of its own: a file each under `ETL_HOME`, for its account alone."""

import secrets
from pathlib import Path
from urllib.parse import quote

from etl import files


def kept(home: Path, login: str) -> str | None:
    """Return the password of a login; None where none was made."""
    try:
        return _file(home, login).read_text(encoding="ascii")
    except FileNotFoundError:
        return None


def make(home: Path, login: str) -> str:
    """Return a new password for a login, kept before it is used anywhere."""
    password = secrets.token_urlsafe(24)
    files.write(_file(home, login), password.encode("ascii"))
    return password


def _file(home: Path, login: str) -> Path:
    return home / "passwords" / quote(login, safe="")
