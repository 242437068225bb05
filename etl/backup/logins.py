"""The logins of the warehouse's groups: read with what proves their passwords, and made again on another server.

What proves a password (SCRAM) may be read by a superuser only. Without it a login is remembered by its name, and must
be granted anew.
"""

from collections.abc import Sequence

import psycopg
from psycopg import sql

from etl.backup import Login
from etl.warehouse import Connection
from etl.warehouse.access import GROUPS, exists

_LOGINS = """
    SELECT
        login.rolname AS name,
        array_agg(DISTINCT member.roleid::REGROLE::TEXT) AS groups,
        coalesce((
            SELECT setconfig FROM pg_db_role_setting WHERE setrole = login.oid AND setdatabase = 0
        ), '{{}}') AS settings,
        {verifier} AS verifier,
        login.rolconnlimit AS connection_limit
    FROM {catalogue} AS login
    INNER JOIN pg_auth_members AS member ON login.oid = member.member
    WHERE
        member.roleid::REGROLE::TEXT IN ({groups})
        AND login.rolcanlogin AND NOT login.rolsuper AND NOT login.rolcreaterole AND login.rolname <> current_user
    GROUP BY login.oid, login.rolname, login.rolconnlimit{grouped}
    ORDER BY login.rolname
"""
_GROUPS = sql.SQL(", ").join(map(sql.Literal, GROUPS))


def read(connection: Connection) -> list[Login]:
    """Return all logins that were granted, with verifiers where this login may read them."""
    try:
        with connection.transaction():
            query = sql.SQL(_LOGINS).format(
                verifier=sql.SQL("login.rolpassword"), catalogue=sql.SQL("pg_authid"), groups=_GROUPS,
                grouped=sql.SQL(", login.rolpassword"),
            )  # fmt: skip
            rows = connection.execute(query).fetchall()
    except psycopg.errors.InsufficientPrivilege:
        query = sql.SQL(_LOGINS).format(
            verifier=sql.SQL("NULL"), catalogue=sql.SQL("pg_roles"), groups=_GROUPS, grouped=sql.SQL("")
        )
        rows = connection.execute(query).fetchall()
    return [Login(**row) for row in rows]


def put_back(connection: Connection, logins: Sequence[Login]) -> list[str]:
    """Make the logins that are not there; return those that must be granted anew.

    One that is there stays as it is: its password may be newer than the backup.
    """
    return [login.name for login in logins if not exists(connection, login.name) and not _made(connection, login)]


def _made(connection: Connection, login: Login) -> bool:
    if not login.verifier:
        return False
    name, groups = sql.Identifier(login.name), sql.SQL(", ").join(map(sql.Identifier, login.groups))
    try:
        with connection.transaction():
            made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} CONNECTION LIMIT {} IN ROLE {}")
            limit = sql.Literal(login.connection_limit)
            connection.execute(made.format(name, sql.Literal(login.verifier), limit, groups))
            for setting, _, value in (stated.partition("=") for stated in login.settings):
                statement = sql.SQL("ALTER ROLE {} SET {} = {}")
                connection.execute(statement.format(name, sql.Identifier(setting), sql.Literal(value)))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True
