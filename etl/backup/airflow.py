"""Airflow's database and its home, as far as a backup needs to know them; nothing here imports Airflow.

On one machine Airflow lives on the embedded server, with its keys in files of `ETL_HOME`. In containers its database is
named, and its keys are given, by the environment.
"""

import os
from pathlib import Path

from etl.settings import Settings
from etl.warehouse import connect_to, server

DATABASE = "airflow"
CONFIGURATION, PASSWORDS = "airflow.cfg", "passwords.json"
_ADDRESS = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


def home(settings: Settings) -> Path:
    """Return the folder of Airflow on this machine."""
    return settings.home / "airflow"


def is_set_up(settings: Settings) -> bool:
    """Tell whether there is an Airflow on this machine, or one that the environment names."""
    return _ADDRESS in os.environ or (home(settings) / CONFIGURATION).exists()


def database_url(settings: Settings) -> str:
    """Return the libpq URL of Airflow's database; the embedded server is started, and the database made, if need be."""
    if address := os.environ.get(_ADDRESS):
        scheme, _, rest = address.partition("://")
        return f"{scheme.partition('+')[0]}://{rest}"
    return server.database_url(settings, DATABASE)


def is_used(settings: Settings) -> bool:
    """Tell whether an Airflow that is set up here has had runs."""
    if not is_set_up(settings):
        return False
    with connect_to(database_url(settings), autocommit=True) as connection:
        (found,) = connection.execute("SELECT to_regclass('public.dag_run')").fetchall()[0]
        return bool(found and connection.execute("SELECT FROM dag_run LIMIT 1").fetchall())
