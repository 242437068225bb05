"""What exports show, and nothing else, is counted: logs of reports, sections, months, and the end of the year."""

import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from etl.records import Indicator, Place, Severity
from tests.conftest import Warehouse
from tests.forms import Form
from tests.load.records import Export, Part, load
from tests.marts.test_snapshots import CODE, EARLY, LATE, LATEST, NAME, empty_log, form, months, page, standing
from tests.marts.world import finding, kpi, project, report

AFTER = datetime(2023, 10, 15, tzinfo=UTC)


def of_months(warehouse: Warehouse, *columns: str) -> dict[int, tuple[Any, ...]]:
    """Return some columns of the project's months."""
    rows = warehouse.rows("SELECT * FROM mart.project_month ORDER BY fiscal_month")
    return {row["fiscal_month"]: tuple(row[name] for name in columns) for row in rows}


# Logs of reports


def test_an_export_without_a_log_of_reports_accuses_nobody(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, page("page", AFTER, progress_pct=Decimal(100)))
    assert standing(warehouse)["report_count"] is None
    assert months(warehouse) == {}
    assert set(of_months(warehouse, "expected", "reported").values()) == {(0, None)}
    (score,) = warehouse.rows("SELECT * FROM mart.agency_scorecard")
    assert (score["reports_missing"], score["projects_without_report"], score["projects_without_log"]) == (None, 0, 1)


def test_an_empty_log_says_that_nothing_was_reported(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, empty_log("form", EARLY))
    assert standing(warehouse)["report_count"] == 0
    assert months(warehouse) == dict.fromkeys(range(1, 6), (1, 0))


def test_a_later_export_without_a_log_does_not_say_that_nothing_came(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, empty_log("form", EARLY), page("page", AFTER, progress_pct=Decimal(100)))
    assert months(warehouse) == dict.fromkeys(range(1, 6), (1, 0))
    row = standing(warehouse)
    assert (row["report_count"], row["reports_seen_at"], row["last_seen_at"]) == (0, EARLY, AFTER)
    (first, *_) = warehouse.rows("SELECT report_count FROM mart.project_status_as_of('2023-04-01')")
    assert first["report_count"] == 0


def test_a_project_without_days_is_expected_only_between_its_reports(warehouse: Warehouse, tmp_path: Path) -> None:
    reports = report(1, date(2022, 12, 5), 10), report(2, date(2023, 2, 5), 20)
    load(warehouse, tmp_path, page("page", AFTER, *reports, start_date=None, end_date=None))
    assert months(warehouse) == {3: (1, 1), 4: (1, 0), 5: (1, 1)}


def test_a_month_that_a_report_without_a_day_may_be_of_is_unclear(warehouse: Warehouse, tmp_path: Path) -> None:
    reports = report(1, date(2022, 10, 20), 10), report(2, None, 20), report(3, date(2022, 12, 20), 30)
    load(warehouse, tmp_path, page("page", EARLY, *reports))
    assert of_months(warehouse, "expected", "reported", "is_unclear") == {
        1: (1, 1, False), 2: (0, None, True), 3: (1, 1, False), 4: (0, None, True), 5: (0, None, True),
        **dict.fromkeys(range(6, 13), (0, None, False)),
    }  # fmt: skip
    rows = warehouse.rows("SELECT expected, received, missing, unclear FROM mart.report_coverage ORDER BY fiscal_month")
    assert [tuple(row.values()) for row in rows] == [
        (1, 1, 0, 0), (0, 0, 0, 1), (1, 1, 0, 0), (0, 0, 0, 1), (0, 0, 0, 1),
    ]  # fmt: skip


def test_a_report_that_is_held_back_accuses_nobody_and_is_nothing_odd(warehouse: Warehouse, tmp_path: Path) -> None:
    held = f"{NAME}/reports[2]"
    found = (
        finding("R-date-outside-fy", held, 9, severity=Severity.CRITICAL, field="report_date"),
        finding("R-flat", held, 9), finding("R-jump", NAME, 3),
    )  # fmt: skip
    reports = report(1, date(2022, 10, 20), 10), report(2, date(2020, 1, 1), 10)
    load(warehouse, tmp_path, form("form", EARLY, Part(project(CODE), (), reports, None, found)))
    assert [one[0] for one in of_months(warehouse, "expected").values()] == [1] + 11 * [0]
    (row,) = warehouse.rows("SELECT rule_id, report_no FROM mart.progress_anomaly")
    assert (row["rule_id"], row["report_no"]) == ("R-jump", None)  # of the project as a whole
    # Put right, it is held back no longer.
    later = report(1, date(2022, 10, 20), 10), report(2, date(2023, 1, 1), 10)
    load(warehouse, tmp_path, form("later", LATE, Part(project(CODE), (), later)))
    assert [one[0] for one in of_months(warehouse, "expected").values()] == 8 * [1] + 4 * [0]


