"""The logins of the warehouse's groups: read with what proves their passwords, and made again on another server.

What proves a password (SCRAM) may be read by a superuser only. Without it a login is remembered by its name, and must
be granted anew.
"""

from collections.abc import Sequence
from typing import NamedTuple

import psycopg
from psycopg import sql

from etl.backup import Login
from etl.backup.content import has_table
from etl.warehouse import Connection
from etl.warehouse.access import GROUPS, exists, grant_agencies

_LOGINS = """
    SELECT
        login.rolname AS name,
        login.oid AS role_oid,
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


class AgencyGrant(NamedTuple):
    """The agencies of a login, and what the server that was backed up knew that by; an older one did not keep it."""

    login: str
    role_oid: int | None
    agencies: list[str]


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


def agencies(connection: Connection) -> list[AgencyGrant]:
    """Return which agencies a restored dump grants, before a migration takes what is granted to nobody here."""
    if not has_table(connection, "ops", "agency_grant"):
        return []
    # As JSON, for the schema may be of before there was such a column.
    query = (
        "SELECT login, (to_jsonb(given) ->> 'role_oid')::BIGINT AS role_oid, array_agg(agency_code) AS agencies"
        " FROM ops.agency_grant AS given GROUP BY 1, 2"
    )
    return [AgencyGrant(**row) for row in connection.execute(query)]


def put_back(connection: Connection, logins: Sequence[Login], granted: Sequence[AgencyGrant]) -> list[str]:
    """Make the logins that are not there, with their agencies; return those that must be granted anew.

    One that is there stays as it is: its password may be newer than the backup. It keeps its agencies where it is the
    very login that had them, and not another of its name.
    """
    missing = [login for login in logins if not exists(connection, login.name)]
    made = {login.name: login.role_oid for login in missing if _made(connection, login)}
    known = {row["name"]: row["oid"] for row in connection.execute("SELECT rolname AS name, oid FROM pg_roles")}
    granted_to = known | made
    mine = {one.login: one.agencies for one in granted if one.role_oid == granted_to.get(one.login)}
    for one in granted:
        grant_agencies(connection, one.login, mine.get(one.login, ()))
    unmade = {login.name for login in logins} - known.keys()
    unknown = {one.login for one in granted} & known.keys() - mine.keys()
    return sorted(unmade | unknown)


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
