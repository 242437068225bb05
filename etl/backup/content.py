"""The content of a warehouse in figures: number of rows and digest of each table.

The tables are those that the database has, not those that this version of the program knows: a backup of an older one
is found whole before it is migrated.
"""

from psycopg import sql

from etl.backup import TableContent
from etl.warehouse import Connection
from etl.warehouse.schema import SCHEMAS

_TABLES = """
    SELECT schemaname AS schema_name, tablename AS table_name FROM pg_tables
    WHERE schemaname = any(%s) ORDER BY schemaname, tablename
"""
# The same rows give the same sum on every server, in any order.
_DIGEST = """
    SELECT
        count(*) AS row_count,
        coalesce(sum(('x' || left(md5(whole_row::TEXT), 15))::BIT(60)::BIGINT), 0)::TEXT AS digest
    FROM {} AS whole_row
"""


def contents(connection: Connection) -> dict[str, TableContent]:
    """Return rows and digest of every table, as the connection's transaction sees them."""
    connection.execute("SET LOCAL TIME ZONE 'Asia/Bangkok'")
    connection.execute("SET LOCAL datestyle TO 'ISO'")
    found = {}
    for table in connection.execute(_TABLES, [list(SCHEMAS)]).fetchall():
        name = (table["schema_name"], table["table_name"])
        (row,) = connection.execute(sql.SQL(_DIGEST).format(sql.Identifier(*name))).fetchall()
        found[".".join(name)] = TableContent(row["row_count"], row["digest"])
    return found


def is_empty(connection: Connection) -> bool:
    """Tell whether no load has been in a warehouse, and nothing was purged from it."""
    tables = (("ops", "load"), ("ops", "purge"), ("raw", "manifest"))
    return not any(has_table(connection, *table) and _has_rows(connection, *table) for table in tables)


def has_table(connection: Connection, schema: str, name: str) -> bool:
    """Tell whether there is such a table."""
    query = "SELECT FROM pg_tables WHERE schemaname = %s AND tablename = %s"
    return bool(connection.execute(query, [schema, name]).fetchall())


def _has_rows(connection: Connection, schema: str, name: str) -> bool:
    return bool(connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(schema, name))).fetchall())
