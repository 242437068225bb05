"""History: what stood on a past day, in whatever order snapshots came; blanks that erase nothing; codes that move."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import psycopg
import pytest

from etl import reference
from etl.records import Indicator, IndicatorQuarter, Project, Report
from etl.reference import Agency, agency_periods
from etl.warehouse.query import ask_as_bi
from tests.conftest import Warehouse
from tests.load.content import content_of
from tests.load.records import Export, Part, load

FIRST = datetime(2024, 1, 31, 5, tzinfo=UTC)  # noon in Bangkok
MONTH = timedelta(days=30)
CODE = "50210000-0042"


def project(code: str = CODE, year: int | None = 2567, **stated: Any) -> Project:
    """Return a project-year that states what is given."""
    return Project(
        project_code=code, agency_code=code[:4], unit_code=code[:8], fiscal_year=year,
        **{"project_name": "ปลูกต้นไม้", **stated},
    )  # fmt: skip


def report(number: int, progress_pct: int, **stated: Any) -> Report:
    """Return a report that states its progress."""
    return Report(
        report_no=number, report_date=date(2024, number, 15), progress_pct=Decimal(progress_pct),
        **{"plan_status": "เป็นไปตามแผน", **stated},
    )  # fmt: skip


def snapshots() -> list[Export]:
    """Three forms of one project, a month between them: it goes on, is renamed, and its money is spent."""
    parts = [
        Part(project(budget_received_thb=Decimal(100)), reports=(report(1, 10),)),
        Part(
            project(budget_received_thb=Decimal(100), budget_spent_thb=Decimal(40)),
            reports=(report(1, 10), report(2, 50)),
        ),
        Part(
            project(project_name="ปลูกต้นไม้ริมคลอง", budget_received_thb=Decimal(100), budget_spent_thb=Decimal(90)),
            reports=(report(1, 15), report(2, 50), report(3, 100)),
        ),
    ]
    return [
        Export(f"form-{number}", [part], FIRST + number * MONTH, "printed_form") for number, part in enumerate(parts)
    ]


def standing(warehouse: Warehouse, day: date) -> list[tuple[Any, ...]]:
    """Return how the project stood at the end of a day, as BI asks."""
    query = (
        "SELECT project_name, budget_spent_thb, progress_pct, report_count, last_report_date"
        f" FROM mart.project_status_as_of('{day}') WHERE fiscal_year = 2567"
    )
    return ask_as_bi(warehouse.settings, query).rows


def reported(warehouse: Warehouse, day: date) -> list[tuple[Any, ...]]:
    """Return number and progress of the reports that were known at the end of a day, as BI asks."""
    query = f"SELECT report_no, progress_pct FROM mart.progress_report_as_of('{day}') ORDER BY report_no"
    return ask_as_bi(warehouse.settings, query).rows


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_past_days_are_told_as_they_were_in_whatever_order_snapshots_came(
    warehouse: Warehouse, tmp_path: Path, order: tuple[int, ...]
) -> None:
    for number in order:
        load(warehouse, tmp_path, snapshots()[number])
    day = FIRST.date()
    assert standing(warehouse, day - timedelta(days=1)) == []
    # The day on which a snapshot was made tells already what it shows; the day before the next one still does.
    first = [("ปลูกต้นไม้", None, Decimal(10), 1, date(2024, 1, 15))]
    assert standing(warehouse, day) == standing(warehouse, day + MONTH - timedelta(days=1)) == first
    assert standing(warehouse, day + MONTH) == [("ปลูกต้นไม้", Decimal(40), Decimal(50), 2, date(2024, 2, 15))]
    last = [("ปลูกต้นไม้ริมคลอง", Decimal(90), Decimal(100), 3, date(2024, 3, 15))]
    assert standing(warehouse, day + 2 * MONTH) == standing(warehouse, date(2030, 1, 1)) == last
    assert reported(warehouse, day) == [(1, Decimal(10))]
    assert reported(warehouse, day + MONTH) == [(1, Decimal(10)), (2, Decimal(50))]
    assert reported(warehouse, day + 2 * MONTH) == [(1, Decimal(15)), (2, Decimal(50)), (3, Decimal(100))]
    changes = warehouse.rows("SELECT field, old_value, new_value FROM ops.field_change ORDER BY seen_at, field")
    followed = [tuple(change.values()) for change in changes if not change["field"].endswith(("date", "no", "status"))]
    assert [change for change in followed if not change[0].endswith("narrative")] == [
        ("budget_spent_thb", None, "40.00"),
        ("progress_pct", "10.0000", "50.0000"),
        ("reports[2].progress_pct", None, "50.0000"),
        ("budget_spent_thb", "40.00", "90.00"),
        ("progress_pct", "50.0000", "100.0000"),
        ("project_name", "ปลูกต้นไม้", "ปลูกต้นไม้ริมคลอง"),
        ("reports[1].progress_pct", "10.0000", "15.0000"),
        ("reports[3].progress_pct", None, "100.0000"),
    ]


def test_snapshots_at_once_tell_the_same_history(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, *snapshots())
    assert [row[3] for number in range(3) for row in standing(warehouse, (FIRST + number * MONTH).date())] == [1, 2, 3]


def test_an_indicator_is_told_as_it_was(warehouse: Warehouse, tmp_path: Path) -> None:
    def page(number: int, result: int, quarters: dict[int, int]) -> Export:
        indicator = Indicator(
            kpi_id="5021-0801", agency_code="5021", fiscal_year=2567, unit_raw="ร้อยละ", unit="ร้อยละ",
            target_value=Decimal(80), result_value=Decimal(result),
            quarters=[
                IndicatorQuarter(quarter=quarter, result_value=Decimal(value)) for quarter, value in quarters.items()
            ],
        )  # fmt: skip
        return Export(f"page-{number}", [Part(None, (indicator,))], FIRST + number * MONTH)

    def told(day: date) -> list[tuple[Any, ...]]:
        query = f"SELECT quarter, result_value, attainment_pct FROM mart.indicator_attainment_as_of('{day}') ORDER BY 1"
        return ask_as_bi(warehouse.settings, query).rows

    load(warehouse, tmp_path, page(1, 80, {1: 20, 2: 80}))
    load(warehouse, tmp_path, page(0, 20, {1: 20}))
    day = FIRST.date()
    assert told(day - timedelta(days=1)) == []
    assert told(day) == [(0, Decimal(20), Decimal(25)), (1, Decimal(20), Decimal(25))]
    assert told(day + MONTH) == [
        (0, Decimal(80), Decimal(100)), (1, Decimal(20), Decimal(25)), (2, Decimal(80), Decimal(100))
    ]  # fmt: skip


def test_a_later_blank_erases_nothing_and_is_told_of(warehouse: Warehouse, tmp_path: Path) -> None:
    told = Part(
        project(owner="ผู้รับผิดชอบ", budget_spent_thb=Decimal(40), end_date=date(2024, 9, 30)),
        reports=(report(1, 10, narrative="ลงพื้นที่"),),
    )
    blank = Part(project(end_date=date(2024, 9, 30)), reports=(report(1, 10),))
    page = Part(project(progress_pct=Decimal(12)))
    load(
        warehouse, tmp_path,
        Export("told", [told], FIRST, "printed_form"),
        Export("blank", [blank], FIRST + MONTH, "printed_form"),
        # A page has no place for what a form prints: it leaves nothing blank.
        Export("page", [page], FIRST + 2 * MONTH, "project_page"),
    )  # fmt: skip
    assert warehouse.value("SELECT budget_spent_thb FROM dw.fact_project") == Decimal(40)
    assert warehouse.value("SELECT narrative FROM dw.fact_progress_report") == "ลงพื้นที่"
    findings = warehouse.rows(
        "SELECT uri, record, field, severity, value FROM ops.finding JOIN dw.dim_document USING (document_key)"
        " WHERE rule_id = 'R-blank-after-value' ORDER BY field"
    )
    uri = "file:///exports/blank"
    assert [tuple(finding.values()) for finding in findings] == [
        (uri, f"{CODE}/2567", "budget_spent_thb", "warning", None),
        (uri, f"{CODE}/2567/reports[1]", "reports[1].narrative", "warning", None),
    ]


def test_a_blank_is_no_longer_told_of_when_the_export_turns_out_to_print_the_value(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    told, blank = Part(project(budget_spent_thb=Decimal(40))), Part(project())
    first = Export("first", [told], FIRST, "printed_form")
    second = Export("second", [blank], FIRST + MONTH, "printed_form")
    load(warehouse, tmp_path, first, second)
    count = "SELECT count(*) FROM ops.finding WHERE rule_id = 'R-blank-after-value'"
    assert warehouse.value(count) == 1
    load(warehouse, tmp_path, second._replace(parts=[told], reading=2))
    assert warehouse.value(count) == 0


def test_a_code_stands_for_the_agency_of_its_fiscal_year(warehouse: Warehouse, tmp_path: Path) -> None:
    years = {"18000000-0001": (2562, 2564, 2566), "25000000-0001": (2563, 2566)}
    load(
        warehouse, tmp_path,
        *(
            Export(f"{code}-{year}", [Part(project(code, year))], FIRST)
            for code, all_of_them in years.items() for year in all_of_them
        ),
        Export("unknown", [Part(project("18000000-0009", None))], FIRST),
    )  # fmt: skip
    rows = warehouse.rows(
        "SELECT project_code, fiscal_year, agency_name FROM mart.project_status ORDER BY project_code, fiscal_year"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("18000000-0001", 2562, "สำนักผังเมือง"),
        ("18000000-0001", 2564, "สำนักการวางผังและพัฒนาเมือง"),
        ("18000000-0001", 2566, "สำนักผังเมือง"),
        ("18000000-0009", None, "สำนักผังเมือง"),
        ("25000000-0001", 2563, None),
        ("25000000-0001", 2566, "สำนักการวางผังและพัฒนาเมือง"),
    ]
    periods = warehouse.rows(
        "SELECT valid_from, valid_to, is_current FROM dw.dim_agency WHERE unit_code = '18000000'"
        " ORDER BY valid_from NULLS FIRST"
    )
    assert [tuple(period.values()) for period in periods] == [
        (None, date(2019, 10, 1), False), (date(2019, 10, 1), date(2021, 10, 1), False), (date(2021, 10, 1), None, True)
    ]  # fmt: skip


def test_facts_follow_when_the_reference_table_learns_that_a_code_moved(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports = [Export("form", [Part(project(year=2565))], FIRST), Export("other", [Part(project(year=2567))], FIRST)]
    load(warehouse, tmp_path, *exports)
    before = content_of(warehouse)
    moved = [
        Agency("5021", "สำนักงานเขตเดิม", "district", None, 2566),
        Agency("5021", "สำนักงานเขตใหม่", "district", 2567, None),
    ]
    others = [agency for agency in agency_periods() if agency.agency_code != "5021"]
    with monkeypatch.context() as taught:
        taught.setattr("etl.load.stage.agency_periods", lambda: [*others, *moved])
        load(warehouse, tmp_path)
        names = warehouse.rows("SELECT agency_name FROM mart.project_status ORDER BY fiscal_year")
        assert [row["agency_name"] for row in names] == ["สำนักงานเขตเดิม", "สำนักงานเขตใหม่"]
    load(warehouse, tmp_path)
    assert content_of(warehouse) == before


GIVEN_UP = {
    "given up": [Agency("5021", "สำนักงานเขตเดิม", "district", None, 2566)],
    "taken up anew": [
        Agency("5021", "สำนักงานเขตเดิม", "district", None, 2566), Agency("5021", "อีกเขต", "district", 2568, None)
    ],
    "not yet in use, and given up again": [Agency("5021", "สำนักงานเขตเดิม", "district", 2565, 2566)],
}  # fmt: skip


@pytest.mark.parametrize("periods", GIVEN_UP.values(), ids=GIVEN_UP)
def test_a_code_without_a_successor_is_loaded_and_has_no_name_afterwards(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, periods: list[Agency]
) -> None:
    exports = [
        Export(f"form-{year}", [Part(project(f"50210000-{year}", year=year))], FIRST) for year in (2564, 2565, 2567)
    ]
    load(warehouse, tmp_path, exports[1])
    others = [agency for agency in agency_periods() if agency.agency_code != "5021"]
    monkeypatch.setattr("etl.load.stage.agency_periods", lambda: [*others, *periods])
    load(warehouse, tmp_path, *exports)
    rows = warehouse.rows("SELECT agency_code, agency_name FROM mart.project_status ORDER BY fiscal_year")
    first = None if periods[0].fiscal_year_from else "สำนักงานเขตเดิม"
    assert [tuple(row.values()) for row in rows] == [("5021", first), ("5021", "สำนักงานเขตเดิม"), ("5021", None)]


def test_the_periods_of_each_agency_cover_every_year_once() -> None:
    for code in {agency.agency_code for agency in agency_periods()}:
        for year in range(2555, 2570):
            holding = [
                one
                for one in agency_periods()
                if one.agency_code == code
                and (one.fiscal_year_from or year) <= year <= (one.fiscal_year_to or year)
            ]  # fmt: skip
            assert len(holding) == 1, (code, year)
    assert reference.names_of("1800", 2564) == {"สำนักการวางผังและพัฒนาเมือง"}
    assert reference.names_of("1800", None) == {"สำนักการวางผังและพัฒนาเมือง", "สำนักผังเมือง"}


PERIODS = {
    "overlap": [(None, "2020-10-01"), ("2019-10-01", None)],
    "gap": [(None, "2019-10-01"), ("2020-10-01", None)],
    "two that last": [("2019-10-01", None), ("2020-10-01", None)],
    "two that begin": [(None, "2019-10-01"), (None, "2020-10-01"), ("2020-10-01", None)],
    "backwards": [("2020-10-01", "2019-10-01"), ("2019-10-01", None)],
}


@pytest.mark.parametrize("periods", PERIODS.values(), ids=PERIODS)
def test_periods_that_do_not_follow_each_other_cannot_be_stored(
    warehouse: Warehouse, periods: list[tuple[str | None, str | None]]
) -> None:
    with pytest.raises(psycopg.errors.IntegrityError), warehouse.connect() as connection:
        for key, (valid_from, valid_to) in enumerate(periods, start=1):
            connection.execute(
                "INSERT INTO dw.dim_agency (agency_key, agency_code, unit_code, valid_from, valid_to, is_current)"
                " VALUES (%s, '9999', '99990000', %s, %s, %s)",
                [key, valid_from, valid_to, valid_to is None],
            )
