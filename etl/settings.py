"""The settings of one run: environment variables, read once at the edge and passed on as a value."""

import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent
FRESHNESS_MAX_HOURS = 36  # a day, and half another to find out why a night's load failed
LOCK_TIMEOUT_SECONDS = 3600  # the loads of a backfill queue up, and each takes minutes


class Reach(NamedTuple):
    """What a pull may take, and how: bytes of a file, seconds of silence, hosts to be redirected to, files at once.

    `host_keys` are the keys of which an SFTP server must show one; without any, `known_hosts` of the account says.
    `s3_endpoint` is the address of an S3 store other than Amazon's, `s3_role` the ARN of a role to be assumed there.
    """

    bytes_max: int = 512 << 20
    silence_seconds: int = 30
    redirect_hosts: frozenset[str] = frozenset()
    at_once: int = 8  # fewer than the ten channels that OpenSSH gives a connection
    host_keys: tuple[str, ...] = ()
    s3_endpoint: str = ""
    s3_role: str = ""


REACH = Reach()


class Settings(BaseSettings):
    """Where state lives, where exports come from and which server holds the warehouse.

    `etl_storage` is the object storage for landing area and batches, a folder or any fsspec URL; it follows `etl_home`
    unless it is set, as it must be where workers do not share a disk. `etl_corrections` is the file of known errors.
    What may hold a password is left out where the settings are printed.
    """

    model_config = SettingsConfigDict(
        frozen=True, env_ignore_empty=True, populate_by_name=True, hide_input_in_errors=True
    )

    etl_home: Path = Field(default=PROJECT_ROOT / "var")
    etl_source: str = Field(default=str(PROJECT_ROOT / "samples"), repr=False)
    etl_storage: str = Field(default="")
    warehouse_url: str | None = Field(default=None, repr=False)
    sql_url: str | None = Field(default=None, alias="ETL_SQL_URL", repr=False)
    sql_timeout_seconds: int = Field(default=60, alias="ETL_SQL_TIMEOUT_SECONDS", ge=1)
    etl_corrections: Path = Field(default=PROJECT_ROOT / "corrections.toml")
    source_bytes_max: int = Field(default=REACH.bytes_max, alias="ETL_SOURCE_BYTES_MAX", ge=1)
    source_timeout_seconds: int = Field(default=REACH.silence_seconds, alias="ETL_SOURCE_TIMEOUT_SECONDS", ge=1)
    source_connections: int = Field(default=REACH.at_once, alias="ETL_SOURCE_CONNECTIONS", ge=1, le=64)
    source_drop_max_pct: int = Field(default=50, alias="ETL_SOURCE_DROP_MAX_PCT", ge=0, le=100)
    sftp_host_key: str = Field(default="", alias="ETL_SFTP_HOST_KEY")
    s3_endpoint: str = Field(default="", alias="ETL_S3_ENDPOINT")
    s3_role: str = Field(default="", alias="ETL_S3_ROLE")
    redirect_hosts: str = Field(default="", alias="ETL_REDIRECT_HOSTS")
    processes: int | None = Field(default=None, alias="ETL_PROCESSES", ge=1)
    batch_documents: int = Field(default=500, alias="ETL_BATCH_DOCUMENTS", ge=1)
    validate_records: int = Field(default=50_000, alias="ETL_VALIDATE_RECORDS", ge=1)
    volume_drop_max_pct: int = Field(default=50, alias="ETL_VOLUME_DROP_MAX_PCT", ge=0, le=100)
    freshness_max_hours: int = Field(default=FRESHNESS_MAX_HOURS, alias="ETL_FRESHNESS_MAX_HOURS", ge=1)
    data_docs_runs: int = Field(default=30, alias="ETL_DATA_DOCS_RUNS", ge=1)
    news_max_days: int = Field(default=45, alias="ETL_NEWS_MAX_DAYS", ge=1)
    open_tables: bool = Field(default=True, alias="ETL_OPEN_TABLES")
    open_tables_keep_days: int = Field(default=7, alias="ETL_OPEN_TABLES_KEEP_DAYS", ge=1)
    batches_keep_days: int = Field(default=30, alias="ETL_BATCHES_KEEP_DAYS", ge=7)
    parsed_keep_days: int = Field(default=30, alias="ETL_PARSED_KEEP_DAYS", ge=1)
    lock_timeout_seconds: int = Field(default=LOCK_TIMEOUT_SECONDS, alias="ETL_LOCK_TIMEOUT_SECONDS", ge=1)

    @field_validator("etl_source", mode="before")
    @classmethod
    def _readable(cls, source: str) -> str:
        """Return a source as it is set; a path whose bytes are no UTF-8 as an address."""
        try:
            source.encode()
        except UnicodeEncodeError:
            return f"file://{quote(os.fsencode(Path(source).expanduser().absolute()))}"
        return source

    @property
    def home(self) -> Path:
        """The absolute folder that holds all state of this machine."""
        return self.etl_home.expanduser().absolute()

    @property
    def storage(self) -> str:
        """The folder or fsspec URL under which landing area and batches lie."""
        return self.etl_storage or str(self.home)

    @property
    def reach(self) -> Reach:
        """What a pull may take, and how."""
        hosts = frozenset(host for host in self.redirect_hosts.lower().replace(",", " ").split())
        keys = tuple(filter(None, map(str.strip, self.sftp_host_key.replace(",", "\n").splitlines())))
        return Reach(
            self.source_bytes_max, self.source_timeout_seconds, hosts, self.source_connections, keys,
            self.s3_endpoint, self.s3_role,
        )  # fmt: skip
