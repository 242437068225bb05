"""What people write on a form leaves its values what they are, and is said."""

from collections.abc import Callable

import pytest

from etl.extract import extract
from tests.by_hand import WAYS
from tests.families.test_unheaded_forms import values
from tests.forms import Form

FORM = (
    Form()
    .with_report(2, plan_status="ช้ากว่าแผน", target_status="ต่ำกว่าเป้าหมาย")
    .with_report(3, disbursed="25,000.50 บาท")
)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("percent_signs", [True, False])
def test_the_values_that_count_are_read(way: Callable[[Form], Form], percent_signs: bool) -> None:
    (plain,), (copy,) = (
        extract("form.txt", form.text(percent_signs=percent_signs).encode()) for form in (FORM, way(FORM))
    )
    assert values(copy) == values(plain)


@pytest.mark.parametrize("name", ["struck", "struck_letters", "corrected", "arrows", "remarked", "said_behind"])
def test_what_was_written_on_it_is_said(name: str) -> None:
    (copy,) = extract("form.txt", WAYS[name](FORM).text(percent_signs=False).encode())
    if name.startswith("struck"):
        assert [finding.rule_id for finding in copy.findings] == ["R-struck-text"]
    else:
        fault = "corrected" if name in {"corrected", "arrows"} else "remarked"
        fields = ("progress_pct", "disbursed_thb", "plan_status", "target_status")
        assert all(report.issues.keys() == {f"{field}_{fault}" for field in fields} for report in copy.reports)


@pytest.mark.parametrize("planned", ["ความก้าวหน้าตามแผน = 30.00 %", "แผนงาน = 30 %", "ตามแผน = ๓๐", "แผน : 30.00 %,"])
@pytest.mark.parametrize("real", ["ความก้าวหน้าของงานฯ =", "ผลงานจริง =", "ผล ="])
@pytest.mark.parametrize("between", [" ", "\n", "\n:: "])
def test_a_planned_progress_before_the_real_one_is_said(planned: str, real: str, between: str) -> None:
    text = FORM.text()
    (plain,), (copy,) = (
        extract("form.txt", printed.encode())
        for printed in (text, text.replace(":: ความก้าวหน้าของงานฯ =", f":: {planned}{between}{real}"))
    )
    assert values(copy) == values(plain)
    for report in copy.reports:
        assert report.issues["columns_unread"].split()[-2 if "%" in planned else -1] in planned
        assert "แผน" in report.issues["columns_unread"]


def test_statuses_may_have_labels_on_lines_of_their_own() -> None:
    text = FORM.text()
    lines = text.replace("บาท\t: ", "บาท\nแผน : ").replace(
        "\t: เป็นไปตามเป้าหมาย", "\nเป้าหมาย : ☑ เป็นไปตามเป้าหมาย ☐ ต่ำกว่าเป้าหมาย"
    )
    assert lines.count("\nแผน : ") == len(FORM.reports)
    (plain,), (copy,) = (extract("form.txt", printed.encode()) for printed in (text, lines))
    assert [(report.disbursed_thb, report.plan_status) for report in copy.reports] == [
        (report.disbursed_thb, report.plan_status) for report in plain.reports
    ]
    assert copy.reports[0].target_status == plain.reports[0].target_status


@pytest.mark.parametrize("before", ["ความก้าวหน้าตามแผน 30.00 %", "ความก้าวหน้าที่วางไว้ = 30.00 %"])
def test_a_detail_that_begins_with_what_is_not_known_holds_its_report(before: str) -> None:
    text = FORM.text().replace("\t:: ความก้าวหน้าของงานฯ =", f":: {before} ความก้าวหน้าของงานฯ =")
    text = text.replace("บาท\t:", "บาท เบิกจ่ายสะสม = 1 บาท :")
    (copy,) = extract("form.txt", text.encode())
    assert len(copy.reports) == len(FORM.reports)
    assert all("detail_incomplete" in report.issues for report in copy.reports)
