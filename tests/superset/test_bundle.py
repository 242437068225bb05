"""The Superset bundle: what it says of the marts is so, and all that it names is in it; without Superset."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml

from deploy.superset import DATABASE, bundle_files, definitions, main, pack
from tests.conftest import ROOT, Warehouse

FILES = dict(bundle_files(DATABASE))
DATASETS = {content["table_name"]: content for name, content in FILES.items() if name.startswith("datasets/")}
CHARTS = {content["uuid"]: content for name, content in FILES.items() if name.startswith("charts/")}
DASHBOARDS = {content["slug"]: content for name, content in FILES.items() if name.startswith("dashboards/")}
MARTS = {dataset["uuid"]: mart for mart, dataset in DATASETS.items()}


def placed(dashboard: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return what stands on a dashboard, of one kind."""
    return [one for one in dashboard["position"].values() if isinstance(one, dict) and one["type"] == kind]


def shown(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the charts of a dashboard."""
    return [CHARTS[one["meta"]["uuid"]] for one in placed(dashboard, "CHART")]


def names_in(params: dict[str, Any]) -> Iterator[str]:
    """Yield the columns that a chart asks for."""
    yield from params.get("all_columns", ())
    yield from [params["x_axis"]] if "x_axis" in params else ()
    groupby = params.get("groupby", ())
    yield from [groupby] if isinstance(groupby, str) else groupby


@pytest.mark.parametrize("mart", DATASETS)
def test_a_dataset_has_the_columns_of_its_mart_with_their_types_and_thai_names(warehouse: Warehouse, mart: str) -> None:
    columns = warehouse.rows(
        "SELECT attname, upper(replace(format_type(atttypid, atttypmod), 'timestamp with time zone', 'timestamptz'))"
        " AS type FROM pg_attribute WHERE attrelid = %s::REGCLASS AND attnum > 0 ORDER BY attnum", f"mart.{mart}",
    )  # fmt: skip
    said = DATASETS[mart]["columns"]
    assert [(one["column_name"], one["type"]) for one in said] == [(row["attname"], row["type"]) for row in columns]
    assert all(one["verbose_name"] for one in said)
    assert all(one["is_dttm"] == one["type"].startswith(("DATE", "TIMESTAMP")) for one in said)


@pytest.mark.parametrize("mart", DATASETS)
def test_its_metrics_and_conditions_can_be_asked(warehouse: Warehouse, mart: str) -> None:
    for metric in DATASETS[mart]["metrics"]:
        warehouse.rows(f"SELECT {metric['expression']} FROM mart.{mart}")
    for chart in CHARTS.values():
        if MARTS[chart["dataset_uuid"]] == mart:
            for condition in chart["params"]["adhoc_filters"]:
                warehouse.rows(f"SELECT FROM mart.{mart} WHERE {condition['sqlExpression']}")


@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda chart: chart["slice_name"])
def test_a_chart_asks_for_what_its_mart_has(chart: dict[str, Any]) -> None:
    dataset, params = DATASETS[MARTS[chart["dataset_uuid"]]], chart["params"]
    columns = {column["column_name"] for column in dataset["columns"]}
    metrics = {metric["metric_name"] for metric in dataset["metrics"]}
    assert {*names_in(params)} <= columns
    asked = {*params.get("metrics", ()), *([params["metric"]] if "metric" in params else ())}
    assert asked <= metrics
    assert asked or params["query_mode"] == "raw"


def test_every_chart_is_on_a_dashboard_and_every_metric_in_a_chart() -> None:
    on_dashboards = {chart["uuid"] for dashboard in DASHBOARDS.values() for chart in shown(dashboard)}
    assert on_dashboards == CHARTS.keys()
    used = {
        (MARTS[chart["dataset_uuid"]], metric)
        for chart in CHARTS.values()
        for metric in (chart["params"].get("metric"), *chart["params"].get("metrics", ()))
    }
    defined = {(mart, metric) for mart, metrics in definitions("metrics").items() for metric in metrics}
    assert defined <= used


@pytest.mark.parametrize("slug", DASHBOARDS)
def test_a_dashboard_says_how_fresh_it_is_and_fills_its_rows(slug: str) -> None:
    position = DASHBOARDS[slug]["position"]
    assert "freshness" in {MARTS[chart["dataset_uuid"]] for chart in shown(DASHBOARDS[slug])}
    for row in placed(DASHBOARDS[slug], "ROW"):
        assert sum(position[child]["meta"]["width"] for child in row["children"]) == 12
    numbers = [one["meta"]["chartId"] for one in placed(DASHBOARDS[slug], "CHART")]
    assert len({*numbers}) == len(numbers)


def test_a_login_that_was_granted_agencies_can_open_the_dashboards_of_an_agency_and_of_quality(
    warehouse: Warehouse,
) -> None:
    of_agencies = "SELECT relname FROM pg_class WHERE relnamespace = 'mart_agency'::REGNAMESPACE AND relkind = 'v'"
    names = {row["relname"] for row in warehouse.rows(of_agencies)}
    for slug in ("bma-agency", "bma-quality"):
        assert {MARTS[chart["dataset_uuid"]] for chart in shown(DASHBOARDS[slug])} <= names
    assert {dataset["schema"] for dataset in DATASETS.values()} == {None}


def test_what_is_packed_is_the_same_each_time_and_holds_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pack(tmp_path / "new" / "bundle.zip")
    with ZipFile(tmp_path / "new" / "bundle.zip") as bundle:
        packed = {name: yaml.safe_load(bundle.read(name)) for name in bundle.namelist()}
    assert packed == {f"bundle/{name}": content for name, content in bundle_files(DATABASE)}
    assert (tmp_path / "new" / "bundle.zip").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+psycopg2://analyst:s3cr@127.0.0.1/reporting", "no password goes into the bundle"),
        ("postgresql+psycopg2://analyst@127.0.0.1/reporting?password=s3cr", "no password goes into the bundle"),
        (
            "postgresql+psycopg2://a@h/reporting?sslmode=require&sslpassword=s3cr",
            "no password goes into the bundle",
        ),
        ("postgresql+psycopg2://analyst@127.0.0.1/reporting?PASSWORD=s3cr", "no password goes into the bundle"),
        ("s3cr", "--database is no SQLAlchemy URL"),
        ("postgresql+psycopg2://analyst:s3cr@127.0.0.1:port/reporting", "--database is no SQLAlchemy URL"),
    ],
)
def test_a_url_with_a_password_or_that_is_none_is_refused_and_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str, said: str
) -> None:
    monkeypatch.setattr("sys.argv", ["superset", str(tmp_path / "x.zip"), "--database", url])
    with pytest.raises(SystemExit, match="2"):
        main()
    complaint = capsys.readouterr().err
    assert said in complaint
    assert "s3cr" not in complaint
    assert not (tmp_path / "x.zip").exists()


def test_the_import_says_how_it_is_called() -> None:
    program = ROOT / "dashboards" / "superset" / "import_bundle.py"
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "usage: python import_bundle.py BUNDLE USERNAME\n")
