"""Logins for people and programs, each a member of one of the groups of `sql/roles.sql` and with its limits.

`etl sql` has one of its own, since a session can undo whatever role it was set to, but never leave its login's rights.
"""

import hashlib
from collections.abc import Collection

import psycopg
from psycopg import sql
from sqlalchemy import URL, Engine

from etl import files, reference
from etl.errors import BadInputError, WarehouseUnavailableError, first_line
from etl.settings import Settings
from etl.warehouse import Connection, connect, known_url, open_engine, passwords

BI_ROLE, AGENCY_ROLE, WRITER_ROLE = GROUPS = ("reporting_bi", "reporting_agency", "reporting_writer")
_SCHEMAS = {BI_ROLE: "mart", AGENCY_ROLE: "mart_agency"}  # what a reader's names mean that name no schema
BI_CONNECTIONS = 20  # of one login at a time: no reader keeps the others out
_NAME_MAX_BYTES = 63
_IS_BI_ALONE = """
    SELECT
        NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
        AND (
            SELECT array_agg(DISTINCT roleid::REGROLE::TEXT) FROM pg_auth_members WHERE member = login.oid
        ) <@ %s
        AND NOT EXISTS (
            SELECT FROM pg_namespace WHERE nspname IN ('raw', 'dw', 'ops') AND has_schema_privilege(oid, 'USAGE')
        ) AS is_bi_alone
    FROM pg_roles AS login WHERE rolname = session_user
"""


def grant(engine: Engine, login: str, group: str, password: str, *, agencies: Collection[str] = ()) -> None:
    """Create a login that is a member of a group (a role); a login made here before gets the new password.

    A reader with agencies is made a member of `reporting_agency`, and reads their rows alone. The server gets only a
    verifier, so that neither it nor its log sees the password. Raises BadInputError when a role of that name serves
    another purpose, or has the rights of another group, when nobody knows an agency, and when the owner may not create
    roles.
    """
    if agencies:
        group = AGENCY_ROLE
    with connect(engine) as connection:
        if not _is_free(connection, login, group):
            raise BadInputError(f"there is a role {login} for another purpose; give the login another name")
        proof = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
        if agencies:
            _require_known(connection, {*agencies})
        name, role = sql.Identifier(login), sql.Identifier(group)
        try:
            if not exists(connection, login):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}").format(name, role))
            connections = BI_CONNECTIONS if group in _SCHEMAS else -1
            change = sql.SQL("ALTER ROLE {} PASSWORD {} CONNECTION LIMIT {}")
            connection.execute(change.format(name, sql.Literal(proof), sql.Literal(connections)))
            path = [("search_path", _SCHEMAS[group])] if group in _SCHEMAS else []
            for setting, value in _limits(connection, group) + path:
                statement = sql.SQL("ALTER ROLE {} SET {} = {}")
                connection.execute(statement.format(name, sql.Identifier(setting), sql.Literal(value)))
            grant_agencies(connection, login, {*agencies})
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedObject) as error:
            raise BadInputError(
                f"the login cannot be made: {first_line(error)}; docs/access.md says what the owner needs"
            ) from error


def exists(connection: Connection, login: str) -> bool:
    """Tell whether there is a login, or any role, of this name."""
    return bool(connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [login]).fetchall())


def connect_as_bi(settings: Settings) -> Connection:
    """Return a read-only connection with a login that is in reporting_bi alone; the login is made if missing.

    Raises BadInputError when this login may not make it, or ETL_SQL_URL names one that may do more.
    """
    if settings.sql_url:
        connection = _connect(settings, settings.sql_url)
        if not _is_bi_alone(connection):
            raise BadInputError(
                "the login of ETL_SQL_URL may do more than read mart; name one that"
                " `etl warehouse grant NAME --role bi` made"
            )
        return connection
    url = known_url(settings)
    login = f"{url.database}_sql".encode()[-_NAME_MAX_BYTES:].decode(errors="ignore")
    kept_as = f"{login}.{hashlib.sha256(url.render_as_string(hide_password=True).encode()).hexdigest()[:8]}"
    return _known(settings, url, login, kept_as) or _made(settings, url, login, kept_as)


