"""Backup of all that this installation could not make again, in one folder, and the restore from it.

In comes a `Settings` and the address of a folder. `make` writes it: a dump of the warehouse, of Airflow's database and
its keys, the logins, the landing area, batches that no load has taken yet, corrections and rules, with a manifest and
the hash of each file. `restore` checks every hash before it changes anything, and compares every table's rows with
the manifest at the end. What is derived (`mart`, Data Docs, loaded batches) is not in the backup: it is made again.
"""

from collections.abc import Callable
from datetime import datetime

import msgspec

FORMAT = 1
WAREHOUSE_DUMP, AIRFLOW_DUMP = "warehouse.dump", "airflow.dump"
LOGINS, CORRECTIONS = "logins.json", "corrections.toml"
LANDING, BATCHES, RULES, AIRFLOW = "landing", "batches", "rules", "airflow"

Step = Callable[[str], Callable[[], object]]
"""Takes the name of a step that begins; returns what to call for each thing done in it."""


class TableContent(msgspec.Struct, frozen=True):
    """How many rows a table has, and a digest of them that is the same in any order of the rows."""

    rows: int
    digest: str


class Login(msgspec.Struct, frozen=True):
    """A login: its groups, its limits, and the verifier of its password, where that could be read.

    `connection_limit` is of connections at a time, -1 where there is none. `role_oid` is what its server knew it by; a
    backup of an earlier release does not say.
    """

    name: str
    groups: list[str]
    settings: list[str]
    verifier: str | None
    connection_limit: int = -1
    role_oid: int | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds and of what; times are UTC. `missing` and `damaged` name documents without their bytes."""

    format: int
    made_at: datetime
    program_version: str
    migration: str
    server_version: int
    last_load_id: int | None
    tables: dict[str, TableContent]
    has_airflow: bool
    landed_files: int
    batch_folders: list[str]
    missing: list[str]
    damaged: list[str]
    logins_without_password: list[str]
    file_count: int
    byte_count: int
