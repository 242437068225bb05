"""Write `.env`, the secrets of one Docker installation, beside `docker-compose.yaml`.

Every secret is made here and nowhere else: the Compose file has no defaults. What an existing `.env` has is left alone,
since the volumes that go with it can be opened with its superuser's password and its Fernet key only; it gets the
secrets that a newer version asks for.
"""

import base64
import os
import secrets
from pathlib import Path

ENV_FILE = Path(__file__).resolve().parents[2] / ".env"

HEADER = """\
# Secrets of this installation. Keep a copy with the backups: without AIRFLOW_FERNET_KEY the passwords of Airflow's
# Connections cannot be read again.
"""


def new_secrets() -> dict[str, str]:
    """Return a fresh value for every secret that the Compose files ask for, safe in URLs and in `.env` files."""
    return {
        "POSTGRES_PASSWORD": secrets.token_urlsafe(24),
        "WAREHOUSE_PASSWORD": secrets.token_urlsafe(24),
        "AIRFLOW_DB_PASSWORD": secrets.token_urlsafe(24),
        "REDIS_PASSWORD": secrets.token_urlsafe(24),
        "AIRFLOW_ADMIN_PASSWORD": secrets.token_urlsafe(24),
        "AIRFLOW_FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "AIRFLOW_API_SECRET_KEY": secrets.token_urlsafe(32),
        "AIRFLOW_JWT_SECRET": secrets.token_urlsafe(64),  # HS512 wants a key of 64 bytes
        "SUPERSET_ADMIN_PASSWORD": secrets.token_urlsafe(24),
        "SUPERSET_SECRET_KEY": secrets.token_urlsafe(32),
        "SUPERSET_WAREHOUSE_PASSWORD": secrets.token_urlsafe(24),
    }


def write_env(path: Path) -> None:
    """Write new secrets to a file that only its owner can read; raises FileExistsError when there is one already."""
    # The mode is given at creation, so there is no moment at which others could read the file.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(HEADER)
        file.writelines(f"{name}={value}\n" for name, value in new_secrets().items())


def complete_env(path: Path) -> list[str]:
    """Add the secrets that a file lacks, and return their names; what it has stays as it is."""
    text = path.read_text("utf-8")
    has = {line.partition("=")[0].strip() for line in text.splitlines() if not line.startswith("#")}
    missing = {name: value for name, value in new_secrets().items() if name not in has}
    with open(path, "a", encoding="ascii") as file:
        file.write("" if not missing or text.endswith("\n") else "\n")
        file.writelines(f"{name}={value}\n" for name, value in missing.items())
    return list(missing)


def main() -> None:
    try:
        write_env(ENV_FILE)
    except FileExistsError:
        added = complete_env(ENV_FILE)
        print(f"added {', '.join(sorted(added))} to {ENV_FILE}" if added else f"{ENV_FILE} has all it needs, and stays")
        return
    print(f"wrote {ENV_FILE}; sign in to Airflow as admin with AIRFLOW_ADMIN_PASSWORD from it")


if __name__ == "__main__":
    main()
