"""The warehouse's schema brought up to date: migrations, then what is made anew: comments, functions, marts, roles."""

import hashlib
import logging
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from etl.errors import BadInputError
from etl.reference import rule_names
from etl.settings import LOCK_TIMEOUT_SECONDS, PROJECT_ROOT
from etl.warehouse.faults import unavailable
from etl.warehouse.lock import busy, holders, limit_waiting, lock_loads
from etl.warehouse.marts import MARTS, OF_AGENCIES, create_marts, mart_files
from etl.warehouse.model import TABLES

if TYPE_CHECKING:
    from alembic.config import Config

SQL = PROJECT_ROOT / "sql"
EXPECTATIONS = PROJECT_ROOT / "expectations"
SCHEMAS = ("raw", "dw", "ops")
# While a migration waits for a reader of a view, others who ask for it wait behind it: it gives up, and tries again.
# It does so before PostgreSQL would look for a deadlock, and end the reader perhaps.
_READERS_WAIT_SECONDS, _PAUSE_SECONDS = 0.5, 1
_BEFORE_MARTS = (SQL / "schemas.sql", SQL / "functions.sql", SQL / "members.sql")
_AFTER_MARTS = SQL / "roles.sql"
logger = logging.getLogger(__name__)

_RULES = """
DROP VIEW IF EXISTS ops.rule;
CREATE VIEW ops.rule (suite, rule_id, judges, severity, is_anomaly, description) AS VALUES {};
COMMENT ON VIEW ops.rule IS 'What do the rules of expectations/ ask? A row a rule, what it judges, and severity.';
COMMENT ON COLUMN ops.rule.suite IS 'The records that it judges: projects, reports or indicators.';
COMMENT ON COLUMN ops.rule.rule_id IS 'The rule, as findings name it.';
COMMENT ON COLUMN ops.rule.judges IS 'The field, measure or issue that it judges.';
COMMENT ON COLUMN ops.rule.severity IS 'critical, warning or info.';
COMMENT ON COLUMN ops.rule.is_anomaly IS 'What breaks it is read well, but odd.';
COMMENT ON COLUMN ops.rule.description IS 'What it asks, in words.';
"""
_RULE_NAMES = """
DROP VIEW IF EXISTS ops.rule_name;
CREATE VIEW ops.rule_name (rule_id, rule_name, rule_name_en, is_free_text) AS VALUES {};
COMMENT ON VIEW ops.rule_name IS 'What are rules called where people see what they found? A row a rule.';
COMMENT ON COLUMN ops.rule_name.rule_id IS 'The rule, as findings name it.';
COMMENT ON COLUMN ops.rule_name.rule_name IS 'Its name in Thai.';
COMMENT ON COLUMN ops.rule_name.rule_name_en IS 'Its name in English.';
COMMENT ON COLUMN ops.rule_name.is_free_text IS 'What breaks it is words of no field, which may name persons.';
"""


def migrate(engine: Engine, *, lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS, marts: Path = MARTS) -> bool:
    """Bring tables, functions, marts and roles up to date in one transaction; False when they were already.

    Loads and purges are waited for, and so are readers of marts, which wait for no longer than some seconds at a time.
    Raises WarehouseUnavailableError when the server does not answer, WarehouseBusyError when it is not let in for
    `lock_timeout_seconds`, and BadInputError when they are not up to date and this login may not change that.
    """
    try:
        with engine.connect() as connection:
            if _applied(connection) == _digest(marts):
                return False
        return _migrate_between_readers(engine, lock_timeout_seconds, marts)
    except (OperationalError, psycopg.OperationalError) as error:
        raise unavailable(getattr(error, "orig", error)) from error
    except (ProgrammingError, psycopg.errors.InsufficientPrivilege) as error:
        cause = error.orig if isinstance(error, ProgrammingError) else error
        if not isinstance(cause, psycopg.errors.InsufficientPrivilege):
            raise
        raise BadInputError(
            "the schema of the warehouse is not up to date, and this login may not change it "
            f"({cause.diag.message_primary}); run `etl warehouse migrate` as the owner: docs/access.md"
        ) from error


def _migrate_between_readers(engine: Engine, timeout_seconds: float, marts: Path) -> bool:
    end = time.monotonic() + timeout_seconds
    while True:
        try:
            with engine.begin() as connection:
                return _migrate(connection, timeout_seconds, marts)
        except (OperationalError, psycopg.errors.LockNotAvailable) as error:
            if not isinstance(getattr(error, "orig", error), psycopg.errors.LockNotAvailable):
                raise
            with engine.connect() as connection:
                if time.monotonic() > end:
                    raise busy(_driver(connection), timeout_seconds) from error
                logger.warning("to migrate, waiting for %s", holders(_driver(connection)))
        time.sleep(min(_PAUSE_SECONDS, max(0, end - time.monotonic())))


