"""Which of Airflow's own parts are down."""

from datetime import datetime
from typing import Any

from airflow.api.common.airflow_health import HEALTHY, get_airflow_health


def down() -> list[dict[str, Any]]:
    """Return the parts that do not answer, with the moment at which they were seen last, None for never."""
    found = {name: part for name, part in get_airflow_health().items() if part["status"] != HEALTHY}
    return [
        {"name": name.replace("_", "-"), "since": seen and datetime.fromisoformat(seen)}
        for name, part in found.items()
        for seen in [part.get(f"latest_{name}_heartbeat")]
    ]
