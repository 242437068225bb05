"""Views when exports come again, disagree, or speak of today."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from etl.records import Indicator, Place, Project, Report, Severity, Strategy
from etl.warehouse import open_engine, schema
from tests.conftest import Warehouse
from tests.load.records import Export, Part, load
from tests.marts.test_questions import today
from tests.marts.world import LANDSCAPE, MONITORING, finding, kpi, project, report

CODE = "50210300-0001"
NAME = f"{CODE}/2566"
EARLY, LATE, LATEST = (datetime(2023, month, 15, tzinfo=UTC) for month in (3, 6, 9))


def form(name: str, at: datetime, *parts: Part) -> Export:
    """Return a printed form of some copies."""
    return Export(name, parts, at, "printed_form")


def page(name: str, at: datetime, *reports: Report, strategy: Strategy | None = None, **fields: Any) -> Export:
    """Return a project page."""
    return Export(name, [Part(project(CODE, **fields), (), reports, strategy)], at, "project_page")


def empty_log(name: str, at: datetime, **fields: Any) -> Export:
    """Return a form whose section of reports has none."""
    part = Part(project(CODE, **fields))
    assert part.project
    part.project.places["reports"] = Place(1, 40)
    return form(name, at, part)


def seen_again(export: Export, at: datetime) -> Export:
    """Return the same bytes, seen at a later time."""
    return export._replace(at=at, reading=export.reading + 1)


def standing(warehouse: Warehouse) -> dict[str, Any]:
    """Return how the one project stands."""
    (row,) = warehouse.rows("SELECT * FROM mart.project_status")
    return row


# Today


# Days from today to the first and last day, and progress; share of time gone, points behind, and whether it is overdue.
STANDINGS = [
    (-50, 49, 30, 50, 20, False),  # 50 of 100 days are over
    (-50, 49, 80, 50, -30, False),
    (-100, -1, 90, 100, 10, True),
    (-100, -1, 100, 100, 0, False),
    (-99, 0, 90, 99, 9, False),  # its last day is not over
    (0, 0, 0, 0, 0, False),
    (10, 20, 0, 0, 0, False),
    (-100, -1, None, 100, None, None),
    (-50, 49, None, 50, None, False),
    (None, -1, 90, None, None, True),
    (-50, None, 90, None, None, None),
    (0, -10, 90, None, None, True),  # it ends before it begins
]


def test_time_gone_is_as_of_today(warehouse: Warehouse, tmp_path: Path) -> None:
    now = today(warehouse)

    def day(distance: int | None) -> date | None:
        return None if distance is None else now + timedelta(days=distance)

    parts = [
        Part(
            project(
                f"50210300-{number:04}", start_date=day(begins), end_date=day(ends),
                progress_pct=None if progress is None else Decimal(progress),
            )
        )
        for number, (begins, ends, progress, *_) in enumerate(STANDINGS)
    ]  # fmt: skip
    load(warehouse, tmp_path, form("forms", LATE, *parts))
    rows = warehouse.rows("SELECT time_gone_pct, behind_pct, is_overdue FROM mart.project_status ORDER BY project_code")
    assert [tuple(row.values()) for row in rows] == [case[3:] for case in STANDINGS]


def test_the_last_report_is_so_many_days_ago(warehouse: Warehouse, tmp_path: Path) -> None:
    now = today(warehouse)
    reports = [report(number, now - timedelta(days=40 - number), 10 * number) for number in (1, 2)]
    load(warehouse, tmp_path, page("page", LATE, *reports, report(3, None, 30)))
    assert standing(warehouse)["days_since_last_report"] == 38


# Seen again


def months(warehouse: Warehouse) -> dict[int, tuple[int, int]]:
    """Return expected and received by fiscal month."""
    rows = warehouse.rows("SELECT fiscal_month, expected, received FROM mart.report_coverage ORDER BY 1")
    return {row["fiscal_month"]: (row["expected"], row["received"]) for row in rows}


def test_a_page_that_stays_the_same_shows_that_nothing_was_reported(warehouse: Warehouse, tmp_path: Path) -> None:
    unchanged = page("page", EARLY, report(1, date(2022, 11, 20), 10))
    load(warehouse, tmp_path, unchanged)
    assert list(months(warehouse)) == [1, 2, 3, 4, 5]
    load(warehouse, tmp_path, seen_again(unchanged, LATEST))
    found = months(warehouse)
    assert list(found) == list(range(1, 12))
    assert [month for month, (_, received) in found.items() if received] == [2]
    row = standing(warehouse)
    assert (row["snapshot_at"], row["last_seen_at"]) == (EARLY, LATEST)


def test_a_month_that_is_not_over_counts_only_once_it_is_reported(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, page("page", EARLY, report(1, date(2023, 3, 10), 10)))
    assert months(warehouse) == {1: (1, 0), 2: (1, 0), 3: (1, 0), 4: (1, 0), 5: (1, 0), 6: (1, 1)}


def test_a_month_ends_at_midnight_in_bangkok(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, empty_log("form", datetime(2022, 10, 31, 16, 59, tzinfo=UTC)))
    assert months(warehouse) == {}
    load(warehouse, tmp_path, empty_log("another", datetime(2022, 10, 31, 17, 0, tzinfo=UTC)))
    assert list(months(warehouse)) == [1]


def test_a_project_is_expected_to_report_only_while_it_runs(warehouse: Warehouse, tmp_path: Path) -> None:
    runs = {"start_date": date(2022, 12, 31), "end_date": date(2023, 2, 1)}
    load(warehouse, tmp_path, empty_log("form", LATEST, **runs))
    assert list(months(warehouse)) == [3, 4, 5]


def test_two_reports_in_a_month_are_one_month_reported(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, page("page", EARLY, *(report(day, date(2022, 10, day), day) for day in (1, 2))))
    assert months(warehouse)[1] == (1, 1)


def test_what_was_unspent_is_known_once_the_export_was_seen_after_the_year(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    unchanged = page("page", EARLY, budget_received_thb=Decimal(100), budget_spent_thb=Decimal(40))
    unspent = "SELECT unspent_at_year_end_thb FROM mart.budget"
    load(warehouse, tmp_path, unchanged)
    assert warehouse.value(unspent) is None
    load(warehouse, tmp_path, seen_again(unchanged, datetime(2023, 9, 29, 16, 59, tzinfo=UTC)))
    assert warehouse.value(unspent) is None
    # On 30 September itself, at midnight in Bangkok.
    load(warehouse, tmp_path, seen_again(unchanged, datetime(2023, 9, 29, 17, 0, tzinfo=UTC))._replace(reading=3))
    assert warehouse.value(unspent) == 60


# Findings of several exports


def found(warehouse: Warehouse) -> dict[str, bool]:
    """Return for each value found whether it is superseded."""
    rows = warehouse.rows("SELECT value, is_superseded FROM mart.document_quality")
    return {row["value"]: row["is_superseded"] for row in rows}


def odd(warehouse: Warehouse) -> set[str]:
    """Return the values that are odd."""
    return {row["value"] for row in warehouse.rows("SELECT value FROM mart.progress_anomaly")}


def jumping(value: str, record: str = f"{NAME}/reports[1]") -> Part:
    """Return a copy with a jump in its report."""
    found_in_it = (finding("R-jump", record, 7, value=value),)
    return Part(project(CODE), (), (report(1, date(2022, 11, 20), 10),), None, found_in_it)


def test_an_export_of_another_family_supersedes_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, form("form", EARLY, jumping("form")), page("page", LATE))
    assert found(warehouse) == {"form": False}
    assert odd(warehouse) == {"form"}


def test_what_an_address_shows_again_is_no_longer_superseded(warehouse: Warehouse, tmp_path: Path) -> None:
    first = form("first", EARLY, jumping("first"))
    load(warehouse, tmp_path, first, form("second", LATE, jumping("second")))
    assert found(warehouse) == {"first": True, "second": False}
    load(warehouse, tmp_path, seen_again(first, LATEST))
    assert found(warehouse) == {"first": False, "second": True}
    assert odd(warehouse) == {"first"}


def test_a_later_export_that_is_held_back_supersedes_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    held = finding("R-unreadable", "document", None, value="document", severity=Severity.CRITICAL)
    late = Part(findings=(held, finding("R-jump", f"{NAME}/reports[1]", 2, value="late")))
    load(warehouse, tmp_path, form("first", EARLY, jumping("first")), form("late", LATE, late))
    assert found(warehouse) == {"first": False, "document": False, "late": False}
    # It is not in the warehouse: what looks odd is what stands there.
    assert odd(warehouse) == {"first"}


def test_what_a_later_export_of_an_indicator_says_is_superseded_too(warehouse: Warehouse, tmp_path: Path) -> None:
    def of(value: str, at: datetime) -> Export:
        indicator: Indicator = kpi("5021-0801", result_value=Decimal(1))
        return Export(
            value, [Part(None, (indicator,), findings=(finding("R-x", "5021-0801/2566", 1, value=value),))], at
        )

    load(warehouse, tmp_path, of("early", EARLY), of("late", LATE))
    assert found(warehouse) == {"early": True, "late": False}


def test_of_copies_only_the_one_shown_can_be_odd(warehouse: Warehouse, tmp_path: Path) -> None:
    shown = jumping("shown")
    shown.project.is_certified = True
    load(warehouse, tmp_path, form("form", EARLY, jumping("other"), shown))
    assert found(warehouse) == {"other": False, "shown": False}
    assert odd(warehouse) == {"shown"}


def test_a_report_without_a_number_can_be_odd(warehouse: Warehouse, tmp_path: Path) -> None:
    view = placed_view(finding("R-flat", "view:2484/unknown/reports[2023-02-20]", 3, value="flat"))
    load(warehouse, tmp_path, view)
    (row,) = warehouse.rows(
        "SELECT project_code, view_id, fiscal_year, report_no, report_date FROM mart.progress_anomaly"
    )
    assert tuple(row.values()) == (None, "2484", None, None, date(2023, 2, 20))


def placed_view(*findings: Any) -> Export:
    """Return a view that prints neither code nor year, with two reports."""
    reports = tuple(Report(report_date=date(2023, month, 20)) for month in (1, 2))
    part = Part(Project(view_id="2484"), (), reports, None, findings)
    return Export("view", [part], EARLY, "project_view")


def test_a_rule_that_is_no_anomaly_makes_nothing_odd(warehouse: Warehouse, tmp_path: Path) -> None:
    part = Part(project(CODE), findings=(finding("R-goal-truncated", NAME, 7),))
    load(warehouse, tmp_path, form("form", EARLY, part))
    assert odd(warehouse) == set()


# Falls


def test_falls_are_told_each_when_it_was_seen_and_rises_are_not(warehouse: Warehouse, tmp_path: Path) -> None:
    shown = [(EARLY, "80"), (LATE, "60.5"), (LATEST, "70"), (LATEST + timedelta(days=1), "69")]
    exports = [page(value, at, progress_pct=Decimal(value)) for at, value in shown]
    load(warehouse, tmp_path, *reversed(exports))
    rows = warehouse.rows("SELECT value, seen_at, document_uri FROM mart.progress_anomaly ORDER BY seen_at")
    assert [(row["value"], row["seen_at"], row["document_uri"].rpartition("/")[2]) for row in rows] == [
        ("80 → 60.5", LATE, "60.5"), ("70 → 69", LATEST + timedelta(days=1), "69"),
    ]  # fmt: skip


# Disputes


def disputed(*strategies: Strategy, certified: int) -> list[Part]:
    """Return copies that name these places in the plan, one of them certified."""
    return [
        Part(project(CODE, is_certified=number == certified), strategy=strategy)
        for number, strategy in enumerate(strategies, start=1)
    ]


@pytest.mark.parametrize(("certified", "goal"), [(1, "7.2.2"), (2, "4.3.1")])
def test_of_a_disputed_goal_the_certified_copy_s_is_shown(
    warehouse: Warehouse, tmp_path: Path, certified: int, goal: str
) -> None:
    copies = disputed(MONITORING, LANDSCAPE, certified=certified)
    # A later page that says nothing of the plan changes nothing about it.
    load(warehouse, tmp_path, form("form", EARLY, *copies), page("page", LATE))
    row = standing(warehouse)
    assert (row["goal_code"], row["is_disputed"]) == (goal, True)
    shares = warehouse.rows("SELECT goal_code, project_share FROM mart.strategy_progress WHERE projects > 0")
    assert {one["goal_code"]: one["project_share"] for one in shares} == {
        "7.2.2": Decimal("0.5"), "4.3.1": Decimal("0.5"),
    }  # fmt: skip


# Changes


def test_a_change_of_an_indicator_is_told_with_its_agency(warehouse: Warehouse, tmp_path: Path) -> None:
    with_id = [kpi("5021-0801", result_value=Decimal(value)) for value in (1, 2)]
    by_name = [kpi(None, indicator_name="จำนวน / ต้นไม้", result_value=Decimal(value)) for value in (1, 2)]
    for at, *indicators in ((EARLY, with_id[0], by_name[0]), (LATE, with_id[1], by_name[1])):
        load(warehouse, tmp_path, Export(str(at), [Part(None, tuple(indicators))], at))
    rows = warehouse.rows(
        "SELECT kpi_id, indicator_name, fiscal_year, agency_code, agency_name, field FROM mart.change_history"
        " ORDER BY kpi_id"
    )
    same = (2566, "5021", "สำนักงานเขตภาษีเจริญ", "result_value")
    assert [tuple(row.values()) for row in rows] == [
        ("5021-0801", None, *same), (None, "จำนวน / ต้นไม้", *same),
    ]  # fmt: skip


# Freshness and rules


def test_rows_are_counted_against_the_load_before(warehouse: Warehouse, tmp_path: Path) -> None:
    fresh = "SELECT row_count, row_count_before, row_count_delta FROM mart.freshness WHERE subject = 'projects'"
    load(warehouse, tmp_path, page("page", EARLY))
    assert [*warehouse.rows(fresh)[0].values()] == [1, None, None]
    load(warehouse, tmp_path, page("page", LATE, fiscal_year=2567)._replace(name="another"))
    assert [*warehouse.rows(fresh)[0].values()] == [2, 1, 1]


def test_what_is_odd_follows_the_rules_as_they_are_edited(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(warehouse, tmp_path, form("form", EARLY, jumping("jump")))
    assert odd(warehouse) == {"jump"}
    edited = tmp_path / "expectations"
    edited.mkdir()
    for path in schema.EXPECTATIONS.glob("*.json"):
        text = path.read_text(encoding="utf-8")
        (edited / path.name).write_text(text.replace('"anomaly": true,', ""), encoding="utf-8")
    monkeypatch.setattr("etl.validate.EXPECTATIONS", edited)
    monkeypatch.setattr(schema, "EXPECTATIONS", edited)
    assert schema.migrate(open_engine(warehouse.settings))
    assert odd(warehouse) == set()
