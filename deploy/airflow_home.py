"""The AIRFLOW_HOME under `ETL_HOME`: one configuration file, so that plain `airflow …` needs no other variable."""

import json
import os
import secrets
import socket
import subprocess
import sys
from configparser import ConfigParser
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from io import StringIO
from pathlib import Path

from cryptography.fernet import Fernet
from psycopg import sql

from etl import files
from etl.backup.airflow import CONFIGURATION, DATABASE, PASSWORDS
from etl.errors import EtlError
from etl.settings import PROJECT_ROOT, Settings
from etl.warehouse import connect_to, server

USER = "admin"
PREFERRED_PORT = 8080
CONFIGURATION_HEADER = """\
# Written anew on each start, with the secrets that it has. To change an option, start Airflow with
# AIRFLOW__SECTION__OPTION in the environment.

"""


class MigrationFailedError(EtlError):
    """Raised when Airflow cannot bring its metadata database up to date."""


@dataclass(frozen=True)
class AirflowHome:
    """Where this machine's Airflow keeps its configuration, secrets, logs and process ids."""

    settings: Settings

    @property
    def folder(self) -> Path:
        return self.settings.home / "airflow"

    @property
    def configuration_file(self) -> Path:
        return self.folder / CONFIGURATION

    @property
    def passwords_file(self) -> Path:
        return self.folder / PASSWORDS

    @property
    def configuration(self) -> ConfigParser:
        """What the configuration file says now; empty before the first preparation."""
        parser = ConfigParser(interpolation=None)
        parser.read(self.configuration_file)
        return parser

    @property
    def url(self) -> str:
        """The address of the UI and the API."""
        return self.configuration["api"]["base_url"]

    @property
    def password(self) -> str:
        """The generated password of the user `admin`."""
        password: str = json.loads(self.passwords_file.read_text())[USER]
        return password

    def run_logs(self, dag_id: str, run_id: str) -> Path:
        """The folder with the logs of a run's tasks."""
        return self.folder / "logs" / f"dag_id={dag_id}" / f"run_id={run_id}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every Airflow process: ours, this home, and no proxy between Airflow's own processes."""
        without_proxy = ",".join(filter(None, [os.environ.get("no_proxy"), "localhost,127.0.0.1"]))
        return os.environ | {
            "AIRFLOW_HOME": str(self.folder),
            "ETL_HOME": str(self.settings.home),
            "NO_PROXY": without_proxy,
            "no_proxy": without_proxy,
        }


def prepare(settings: Settings, *, keep_port: bool) -> AirflowHome:
    """Make the home ready: folder, secrets, configuration and metadata database. Doing it again changes nothing.

    Only one process at a time may do it, as `deploy.local_airflow` sees to.
    The port stays what it is with `keep_port`, as it must while Airflow is running; else it gives way to another
    program's. Raises WarehouseUnavailableError when the embedded PostgreSQL does not start, MigrationFailedError when
    the metadata database cannot be brought up to date.
    """
    home = AirflowHome(settings)
    database_url = server.database_url(settings, DATABASE)
    files.make(home.folder)
    files.close(home.folder)
    if not home.passwords_file.exists():
        files.write(home.passwords_file, json.dumps({USER: secrets.token_urlsafe(12)}).encode())
    port = home.configuration.getint("api", "port", fallback=PREFERRED_PORT)
    if not keep_port and not _is_free(port):
        port = _free_port()
    files.write(home.configuration_file, _configuration(home, database_url, port).encode())
    _migrate(home, database_url)
    return home


def _configuration(home: AirflowHome, database_url: str, port: int) -> str:
    """Return the text of `airflow.cfg`: what differs from Airflow's defaults, with the secrets that it had before."""
    before = home.configuration
    base_url = f"http://localhost:{port}"
    sqlalchemy_url = database_url.replace("postgresql://", "postgresql+psycopg://", 1).replace("%", "%%")
    options: dict[str, dict[str, object]] = {
        "core": {
            "dags_folder": PROJECT_ROOT / "dags",
            "plugins_folder": PROJECT_ROOT / "plugins",
            "load_examples": False,
            "default_timezone": "Asia/Bangkok",
            "executor": "LocalExecutor",
            "test_connection": "Enabled",  # for those who may make Connections; see plugins/connection_hooks.py
            "parallelism": 4,
            "execution_api_server_url": f"{base_url}/execution/",
            "simple_auth_manager_users": f"{USER}:admin",
            "simple_auth_manager_passwords_file": home.passwords_file,
            "fernet_key": before.get("core", "fernet_key", fallback=Fernet.generate_key().decode()),
        },
        "logging": {
            "file_task_handler_new_folder_permissions": f"{files.FOLDER:#o}",
            "file_task_handler_new_file_permissions": f"{files.FILE:#o}",
        },
        # psycopg speaks both ways; left to itself, Airflow would ask for asyncpg.
        "database": {"sql_alchemy_conn": sqlalchemy_url, "sql_alchemy_conn_async": sqlalchemy_url},
        "api": {
            "host": "127.0.0.1",
            "port": port,
            "base_url": base_url,
            "secret_key": before.get("api", "secret_key", fallback=secrets.token_urlsafe(32)),
        },
        "api_auth": {"jwt_secret": before.get("api_auth", "jwt_secret", fallback=secrets.token_urlsafe(64))},
        # What a scheduler left that was killed is begun again after one minute or two, and not after five.
        "scheduler": {"orphaned_tasks_check_interval": 60},
        "workers": {"execution_api_timeout": 60},  # a machine that does much else answers later than after five seconds
        "dag_processor": {"refresh_interval": 30, "dag_version_inflation_check_level": "error"},
    }
    parser = ConfigParser(interpolation=None)
    parser.read_dict(options)
    text = StringIO()
    parser.write(text)
    return CONFIGURATION_HEADER + text.getvalue()


def _migrate(home: AirflowHome, database_url: str) -> None:
    # The database itself says what it was migrated for: a file beside it would outlive a database made anew.
    mark = f"migrated for Airflow {version('apache-airflow-core')}"
    with connect_to(database_url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        if found == (mark,):
            return
        command = [sys.executable, "-m", "airflow", "db", "migrate"]
        with (home.folder / "migrate.log").open("w") as log:
            done = subprocess.run(command, env=home.environment, cwd=home.folder, stdout=log, stderr=log, check=False)
        if done.returncode != 0:
            raise MigrationFailedError(f"`airflow db migrate` failed; {log.name} says why")
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(DATABASE), mark))


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
