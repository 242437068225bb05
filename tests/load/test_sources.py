"""What the warehouse remembers of sources: nothing is fetched twice, and a source that shrinks is told."""

import json
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import pytest
from upath import UPath

from etl import landing, pipeline, storage
from etl.load.source_files import SourceFiles
from etl.pull.memory import Content, Known, KnownFile
from etl.warehouse import open_engine
from tests.conftest import Warehouse
from tests.forms import Form
from tests.processes import Etl

THEN = datetime(2024, 10, 15, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def etl(warehouse: Warehouse) -> Etl:
    return Etl(warehouse)


def put(bucket: str, number: int, form: Form | None = None) -> str:
    """Put a form into a bucket; return its address."""
    address = f"{bucket}/in/{number}.txt"
    with fsspec.open(address, "wb") as file:
        file.write((form or Form(code=f"50210000-{number:04}")).text().encode())
    return address


def pulls(warehouse: Warehouse) -> list[tuple[int, int, int]]:
    rows = warehouse.rows("SELECT files_listed, files_fetched, files_gone FROM ops.pull ORDER BY pull_id")
    return [tuple(row.values()) for row in rows]


def test_a_second_run_fetches_nothing_and_loads_the_same(warehouse: Warehouse, bucket: str) -> None:
    for number in range(3):
        put(bucket, number)
    first, second = warehouse.load(f"{bucket}/in"), warehouse.load(f"{bucket}/in")
    assert (first["records_loaded"], second["records_loaded"], second["records_unchanged"]) == (15, 0, 15)
    assert (first["files_fetched"], second["files_fetched"], second["files_listed"]) == (3, 0, 3)
    put(bucket, 1, Form(code="50210000-0001").with_report(2))
    assert warehouse.load(f"{bucket}/in")["files_fetched"] == 1
    assert pulls(warehouse) == [(3, 3, 0), (3, 0, 0), (3, 1, 0)]


def test_what_a_refused_load_did_not_take_comes_again_without_being_fetched(warehouse: Warehouse, bucket: str) -> None:
    put(bucket, 1)
    settings = warehouse.settings.model_copy(update={"etl_source": f"{bucket}/in"})
    for name in ("first", "second"):
        (work_list,) = pipeline.pull(settings, name, only_new=True)
    assert pulls(warehouse) == [(1, 1, 0), (1, 0, 0)]
    assert (
        pipeline.load(settings, "second", pipeline.validate([pipeline.parse(settings, work_list)]))["records_loaded"]
        == 5
    )
    assert pipeline.pull(settings, "third", only_new=True) == []


def test_bytes_that_were_found_damaged_are_proven_and_fetched_again(warehouse: Warehouse, bucket: str) -> None:
    put(bucket, 1)
    settings = warehouse.settings.model_copy(update={"etl_source": f"{bucket}/in"})
    (work_list,) = pipeline.pull(settings, "first", only_new=True)
    sha256 = str(warehouse.value("SELECT sha256 FROM raw.source_file"))
    place = landing.place(storage.landing(settings), sha256)
    content = place.read_bytes()
    place.write_bytes(content[::-1])
    pipeline.load(settings, "first", pipeline.validate([pipeline.parse(settings, work_list)]))
    stamp = landing.stamps(storage.landing(settings), [sha256])[sha256]  # as a disk that loses bits would leave it
    with warehouse.connect() as connection:
        connection.execute("UPDATE raw.landed_file SET stamp = %s", [stamp])
    assert len(pipeline.pull(settings, "second", only_new=True)) == 1
    assert place.read_bytes() == content


def test_files_that_are_gone_are_noted_and_nothing_of_them_is_lost(warehouse: Warehouse, bucket: str) -> None:
    addresses = [put(bucket, number) for number in range(4)]
    warehouse.load(f"{bucket}/in")
    UPath(addresses[0]).unlink()
    after = warehouse.load(f"{bucket}/in")
    assert (after["files_gone"], after["source_alert"]) == (1, None)
    assert warehouse.rows("SELECT uri FROM raw.source_file WHERE gone_at IS NOT NULL") == [{"uri": addresses[0]}]
    assert warehouse.value("SELECT count(*) FROM mart.project_status") == 4
    put(bucket, 0)
    warehouse.load(f"{bucket}/in")
    assert warehouse.value("SELECT count(*) FROM raw.source_file WHERE gone_at IS NOT NULL") == 0
    assert pulls(warehouse) == [(4, 4, 0), (3, 0, 1), (4, 1, 0)]


def test_a_source_that_lists_nothing_or_much_less_is_told_until_it_is_as_before(
    etl: Etl, warehouse: Warehouse, exports: Path
) -> None:
    for number in range(5):
        (exports / f"{number}.txt").write_text(Form(code=f"50210000-{number:04}").text(), encoding="utf-8")
    assert etl("run", exports).returncode == 0
    away = exports.with_name("away")
    exports.rename(away)
    exports.mkdir()
    empty = etl("run", exports, "--json")
    assert (empty.returncode, json.loads(empty.stdout)["files_gone"]) == (3, 5)
    assert "look at the source" in empty.stderr
    assert f"file://{exports} lists no file, and listed 5 before" in json.loads(empty.stdout)["source_alert"]
    for number in range(2):
        (away / f"{number}.txt").rename(exports / f"{number}.txt")
    for _ in range(2):
        shrunken = etl("run", exports, "--json")
        assert (shrunken.returncode, shrunken.stdout.count("lists 2 files, and listed 5 before")) == (3, 1)
    assert [one["check"] for one in pipeline.quality(warehouse.settings) if one["severity"] == "critical"] == ["source"]
    etl.environment["ETL_SOURCE_DROP_MAX_PCT"] = "100"
    assert etl("run", exports).returncode == 0
    del etl.environment["ETL_SOURCE_DROP_MAX_PCT"]
    assert etl("run", exports).returncode == 0
    assert [one["check"] for one in pipeline.quality(warehouse.settings) if one["severity"] == "critical"] == []
    assert warehouse.value("SELECT count(*) FROM mart.project_status") == 5


def test_what_is_remembered_comes_back_as_it_was(warehouse: Warehouse) -> None:
    memory = SourceFiles(open_engine(warehouse.settings))
    members = (
        Content("s3://b/in/a.zip!/x.txt", "1" * 64, 3, THEN),
        Content("s3://b/in/a.zip!/x.txt", "2" * 64, 0, None),
    )
    archive = KnownFile("s3://b/in/a.zip", '"e" 9 t', "3" * 64, THEN, "this version", members)
    beside = KnownFile("s3://b/in2/b.txt", None, "4" * 64, THEN, "this version", ())
    memory.remember([beside, archive], {"1" * 64: "stamp", "4" * 64: "other"})
    assert memory.recall("s3://b/in", "s3://b/in/") == Known({archive.uri: archive}, {"1" * 64: "stamp"})
    assert memory.recall("s3://b/in2/b.txt", None) == Known({beside.uri: beside}, {"4" * 64: "other"})
    memory.note([archive.uri], [])
    assert memory.recall("s3://b", "s3://b/").files[archive.uri].is_gone
    again = archive._replace(version=None, contents=members[:1])
    memory.remember([again], {"1" * 64: "another stamp"})
    assert memory.recall("s3://b/in", "s3://b/in/") == Known({archive.uri: again}, {"1" * 64: "another stamp"})
