"""What stands in a warehouse, without what says when and by which load it came there."""

from etl.warehouse.model import content_columns, content_tables, dim_date
from tests.conftest import Warehouse


def content_of(warehouse: Warehouse) -> dict[str, list[str]]:
    """Return the rows of every table of content but the calendar, as sorted text."""
    with warehouse.connect() as connection:
        return {
            table.fullname: sorted(
                str(row)
                for row in connection.execute(
                    f"SELECT {', '.join(column.name for column in content_columns(table))} FROM {table.fullname}"
                )
            )
            for table in content_tables()
            if table is not dim_date
        }
