"""Logins for people and programs, each a member of one of the groups of `sql/roles.sql` and with its limits."""

import psycopg
from psycopg import sql
from sqlalchemy import Engine

from etl.errors import BadInputError
from etl.warehouse import Connection, connect


def grant(engine: Engine, login: str, group: str, password: str) -> None:
    """Let somebody log in as a member of a group, a role; one whom this did before gets a new password.

    Neither the server nor its log sees the password: it gets what proves it. Raises BadInputError when there is such a
    role for another purpose, and when the owner may not make roles.
    """
    with connect(engine) as connection:
        if not _is_free(connection, login, group):
            raise BadInputError(f"there is a role {login} for another purpose; give the login another name")
        proof = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
        name, role = sql.Identifier(login), sql.Identifier(group)
        try:
            if not _exists(connection, login):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}").format(name, role))
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(proof)))
            for setting, value in _limits(connection, group):
                statement = sql.SQL("ALTER ROLE {} SET {} = {}")
                connection.execute(statement.format(name, sql.Identifier(setting), sql.Literal(value)))
        except psycopg.errors.InsufficientPrivilege as error:
            reason = str(error).partition("\n")[0]
            raise BadInputError(
                f"the login cannot be made: {reason}; docs/access.md says what the owner needs"
            ) from error


def _exists(connection: Connection, login: str) -> bool:
    return bool(connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [login]).fetchall())


def _is_free(connection: Connection, login: str, group: str) -> bool:
    """Tell whether a login is not there yet, or is there for just this: its owner's rights must not get lost."""
    others = connection.execute(
        "SELECT FROM pg_roles AS login WHERE rolname = %(login)s AND ("
        " rolsuper OR rolcreaterole OR NOT rolcanlogin OR (SELECT array_agg(roleid::REGROLE::TEXT) FROM pg_auth_members"
        " WHERE member = login.oid) IS DISTINCT FROM ARRAY[%(group)s])",
        {"login": login, "group": group},
    )
    return not others.fetchall()


def _limits(connection: Connection, group: str) -> list[tuple[str, str]]:
    """Return the settings of a group: PostgreSQL applies them to sessions of its own only, not to its members'."""
    rows = connection.execute(
        "SELECT split_part(setting, '=', 1) AS name, split_part(setting, '=', 2) AS value"
        " FROM pg_db_role_setting CROSS JOIN unnest(setconfig) AS setting"
        " WHERE setrole = %s::REGROLE AND setdatabase = 0",
        [group],
    )
    return [(row["name"], row["value"]) for row in rows]
