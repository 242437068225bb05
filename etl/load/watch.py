"""The watch over the warehouse: what about it somebody should look at, asked after loads and by the clock."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from etl.settings import PROJECT_ROOT
from etl.warehouse import connect

QUALITY = PROJECT_ROOT / "sql" / "checks" / "quality.sql"
GRAVEST_FIRST = ("critical", "warning", "info", "ok")


def check(engine: Engine, limits: Mapping[str, int]) -> list[dict[str, Any]]:
    """Make all checks, keep their results in `ops.quality_check`, and return them, the gravest first.

    The limits are `freshness_max_hours`, `news_max_days` and `volume_drop_max_pct` of the settings.
    """
    with connect(engine) as connection:
        found = connection.execute(QUALITY.read_bytes(), limits).fetchall()
    return sorted(found, key=lambda row: GRAVEST_FIRST.index(row["severity"]))
