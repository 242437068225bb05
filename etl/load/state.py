"""A mark of what the warehouse holds: the same for as long as nothing of it has changed.

It is taken before a load is rehearsed, and again before what was approved is loaded.
"""

from psycopg import sql
from sqlalchemy import Table

from etl.warehouse import Connection
from etl.warehouse.model import content_columns, content_tables

# Of one year: the rows that bear it or none, and what belongs to such. That is when their documents were seen, for the
# latest one counts, quarters of indicators, goals and indicators of projects, cases of quarantine.
_OF_YEAR = sql.SQL("coalesce(fiscal_year, -1) IN ({}, -1)")
_DOCUMENTS = sql.SQL(
    "SELECT document_key FROM raw.project WHERE coalesce(fiscal_year, -1) IN ({0}, -1)"
    " UNION SELECT document_key FROM raw.indicator WHERE coalesce(fiscal_year, -1) IN ({0}, -1)"
)
_BELONGING = {
    "sha256": sql.SQL("sha256 IN (SELECT sha256 FROM dw.dim_document WHERE document_key IN ({documents}))"),
    "project_key": sql.SQL("project_key IN (SELECT project_key FROM dw.fact_project WHERE {of_year})"),
    "indicator_key": sql.SQL("indicator_key IN (SELECT indicator_key FROM dw.dim_indicator WHERE {of_year})"),
    "document_key": sql.SQL("document_key IN ({documents})"),
}
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
    of_year = _OF_YEAR.format(fiscal_year)
    if "fiscal_year" in table.columns:
        return of_year
    key = next((key for key in _BELONGING if key in table.columns), None)
    return _BELONGING[key].format(of_year=of_year, documents=_DOCUMENTS.format(fiscal_year)) if key else None


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
