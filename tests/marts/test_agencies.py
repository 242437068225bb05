"""Marts to logins that were granted agencies: the same views and functions, with the rows of these agencies alone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import make_url

from etl.errors import BadInputError
from etl.warehouse import open_engine
from etl.warehouse.access import AGENCY_ROLE, BI_ROLE, WRITER_ROLE, grant
from etl.warehouse.marts import read_marts
from tests.conftest import Warehouse

SECRET = "of_this_test"
OF_ALL_AGENCIES_TOGETHER = {"mart.document", "mart.strategy_progress"}
Login = Callable[..., Warehouse]


@pytest.fixture(scope="module")
def login(world: Warehouse) -> Login:
    """Return the small world as somebody sees it who was granted these agencies; none is all of them."""

    def granted(*agencies: str) -> Warehouse:
        url = make_url(str(world.settings.warehouse_url))
        name = "_".join(("clerk", *agencies, str(url.database)))
        grant(open_engine(world.settings), name, BI_ROLE, SECRET, agencies=agencies)
        url = url.set(username=name, password=SECRET)
        own = world.settings.model_copy(update={"warehouse_url": url.render_as_string(hide_password=False)})
        return Warehouse(own)

    return granted


def views(warehouse: Warehouse, schema: str) -> set[str]:
    return {f"mart.{row['name']}" for row in warehouse.rows(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = %s::REGNAMESPACE AND relkind = 'v'", schema
    )}  # fmt: skip


def columns(warehouse: Warehouse, view: str) -> list[tuple[str, str, str]]:
    found = warehouse.rows(
        "SELECT attname, format_type(atttypid, atttypmod) AS type, col_description(attrelid, attnum) AS comment"
        " FROM pg_attribute WHERE attrelid = %s::REGCLASS AND attnum > 0 ORDER BY attnum",
        view,
    )
    return [(row["attname"], row["type"], row["comment"]) for row in found]


def test_every_mart_is_an_agency_s_or_everybody_s_or_is_said_to_be_of_all_together(world: Warehouse) -> None:
    assert views(world, "mart") - views(world, "mart_agency") == OF_ALL_AGENCIES_TOGETHER
    assert views(world, "mart_agency") <= views(world, "mart")
    for mart in read_marts():
        if mart.kind == "view":
            has_agency = "agency_code" in {name for name, *_ in columns(world, mart.name)}
            assert has_agency + mart.is_everybody_s + (mart.name in OF_ALL_AGENCIES_TOGETHER) == 1, mart.name


def test_a_view_has_the_columns_and_texts_of_its_mart(world: Warehouse) -> None:
    for view in views(world, "mart_agency"):
        assert columns(world, view.replace("mart.", "mart_agency.")) == columns(world, view)


@pytest.mark.parametrize("agencies", [("5021",), ("5001", "5049")], ids="+".join)
def test_each_view_has_the_rows_of_the_agencies_granted_and_no_other(
    world: Warehouse, login: Login, agencies: tuple[str, ...]
) -> None:
    clerk, seen = login(*agencies), 0
    for mart in read_marts():
        name = mart.name.partition(".")[2]
        if mart.kind == "view" and mart.name not in OF_ALL_AGENCIES_TOGETHER:
            rows = {repr(row) for row in clerk.rows(f"SELECT * FROM {name}")}
            of_all = world.rows(f"SELECT * FROM {mart.name}")
            assert rows == {repr(row) for row in of_all if mart.is_everybody_s or row["agency_code"] in agencies}, name
            seen += len(rows)
    assert seen > 50


def test_what_is_summed_up_for_a_login_is_of_its_agencies_alone(world: Warehouse, login: Login) -> None:
    def grouped(warehouse: Warehouse, view: str) -> int:
        """Return the most rows that a step of the query gives that groups rows."""
        (plan,) = warehouse.value(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) SELECT * FROM {view}")
        return max(nodes(plan["Plan"]))

    def nodes(plan: dict[str, Any]) -> Iterator[float]:
        if plan["Node Type"] == "Aggregate" and "Group Key" in plan:
            yield plan["Actual Rows"]
        for part in plan.get("Plans", ()):
            yield from nodes(part)

    clerk = login("5049")
    months = clerk.value("SELECT count(*) FROM report_coverage")
    for view in ("agency_scorecard", "report_coverage"):
        assert grouped(clerk, view) <= months < grouped(world, f"mart.{view}"), view


def test_a_function_reads_what_the_login_sees(world: Warehouse, login: Login) -> None:
    functions = [mart.name.partition(".")[2] for mart in read_marts() if mart.kind == "function"]
    clerk, rows = login("5021"), 0
    for name in functions:
        query = "SELECT count(*) FROM {}.{}('2023-10-20'{})"
        of_clerk = clerk.value(query.format("mart_agency", name, ""))
        assert of_clerk == world.value(query.format("mart", name, "") + " WHERE agency_code = '5021'")
        assert of_clerk < world.value(query.format("mart", name, ""))
        rows += of_clerk
    assert rows > 0


def test_a_row_of_no_agency_is_seen_by_whole_logins_only(world: Warehouse, login: Login) -> None:
    codes = [row["agency_code"] for row in world.rows("SELECT agency_code FROM mart.agency")]
    of_none = "SELECT count(*) FROM project_status WHERE agency_code IS NULL"
    assert login().value(of_none) > 0
    assert login(*codes).value(of_none) == 0


def test_names_without_a_schema_mean_what_the_login_may_see(login: Login) -> None:
    ask = "SELECT count(DISTINCT agency_code) FROM project_status"
    assert login().value(ask) > login("5021", "5001").value(ask) == 2


def test_agencies_are_those_that_were_granted_last(world: Warehouse, login: Login) -> None:
    engine, clerk = open_engine(world.settings), login("5001")
    name = make_url(str(clerk.settings.warehouse_url)).username
    assert name
    grant(engine, name, BI_ROLE, SECRET, agencies=["5021", "5021"])
    assert clerk.rows("SELECT DISTINCT agency_code FROM project_status") == [{"agency_code": "5021"}]


def test_a_new_login_of_an_old_name_is_granted_nothing_of_what_that_had(world: Warehouse, login: Login) -> None:
    clerk = login("5001")
    name = make_url(str(clerk.settings.warehouse_url)).username
    assert clerk.value("SELECT count(*) FROM project_status") > 0
    with world.connect() as connection:
        connection.execute(f'DROP ROLE "{name}"')
        connection.execute(f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{SECRET}' IN ROLE {AGENCY_ROLE}")
    assert clerk.value("SELECT count(*) FROM mart_agency.project_status") == 0
    login("5021")  # whatever is granted next clears away what nobody has any more
    assert world.rows("SELECT FROM ops.agency_grant WHERE login = %s", name) == []
    assert login("5001").rows("SELECT DISTINCT agency_code FROM project_status") == [{"agency_code": "5001"}]


@pytest.mark.parametrize("group", [BI_ROLE, WRITER_ROLE])
def test_a_new_password_gives_a_login_no_more_rights(world: Warehouse, login: Login, group: str) -> None:
    name = make_url(str(login("5049").settings.warehouse_url)).username
    assert name
    with pytest.raises(BadInputError, match="for another purpose"):
        grant(open_engine(world.settings), name, group, SECRET)


def test_an_agency_that_nobody_knows_is_refused_and_grants_nothing(world: Warehouse) -> None:
    with pytest.raises(BadInputError, match=r"nobody knows an agency 5094x, 9999; mart\.agency has the codes"):
        grant(open_engine(world.settings), "nobody_yet", BI_ROLE, SECRET, agencies=["5049", "5094x", "9999"])
    assert world.rows("SELECT FROM pg_roles WHERE rolname = 'nobody_yet'") == []
    assert world.rows("SELECT FROM ops.agency_grant WHERE login = 'nobody_yet'") == []


def test_the_group_has_nothing_but_its_schema(world: Warehouse) -> None:
    may = (
        "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(%s, oid, 'USAGE') AND nspname ~ 'raw|dw|ops|mart'"
    )
    assert world.rows(may, AGENCY_ROLE) == [{"nspname": "mart_agency"}]
