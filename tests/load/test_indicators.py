"""What indicators become: facts by quarter, one row of a dimension however many documents state it, and a history."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from etl.records import Finding, Indicator, IndicatorQuarter, Project, Severity
from tests.conftest import Warehouse
from tests.load.records import Export, Part, load, placed

EARLY, LATE = datetime(2024, 1, 31, tzinfo=UTC), datetime(2024, 6, 30, tzinfo=UTC)
PLAN = ("plan_version", "strategy_code", "sub_issue_code", "goal_code")


def kpi(**fields: Any) -> Indicator:
    """Return an indicator as its page prints it, with some fields otherwise."""
    page: dict[str, Any] = {
        "kpi_id": "5037-2014", "indicator_name": "ร้อยละของสถานประกอบการที่ได้มาตรฐาน", "agency_code": "5037",
        "unit_raw": "ร้อยละ", "unit": "ร้อยละ", "target_value": Decimal(80), "result_value": Decimal(100),
    }  # fmt: skip
    return placed(Indicator(**(page | fields)))


def named(**fields: Any) -> Indicator:
    """Return an indicator that a document only names."""
    return placed(Indicator(**({"kpi_id": "5037-2014", "agency_code": "5037"} | fields)))


def text(name: str) -> Indicator:
    """Return an indicator that is named by its text alone."""
    return named(kpi_id=None, indicator_name=name, fiscal_year=2566)


def project(number: int = 1) -> Project:
    """Return the project of a page that says no more of it."""
    return placed(
        Project(
            project_code=f"50370000-{number:04}", fiscal_year=2566, project_name="ตรวจสถานประกอบการ",
            agency_code="5037", unit_code="50370000",
        )
    )  # fmt: skip


def page(name: str, *indicators: Indicator, at: datetime = EARLY, **options: Any) -> Export:
    """Return an export that is about indicators."""
    return Export(name, [Part(None, indicators)], at=at, **options)


def view(name: str, *parts: Part, at: datetime = EARLY) -> Export:
    """Return an export that is about projects."""
    return Export(name, parts, at=at, family="project_view")


def attainment(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Return what BI sees."""
    return warehouse.rows("SELECT * FROM mart.indicator_attainment ORDER BY kpi_id, fiscal_year, quarter")


def measured_by(warehouse: Warehouse) -> set[tuple[Any, ...]]:
    """Return the running number of each project, what names its indicator, and the indicator's year."""
    rows = warehouse.rows(
        "SELECT right(project.project_code, 1)::INTEGER, coalesce(kpi_id, indicator_name), indicator.fiscal_year"
        " FROM dw.bridge_project_indicator JOIN dw.dim_project AS project USING (project_key)"
        " JOIN dw.dim_indicator AS indicator USING (indicator_key)"
    )
    return {tuple(row.values()) for row in rows}


def test_a_page_becomes_a_headline_and_its_quarters(warehouse: Warehouse, tmp_path: Path) -> None:
    quarters = [
        IndicatorQuarter(quarter=1, result_value=Decimal("30.00"), score=Decimal(100), pair_score="100 / 100"),
        IndicatorQuarter(quarter=2, result_value=Decimal("60.00"), score=None, pair_score="0 / 0"),
        IndicatorQuarter(quarter=3, result_value=None, score=Decimal(0), pair_score="95 / 100", narrative="ตรวจแล้ว"),
    ]
    printed = kpi(evaluation_quarter=1, evaluation_score=Decimal(100), quarters=quarters, definition="นิยามของตัวชี้วัด")
    summary = load(warehouse, tmp_path, page("page", printed))
    assert (summary["records_read"], summary["records_loaded"]) == (1, 1)
    columns = (
        "quarter", "target_value", "result_value", "attainment_pct", "evaluation_quarter", "evaluation_score",
        "pair_score", "narrative",
    )  # fmt: skip
    rows = attainment(warehouse)
    assert [tuple(row[name] for name in columns) for row in rows] == [
        (0, 80, 100, 125, 1, 100, None, None),
        (1, 80, 30, Decimal("37.5"), None, 100, "100 / 100", None),
        (2, 80, 60, 75, None, None, "0 / 0", None),
        (3, 80, None, None, None, 0, "95 / 100", "ตรวจแล้ว"),
    ]
    assert {(row["agency_code"], row["agency_name"], row["fiscal_year"], row["definition"]) for row in rows} == {
        ("5037", "สำนักงานเขตดินแดง", None, "นิยามของตัวชี้วัด")
    }
    assert warehouse.value("SELECT row_count FROM mart.freshness WHERE subject = 'indicator results'") == 4


@pytest.mark.parametrize(
    "fields",
    [
        {"target_value": Decimal(0)},
        {"target_value": None},
        {"result_value": None},
        {"unit_raw": "หน่วยที่ไม่มีใครรู้จัก", "unit": None},
    ],
    ids=["target-0", "no-target", "no-result", "unit-unknown"],
)
def test_what_cannot_be_held_against_its_target_has_no_attainment(
    warehouse: Warehouse, tmp_path: Path, fields: dict[str, Any]
) -> None:
    quarter = IndicatorQuarter(quarter=1, result_value=fields.get("result_value", Decimal(70)))
    load(warehouse, tmp_path, page("page", kpi(**fields, quarters=[quarter])))
    assert [row["attainment_pct"] for row in attainment(warehouse)] == [None, None]


