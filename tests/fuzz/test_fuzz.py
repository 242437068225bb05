"""The bounded run of the fuzzers, and proof that their oracle can fail. `make fuzz` runs the long one."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.forms import Form
from tests.fuzz import oracle
from tests.fuzz.oracle import Export, Reading
from tests.fuzz.run import attempt, verdict
from tests.fuzz.targets import TARGETS
from tests.indicator_pages import IndicatorPage

MUTATIONS = 40  # of each target, twice

FORM = Form(goal="๔.๓.๑ กรุงเทพมหานครมีการปรับปรุงองค์ประกอบทางภูมิทัศน์เมือง", certified=True)


def reading(form: Form | str) -> Reading:
    text = form.text() if isinstance(form, Form) else form
    return Reading(Export("form.txt", text.encode()))


# A seed cannot be made simpler than another, so there is nothing to shrink.
@settings(max_examples=2, derandomize=True, phases=[Phase.generate])
@given(first_seed=st.integers(min_value=1_000_000, max_value=2**40))
def test_no_damage_is_read_wrong_in_silence(first_seed: int) -> None:
    seeds = range(first_seed, first_seed + MUTATIONS)
    outcome = verdict([trial for name in TARGETS for trial in attempt(name, seeds)])
    assert [failure[:4] for failure in outcome.failures] == []
    assert outcome.fates.total() == MUTATIONS * len(TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_sound_documents_of_every_target_are_read(name: str) -> None:
    for export in TARGETS[name].documents():
        sound = Reading(export, TARGETS[name].read_copies)
        assert any(copy.project or copy.indicators for copy in sound.copies), export.uri


@pytest.mark.parametrize(
    ("record", "field", "value"),
    [
        ("project", "budget_spent_thb", Decimal("1250000.50")),  # printed, and on another line
        ("project", "end_date", date(2023, 10, 1)),
        ("project", "project_code", "50210000-0043"),
        ("project", "start_date", None),
        ("project", "is_certified", False),
        ("strategy", "goal_code", "4.3"),
        ("report", "progress_pct", Decimal(20)),  # part of what is printed
        ("report", "report_date", date(2023, 11, 15)),
        ("report", "plan_status", "ช้ากว่าแผน"),
    ],
)
def test_a_value_that_is_not_printed_where_it_claims_is_told(record: str, field: str, value: object) -> None:
    sound, mutant = reading(FORM), reading(FORM)
    (copy,) = mutant.copies
    setattr({"project": copy.project, "strategy": copy.strategy, "report": copy.reports[1]}[record], field, value)
    fault = oracle.fault(mutant, [sound], is_exact=False)
    assert fault
    assert fault.kind == "silent"
    assert field in fault.message


def test_a_report_that_is_printed_and_was_not_read_is_told() -> None:
    sound, mutant = reading(FORM), reading(FORM)
    mutant.copies[0].reports.pop()
    fault = oracle.fault(mutant, [sound], is_exact=False)
    assert fault
    assert "report 3" in fault.message


def test_a_value_that_is_printed_otherwise_is_told_only_where_the_channel_should_have_noticed() -> None:
    sound, mutant = reading(FORM), reading(FORM.with_report(2, progress="20.75"))
    assert oracle.is_changed(mutant, sound)
    assert oracle.fault(mutant, [sound], is_exact=False) is None
    assert oracle.fault(mutant, [sound], is_exact=True)


def test_a_finding_excuses_what_is_read() -> None:
    sound, mutant = reading(FORM), reading(FORM.text().replace("20.50", "2O.50"))
    oracle.judge_together([sound, mutant])
    assert mutant.findings - sound.findings
    assert oracle.fault(mutant, [sound], is_exact=True) is None


def test_a_finding_of_another_value_is_another_finding() -> None:
    sound, mutant = (reading(FORM.text().replace("20.50", printed)) for printed in ("2O.50", "3O.50"))
    oracle.judge_together([sound, mutant])
    assert mutant.findings - sound.findings


def test_a_number_that_was_put_where_a_cell_is_blank_may_be_that_cell() -> None:
    text = IndicatorPage().text(blank_lines=False)
    sound, *mutants = reading(text), *(reading(text.replace("57.50\n", "57.50\n1\n")) for _ in range(2))
    mutants[1].copies[0].indicators[0].quarters[2].score = Decimal(1)
    assert all(oracle.is_changed(mutant, sound) for mutant in mutants)
    assert [oracle.fault(mutant, [sound], is_exact=False) is None for mutant in mutants] == [True, False]


def test_a_line_of_the_other_document_gives_what_it_gave_there() -> None:
    first = IndicatorPage()
    second = first.with_(kpi_id="5030-871", level="ผลลัพธ์ (outcome)")
    texts = [page.text() for page in (first, second)]
    mixed = texts[0].replace("(ตัวชี้วัดระดับผลผลิต (output))", "(ตัวชี้วัดระดับผลลัพธ์ (outcome))")
    sounds, mutant = list(map(reading, texts)), reading(mixed)
    assert oracle.is_changed(mutant, sounds[0])
    assert oracle.fault(mutant, sounds, is_exact=False) is None


def test_a_row_is_found_by_its_number_however_its_cells_are_parted() -> None:
    text = IndicatorPage().text(blank_lines=False)
    sound, mutant = reading(text), reading(text.replace("\n3\n56.66", "\n3|56.66").replace("0.0000\n0 / 0", "95 / 100"))
    assert oracle.is_changed(mutant, sound)
    assert oracle.fault(mutant, [sound], is_exact=False) is None


def test_what_cannot_be_processed_is_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = reading(FORM)
    monkeypatch.setattr("etl.extract.parse", lambda *_: 1 // 0)
    fault = oracle.fault(reading(FORM), [sound], is_exact=False)
    assert fault
    assert fault.kind == "crash"
