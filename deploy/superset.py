"""Packs the Superset bundle: `python -m deploy.superset [FILE] [--database URL]`.

In come the dashboards of `dashboards/superset/` and the data contract of mart, which has each column's type, Thai name
and meaning; out goes a ZIP file, which `dashboards/superset/import_bundle.py` puts into a Superset. There is no
password in it. Tables are named without a schema, so that a login which was granted agencies sees theirs in the same
dashboards.
"""

import argparse
import tomllib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZIP_DEFLATED, ZipFile

import yaml
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from etl import files
from etl.settings import PROJECT_ROOT, Settings

DEFINITIONS = PROJECT_ROOT / "dashboards" / "superset"
CONTRACT = PROJECT_ROOT / "docs" / "mart.odcs.yaml"
DATABASE = "postgresql+psycopg2://analyst@127.0.0.1:5433/reporting"
_PASSWORDS = ("password", "sslpassword")  # as parameters of libpq
_VERSION = {"version": "1.0.0"}
_GRID = {
    "DASHBOARD_VERSION_KEY": "v2",
    "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
}
_FORMATS = {"_pct": ",.1f", "_thb": ",.2f"}
# In UTC, for a month that is asked for as a moment must not begin on the evening before.
_SESSION = {"engine_params": {"connect_args": {"options": "-c timezone=UTC"}}}


def main() -> None:
    """Pack the bundle; print where it is."""
    parser = argparse.ArgumentParser(prog="python -m deploy.superset", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=Settings().home / "superset.zip")
    parser.add_argument("--database", default=DATABASE, help=f"as Superset reaches it ({DATABASE})")
    wanted = parser.parse_args()
    try:
        url = make_url(wanted.database)
    except (ArgumentError, ValueError):  # which may quote a password
        parser.error("--database is no SQLAlchemy URL; write what is neither letter nor digit in its login as %XX")
    if url.password is not None or any(name.lower() in _PASSWORDS for name in url.query):
        parser.error("no password goes into the bundle; docs/superset.md says where Superset takes it from")
    pack(wanted.file, wanted.database)
    print(wanted.file)


def pack(file: Path, database: str = DATABASE) -> None:
    """Write the bundle that finds the warehouse at SQLAlchemy's URL `database`."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as bundle:
        for name, content in bundle_files(database):
            bundle.writestr(f"bundle/{name}", yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
    files.write(file, packed.getvalue())


def definitions(name: str) -> dict[str, dict[str, Any]]:
    """Return what a file of `dashboards/superset/` says: `metrics`, `charts` or `dashboards`."""
    return tomllib.loads((DEFINITIONS / f"{name}.toml").read_text("utf-8"))


def bundle_files(database: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the names and contents of the bundle's files."""
    charts, dashboards = definitions("charts"), definitions("dashboards")
    marts = {mart["name"]: mart for mart in yaml.safe_load(CONTRACT.read_text("utf-8"))["schema"]}
    yield "metadata.yaml", {**_VERSION, "timestamp": "2026-01-01T00:00:00+00:00"}
    yield "databases/reporting.yaml", {
        "database_name": "BMA project reporting", "sqlalchemy_uri": database, "expose_in_sqllab": True,
        "allow_dml": False, "extra": _SESSION, "uuid": _uuid("database"), **_VERSION,
    }  # fmt: skip
    for name in sorted({chart["mart"] for chart in charts.values()}):
        yield f"datasets/reporting/{name}.yaml", _dataset(marts[name], definitions("metrics").get(name, {}))
    for name, chart in charts.items():
        yield f"charts/{name}.yaml", _chart(name, chart)
    for slug, dashboard in dashboards.items():
        yield f"dashboards/{slug}.yaml", _dashboard(slug, dashboard, charts, marts)