def test_what_is_found_to_be_of_two_units_has_no_attainment(warehouse: Warehouse, tmp_path: Path) -> None:
    clash = Finding(
        rule_id="R-unit-clash", severity=Severity.WARNING, record="5037-2014/2566", field="unit", value="5 / 80",
        message="not of one scale", line=1,
    )  # fmt: skip
    level = {"unit_raw": "ระดับ", "unit": "ระดับ", "target_value": Decimal(5)}
    found = kpi(fiscal_year=2566, **level, quarters=[IndicatorQuarter(quarter=1, result_value=Decimal(80))])
    sound = kpi(fiscal_year=2567, **level, result_value=Decimal(4))
    load(warehouse, tmp_path, Export("page", [Part(None, (found, sound), findings=(clash,))]))
    assert [row["attainment_pct"] for row in attainment(warehouse)] == [None, None, 80]


def test_a_document_that_only_names_an_indicator_erases_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, page("page", kpi(fiscal_year=2566)))
    summary = load(warehouse, tmp_path, view("view", Part(project(), (named(fiscal_year=2566),)), at=LATE))
    (row,) = attainment(warehouse)
    assert (row["indicator_name"], row["attainment_pct"]) == ("ร้อยละของสถานประกอบการที่ได้มาตรฐาน", 125)
    assert row["document_uri"].endswith("/page")
    assert (summary["records_read"], summary["records_loaded"]) == (2, 2)  # the project, and what it is measured by
    assert warehouse.value("SELECT count(*) FROM ops.field_change") == 0


def test_values_are_the_last_ones_stated_and_what_changed_is_told(warehouse: Warehouse, tmp_path: Path) -> None:
    first = kpi(fiscal_year=2566, quarters=[IndicatorQuarter(quarter=1, score=Decimal(90))])
    second = kpi(fiscal_year=2566, result_value=Decimal(90), quarters=[IndicatorQuarter(quarter=1, score=Decimal(95))])
    load(warehouse, tmp_path, page("late", second, at=LATE))
    summary = load(warehouse, tmp_path, page("early", first))
    assert summary["records_superseded"] == 1
    headline, quarter = attainment(warehouse)
    assert (headline["result_value"], quarter["evaluation_score"]) == (90, 95)
    changes = warehouse.rows("SELECT record, field, old_value, new_value, seen_at FROM ops.field_change ORDER BY field")
    assert [tuple(change.values()) for change in changes] == [
        ("5037-2014/2566", "quarters[1].score", "90.0000", "95.0000", LATE),
        ("5037-2014/2566", "result_value", "100.000000", "90.000000", LATE),
    ]


def test_a_result_is_not_held_against_a_target_of_another_unit(warehouse: Warehouse, tmp_path: Path) -> None:
    score = named(unit_raw="คะแนน", unit="คะแนน", target_value=Decimal(5))
    load(warehouse, tmp_path, page("page", kpi()), page("index", score, at=LATE))
    (row,) = attainment(warehouse)
    assert (row["target_value"], row["result_value"], row["attainment_pct"]) == (5, 100, None)


def test_what_is_printed_together_is_replaced_together(warehouse: Warehouse, tmp_path: Path) -> None:
    old_plan = dict(zip(PLAN, ("plan2556-2575", "2", "2.1", "2.1.1"), strict=True))
    new_plan = dict(zip(PLAN, ("plan2561-2580rev", "4", "4.3", None), strict=True))
    early = kpi(evaluation_quarter=1, evaluation_score=Decimal(100), target_raw="≥80", **old_plan)
    late = kpi(evaluation_quarter=2, unit_raw="ไม่มีใครรู้จัก", unit=None, target_value=Decimal(90), **new_plan)
    load(warehouse, tmp_path, page("early", early), page("late", late, at=LATE))
    (row,) = attainment(warehouse)
    assert (row["evaluation_quarter"], row["evaluation_score"]) == (2, None)
    assert (row["unit_raw"], row["unit"], row["attainment_pct"]) == ("ไม่มีใครรู้จัก", None, None)
    assert (row["target_raw"], row["target_value"]) == (None, 90)
    assert {word: row[word] for word in PLAN} == new_plan
    assert row["sub_issue_name"]  # as the reference names it


def test_an_id_without_a_year_stays_apart_from_the_same_id_in_a_year(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, page("page", kpi()), view("view", Part(project(), (named(fiscal_year=2566),))))
    assert [(row["fiscal_year"], row["result_value"]) for row in attainment(warehouse)] == [(2566, None), (None, 100)]
    assert measured_by(warehouse) == {(1, "5037-2014", 2566)}