# Months


def test_progress_and_money_are_carried_to_the_end_of_each_month_and_said_to_be(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    reports = (
        report(1, date(2022, 11, 5), 10, disbursed_thb=Decimal(100)), report(2, date(2022, 11, 25), 25),
        report(3, date(2023, 1, 10), None, disbursed_thb=Decimal(50)), report(4, date(2023, 2, 28), 20),
    )  # fmt: skip
    load(warehouse, tmp_path, page("page", EARLY, *reports))
    found = of_months(warehouse, "progress_pct", "is_carried_forward", "disbursed_to_date_thb", "behind_pct")
    assert found == {
        1: (None, None, None, None),
        2: (25, False, 100, Decimal("-8.29")),  # 61 of 365 days were over
        3: (25, True, 100, Decimal("0.21")),
        4: (25, True, 150, Decimal("8.70")),  # what it reports is money alone
        5: (20, False, 150, Decimal("21.37")),
        **dict.fromkeys(range(6, 13), (None, None, None, None)),  # nobody knows what came later
    }
    labels = of_months(warehouse, "month_start", "month_label_th", "month_label_en")
    assert labels[1] == (date(2022, 10, 1), "ต.ค. 65", "2022-10")
    assert labels[12] == (date(2023, 9, 1), "ก.ย. 66", "2023-09")
    (month,) = warehouse.rows("SELECT * FROM mart.calendar WHERE fiscal_year = 2566 AND fiscal_month = 3")
    assert (month["month_end"], month["fiscal_quarter"], month["label_th"], month["label_en"]) == (
        date(2022, 12, 31), 1, "ธ.ค. 65", "2022-12",
    )  # fmt: skip


# What quotes no field


def test_words_of_no_field_are_quoted_to_whoever_loads_alone(warehouse: Warehouse, exports: Path) -> None:
    stray = "ผู้ประสานงานสำรอง นายสมมติ โทร 0 2000 0000 ยกเลิก"
    (exports / "form.txt").write_text(Form().text().replace("1.2 หน่วยงาน", f"{stray}\n\n1.2 หน่วยงาน"), encoding="utf-8")
    warehouse.load(exports)
    named = "rule_id IN ('R-text-unplaced', 'R-text-changing')"
    assert {stray in row["value"] for row in warehouse.rows(f"SELECT value FROM ops.finding WHERE {named}")} == {True}
    shown = warehouse.rows(f"SELECT value, message, line FROM mart.document_quality WHERE {named}")
    assert len(shown) == 2
    assert {row["value"] for row in shown} == {None}
    assert all(row["line"] and "สมมติ" not in row["message"] for row in shown)


# Sections and agencies


def test_the_section_that_is_printed_is_told_in_every_view_of_projects(warehouse: Warehouse, tmp_path: Path) -> None:
    path = ["สำนักงานเขตภาษีเจริญ", "ฝ่ายพัฒนาชุมชน", "งานส่งเสริมอาชีพ"]
    stated = {"agency_path": path, "unit_code": f"{CODE[:4]}0000", "project_code": f"{CODE[:4]}0000-0001"}
    first = report(1, date(2022, 10, 20), 10)
    parts = [
        Part(project(CODE, **stated, budget_received_thb=Decimal(money)), (), (first,), None, (jump,))
        for money, jump in (
            (1, finding("R-jump", f"{stated['project_code']}/2566", 3)),
            (2, finding("R-x", "document", 1)),
        )
    ]
    # A page that names the agency alone says nothing of the section.
    later = Part(project(CODE, **(stated | {"agency_path": path[:1]})))
    load(
        warehouse, tmp_path, form("first", EARLY, parts[0]), form("second", LATE, parts[1]),
        Export("page", [later], LATEST, "project_page"),
    )  # fmt: skip
    for view in (
        "project_status", "project_history", "progress_report", "progress_report_history", "project_month", "budget",
        "project_status_as_of('2024-01-01')", "change_history",
    ):  # fmt: skip
        assert {row["section_name"] for row in warehouse.rows(f"SELECT * FROM mart.{view}")} == {path[-1]}, view
    (quality,) = warehouse.rows("SELECT section_name FROM mart.document_quality WHERE rule_id = 'R-jump'")
    assert quality["section_name"] == path[-1]


def test_an_agency_that_the_reference_table_does_not_name_has_the_name_that_is_printed(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    code = "98760000-0001"
    stated = project(code, agency_path=["สำนักใหม่เอี่ยม"])
    nobodys = project("x", project_code=None, agency_code=None, unit_code=None, view_id="77")
    load(warehouse, tmp_path, form("form", EARLY, Part(stated)), Export("view", [Part(nobodys)], EARLY, "project_view"))
    rows = warehouse.rows("SELECT agency_code, agency_name FROM mart.project_status ORDER BY agency_code")
    assert [tuple(row.values()) for row in rows] == [("9876", "สำนักใหม่เอี่ยม"), (None, None)]


def test_every_agency_and_node_is_there_with_exports_or_without(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, page("page", EARLY))
    agencies = {row["agency_code"]: row for row in warehouse.rows("SELECT * FROM mart.agency")}
    own, other = agencies["5021"], agencies["5049"]
    assert (own["projects"], own["fiscal_years"], own["district_code"]) == (1, [2566], "1022")
    assert own["agency_name_en"] == "Phasi Charoen District Office"
    assert (other["projects"], other["fiscal_years"], other["district_code"]) == (0, [], "1049")
    assert sum(agency["agency_kind"] == "district" for agency in agencies.values()) == 50
    # As a dictionary has them: กรุงเทพ, then คลองเตย before คลองสามวา.
    names = [
        row["agency_name"] for row in warehouse.rows("SELECT agency_name FROM mart.agency ORDER BY agency_sort_key")
    ]
    assert names.index("สำนักงานเขตคลองเตย") < names.index("สำนักงานเขตคลองสามวา")
    nodes = {(row["plan_version"], row["node_code"]): row for row in warehouse.rows("SELECT * FROM mart.plan")}
    goal = nodes["plan2561-2580rev", "7.2.2"]
    assert (goal["level"], goal["projects"], goal["is_in_reference"], goal["is_reference_complete"]) == (
        "goal", 0, True, False,
    )  # fmt: skip


# The end of the year


def test_what_was_unspent_on_30_september_is_as_the_nearest_export_shows_it(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    def shown(name: str, at: datetime, spent: int) -> Export:
        money = {"budget_received_thb": Decimal(1_000_000), "budget_spent_thb": Decimal(spent)}
        return page(name, at, progress_pct=Decimal(spent) / 10_000, **money)

    october, february = datetime(2023, 10, 2, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC)
    query = "SELECT unspent_at_year_end_thb, year_end_as_of, unspent_thb FROM mart.budget"
    load(warehouse, tmp_path, shown("october", october, 500_000), shown("february", february, 1_000_000))
    assert tuple(warehouse.rows(query)[0].values()) == (500_000, date(2023, 10, 2), 0)
    load(warehouse, tmp_path, shown("august", datetime(2023, 8, 20, tzinfo=UTC), 300_000))
    assert tuple(warehouse.rows(query)[0].values()) == (500_000, date(2023, 10, 2), 0)
    load(warehouse, tmp_path, shown("september", datetime(2023, 9, 30, 10, tzinfo=UTC), 400_000))
    assert tuple(warehouse.rows(query)[0].values()) == (600_000, date(2023, 9, 30), 0)
    (row,) = warehouse.rows("SELECT progress_pct, behind_pct, is_overdue FROM mart.project_year_end")
    assert tuple(row.values()) == (40, 60, True)
    (row,) = warehouse.rows(
        "SELECT progress_pct, time_gone_pct, behind_pct, is_overdue FROM mart.project_status_as_of('2023-08-31')"
    )
    assert tuple(row.values()) == (30, Decimal("91.51"), Decimal("61.51"), False)


# What changed


def changes(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Return the list of changes, by time and field."""
    rows = warehouse.rows(
        "SELECT seen_at, field, change_kind, old_value::NUMERIC, new_value::NUMERIC FROM mart.change_history"
        " WHERE field !~ 'date$|no$' ORDER BY seen_at, field"
    )
    return [tuple(row.values()) for row in rows]


def test_an_added_report_and_the_progress_that_follows_are_additions_and_a_first_sight_is_none(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    first, second = report(1, date(2022, 11, 20), 10), report(2, date(2023, 4, 20), 30)
    early = form("early", EARLY, Part(project(CODE), (), (first,)))
    late = form("late", LATE, Part(project(CODE), (), (first, second)))
    load(warehouse, tmp_path, early, page("page", EARLY.replace(day=20), budget_received_thb=Decimal(5)), late)
    assert changes(warehouse) == [
        (LATE, "progress_pct", "changed", 10, 30), (LATE, "reports[2].progress_pct", "added", None, 30),
    ]  # fmt: skip


def test_what_documents_of_one_day_disagree_on_is_no_history(warehouse: Warehouse, tmp_path: Path) -> None:
    shown = [(0, "10"), (1, "20"), (2, "10")]
    exports = [
        page(f"{number}", EARLY.replace(microsecond=number), progress_pct=Decimal(progress))
        for number, progress in shown
    ]
    load(warehouse, tmp_path, *exports)
    assert changes(warehouse) == []
    load(warehouse, tmp_path, page("late", LATE, progress_pct=Decimal(40)))
    assert changes(warehouse) == [(LATE, "progress_pct", "changed", 10, 40)]
    history = "SELECT progress_pct, is_conflict FROM mart.project_history ORDER BY valid_from"
    assert [tuple(row.values()) for row in warehouse.rows(history)] == [
        (10, True), (20, True), (10, False), (40, False),
    ]  # fmt: skip
    assert conflicts(warehouse) == [
        ("documents", "progress_pct", "10.0000", 1, "2", "20.0000", 1, "1"),
    ]  # fmt: skip


def conflicts(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Return both sides of each conflict: value, line and file."""
    rows = warehouse.rows(
        "SELECT conflict_kind, field, value_shown, line_shown, substring(document_uri, '[^/]*$') AS shown,"
        " value_other, line_other, substring(document_uri_other, '[^/]*$') AS other"
        " FROM mart.conflict WHERE project_code IS NOT NULL OR kpi_id IS NOT NULL ORDER BY field, value_other"
    )
    return [tuple(row.values()) for row in rows]


def placed_at(record: Any, line: int) -> Any:
    """Return a record that stands on another line."""
    record.places = {field: Place(1, line) for field in record.places}
    return record


def test_documents_of_one_day_contradict_each_other_only_where_both_state_a_value(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    path = {"agency_path": ["สำนักงานเขตทุ่งครุ", "ฝ่ายโยธา"]}
    first, same, other = (report(1, date(2022, 11, 20), progress, narrative="ปลูก") for progress in (10, 10, 20))
    morning = form("morning", EARLY, Part(project(CODE, budget_spent_thb=Decimal(5), **path), (), (first,)))
    noon = page("noon", EARLY.replace(hour=5), same, agency_path=path["agency_path"][:1])
    evening = form("evening", EARLY.replace(hour=16), Part(project(CODE, budget_spent_thb=Decimal(6)), (), (same,)))
    tomorrow = form("tomorrow", EARLY.replace(hour=17), Part(project(CODE), (), (placed_at(other, 7),)))
    load(warehouse, tmp_path, morning, noon, evening, tomorrow)  # it is the next day in Bangkok
    assert conflicts(warehouse) == [
        ("documents", "budget_spent_thb", "6.00", 1, "evening", "5.00", 1, "morning"),
    ]  # fmt: skip
    load(warehouse, tmp_path, form("later", EARLY.replace(hour=18), Part(project(CODE), (), (first,))))
    assert conflicts(warehouse)[1:] == [
        ("documents", "reports[1].progress_pct", "10.0000", 1, "later", "20.0000", 7, "tomorrow"),
    ]  # fmt: skip


def test_each_value_on_which_copies_disagree_has_its_line(warehouse: Warehouse, tmp_path: Path) -> None:
    shown = project(CODE, is_certified=True, rationale="ขาดร่มเงา", owner="คนแรก")
    other = placed_at(project(CODE, rationale="ร่มเงาไม่พอ", owner="คนที่สอง"), 40)
    both = [placed_at(report(1, date(2022, 11, 20), progress), line) for progress, line in ((10, 20), (11, 60))]
    lacking = placed_at(report(2, date(2022, 12, 20), 30), 22)
    measured = [placed_at(kpi("5021-0801", result_value=Decimal(value)), line) for value, line in ((5, 30), (6, 70))]
    # Another indicator stands before it in the copy that is not shown.
    before = placed_at(kpi("5021-0802", result_value=Decimal(1)), 69)
    copies = [
        Part(other, (before, measured[1]), (both[1],)), Part(shown, (measured[0],), (both[0], lacking)),
    ]  # fmt: skip
    load(warehouse, tmp_path, form("form", EARLY, *copies))
    assert [row[1:4] + row[5:7] for row in conflicts(warehouse)] == [
        ("indicators[#2].result_value", "5", 30, "6", 70),
        ("owner", None, 1, None, 40),
        ("rationale", "ขาดร่มเงา", 1, "ร่มเงาไม่พอ", 40),
        ("reports[1].progress_pct", "10", 20, "11", 60),
        ("reports[2]", "2022-12-20", 22, None, 100),  # where the copy begins
    ]


# By the days that reports bear


def test_what_reports_say_of_a_day_is_known_of_it_whenever_they_were_seen(warehouse: Warehouse, tmp_path: Path) -> None:
    reports = [
        report(1, date(2022, 11, 20), 10, disbursed_thb=Decimal(5)), report(2, date(2023, 1, 20), None),
        report(4, date(2023, 1, 20), 30, disbursed_thb=Decimal(6)), report(3, date(2023, 1, 20), 40),
        report(5, None, 90), report(6, date(2023, 2, 20), None),
    ]  # fmt: skip
    load(warehouse, tmp_path, form("form", LATEST, Part(project(CODE), (), tuple(reports))))
    query = (
        "SELECT progress_pct, report_count, disbursed_to_date_thb, last_report_date, reports_undated"
        " FROM mart.project_status_as_reported(%s)"
    )

    def on(*day: int) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in warehouse.rows(query, date(*day))]

    assert on(2022, 9, 30) == []
    assert on(2022, 10, 1) == on(2022, 11, 19) == [(None, 0, None, None, 1)]
    assert on(2022, 11, 20) == on(2023, 1, 19) == [(10, 1, 5, date(2022, 11, 20), 1)]
    assert on(2023, 1, 20) == [(30, 4, 11, date(2023, 1, 20), 1)]
    assert on(2023, 12, 31) == [(30, 5, 11, date(2023, 2, 20), 1)]
    assert warehouse.rows("SELECT FROM mart.project_status_as_of('2023-01-20')") == [], "nobody had seen it"
    (row,) = warehouse.rows(
        "SELECT time_gone_pct, behind_pct, is_overdue FROM mart.project_status_as_reported('2023-10-01')"
    )
    assert tuple(row.values()) == (100, 70, True)


def test_without_a_log_nobody_knows_what_was_reported_until_a_day(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, page("page", LATEST, progress_pct=Decimal(80), start_date=None, end_date=None))
    (row,) = warehouse.rows("SELECT progress_pct, report_count FROM mart.project_status_as_reported('2022-10-01')")
    assert tuple(row.values()) == (None, None)


def test_forms_that_name_one_indicator_in_their_own_ways_change_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    def naming(code: str, name: str, at: datetime, dimension: int) -> Export:
        named = Indicator(indicator_name="ร้อยละของงาน", agency_code="5021", fiscal_year=2566, dimension_no=dimension)
        return form(name, at, Part(project(code), (named,)))

    other = CODE[:-1] + "7"
    load(
        warehouse, tmp_path, naming(CODE, "a", EARLY, 2), naming(other, "b", EARLY.replace(day=16), 1),
        naming(CODE, "a again", LATE, 2), naming(other, "b again", LATEST, 4),
    )  # fmt: skip
    (change,) = warehouse.rows("SELECT seen_at, field, old_value, new_value FROM mart.change_history")
    assert tuple(change.values()) == (LATEST, "dimension_no", "1", "4")


# How fresh


def test_the_time_of_the_newest_export_says_whose_it_is(warehouse: Warehouse, tmp_path: Path, exports: Path) -> None:
    def newest() -> tuple[Any, ...]:
        query = "SELECT DISTINCT last_snapshot_at, last_snapshot_from, last_printed_at FROM mart.freshness"
        (row,) = warehouse.rows(query)
        return tuple(row.values())

    load(warehouse, tmp_path, page("pulled", LATEST))
    assert newest() == (LATEST, "pulled", None)
    file = exports / "form.txt"
    file.write_text(Form().text(), encoding="utf-8")
    os.utime(file, (EARLY.timestamp(), EARLY.timestamp()))
    warehouse.load(exports)
    assert newest() == (EARLY, "source", None), "what is stated goes before the time of a pull"
    load(warehouse, tmp_path, page("printed", EARLY)._replace(printed_at=LATE))
    assert newest() == (LATE, "printed", LATE)
    assert warehouse.rows("SELECT snapshot_from, count(*) AS n FROM mart.project_status GROUP BY 1 ORDER BY 1") == [
        {"snapshot_from": "pulled", "n": 1}, {"snapshot_from": "source", "n": 1},
    ]  # fmt: skip