def _migrate(connection: Connection, timeout_seconds: float, marts: Path) -> bool:
    _be_alone(_driver(connection), timeout_seconds)
    digest = _digest(marts)
    if _applied(connection) == digest:
        return False
    limit_waiting(_driver(connection), min(_READERS_WAIT_SECONDS, timeout_seconds))
    for schema in SCHEMAS:
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
    # Before the migrations: no column may change its type while a view shows it.
    connection.execute(text("DROP SCHEMA IF EXISTS mart, mart_agency CASCADE"))
    _upgrade(connection)
    _driver(connection).execute(_comments())
    connection.execute(text("CREATE SCHEMA mart"))
    connection.execute(text("CREATE SCHEMA mart_agency"))
    for path in _BEFORE_MARTS:
        run_file(connection, path)
    _create_rules(connection)
    create_marts(_driver(connection), marts)
    run_file(connection, _AFTER_MARTS)
    connection.execute(text(f"COMMENT ON SCHEMA mart IS 'What BI reads, one view a question. Made from {digest}'"))
    return True


def _be_alone(connection: psycopg.Connection, timeout_seconds: float) -> None:
    """Take the lock of loads. A new database has no table to lock yet; there, whoever creates the schema is first."""
    limit_waiting(connection, timeout_seconds)
    while connection.execute("SELECT to_regclass('ops.load') IS NULL").fetchone() == (True,):
        try:
            with connection.transaction():
                connection.execute("CREATE SCHEMA IF NOT EXISTS ops")
        except psycopg.errors.UniqueViolation:
            continue  # the one who was first has committed
        return
    lock_loads(connection, "migrate", timeout_seconds)


def check(engine: Engine) -> None:
    """Raise alembic's AutogenerateDiffsDetected when the database is not what `etl.warehouse.model` defines."""
    from alembic import command

    with engine.begin() as connection:
        command.check(_alembic(connection))


def run_file(connection: Connection, path: Path) -> None:
    """Run the statements of one file unchanged, without parameters."""
    _driver(connection).execute(path.read_bytes())


def _create_rules(connection: Connection) -> None:
    """Create `ops.rule` and `ops.rule_name`, so that views need not repeat what files say of a rule."""
    from etl.validate import suites

    rules = dict.fromkeys(
        (name, rule.rule_id, rule.column, rule.severity.value, rule.anomaly, rule.description)
        for name, suite in suites().items()
        for rule in suite.rules
    )
    _driver(connection).execute(sql.SQL(_RULES).format(_values(rules)))
    _driver(connection).execute(sql.SQL(_RULE_NAMES).format(_values(rule_names())))


def _values(rows: Iterable[Iterable[object]]) -> sql.Composed:
    """Return rows as VALUES takes them."""
    return sql.SQL(", ").join(sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, row))) for row in rows)


def _driver(connection: Connection) -> psycopg.Connection:
    """Return psycopg's own connection: SQLAlchemy would take the colons of casts, and per cents, for parameters."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - for the type checker: `open_engine` sees to it
    return driver


def _upgrade(connection: Connection) -> None:
    from alembic import command  # which a command that finds the schema up to date does without

    command.upgrade(_alembic(connection), "head")


def _alembic(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(SQL / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _comments() -> sql.Composed:
    """Return the statements that explain every table and column as the model does."""
    said: list[sql.Composed] = []
    for table in TABLES:
        name = sql.Identifier(str(table.schema), table.name)
        said.append(sql.SQL("COMMENT ON TABLE {} IS {}").format(name, sql.Literal(table.comment)))
        for column in table.columns:
            of_column = sql.Identifier(str(table.schema), table.name, column.name)
            said.append(sql.SQL("COMMENT ON COLUMN {} IS {}").format(of_column, sql.Literal(column.comment)))
    return sql.SQL(";\n").join(said)


def _digest(marts: Path) -> str:
    """Return what shows whether a warehouse is up to date: the hash of all that it is made from."""
    migrations, suites = (SQL / "migrations" / "versions").glob("*.py"), EXPECTATIONS.glob("*.json")
    rules = (*sorted(suites), *sorted((PROJECT_ROOT / "etl").rglob("issues.toml")))
    files = (*sorted(migrations), *_BEFORE_MARTS, *rules, *mart_files(marts), _AFTER_MARTS)
    texts = (_comments().as_string(), OF_AGENCIES, repr(rule_names()))
    parts = (*map(str.encode, texts), *(path.read_bytes() for path in files))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _applied(connection: Connection) -> str | None:
    comment = connection.scalar(text("SELECT obj_description(to_regnamespace('mart'), 'pg_namespace')"))
    return comment.rpartition(" ")[2] if comment else None
