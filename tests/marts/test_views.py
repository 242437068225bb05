"""What holds in every view of `mart`, and the values of each that no question asks for."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import Warehouse
from tests.marts.world import (
    AFTER,
    CONTACT,
    EVALUATED,
    FALLING,
    FREE,
    LATE,
    OLD,
    OWNER,
    PLAN,
    SAMPLED,
    STRAY,
    TREES,
    UNDATED,
)  # fmt: skip

CONTRACT = {
    "project_status": (
        "project_code fiscal_year project_name agency_code agency_name start_date end_date budget_received_thb"
        " budget_spent_thb spent_pct progress_pct report_count last_report_date is_disputed"
    ),
    "progress_report": (
        "project_code fiscal_year agency_code agency_name report_no report_date progress_pct progress_delta_pct"
        " disbursed_thb plan_status target_status narrative"
    ),
    "report_coverage": "agency_code agency_name fiscal_year fiscal_month expected received missing",
    "progress_anomaly": "project_code fiscal_year agency_code agency_name rule_id severity value message",
    "budget": "project_code fiscal_year agency_code agency_name budget_received_thb budget_spent_thb spent_pct",
    "strategy_progress": "fiscal_year plan_version strategy_code strategy_name goal_code goal_name progress_pct",
    "indicator_attainment": (
        "kpi_id indicator_name fiscal_year agency_code agency_name quarter unit target_value result_value"
        " attainment_pct"
    ),
    "agency_scorecard": "agency_code agency_name fiscal_year projects progress_pct",
    "document_quality": "agency_code agency_name document_uri rule_id record field value message line",
    "change_history": "record project_code fiscal_year agency_code agency_name field old_value new_value seen_at",
    "freshness": "table_name last_loaded_at last_report_date row_count row_count_before",
}


def rows(world: Warehouse, view: str, where: str = "TRUE") -> list[dict[str, Any]]:
    """Return the rows of a view."""
    return world.rows(f"SELECT * FROM mart.{view} WHERE {where}")


def row(world: Warehouse, view: str, where: str) -> dict[str, Any]:
    """Return the one row of a view."""
    (only,) = rows(world, view, where)
    return only


def views(world: Warehouse) -> list[str]:
    """Return the names of all views."""
    return [one["name"] for one in world.rows("SELECT viewname AS name FROM pg_views WHERE schemaname = 'mart'")]


@pytest.mark.parametrize("view", CONTRACT)
def test_every_view_of_the_contract_has_its_columns_and_rows(world: Warehouse, view: str) -> None:
    found = rows(world, view)
    assert found
    assert set(CONTRACT[view].split()) <= set(found[0])


def test_every_view_says_when_the_warehouse_was_loaded_last(world: Warehouse) -> None:
    last_load = world.value("SELECT max(finished_at) FROM ops.load WHERE status = 'committed'")
    for view in views(world):
        assert {one["last_loaded_at"] for one in rows(world, view)} == {last_load}, view


def test_no_view_shows_what_stands_for_unknown(world: Warehouse) -> None:
    for view in views(world):
        for one in rows(world, view):
            assert one.get("fiscal_year") != -1, view
            assert not (one.get("project_code") or "").startswith("view:"), view
            assert all(value not in (-1, -2) for name, value in one.items() if name.endswith("_code")), view


def test_no_view_shows_an_owner_or_a_contact(world: Warehouse) -> None:
    stated = world.value("SELECT owner || coordinator FROM raw.project WHERE project_code = '50220300-0042'")
    assert OWNER in stated and CONTACT in stated
    for view in views(world):
        with world.connect() as connection:
            text = "\n".join(str(one) for one in connection.execute(f"SELECT * FROM mart.{view}").fetchall())
        assert OWNER not in text, view
        assert CONTACT not in re.sub(r"[^\d ]", "", text), view


def test_the_answer_does_not_depend_on_the_session_s_time_zone(world: Warehouse) -> None:
    def answers(zone: str) -> list[list[dict[str, Any]]]:
        with world.connect() as connection:
            connection.execute("SELECT set_config('timezone', %s, FALSE)", [zone])
            return [
                connection.execute(f"SELECT * FROM mart.{view} ORDER BY {view}::TEXT").fetchall()
                for view in ("report_coverage", "budget", "project_status")
            ]

    def comparable(answer: list[list[dict[str, Any]]]) -> list[list[str]]:
        dated = ("last_loaded_at", "snapshot_at", "last_seen_at", "reports_seen_at")
        return [
            sorted(str({k: v.timestamp() if k in dated and v else v for k, v in one.items()}) for one in view)
            for view in answer
        ]

    assert comparable(answers("Pacific/Kiritimati")) == comparable(answers("America/Los_Angeles"))


def test_what_nobody_reported_is_empty_and_not_zero(world: Warehouse) -> None:
    free = row(world, "project_status", f"project_code = '{FREE}'")
    unknown = (
        "progress_pct", "behind_pct", "is_overdue", "spent_pct", "disbursed_thb", "last_report_date",
        "days_since_last_report", "evaluation_score", "plan_version", "goal_code", "is_in_reference",
    )  # fmt: skip
    assert {free[name] for name in unknown} == {None}
    assert (free["budget_received_thb"], free["report_count"], free["is_disputed"]) == (0, None, False)
    stray = row(world, "budget", f"project_code = '{STRAY}'")
    assert {stray[name] for name in ("budget_received_thb", "unspent_thb", "unspent_at_year_end_thb")} == {None}
    nowhere = row(world, "strategy_progress", "plan_version IS NULL AND fiscal_year = 2566")
    assert (nowhere["strategy_name"], nowhere["projects"], nowhere["progress_pct"]) == (None, 1, None)
    assert nowhere["budget_received_thb"] == 0


def test_a_project_is_told_with_its_place_in_the_plan_its_money_and_its_evaluation(world: Warehouse) -> None:
    trees = row(world, "project_status", f"project_code = '{TREES}'")
    assert (trees["agency_kind"], trees["unit_name"]) == ("district", "ฝ่ายโยธา")
    assert (trees["plan_version"], trees["sub_issue_code"], trees["goal_code"]) == (PLAN, "7.2", "7.2.2")
    assert trees["goal_name"].startswith("กรุงเทพมหานครมีระบบการติดตาม")
    assert (trees["disbursed_thb"], trees["first_report_date"]) == (400_000, date(2022, 11, 15))
    assert (trees["snapshot_at"], trees["last_seen_at"]) == (AFTER, AFTER)
    assert row(world, "project_status", f"project_code = '{EVALUATED}'")["evaluation_score"] == 100
    undated = row(world, "project_status", f"project_code = '{UNDATED}'")
    assert (undated["fiscal_year"], undated["progress_pct"]) == (None, 10)


def test_a_report_is_told_beside_the_time_that_was_gone_and_only_one_is_the_last(world: Warehouse) -> None:
    reports = sorted(rows(world, "progress_report", f"project_code = '{TREES}'"), key=lambda one: one["report_no"])
    # 45, 165 and 354 of 365 days were over.
    gone = [Decimal("12.33"), Decimal("45.21"), Decimal("96.99")]
    assert [one["time_gone_pct"] for one in reports] == gone
    assert [one["is_last"] for one in reports] == [False, False, True]
    assert [one["fiscal_month"] for one in reports] == [2, 6, 12]
    assert [one["disbursed_thb"] for one in reports] == [100_000, None, 300_000]


def test_only_what_runs_and_is_over_is_expected(world: Warehouse) -> None:
    assert rows(world, "report_coverage", "agency_code IS NULL OR fiscal_year IS NULL") == []
    # A page shows no log of reports.
    assert rows(world, "report_coverage", "agency_code IN ('0800', '5001')") == []


def test_an_overspent_project_of_a_year_not_over_has_nothing_unspent_at_its_end(world: Warehouse) -> None:
    old = row(world, "budget", f"project_code = '{OLD}'")
    assert (old["budget_status"], old["unspent_thb"], old["spent_pct"]) == ("overspent", -50_000, 125)
    assert (old["is_after_year_end"], old["unspent_at_year_end_thb"]) == (False, None)
    assert row(world, "budget", f"project_code = '{UNDATED}'")["is_after_year_end"] is None


def test_shares_of_a_disputed_project_count_half_and_sums_over_goals_are_sums_over_projects(world: Warehouse) -> None:
    goals = {one["goal_code"]: one for one in rows(world, "strategy_progress", "fiscal_year = 2566")}
    share = Decimal("0.5")
    # Of 7.2.2: trees with 45 of 1,000,000 baht, the falling one with 56.66 of 800,000, and half of the sample with 100.
    shared = goals["7.2.2"]
    assert (shared["projects"], shared["projects_disputed"], shared["project_share"]) == (3, 1, 2 + share)
    assert shared["progress_pct"] == round((45 + Decimal("56.66") + share * 100) / (2 + share), 4)
    assert (shared["budget_received_thb"], shared["budget_spent_thb"]) == (1_800_000, 400_000)
    assert (goals["7.2.1"]["projects"], goals["7.2.1"]["project_share"]) == (1, share)
    assert (goals["9.9.9"]["is_in_reference"], goals["7.2.2"]["is_in_reference"]) == (False, True)
    assert sum(one["project_share"] for one in goals.values()) == 6
    # Another plan's goals are another year's: two plans share the numbers.
    old = {one["goal_code"]: one for one in rows(world, "strategy_progress", "fiscal_year = 2565")}
    assert "7.2.2" not in old
    unsupported = old["1.6.6"]
    assert (unsupported["projects"], unsupported["project_share"], unsupported["progress_pct"]) == (0, 0, None)


def test_an_indicator_is_told_quarter_by_quarter_within_its_unit(world: Warehouse) -> None:
    headline, first = sorted(
        rows(world, "indicator_attainment", "kpi_id = '5021-0801'"), key=lambda one: one["quarter"]
    )
    assert (headline["attainment_pct"], first["attainment_pct"]) == (125, 50)
    assert (first["evaluation_score"], first["pair_score"]) == (95, "95 / 100")
    undefined = row(world, "indicator_attainment", "kpi_id = '5021-0802'")
    assert (undefined["target_value"], undefined["result_value"], undefined["attainment_pct"]) == (0, 10, None)


def test_a_department_stands_in_the_scorecard_as_well(world: Warehouse) -> None:
    score = row(world, "agency_scorecard", "agency_code = '0800'")
    assert (score["agency_kind"], score["projects_completed"], score["spent_pct"]) == ("department", 1, 125)
    assert (score["reports_expected"], score["reports_received"], score["reports_missing"]) == (None, None, None)
    assert (score["projects_without_report"], score["projects_without_log"], score["last_report_date"]) == (0, 1, None)
    undated = row(world, "agency_scorecard", "agency_code = '5021' AND fiscal_year IS NULL")
    # Nobody knows what was due, or which findings are of that year.
    assert {undated[name] for name in ("reports_expected", "warning_findings", "critical_findings")} == {None}


def test_a_finding_is_told_with_whose_it_is(world: Warehouse) -> None:
    undefined = row(world, "document_quality", "rule_id = 'R-target-0'")
    assert [undefined[name] for name in ("agency_code", "fiscal_year", "kpi_id", "project_code", "line")] == [
        "5021", 2566, "5021-0802", None, 4,
    ]  # fmt: skip
    nameless = row(world, "document_quality", "rule_id = 'R-kpi-id-missing'")
    assert (nameless["agency_code"], nameless["agency_name"], nameless["kpi_id"]) == (
        "5021", "สำนักงานเขตภาษีเจริญ", None,
    )  # fmt: skip
    broken = row(world, "document_quality", "rule_id = 'R-unreadable'")
    assert (broken["agency_code"], broken["is_held_back"], broken["is_superseded"]) == (None, True, False)


def test_a_finding_of_an_export_that_a_later_one_replaced_is_superseded(world: Warehouse) -> None:
    found = rows(world, "document_quality", f"project_code = '{TREES}'")
    assert {(one["rule_id"], one["document_uri"].rpartition("/")[2]) for one in found if one["is_superseded"]} == {
        ("R-flat", "trees-early.txt"), ("R-goal-mismatch", "trees-early.txt"),
    }  # fmt: skip
    assert len(found) == 5


def test_a_fall_is_seen_when_a_snapshot_shows_it(world: Warehouse) -> None:
    fall = row(world, "progress_anomaly", f"project_code = '{FALLING}'")
    assert (fall["rule_id"], fall["seen_at"], fall["report_no"]) == ("R-progress-drop", LATE, None)


def test_every_anomaly_rule_is_told_once_and_is_no_reason_to_hold_a_record_back(world: Warehouse) -> None:
    odd = world.rows("SELECT rule_id, severity FROM ops.rule WHERE is_anomaly")
    assert {one["rule_id"] for one in odd} == {
        "R-progress-drop", "R-jump", "R-flat", "R-100-no-spend", "R-eval-vs-progress", "R-late-reports", "R-overspent",
    }  # fmt: skip
    assert {one["severity"] for one in odd} == {"warning"}


def test_exports_are_listed_with_what_came_of_them(world: Warehouse) -> None:
    broken = row(world, "document", "document_uri ~ 'broken.pdf$'")
    assert (broken["family"], broken["records_read"], broken["records_held"]) == (None, 1, 1)
    sample = row(world, "document", "document_uri ~ 'sample.txt$'")
    assert (sample["family"], sample["channel"], sample["records_read"]) == ("printed_form", "text", 22)
    assert row(world, "project_status", f"project_code = '{SAMPLED}'")["document_uri"] == sample["document_uri"]
