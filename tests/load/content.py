"""What stands in a warehouse, without what says when and by which load it came there."""

from typing import Any

from etl.load.tables import metadata
from tests.conftest import Warehouse

AUDIT = {
    "load_id", "run_id", "finding_id", "fetched_at", "first_seen", "last_seen", "started_at", "finished_at",
    "landed_uri",
}  # fmt: skip
LOGS = {"ops.load", "ops.load_document", "ops.load_table"}


def content_of(warehouse: Warehouse) -> dict[str, list[str]]:
    """Return the rows of every table but the logs, as sorted text."""
    with warehouse.connect() as connection:
        return {
            name: sorted(str(_without_audit(row)) for row in connection.execute(f"SELECT * FROM {name}"))
            for name in metadata.tables
            if name not in LOGS and name != "dw.dim_date"
        }


def _without_audit(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in AUDIT}
