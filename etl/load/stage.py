"""Copies Arrow tables into the load's transaction with COPY; no row becomes a Python object.

Records of documents go into `raw` unchanged, everything else into temporary tables `stage_…` that the steps read.
"""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any, NamedTuple

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql
from pyarrow import csv
from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql

from etl import families
from etl.batch import RAW_FILES, STAGED
from etl.load.notices import NOTICES
from etl.reference import Agency, agency_periods, districts, is_plan_complete, plan_nodes, sections, without_gaps
from etl.thai.calendar import fiscal_year_start
from etl.warehouse.model import metadata

_DIALECT: Dialect = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]
_COPY_BYTES = 1 << 20


def create_stage(connection: psycopg.Connection[Any]) -> None:
    """Make an empty temporary table `stage_…` for each file of a batch that `raw` has no table for.

    They are dropped with the transaction.
    """
    _create(
        connection,
        {
            name: {column: kind.compile(dialect=_DIALECT) for column, kind in STAGED[name].columns.items()}
            for name in STAGED.keys() - set(RAW_FILES)
        },
    )


def clear_changed(connection: psycopg.Connection[Any]) -> None:
    """Delete from `raw` the earlier records of documents that are now read differently."""
    for name in RAW_FILES:
        table = metadata.tables[f"raw.{name}"]
        changed, shared = table.info["affected"]
        connection.execute(
            sql.SQL("DELETE FROM {0} USING {1} WHERE {0}.{2} = {1}.{2}").format(
                sql.Identifier("raw", name), sql.Identifier(changed), sql.Identifier(shared)
            )
        )


class Ready(NamedTuple):
    """Rows for `raw.<name>`, or else for `stage_<name>`, as CSV; its columns bear their names."""

    name: str
    columns: list[str]
    csv: BytesIO


def ready(name: str, rows: pa.Table) -> Ready:
    """Write rows as COPY takes them."""
    file = BytesIO()
    options = csv.WriteOptions(include_header=False, quoting_style="all_valid")  # what is not quoted is null
    csv.write_csv(_flattened(rows), file, options)
    return Ready(name, rows.column_names, file)


def copy(connection: psycopg.Connection[Any], rows: Ready) -> None:
    """Copy rows into their table."""
    view = rows.csv.getbuffer()
    if not view:
        return
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.columns))
    table = sql.Identifier("raw", rows.name) if rows.name in RAW_FILES else sql.Identifier(f"stage_{rows.name}")
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(table, columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copying:
        for start in range(0, len(view), _COPY_BYTES):
            copying.write(view[start : start + _COPY_BYTES])


def stage(connection: psycopg.Connection[Any], name: str, rows: pa.Table) -> None:
    """Copy rows into `raw.<name>`, or else `stage_<name>`."""
    copy(connection, ready(name, rows))


def stage_reference(connection: psycopg.Connection[Any]) -> None:
    """Make and fill what steps know beforehand: families, agencies, districts, sections, plans, notices."""
    certified = families.printing("projects", "is_certified")
    tables = {
        "family": [{"family": name, "can_be_certified": name in certified} for name in families.names()],
        "agency": [agency._asdict() | _period(agency) for agency in without_gaps(agency_periods())],
        "district": [district._asdict() for district in districts()],
        "section": [section._asdict() for section in sections()],
        "plan_node": [
            node._asdict() | {"is_plan_complete": is_plan_complete(node.plan_version)} for node in plan_nodes().values()
        ],
        "notice": [notice._asdict() for notice in NOTICES],
    }
    rows = {name: pa.Table.from_pylist(records) for name, records in tables.items()}
    _create(
        connection,
        {name: {field.name: _REFERENCE_TYPES[field.type] for field in some.schema} for name, some in rows.items()},
    )
    for name, some in rows.items():
        stage(connection, name, some)


def _period(agency: Agency) -> dict[str, date | None]:
    """Return the days of an agency's fiscal years, half open."""
    first, last = agency.fiscal_year_from, agency.fiscal_year_to
    return {
        "valid_from": fiscal_year_start(first) if first else None,
        "valid_to": fiscal_year_start(last + 1) if last else None,
    }


_REFERENCE_TYPES = {pa.string(): "TEXT", pa.bool_(): "BOOLEAN", pa.int64(): "INTEGER", pa.date32(): "DATE"}


def _create(connection: psycopg.Connection[Any], tables: Mapping[str, Mapping[str, str]]) -> None:
    """Make the temporary tables `stage_…`, each of columns with their types, in one go."""
    statement = sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP")
    made = (
        statement.format(
            sql.Identifier(f"stage_{name}"),
            sql.SQL(", ").join(
                sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in columns.items()
            ),
        )
        for name, columns in tables.items()
    )
    connection.execute(sql.SQL("; ").join(made))


def _flattened(rows: pa.Table) -> pa.Table:
    """Return the rows with lists as PostgreSQL's array literals: CSV knows no lists."""
    for index, field in enumerate(rows.schema):
        if pa.types.is_list(field.type):
            rows = rows.set_column(index, field.name, _array_literals(rows.column(index).combine_chunks()))
        elif pa.types.is_decimal(field.type):
            rows = rows.set_column(index, field.name, rows.column(index).cast(pa.string()))
    return rows


def _array_literals(lists: pa.ListArray) -> pa.Array:
    escaped = pc.replace_substring_regex(pc.list_flatten(lists).cast(pa.string()), r'(["\\])', r"\\\1")
    quoted = pc.binary_join_element_wise('"', escaped, '"', "")
    ends = pc.cumulative_sum(pc.fill_null(pc.list_value_length(lists), 0))
    items = pa.ListArray.from_arrays(pa.concat_arrays([pa.array([0], ends.type), ends]), quoted)
    joined = pc.binary_join_element_wise("{", pc.binary_join(items, ","), "}", "")
    return pc.if_else(pc.is_null(lists), pa.scalar(None, pa.string()), joined)
