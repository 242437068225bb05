"""Make the two databases of a Docker installation and their owners: the warehouse's and Airflow's.

The init container runs this before every start, on what it finds: what is there stays, and the owners' passwords
become those of `.env`. A volume that was set up half, or restored from a backup, is completed.
"""

import os
from typing import Any

from psycopg import Connection, sql

from etl.warehouse import connect_to


def ensure_database(server: Connection[Any], name: str, owner: str, password: str) -> None:
    """Make a database and the role that owns it where they are missing, and set the role's password."""
    if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [owner]).fetchone():
        server.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(owner)))
    # Hashed on this side, so that no log of the server can show it.
    server.pgconn.change_password(owner.encode(), password.encode())
    if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        make = sql.SQL("CREATE DATABASE {} OWNER {}")
        server.execute(make.format(sql.Identifier(name), sql.Identifier(owner)))


def main() -> None:
    # Server and superuser come from libpq's own variables. CREATE DATABASE refuses to run in a transaction.
    with connect_to("dbname=postgres", autocommit=True) as server:
        ensure_database(server, "reporting", "reporting_owner", os.environ["WAREHOUSE_PASSWORD"])
        server.execute("ALTER DATABASE reporting SET timezone = 'Asia/Bangkok'")
        server.execute("ALTER ROLE reporting_owner CREATEROLE")  # it makes the BI role, and need be no superuser

        ensure_database(server, "airflow", "airflow", os.environ["AIRFLOW_DB_PASSWORD"])
        server.execute("REVOKE CONNECT ON DATABASE airflow FROM public")  # the BI role has no business there


if __name__ == "__main__":
    main()
