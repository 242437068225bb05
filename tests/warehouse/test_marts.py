"""The marts: found by being there, made in the order of what they read, explained in both languages."""

import re
import shutil
from collections import Counter
from collections.abc import Mapping
from graphlib import CycleError
from pathlib import Path

import pytest
import yaml

from etl.warehouse import open_engine, schema
from etl.warehouse.marts import MARTS, Mart, Text, explained, read_marts
from etl.warehouse.model import fact_project
from tests.conftest import Warehouse

READ = read_marts()
SHARED = yaml.safe_load((MARTS / "columns.yaml").read_text("utf-8"))
VIEWS = [mart for mart in READ if mart.kind == "view"]


@pytest.fixture
def marts(tmp_path: Path) -> Path:
    """A folder with all marts, to change them."""
    return Path(shutil.copytree(MARTS, tmp_path / "marts"))


def add(marts: Path, name: str, statement: str) -> None:
    """Add a mart that says nothing of its columns."""
    (marts / name).mkdir()
    (marts / name / "view.sql").write_text(f"-- What is {name}? A row a {name}.\n\n{statement}\n", encoding="utf-8")
    (marts / name / "columns.yaml").write_text("{}", encoding="utf-8")


def columns(warehouse: Warehouse, mart: Mart) -> list[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = %s::REGCLASS AND attnum > 0 ORDER BY attnum"
    return [row["attname"] for row in warehouse.rows(query, mart.name)]


def texts(warehouse: Warehouse, marts: list[Mart]) -> dict[tuple[str, str], Text]:
    with warehouse.connect() as connection:
        return explained(connection, marts)


@pytest.mark.parametrize("mart", READ, ids=lambda mart: mart.name)
def test_a_mart_opens_with_its_question_and_has_a_thai_name_and_meaning(mart: Mart) -> None:
    _, mark, rest = mart.text.en.partition("?")
    assert mark
    assert not mart.statement.startswith("CREATE")
    assert re.match("A row an? ", rest.strip()) or mart.kind == "function"
    assert is_thai(mart.text.name)
    assert is_thai(mart.text.th)


def test_every_column_of_every_view_means_something_in_both_languages(warehouse: Warehouse) -> None:
    said = texts(warehouse, READ)
    assert list(said) == [(mart.name, name) for mart in VIEWS for name in columns(warehouse, mart)]
    silent = [
        f"{'.'.join(place)} says nothing in {language}"
        for place, text in said.items()
        for language, is_said in (("English", re.search("[a-z]{2}", text.en)), ("Thai", is_thai(text.th)))
        if not is_said or not is_thai(text.name)
    ]
    assert not silent, "say it in the mart's columns.yaml, or where marts share it, in that of sql/marts/"


def test_what_stands_in_the_database_is_the_english_text(warehouse: Warehouse) -> None:
    comments = warehouse.rows(
        "SELECT 'mart.' || relname AS view, attname, col_description(pg_class.oid, attnum) AS comment"
        " FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0"
        " WHERE relnamespace = 'mart'::REGNAMESPACE"
    )
    assert {(row["view"], row["attname"]): row["comment"] for row in comments} == {
        place: text.en for place, text in texts(warehouse, READ).items()
    }
    for mart in READ:
        kind = "pg_class" if mart.kind == "view" else "pg_proc"
        oid = "regclass" if mart.kind == "view" else "regproc"
        comment = warehouse.value(f"SELECT obj_description(%s::{oid}, '{kind}')", mart.name)
        assert comment == mart.text.en


def test_a_text_is_given_in_both_languages_or_in_none() -> None:
    halves = [
        name
        for entries in (SHARED, *(mart.own for mart in READ))
        for name, said in entries.items()
        if isinstance(said, Mapping) and ("en" in said) != ("th" in said)
    ]
    assert not halves


def test_nothing_is_said_of_a_column_that_is_not_there(warehouse: Warehouse) -> None:
    astray = [f"{mart.name}.{name}" for mart in VIEWS for name in mart.own.keys() - {*columns(warehouse, mart)}]
    assert not astray


def test_what_marts_share_is_of_several(warehouse: Warehouse) -> None:
    used = Counter(name for mart in VIEWS for name in columns(warehouse, mart))
    used += Counter(f"{name}.{said}" for mart in VIEWS for name, said in mart.own.items() if isinstance(said, str))
    alone = [name for name in SHARED if used[name] < 2]
    assert not alone, "what one mart alone has stands in its own folder"
    assert list(SHARED) == sorted(SHARED)


def test_a_text_is_written_once() -> None:
    said = Counter(
        (name.partition(".")[0], entry["en"])
        for entries in (SHARED, *(mart.own for mart in READ))
        for name, entry in entries.items()
        if "en" in entry and not isinstance(entry, str)
    )
    assert [text for text, times in said.items() if times > 1] == []


def test_a_mart_that_reads_another_is_made_after_it_whatever_their_names(marts: Path, warehouse: Warehouse) -> None:
    add(marts, "a_late", "CREATE VIEW mart.a_late AS SELECT budget_status FROM mart.z_early;")
    add(marts, "z_early", "CREATE VIEW mart.z_early AS SELECT budget_status FROM mart.budget;")
    names = [mart.name for mart in read_marts(marts)]
    for earlier, later in (
        ("z_early", "a_late"), ("budget", "z_early"), ("project_status", "budget"), ("document", "project_status"),
        ("project_history", "project_status_as_of"),
    ):  # fmt: skip
        assert names.index(f"mart.{earlier}") < names.index(f"mart.{later}")
    assert schema.migrate(open_engine(warehouse.settings), marts=marts)
    assert warehouse.rows("SELECT budget_status FROM mart.a_late") == []


def test_a_column_that_is_taken_over_means_what_it_means_there(marts: Path, warehouse: Warehouse) -> None:
    statement = "CREATE VIEW mart.months AS SELECT report_months, valid_from, count(*) AS copy FROM dw.fact_project"
    add(marts, "months", f"{statement} GROUP BY 1, 2;")
    add(marts, "again", "CREATE VIEW mart.again AS SELECT report_months FROM mart.months;")
    schema.migrate(open_engine(warehouse.settings), marts=marts)
    found = texts(warehouse, read_marts(marts))
    months = fact_project.columns["report_months"]
    assert found["mart.months", "report_months"] == Text(months.info["thai"], months.comment, months.info["thai"])
    assert found["mart.again", "report_months"] == found["mart.months", "report_months"]
    assert found["mart.months", "valid_from"].en == SHARED["valid_from"]["en"]  # what marts say goes before
    assert found["mart.months", "copy"] == Text(name="สำเนาที่")  # of that name, and not of that column
    assert warehouse.value("SELECT col_description('mart.again'::REGCLASS, 1)") == months.comment


def test_marts_that_read_each_other_are_named(marts: Path) -> None:
    add(marts, "hen", "CREATE VIEW mart.hen AS SELECT 1 AS one FROM mart.egg;")
    add(marts, "egg", "CREATE VIEW mart.egg AS SELECT 1 AS one FROM mart.hen;")
    with pytest.raises(CycleError, match="'hen'"):
        read_marts(marts)


def test_an_installed_warehouse_gets_the_marts_and_texts_that_are_there_now(marts: Path, warehouse: Warehouse) -> None:
    engine, first = open_engine(warehouse.settings), "SELECT col_description('mart.freshness'::REGCLASS, 1)"
    own = marts / "freshness" / "columns.yaml"
    own.write_text(
        own.read_text("utf-8").replace("en: The table that is counted", "en: What is counted"), encoding="utf-8"
    )
    shutil.rmtree(marts / "change_history")
    assert schema.migrate(engine, marts=marts)
    assert warehouse.value(first).startswith("What is counted")
    assert warehouse.value("SELECT to_regclass('mart.change_history')") is None
    assert not schema.migrate(engine, marts=marts)
    assert schema.migrate(engine)
    assert warehouse.value(first).startswith("The table that is counted")
    assert warehouse.rows("SELECT * FROM mart.change_history") == []


def is_thai(text: str) -> bool:
    return bool(re.search("[ก-๎]{2}", text))
