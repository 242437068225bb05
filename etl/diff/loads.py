"""Two loads of one warehouse: what the loads between wrote, as far as the warehouse keeps it.

A fact names the load that wrote it last; a change of a field and a finding name the load that noticed it first.
What a row was before a load wrote it again, and a row that went, are not kept: only two warehouses show them.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine

from etl.diff import Change, Difference, LoadCounts
from etl.records.names import quarter_item, report_item
from etl.settings import PROJECT_ROOT
from etl.warehouse import connect

SQL = PROJECT_ROOT / "sql" / "diff"
ROWS_AT_ONCE = 2000


def compare_loads(engine: Engine, first: int, last: int) -> Iterator[Difference | LoadCounts]:
    """Yield what the loads after the first and up to the last wrote, and then the counts of each table.

    Raises WarehouseUnavailableError when the server does not answer.
    """
    loads = {"first": first, "last": last}
    found: Counter[tuple[str, str]] = Counter()
    with connect(engine) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with connection.cursor("differences") as cursor:
            cursor.itersize = ROWS_AT_ONCE
            for row in cursor.execute((SQL / "loads.sql").read_bytes(), loads):
                found[row["table_name"], row["change"]] += 1
                yield _difference(**row)
        for row in connection.execute((SQL / "load_counts.sql").read_bytes(), loads):
            added, changed, unclear = (
                found[row["table_name"], change] for change in (Change.ADDED, Change.CHANGED, Change.UNCLEAR)
            )
            yield LoadCounts(**row, added=added, changed=changed, unclear=unclear)


def _difference(*, report_ref: str | None, quarter: int | None, field: str | None, **row: Any) -> Difference:
    """Return what a row says; a fact's report or quarter is its field."""
    if report_ref is not None:
        field = report_item(report_ref)
    elif quarter is not None:
        field = quarter_item(quarter)
    return Difference(**row, field=field)