def _dataset(mart: Mapping[str, Any], metrics: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {
        "table_name": mart["name"], "schema": None, "description": f"{_thai(mart)}\n{mart['description']}",
        "main_dttm_col": None, "uuid": _uuid(mart["name"]), "database_uuid": _uuid("database"), **_VERSION,
        "metrics": [
            {"metric_name": name, "verbose_name": said["name"], "expression": said["sql"]}
            for name, said in metrics.items()
        ],
        "columns": [
            {
                "column_name": column["name"], "verbose_name": column["businessName"],
                "description": f"{_thai(column)}\n{column['description']}", "type": column["physicalType"].upper(),
                "is_dttm": column["logicalType"] in {"date", "timestamp"}, "groupby": True, "filterable": True,
            }
            for column in mart["properties"]
        ],
    }  # fmt: skip


def _thai(said: Mapping[str, Any]) -> str:
    return "".join(one["value"] for one in said["customProperties"] if one["property"] == "descriptionThai")


def _chart(name: str, chart: Mapping[str, Any]) -> dict[str, Any]:
    params = {"viz_type": chart["kind"], "adhoc_filters": [], "row_limit": 10000, **chart["params"]}
    if chart["kind"] == "table":
        formats = {column: _FORMATS.get(column[-4:]) for column in params.get("all_columns", ())}
        params["column_config"] = {column: {"d3NumberFormat": said} for column, said in formats.items() if said}
        params |= {"show_cell_bars": False, "table_timestamp_format": "%Y-%m-%d %H:%M"}
    return {
        "slice_name": chart["title"], "viz_type": chart["kind"], "params": params,
        "uuid": _uuid("chart", name), "dataset_uuid": _uuid(chart["mart"]), **_VERSION,
    }  # fmt: skip


def _dashboard(
    slug: str, dashboard: Mapping[str, Any], charts: Mapping[str, Any], marts: Mapping[str, Any]
) -> dict[str, Any]:
    filters: dict[str, str] = dashboard["filters"]
    return {
        "dashboard_title": dashboard["title"], "slug": slug, "uuid": _uuid("dashboard", slug), "published": True,
        "position": {
            **_GRID,
            "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": dashboard["title"]}},
            **dict(_grid(dashboard["rows"], charts)),
        },
        "metadata": {
            "color_scheme": "supersetColors", "cross_filters_enabled": False,
            "native_filter_configuration": [
                _filter(slug, column, marts[mart], [*filters][:number], required=not dashboard.get("begins_with_all"))
                for number, (column, mart) in enumerate(filters.items())
            ],
        },
        **_VERSION,
    }  # fmt: skip


def _grid(rows: list[Mapping[str, Any]], charts: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield what stands where on a dashboard."""
    yield "GRID_ID", {
        "type": "GRID", "id": "GRID_ID", "parents": ["ROOT_ID"], "children": [f"ROW-{n}" for n in range(len(rows))]
    }  # fmt: skip
    number = 0
    for n, row in enumerate(rows):
        children = []
        for name, width in row["charts"].items():
            number += 1
            children.append(f"CHART-{name}")
            meta = {
                "chartId": number, "uuid": _uuid("chart", name), "sliceName": charts[name]["title"], "width": width,
                "height": row["height"] // 8,  # Superset's grid is one of eight pixels
            }  # fmt: skip
            yield children[-1], {
                "type": "CHART", "id": children[-1], "children": [], "parents": ["ROOT_ID", "GRID_ID", f"ROW-{n}"],
                "meta": meta,
            }  # fmt: skip
        yield f"ROW-{n}", {
            "type": "ROW", "id": f"ROW-{n}", "children": children, "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }  # fmt: skip


def _filter(slug: str, column: str, mart: Mapping[str, Any], parents: list[str], *, required: bool) -> dict[str, Any]:
    """Return a dashboard's filter: one value at a time, at first the first; what it offers goes by those before it."""
    is_stated = {"clause": "WHERE", "expressionType": "SQL", "sqlExpression": f"{column} IS NOT NULL"}
    (name,) = (one["businessName"] for one in mart["properties"] if one["name"] == column)
    return {
        "id": f"NATIVE_FILTER-{slug}-{column}", "name": name, "type": "NATIVE_FILTER", "filterType": "filter_select",
        "targets": [{"column": {"name": column}, "datasetUuid": _uuid(mart["name"])}],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "cascadeParentIds": [f"NATIVE_FILTER-{slug}-{parent}" for parent in parents],
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}}, "requiredFirst": required,
        "adhoc_filters": [is_stated],
        "controlValues": {
            "defaultToFirstItem": required, "enableEmptyFilter": required, "multiSelect": False,
            "sortAscending": column != "fiscal_year",
        },
    }  # fmt: skip


def _uuid(*name: str) -> str:
    """Return the same id for the same thing whenever it is packed, so that an import finds what it replaces."""
    return str(uuid5(NAMESPACE_URL, "/".join(("bma-project-reporting", *name))))


if __name__ == "__main__":
    main()
