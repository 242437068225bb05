"""A mark of what the warehouse holds: the same for as long as nothing of it has changed.

It is taken before a load is rehearsed, and again before what was approved is loaded.
"""

from psycopg import sql
from sqlalchemy import Table

from etl.warehouse import Connection
from etl.warehouse.model import content_columns, content_tables, raw_manifest

# Of one year: the rows that bear it, and when the documents of such rows were seen, for the latest one counts.
_OF_YEAR = sql.SQL("fiscal_year = {}")
_SEEN_OF_YEAR = sql.SQL(
    "sha256 IN (SELECT sha256 FROM dw.dim_document WHERE document_key IN ("
    "SELECT document_key FROM raw.project WHERE fiscal_year = {0}"
    " UNION SELECT document_key FROM raw.indicator WHERE fiscal_year = {0}))"
)
_ALL = sql.SQL("TRUE")


def state_mark(connection: Connection, fiscal_year: int | None) -> str:
    """Return a digest of all content; with a fiscal year (B.E.), of what is about that year.

    What says only when and by which load something came is no content. One year's mark is not changed by loads of other
    years, so that the years of a backfill may be approved one by one.
    """
    parts = [
        _digest(table, condition)
        for table in content_tables()
        if (condition := _ALL if fiscal_year is None else _about(table, fiscal_year))
    ]
    query = sql.SQL("SELECT md5(string_agg(digest, ' ' ORDER BY digest)) AS mark FROM ({}) AS tables")
    row = connection.execute(query.format(sql.SQL(" UNION ALL ").join(parts))).fetchone()
    return str(row and row["mark"])


def _about(table: Table, fiscal_year: int) -> sql.Composed | None:
    """Return the condition on the rows of a table that are about a year; None where it has none of one year."""
    if table is raw_manifest:
        return _SEEN_OF_YEAR.format(fiscal_year)
    return _OF_YEAR.format(fiscal_year) if "fiscal_year" in table.columns else None


def _digest(table: Table, condition: sql.Composable) -> sql.Composed:
    """Return the query for a table's name, row count and the sum of its rows' hashes, which no order changes."""
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in content_columns(table))
    return sql.SQL(
        "SELECT concat_ws(' ', {name}, count(*), sum(hashtextextended(ROW({columns})::TEXT, 0))) AS digest"
        " FROM {table} WHERE {condition}"
    ).format(
        name=sql.Literal(table.fullname), columns=columns, condition=condition,
        table=sql.Identifier(str(table.schema), table.name),
    )  # fmt: skip