def test_a_project_is_bridged_to_every_indicator_that_any_family_names(warehouse: Warehouse, tmp_path: Path) -> None:
    trees = "จำนวนต้นไม้ที่ปลูกเพิ่ม"
    load(
        warehouse, tmp_path,
        view("grid", Part(project(1), (text("KR ที่ 1"), text("KR ที่ 2")))),
        view("view", Part(project(2), (named(),))),
        # Of one document only one copy shows an indicator that several name.
        view("forms", Part(project(3), (text(trees),)), Part(project(4), (text(trees),))),
    )  # fmt: skip
    assert measured_by(warehouse) == {
        (1, "KR ที่ 1", 2566), (1, "KR ที่ 2", 2566), (2, "5037-2014", None), (3, trees, 2566), (4, trees, 2566),
    }  # fmt: skip
    # What is named by its text alone has nothing to show.
    assert [row["kpi_id"] for row in attainment(warehouse)] == ["5037-2014"]


def test_an_id_that_does_not_tell_its_agency_is_one_within_the_agency(warehouse: Warehouse, tmp_path: Path) -> None:
    rows = [kpi(kpi_id="3.4.1.3", agency_code=code, result_value=Decimal(40)) for code in ("0800", "5037", None)]
    later = kpi(kpi_id="3.4.1.3", agency_code="5037", result_value=Decimal(60))
    load(warehouse, tmp_path, page("early", *rows), page("late", later, at=LATE))
    assert {(row["agency_code"], row["result_value"]) for row in attainment(warehouse)} == {
        ("0800", 40), ("5037", 60), (None, 40),
    }  # fmt: skip
    (change,) = warehouse.rows("SELECT record, field FROM ops.field_change")
    assert tuple(change.values()) == ("5037/3.4.1.3/unknown", "result_value")


def test_two_rows_of_one_indicator_in_a_document_are_told_of(warehouse: Warehouse, tmp_path: Path) -> None:
    quarter = IndicatorQuarter(quarter=1, result_value=Decimal(50))
    rows = kpi(), kpi(result_value=Decimal(90)), kpi(result_value=Decimal(90), quarters=[quarter])
    summary = load(warehouse, tmp_path, page("index", *rows))
    assert (summary["records_read"], summary["records_loaded"], summary["records_superseded"]) == (3, 1, 2)
    conflicts = warehouse.rows(
        "SELECT project_code, field, value_shown, value_other FROM ops.field_conflict ORDER BY 2"
    )
    assert [tuple(row.values()) for row in conflicts] == [
        (None, "indicators[#2].result_value", "100", "90"),
        (None, "indicators[#3].quarters[1].result_value", None, "50"),
        (None, "indicators[#3].result_value", "100", "90"),
    ]
    found = warehouse.rows("SELECT DISTINCT record FROM ops.finding WHERE rule_id = 'R-copy-conflict'")
    assert [row["record"] for row in found] == ["5037-2014/unknown"]


def test_what_a_document_no_longer_says_is_gone(warehouse: Warehouse, tmp_path: Path) -> None:
    another = kpi(kpi_id="5037-2015", quarters=[IndicatorQuarter(quarter=4, score=Decimal(1))])
    load(warehouse, tmp_path, page("index", kpi(), another))
    warehouse.settings = warehouse.settings.model_copy(update={"volume_drop_max_pct": 100})
    load(warehouse, tmp_path, page("index", kpi(), reading=2))
    assert [(row["kpi_id"], row["quarter"]) for row in attainment(warehouse)] == [("5037-2014", 0)]
    assert warehouse.value("SELECT count(*) FROM dw.dim_indicator WHERE indicator_key > 0") == 1


def test_indicators_without_id_and_name_are_told_apart_by_their_place(warehouse: Warehouse, tmp_path: Path) -> None:
    rows = [kpi(kpi_id=None, indicator_name=None, result_value=Decimal(value)) for value in (10, 20)]
    assert load(warehouse, tmp_path, page("index", *rows))["records_loaded"] == 2
    assert sorted(row["result_value"] for row in attainment(warehouse)) == [10, 20]
    assert warehouse.value("SELECT count(*) FROM ops.field_change") == 0


def test_copies_that_name_indicators_by_their_place_are_no_change_of_each_other(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    copies = [Part(None, [kpi(kpi_id=None, indicator_name=None, result_value=Decimal(value))]) for value in range(9)]
    for at in (LATE, EARLY):
        load(warehouse, tmp_path, Export("index", copies, at=at))
    assert warehouse.rows("SELECT record, field, old_value, new_value FROM ops.field_change") == []


def test_the_smallest_target_much_exceeded_is_a_ratio_of_many_digits(warehouse: Warehouse, tmp_path: Path) -> None:
    extreme = kpi(target_value=Decimal("0.000001"), result_value=Decimal("999999999999999999.999999"))
    load(warehouse, tmp_path, page("page", extreme))
    assert attainment(warehouse)[0]["attainment_pct"] == Decimal(99999999999999999999999900)
