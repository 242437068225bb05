"""The path through a plan, from lines in every shape that pages print."""

import pytest

from etl.parse.plan_path import begins_level, begins_plan, fill_plan, read_plan_path
from etl.records import Strategy
from tests.project_pages import lines_of


def strategy_of(text: str, fiscal_year: int | None = 2563) -> Strategy:
    strategy = Strategy()
    fill_plan(strategy, read_plan_path(lines_of(text)), fiscal_year)
    return strategy


@pytest.mark.parametrize(
    "text",
    [
        "ด้านที่ ๒ - มหานครสีเขียว : Green City\nมิติที่ ๒.๑ - ภูมิทัศน์สวยงาม\nเป้าหมายที่ ๒.๑.๑ จัดระเบียบเมือง%",
        "ด้านที่ ๒ ? มหานครสีเขียว : Green City\n๒.๑ - ภูมิทัศน์สวยงาม\n๒.๑.๑ จัดระเบียบเมือง%\n๒.๑.๑.๑ อื่น ๆ",
        "ด้านที่ 2 มหานครสีเขียว\n: Green City\n\n2.1 – ภูมิทัศน์สวยงาม\n\n2.1.1 จัดระเบียบเมือง%",
        "ด้านที่๒–มหานครสีเขียว : Green City\nมิติที่๒ .๑-ภูมิทัศน์สวยงาม เป้าหมายที่ ๒.๑.๑ จัดระเบียบเมือง%",
        "ด้านที่ ๒ – มหานครสีเขียว : Green City\n๒.๑ ภูมิทัศน์สวยงาม ๒.๑.๑ จัดระเบียบเมือง%",
        "\u0e48:ด้านที่ ๒ - มหานครสีเขียว : Green City\n:มิติที่ ๒.๑ - ภูมิทัศน์สวยงาม\n* ๒.๑.๑ จัดระเบียบเมือง%",
    ],
)  # fmt: skip
def test_a_path_however_it_is_printed(text: str) -> None:
    strategy = strategy_of(text)
    assert (strategy.plan_version, strategy.strategy_code) == ("plan2556-2575", "2")
    assert (strategy.sub_issue_code, strategy.goal_code) == ("2.1", "2.1.1")
    assert (strategy.strategy_name, strategy.sub_issue_name) == ("มหานครสีเขียว : Green City", "ภูมิทัศน์สวยงาม")
    assert strategy.goal_name == "จัดระเบียบเมือง%"
    assert strategy.issues == {}


def test_a_number_in_a_name_is_no_code() -> None:
    strategy = strategy_of("ด้านที่ ๑ – มหานครปลอดภัย\nมิติที่ ๑.๑ - ลดฝุ่น PM\n2.5 ไมครอน\nเป้าหมายที่ ๑.๑.๒ ลดลง 1.5 เท่า")
    assert (strategy.sub_issue_code, strategy.sub_issue_name) == ("1.1", "ลดฝุ่น PM 2.5 ไมครอน")
    assert (strategy.goal_code, strategy.goal_name) == ("1.1.2", "ลดลง 1.5 เท่า")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ด้านที่ – มหานคร", "strategy_code_unreadable"),
        ("มิติที่ ๗ - กฎหมาย", "sub_issue_code_unreadable"),
        ("เป้าหมายที่ ๗.๒ ระบบ", "goal_code_unreadable"),
    ],
)
def test_a_level_without_a_code_of_its_own_is_an_issue(text: str, fault: str) -> None:
    assert strategy_of(text).issues == {fault: text}


@pytest.mark.parametrize(
    ("text", "year", "version", "issues"),
    [
        ("ด้านที่ ๗ – ก", None, "plan2556-2575", {}),
        ("กลยุทธ์ที่ ๗.๒.๑.๑ ก", None, "plan2561-2580rev", {}),
        ("ยุทธศาสตร์ที่ ๗ – ก\nเป้าหมายที่ ๗.๒.๑ ข", None, None, {}),
        ("ยุทธศาสตร์ที่ ๗ – ก", 2566, "plan2561-2580rev", {}),
        (
            "ด้านที่ ๗ – ก", 2566, "plan2561-2580rev",
            {"plan_version_mismatch": "plan2561-2580rev / plan2556-2575"},
        ),
        (
            "ด้านที่ ๗ – ก\nกลยุทธ์ที่ ๗.๒.๑.๑ ข", None, None,
            {"plan_version_mismatch": "plan2556-2575 / plan2561-2580rev"},
        ),
    ],
)  # fmt: skip
def test_the_plan_is_told_by_the_year_or_by_its_own_words(
    text: str, year: int | None, version: str | None, issues: dict[str, str]
) -> None:
    strategy = strategy_of(text, year)
    assert (strategy.plan_version, strategy.issues) == (version, issues)


def test_what_is_no_level_is_left_over() -> None:
    path = read_plan_path(lines_of("หมายเหตุ\nด้านที่ ๗ – ก\n\nต่อท้าย\nด้านที่ ๑ – ข"))
    assert [line.text for line in path.unplaced] == ["หมายเหตุ", "ต่อท้าย", "ด้านที่ ๑ – ข"]
    assert path.levels_missing == ["sub_issue", "goal"]


def test_a_plan_begins_with_a_strategy_and_goes_on_below_it() -> None:
    assert begins_plan("ด้านที่ ๗ – การบริหาร")
    assert not begins_plan("ด้านที่เกี่ยวข้อง")
    assert not begins_plan("เป้าหมายที่ ๗.๒.๑ ระบบ")
    assert begins_level("๗.๒ - การบริหารแผน", "ด้านที่ ๗ – การบริหาร")
    assert not begins_level("๖.๒ - การท่องเที่ยว", "ด้านที่ ๗ – การบริหาร")
