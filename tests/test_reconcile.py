from dataclasses import replace

from etl.extract import extract
from etl.pipeline import judge
from etl.reconcile import Conflict, Reconciled, State
from tests.conftest import SAMPLE
from tests.forms import Form
from tests.judging import states


def judged(text: str) -> list[Reconciled]:
    return judge(extract("form.txt", text.encode())).reconciled


def conflicts_of(copies: list[Reconciled]) -> list[tuple[int, Conflict]]:
    """Return the conflicts, each with the number of the copy that is not shown."""
    return [(one.copy.copy, conflict) for one in copies for conflict in one.conflicts]


def test_the_sample_is_in_conflict_on_exactly_these_fields() -> None:
    conflicts = conflicts_of(judged(SAMPLE.read_text(encoding="utf-8")))
    assert {conflict.field for _, conflict in conflicts} == {
        "goal_code", "goal_name", "reports[2].narrative", "reports[3].narrative", "reports[4].narrative",
        "reports[9].narrative",
    }  # fmt: skip
    copy, goal = next((copy, one) for copy, one in conflicts if one.field == "goal_code")
    assert (goal.value_shown, goal.value_other, copy, goal.line) == ("7.2.1", "7.2.2", 1, 53)


def test_the_certified_copy_is_shown_wherever_it_stands() -> None:
    text = Form(certified=True).text() + Form(targets="ต้นไม้ 400 ต้น").text()
    judgement = judged(text)
    assert states(judgement) == [[State.SHOWN] * 4, [State.SUPERSEDED] * 4]
    ((_, conflict),) = conflicts_of(judgement)
    assert (conflict.field, conflict.value_shown, conflict.value_other) == ("targets", "ต้นไม้ 500 ต้น", "ต้นไม้ 400 ต้น")


def test_of_copies_without_certification_the_last_is_shown() -> None:
    assert states(judged(Form().text() * 3)) == [[State.SUPERSEDED] * 4, [State.SUPERSEDED] * 4, [State.SHOWN] * 4]


def test_a_report_that_is_held_back_in_the_copy_shown_is_shown_from_the_other() -> None:
    text = Form().text() + Form(certified=True).with_report(2, progress="150").text()
    first, second = states(judged(text))
    assert first == [State.SUPERSEDED, State.SUPERSEDED, State.SHOWN, State.SUPERSEDED]
    assert second == [State.SHOWN, State.SHOWN, State.HELD, State.SHOWN]


def test_a_report_that_a_copy_lacks_is_a_conflict() -> None:
    certified = Form(certified=True, reports=Form().reports[:2])
    judgement = judged(Form().text() + certified.text())
    assert states(judgement)[0] == [State.SUPERSEDED, State.SUPERSEDED, State.SUPERSEDED, State.SHOWN]
    ((copy, conflict),) = conflicts_of(judgement)
    assert (conflict.field, conflict.value_shown, conflict.value_other) == ("reports[3]", "2024-02-29", None)
    assert copy == 2


def test_a_report_that_many_copies_lack_is_one_conflict() -> None:
    reports = [replace(Form().reports[0], no=str(number)) for number in range(1, 41)]
    text = "".join(Form(reports=(report,)).text() for report in reports)
    conflicts = conflicts_of(judged(text))
    assert sorted((conflict.field, copy) for copy, conflict in conflicts) == sorted(
        (f"reports[{number}]", 2 if number == 1 else 1) for number in range(1, 41)
    )


def test_projects_of_their_own_do_not_contest() -> None:
    judgement = judged(Form().text() + Form(code="50210000-0043").text())
    assert states(judgement) == [[State.SHOWN] * 4] * 2
    assert not conflicts_of(judgement)


def test_the_same_number_in_other_digits_is_no_conflict() -> None:
    text = Form().with_report(1, progress="10").text() + Form().with_report(1, progress="๑๐.๐๐").text()
    assert not conflicts_of(judged(text))


def test_a_conflict_on_personal_data_is_told_without_the_data() -> None:
    judgement = judged(Form(owner="คนหนึ่ง").text() + Form(owner="อีกคน").text())
    (finding,) = [f for one in judgement for f in one.copy.findings if f.rule_id == "R-copy-conflict"]
    assert (finding.field, finding.value) == ("owner", None)
