"""The eleven questions of `docs/questions.md`, asked as they stand there, of a world whose answers are known."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from pythainlp.util import collate

from etl.warehouse.query import ask_as_bi
from tests.conftest import Warehouse
from tests.marts.world import (
    AFTER,
    EARLY,
    EVALUATED,
    FALLING,
    FREE,
    LATE,
    PLAN,
    SAMPLED,
    STRAY,
    TREES,
    Question,
)  # fmt: skip

PHRA_NAKHON, PHASI_CHAROEN, THUNG_KHRU = "สำนักงานเขตพระนคร", "สำนักงานเขตภาษีเจริญ", "สำนักงานเขตทุ่งครุ"


def test_1_who_has_not_reported_and_how_long_ago_was_the_last_report(world: Warehouse) -> None:
    question = Question(world, 1)
    # Of the forms, for a page shows no log of reports. One is reported on in November, March and September.
    in_phasi_charoen = [("5021", PHASI_CHAROEN, month, 1, 0, 1) for month in (1, 3, 4, 5, 7, 8, 9, 10, 11)]
    in_thung_khru = [("5049", THUNG_KHRU, month, 1, 0, 1) for month in (1, 2, 3)]
    assert question.answer(1) == [*in_phasi_charoen, *in_thung_khru]
    days = (today(world) - date(2023, 9, 20)).days
    assert [(row[2], row[4]) for row in question.answer(2)] == [
        (TREES, month)
        for month in (
            "ต.ค. 65",
            "ธ.ค. 65",
            "ม.ค. 66",
            "ก.พ. 66",
            "เม.ย. 66",
            "พ.ค. 66",
            "มิ.ย. 66",
            "ก.ค. 66",
            "ส.ค. 66",
        )
    ] + [(SAMPLED, month) for month in ("ต.ค. 65", "พ.ย. 65", "ธ.ค. 65")]
    assert [row[:1] + row[2:5] for row in question.answer(3)] == [
        (FREE, None, None, None), (EVALUATED, None, None, None), (TREES, 3, date(2023, 9, 20), days),
    ]  # fmt: skip
    assert question.answer(4) == [("0800", "สำนักอนามัย")]
    # As a dictionary has them.
    silent = question.answer(5)
    assert {row[0] for row in silent} == {f"50{number:02}" for number in range(2, 10)}
    assert [row[1] for row in silent] == collate(row[1] for row in silent)


def test_2_what_is_late(world: Warehouse) -> None:
    question = Question(world, 2)
    assert [(row[0], *row[4:8]) for row in question.answer(1)] == [
        (EVALUATED, 100, 0, 100, True), (TREES, 100, 45, 55, True),
        (FALLING, 100, Decimal("56.66"), Decimal("43.34"), True), (STRAY, 100, 80, 20, True),
    ]  # fmt: skip
    assert [(row[0], *row[3:]) for row in question.answer(2)] == [
        (EVALUATED, date(2023, 10, 15), 0, 100, True), (TREES, date(2023, 10, 15), 45, 55, True),
    ]  # fmt: skip
    trend = question.answer(3)
    # 122 of the 365 days were over on 31 January, and 352 on 18 September.
    assert trend[0] == (1, date(2023, 1, 31), Decimal("33.42"), 50, None, Decimal("-16.58"))
    assert trend[-1] == (9, date(2023, 9, 18), Decimal("96.44"), 100, 18, Decimal("-3.56"))
    assert [row[4] for row in trend] == [None, 5, 5, 10, 0, 5, 5, 2, 18]


def test_3_what_looks_odd(world: Warehouse) -> None:
    rows = Question(world, 3).answer(1)
    assert [row[:5] for row in rows] == [
        ("5001", FALLING, None, "R-progress-drop", "57.5 → 56.66"), ("5021", TREES, 3, "R-jump", "15"),
        ("5049", SAMPLED, 5, "R-flat", "70.00 → 70.00"), ("5049", SAMPLED, 9, "R-jump", "18.00"),
    ]  # fmt: skip
    # Where the form has it: the second copy is the one shown.
    assert [row[6].rpartition("/")[2] for row in rows] == ["falling.html", "trees.txt", "sample.txt", "sample.txt"]
    assert [row[7] for row in rows] == [None, 9, 151, 159]


def test_4_where_the_money_is(world: Warehouse) -> None:
    question = Question(world, 4)
    assert [row[:1] + row[2:] for row in question.answer(1)] == [
        ("5001", "not stated", 1, None, None, None),
        ("5001", "spending not stated", 1, 800_000, None, None),
        ("5021", "all spent", 1, 500_000, 500_000, 100),
        ("5021", "no budget", 1, 0, 0, None),
        ("5021", "partly spent", 1, 1_000_000, 400_000, 40),
        ("5049", "no budget", 1, 0, 0, None),
    ]
    assert [row[:1] + row[2:] for row in question.answer(2)] == [
        ("5021", 600_000, 0, AFTER.date()), ("5049", 0, 0, AFTER.date()), ("5001", None, 1, None),
    ]  # fmt: skip


def test_5_whether_the_self_report_agrees_with_the_evaluation(world: Warehouse) -> None:
    question = Question(world, 5)
    ((code, _, _, number, *_, gone, progress, behind),) = question.answer(1)
    assert (code, number, gone, progress, behind) == (TREES, 3, Decimal("96.99"), 45, Decimal("51.99"))
    assert [(row[0], *row[3:]) for row in question.answer(2)] == [(EVALUATED, 100, 0)]


def test_6_how_far_the_indicators_got_within_one_unit(world: Warehouse) -> None:
    question = Question(world, 6)
    of_the_goal = (2566, PLAN, "7", "7.2", "7.2.2")
    assert question.answer(1) == [
        (*of_the_goal, "คะแนน", 1, 1, 80), (*of_the_goal, "ร้อยละ", 2, 2, Decimal("87.50")),
        (2566, None, None, None, None, "ราย", 1, 0, None), (2566, None, None, None, None, "ร้อยละ", 1, 0, None),
    ]  # fmt: skip
    assert question.answer(2) == [
        (2566, 1, "คะแนน", 1, 1, 80), (2566, 1, "ร้อยละ", 2, 2, Decimal("87.50")), (2566, 3, "ร้อยละ", 1, 0, None),
        (2566, None, "ราย", 1, 0, None),
    ]  # fmt: skip


def test_7_how_districts_and_sections_compare(world: Warehouse) -> None:
    question = Question(world, 7)
    mean = Decimal("68.33")  # of 56.66 and 80
    assert question.answer(1) == [
        ("5001", PHRA_NAKHON, 2, 0, 2, 2, mean, 0, None, None, None, 0, 0),
        ("5021", PHASI_CHAROEN, 3, 0, 2, 2, Decimal("22.5"), 1, 100, 9, 60, 0, 4),
        # Of the sample: six conflicts, a jump and a month without progress.
        ("5049", THUNG_KHRU, 1, 0, 0, 1, 100, 0, None, 3, None, 0, 8),
    ]
    assert question.answer(2) == [
        ("ฝ่ายรักษาความสะอาดและสวนสาธารณะ", 1, 1, 0, 1),
        ("ฝ่ายโยธา", 2, 1, 45, 1),
    ]
    assert question.answer(3) == [
        ("5001", PHRA_NAKHON, 1, 1, Decimal("56.66"), 800_000), ("5021", PHASI_CHAROEN, 1, 1, 45, 1_000_000),
    ]  # fmt: skip
    assert [(row[0], row[2], *row[4:]) for row in question.answer(4)] == [
        ("5021", "5021-0801", 80, 100, 125), ("5001", "5001-0801", 80, 40, 50),
    ]  # fmt: skip


def test_8_whether_projects_and_the_plan_fit_together(world: Warehouse) -> None:
    question = Question(world, 8)
    # A tactic of the plan, 4.3.1.3, is no goal: no export is read for one, and none lacks a project.
    assert [(*row[:2], row[3]) for row in question.answer(1)] == [(PLAN, "4.3.1", False)]
    assert [(row[0], *row[3:]) for row in question.answer(2)] == [
        (STRAY, PLAN, "9.9.9", "not known"), (FREE, None, None, "none named"), (EVALUATED, PLAN, "9.9.9", "not known"),
    ]  # fmt: skip
    assert [(row[0], row[2], row[4]) for row in question.answer(3)] == [(TREES, 12, "อีกข้อความ")]
    assert [(row[0], row[3]) for row in question.answer(4)] == [(SAMPLED, "7.2.1")]


def test_9_which_documents_are_to_be_sent_back(world: Warehouse) -> None:
    question = Question(world, 9)
    assert [(row[0].rpartition("/")[2], row[1], row[4], row[5]) for row in question.answer(1)] == [
        ("kpi-nameless.txt", "indicators[#1]/2566", 2, "R-kpi-id-missing"),
        ("kpi-undefined.txt", "5021-0802/2566", 4, "R-target-0"),
        ("trees.txt", f"{TREES}/2566/reports[3]", 9, "R-jump"),
        ("trees.txt", f"{TREES}/2566", 12, "R-goal-mismatch"),
    ]
    counts = {(row[0], row[2]): row[4:] for row in question.answer(2)}
    assert counts["5049", "R-copy-conflict"] == (6, 1)
    assert counts[None, "R-unreadable"] == (1, 1)
    assert counts[None, "R-project-code-missing"] == (1, 1)
    assert ("5021", "R-flat") not in counts


def test_10_what_changed_and_how_things_stood_on_a_past_day(world: Warehouse) -> None:
    question = Question(world, 10)
    assert question.answer(1) == [(LATE, f"{FALLING}/2566", "progress_pct", "57.5000", "56.6600")]
    assert question.answer(2) == [(FALLING, Decimal("57.50"), Decimal("0.31"), False, None, None, EARLY)]
    # Its pages have no log of reports: nobody knows what had been reported.
    assert {row[0]: row[1:] for row in question.answer(3)}[FALLING] == (None, None, False, None, None, 0)
    contested = {row[2]: (row[1], row[4], row[6]) for row in question.answer(4)}
    assert contested["goal_code"] == ("copies", 136, 53)
    assert contested["reports[2].narrative"] == ("copies", 144, 61)


def test_11_how_fresh_it_is(world: Warehouse) -> None:
    question = Question(world, 11)
    last_load = world.value("SELECT max(finished_at) FROM ops.load")
    rows = {row[0]: row[1:] for row in question.answer(1)}
    stated = AFTER, "source", None
    # The first load brought the sample and a form, the second everything else.
    assert rows["projects"] == (last_load, *stated, date(2024, 2, 29), 10, 2, 8, None)
    assert rows["progress reports"] == (last_load, *stated, date(2024, 2, 29), 15, 12, 3, None)
    assert rows["indicator results"] == (last_load, *stated, None, 6, 0, 6, None)
    oldest, *_ = question.answer(2)
    assert oldest[0].endswith("/old.html")


@pytest.mark.parametrize("number", range(1, 12))
def test_each_question_is_answered_from_mart_alone(world: Warehouse, number: int) -> None:
    question = Question(world, number)
    assert question.queries
    for query in question.queries:
        assert ask_as_bi(world.settings, query).rows


def today(world: Warehouse) -> date:
    """Return the day in Bangkok: seven hours before UTC's, all year."""
    now: datetime = world.value("SELECT now() AT TIME ZONE 'UTC'")
    return (now + timedelta(hours=7)).date()
