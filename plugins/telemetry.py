"""What a run did, for those who watch Airflow from elsewhere: metrics of each load, and lineage with mart's columns.

Both go where Airflow's own go, and nowhere unless it is told so: docs/telemetry.md.
"""

import socket
from collections import defaultdict
from typing import Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from airflow.sdk.observability import stats

PUBLISH = "publish"  # the task of a run that shows what was loaded


def sent(counts: dict[str, Any], dag_id: str, fiscal_year: int | None) -> dict[str, Any]:
    """Send what a load counted, a metric each, `reporting.load.records_loaded`, of a DAG and a fiscal year (B.E.).

    Returns the counts as they are.
    """
    of = {"dag_id": dag_id, "fiscal_year": str(fiscal_year or "all")}
    for name, count in counts.items():
        # No counter: each task is a process of its own, which would begin to count at 0.
        if isinstance(count, int) and not name.endswith("_id"):
            stats.gauge(f"reporting.load.{name}", count, tags=of)
    return counts


class MartLineage:
    """Listener that says of each `publish` which tables it reads, and which columns it shows in mart."""

    @hookimpl
    def on_task_instance_running(self, previous_state: Any, task_instance: Any) -> None:  # noqa: ARG002 - Airflow's names
        """Send that as an event of the task, beside those of Airflow that it has begun and ended."""
        if task_instance.task_id != PUBLISH:
            return
        # Airflow imports plugins in all its processes.
        from airflow.providers.openlineage.api import emit_dataset_lineage
        from airflow.providers.openlineage.conf import is_disabled

        if not is_disabled():
            emit_dataset_lineage(**_datasets(), task_instance=task_instance)


class TelemetryPlugin(AirflowPlugin):
    """Registers the listener."""

    name = "telemetry"
    listeners = [MartLineage()]


def _datasets() -> dict[str, Any]:
    """Return the tables that mart reads as inputs, and its views as outputs, each with its columns and its meaning."""
    from openlineage.client.event_v2 import InputDataset, OutputDataset
    from openlineage.client.facet_v2 import documentation_dataset, schema_dataset

    from etl.warehouse import connect, open_engine
    from etl.warehouse.query import ask
    from etl_settings import settings

    engine = open_engine(settings())
    with connect(engine) as connection:
        server = connection.info
        host = socket.gethostname() if server.host.startswith("/") else server.host  # the folder of a local socket
        namespace, database = f"postgres://{host}:{server.port}", server.dbname
    views, meanings = defaultdict(list), {}
    for row in ask(engine, "mart_columns"):
        field = schema_dataset.SchemaDatasetFacetFields(row["name"], row["type"], row["comment"])
        views[row["relation"]].append(field)
        meanings[row["relation"]] = row["relation_comment"]
    sources = sorted({row["source"] for row in ask(engine, "mart_sources")} - views.keys())
    return {
        "inputs": [InputDataset(namespace, f"{database}.{source}") for source in sources],
        "outputs": [
            OutputDataset(
                namespace, f"{database}.{view}",
                facets={
                    "schema": schema_dataset.SchemaDatasetFacet(fields=fields),
                    "documentation": documentation_dataset.DocumentationDatasetFacet(meanings[view]),
                },
            )
            for view, fields in views.items()
        ],
    }  # fmt: skip