def _known(settings: Settings, url: URL, login: str, kept_as: str) -> Connection | None:
    """Return the connection of a login that was made before; None where the server no longer accepts it."""
    password = passwords.kept(settings.home, kept_as)
    if password is None:
        return None
    try:
        connection = _connect(settings, _url_of(url, login, password))
    except WarehouseUnavailableError:
        return None
    return connection if _is_bi_alone(connection) else None


def _made(settings: Settings, url: URL, login: str, kept_as: str) -> Connection:
    engine = open_engine(settings)
    own = connect(engine)
    own.read_only = True
    if _is_bi_alone(own):
        return own
    own.close()
    files.make(settings.home, files.PASSABLE)
    with files.lock(settings.home / "passwords.lock"):
        if connection := _known(settings, url, login, kept_as):
            return connection
        try:
            grant(engine, login, BI_ROLE, password := passwords.make(settings.home, kept_as))
        except BadInputError as error:
            raise BadInputError(
                f"`etl sql` asks as a login of its own, and {error}. Or set ETL_SQL_URL to one that the owner made with"
                " `etl warehouse grant NAME --role bi`"
            ) from error
        return _connect(settings, _url_of(url, login, password))


def _url_of(url: URL, login: str, password: str) -> str:
    """Return a warehouse's URL for another login, without the owner's password and certificates."""
    other = url.set(username=login, password=password)
    other = other.difference_update_query(["user", "password", "passfile", "sslcert", "sslkey", "sslpassword"])
    return other.render_as_string(hide_password=False)


def _connect(settings: Settings, url: str) -> Connection:
    connection = connect(open_engine(settings.model_copy(update={"warehouse_url": url})))
    connection.read_only = True
    return connection


def _is_bi_alone(connection: Connection) -> bool:
    row = connection.execute(_IS_BI_ALONE, [[*_SCHEMAS]]).fetchone()
    return bool(row and row["is_bi_alone"])


def _is_free(connection: Connection, login: str, group: str) -> bool:
    """Return whether a login may be made or renewed: it is missing, or was made here. Others keep their rights."""
    others = connection.execute(
        "SELECT FROM pg_roles AS login WHERE rolname = %(login)s AND ("
        " rolsuper OR rolcreaterole OR NOT rolcanlogin OR (SELECT array_agg(roleid::REGROLE::TEXT) FROM pg_auth_members"
        " WHERE member = login.oid) IS DISTINCT FROM ARRAY[%(group)s])",
        {"login": login, "group": group},
    )
    return not others.fetchall()


def grant_agencies(connection: Connection, login: str, agencies: Collection[str]) -> None:
    """Grant a login that there is these agencies and no others; what logins had that are gone is cleared away."""
    connection.execute(
        "DELETE FROM ops.agency_grant WHERE login = %s OR role_oid NOT IN (SELECT oid FROM pg_roles)", [login]
    )
    connection.execute(
        "INSERT INTO ops.agency_grant (login, role_oid, agency_code)"
        " SELECT rolname, oid, unnest(%s::TEXT[]) FROM pg_roles WHERE rolname = %s",
        [[*agencies], login],
    )


def _require_known(connection: Connection, agencies: set[str]) -> None:
    rows = connection.execute("SELECT agency_code FROM mart.agency").fetchall()
    if unknown := sorted(agencies - reference.agencies().keys() - {row["agency_code"] for row in rows}):
        raise BadInputError(f"nobody knows an agency {', '.join(unknown)}; mart.agency has the codes")


def _limits(connection: Connection, group: str) -> list[tuple[str, str]]:
    """Return the settings of a group: PostgreSQL applies them to sessions of its own only, not to its members'."""
    rows = connection.execute(
        "SELECT split_part(setting, '=', 1) AS name, split_part(setting, '=', 2) AS value"
        " FROM pg_db_role_setting CROSS JOIN unnest(setconfig) AS setting"
        " WHERE setrole = %s::REGROLE AND setdatabase = 0",
        [group],
    )
    return [(row["name"], row["value"]) for row in rows]
