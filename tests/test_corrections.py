"""Corrections: applied for as long as the source prints the error, and loud as soon as it prints anything else."""

import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import pipeline
from etl.corrections import Correction, correct, read_corrections
from etl.errors import BadInputError
from etl.extract import extract
from etl.pipeline import judge
from etl.records import Copy, Document, Finding, Indicator, IndicatorQuarter, Place, Project, Report, Severity, Strategy
from etl.records.names import Kind
from etl.settings import PROJECT_ROOT, Settings
from tests.conftest import SAMPLE, Warehouse, batches_of
from tests.forms import Form
from tests.load.content import content_of

PROJECT = "50210000-0042/2567"
SHA256 = "0" * 64
BECAUSE = {"reason": "a digit was lost", "source": "letter 12/2567", "date": date(2024, 5, 1)}

Corrections = Callable[[str], Path]


@pytest.fixture
def corrections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corrections:
    """Write the file of corrections that runs of this test take."""
    path = tmp_path / "corrections.toml"
    monkeypatch.setenv("ETL_CORRECTIONS", str(path))

    def write(text: str) -> Path:
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def warehouse(corrections: Corrections, warehouse: Warehouse) -> Warehouse:
    """A warehouse whose loads take these corrections."""
    warehouse.settings = warehouse.settings.model_copy(update={"etl_corrections": corrections("")})
    return warehouse


def entry(record: str = PROJECT, field: str = "budget_received_thb", **changes: str | None) -> str:
    """Return an entry; every value is TOML, None leaves a line out."""
    lines: dict[str, str | None] = {
        "record": f'"{record}"', "field": f'"{field}"', "expect": "1250000.50", "value": "12500000.50",
        "reason": '"a digit was lost"', "source": '"letter 12/2567"', "date": "2024-05-01",
    } | changes  # fmt: skip
    return "\n".join(
        ["[[correction]]", *(f"{name} = {value}" for name, value in lines.items() if value is not None), ""]
    )


def known(field: str, expect: object, value: object, record: str = PROJECT, **more: Any) -> Correction:
    return Correction(record, field, expect, value, **(BECAUSE | more))


def corrected(text: str, *some: Correction) -> Copy:
    """Return the one copy in a form, corrected and judged."""
    (copy,) = correct(extract("form.txt", text.encode()), some)
    return judge([copy]).copies[0]


def told(copy: Copy) -> list[Finding]:
    return [finding for finding in copy.findings if finding.rule_id in {"R-corrected", "R-correction-outdated"}]


def held(copy: Copy) -> dict[str, str]:
    """Return the rule that holds back each record that is held, by the record's kind and number."""
    (one,) = judge([copy]).reconciled
    return {
        f"report {ref.ref}" if ref.ref else "project": verdict.held_by
        for ref, verdict in ((record.ref, record.verdict) for record in one.records)
        if verdict.held_by and ref.kind in {Kind.PROJECT, Kind.REPORT}
    }


# Applying


def test_a_field_that_prints_the_error_becomes_what_is_right_and_says_so() -> None:
    form = Form()
    copy = corrected(form.text(), known("budget_received_thb", Decimal("1250000.5"), Decimal("12500000.50")))
    assert copy.project is not None
    assert copy.project.budget_received_thb == Decimal("12500000.50")
    assert copy.project.places["budget_received_thb"].line == form.line_of("งบประมาณที่ได้รับ")
    (finding,) = told(copy)
    assert (finding.rule_id, finding.severity, finding.record) == ("R-corrected", Severity.INFO, PROJECT)
    assert (finding.field, finding.value, finding.line) == (
        "budget_received_thb", "1250000.50", form.line_of("งบประมาณที่ได้รับ"),
    )  # fmt: skip
    assert finding.message == (
        "1250000.50 is printed, 12500000.50 is right: a digit was lost (letter 12/2567, 2024-05-01)"
    )
    assert held(copy) == {}


def test_rules_judge_what_is_right_and_not_what_was_printed() -> None:
    text = Form().with_report(2, progress="150").text()
    assert "R-progress-range" in {finding.rule_id for finding in corrected(text).findings}
    copy = corrected(text, known("progress_pct", Decimal(150), Decimal(15), f"{PROJECT}/reports[2]"))
    assert "R-progress-range" not in {finding.rule_id for finding in copy.findings}
    assert [report.progress_pct for report in copy.reports] == [10, 15, 33]
    (finding,) = told(copy)
    assert (finding.record, finding.field) == (f"{PROJECT}/reports[2]", "reports[2].progress_pct")


def test_a_value_that_is_wrong_and_nobody_knows_becomes_unknown() -> None:
    copy = corrected(Form().text(), known("end_date", date(2024, 9, 30), None))
    assert copy.project is not None
    assert copy.project.end_date is None
    assert told(copy)[0].message.startswith("2024-09-30 is printed, nobody knows what is right: ")


def test_a_field_of_the_plan_is_the_project_s() -> None:
    copy = corrected(Form().text(), known("goal_code", "4.3.1", "4.3.2"))
    assert copy.strategy is not None
    assert copy.strategy.goal_code == "4.3.2"


def test_a_correction_of_another_record_or_document_does_nothing() -> None:
    text = Form().text()
    others = (
        known("progress_pct", Decimal(20), Decimal(25), f"{PROJECT}/reports[4]"),
        known("budget_received_thb", Decimal(1), Decimal(2), "50210000-0042/2566"),
        known("budget_spent_thb", Decimal(1), Decimal(2), sha256=SHA256),
    )
    assert corrected(text, *others) == corrected(text)


def test_what_is_not_printed_is_not_corrected() -> None:
    blank = corrected(Form(received="").text(), known("budget_received_thb", Decimal(1), Decimal(2)))
    assert blank.project is not None
    assert blank.project.budget_received_thb is None
    assert told(blank) == []


@pytest.mark.parametrize(
    ("printed", "value"),
    [("1,250,000.51", "1250000.51"), ("12,500,000.50", "12500000.50"), ("ล้านสอง", "ล้านสอง")],
    ids=["changed", "repaired", "unreadable"],
)
def test_a_record_that_prints_anything_else_is_held_back_and_says_what_to_do(printed: str, value: str) -> None:
    correction = known("budget_received_thb", Decimal("1250000.50"), Decimal("12500000.50"))
    copy = corrected(Form(received=printed).text(), correction)
    (finding,) = told(copy)
    assert (finding.rule_id, finding.severity) == ("R-correction-outdated", Severity.CRITICAL)
    assert (finding.record, finding.field, finding.value) == (PROJECT, "budget_received_thb", value)
    assert finding.message.startswith(f"{value} is printed, and not 1250000.50, as a correction expects: ")
    assert "take the correction out, or bind it by its sha256" in finding.message
    assert held(copy)["project"] == "R-correction-outdated"
    assert copy.project == corrected(Form(received=printed).text()).project


def test_of_two_reports_that_share_a_number_the_one_that_prints_something_else_is_held_back() -> None:
    form = Form().with_report(2, no="1", counter="1")
    copy = corrected(form.text(), known("progress_pct", Decimal(10), Decimal(11), f"{PROJECT}/reports[1]"))
    assert [report.progress_pct for report in copy.reports][:2] == [11, Decimal("20.50")]
    outdated = [finding for finding in told(copy) if finding.rule_id == "R-correction-outdated"]
    assert [finding.line for finding in outdated] == [form.line_of("20.50")]


def test_copies_that_disagree_are_no_mend_of_the_source() -> None:
    wrong, right = Form(received="100 บาท"), Form(received="1,000 บาท", certified=True)
    content = (wrong.text() + right.text()).encode()
    copies = correct(extract("form.txt", content), [known("budget_received_thb", Decimal(100), Decimal(1000))])
    reconciled = judge(copies).reconciled
    assert [copy.project.budget_received_thb for copy in copies if copy.project] == [1000, 1000]
    assert [[finding.rule_id for finding in told(copy)] for copy in copies] == [["R-corrected"], []]
    assert [one.conflicts for one in reconciled] == [[], []]


@pytest.mark.parametrize("field", ["owner", "coordinator", "contact"])
def test_personal_data_is_corrected_and_not_told(field: str) -> None:
    for printed in ("นาง ก.", "นาง ข."):
        copy = bare(Project(project_code="50210000-0042", fiscal_year=2567, **{field: printed}))
        (after,) = correct([copy], [known(field, "นาง ก.", "นางสาว ก.")])
        (finding,) = told(after)
        assert finding.value is None
        assert "นาง" not in finding.message
        assert getattr(after.project, field) == ("นางสาว ก." if printed == "นาง ก." else printed)


def test_an_indicator_and_its_quarters_are_corrected_by_their_name() -> None:
    quarters = [IndicatorQuarter(quarter=1, score=Decimal(10)), IndicatorQuarter(quarter=2, score=Decimal(10))]
    indicator = Indicator(kpi_id="5021-0801", fiscal_year=2567, target_value=Decimal(1), quarters=quarters)
    indicator.places = {"kpi_id": Place(1, 3), "quarters[2].score": Place(1, 9)}
    copy = Copy(document=Document(uri="u", sha256=SHA256), copy=1, page=1, first_line=1, last_line=9,
                indicators=[indicator])  # fmt: skip
    some = [
        known("target_value", Decimal(1), Decimal(1000), "5021-0801/2567"),
        known("quarters[2].score", Decimal(10), Decimal(100), "5021-0801/2567"),
    ]
    (after,) = correct([copy], some)
    assert after.indicators[0].target_value == 1000
    assert [quarter.score for quarter in after.indicators[0].quarters] == [10, 100]
    assert [(finding.field, finding.line) for finding in told(after)] == [("target_value", 3), ("quarters[2].score", 9)]


def test_what_follows_from_a_field_follows_its_correction_and_so_does_the_record_s_name() -> None:
    copy = corrected(
        Form(fiscal_year="2557").text(),
        known("fiscal_year", 2557, 2567, "50210000-0042/2557"),
        known("project_code", "50210000-0042", "50220300-0042", "50210000-0042/2557"),
    )
    assert copy.project is not None
    assert copy.strategy is not None
    assert (copy.project.agency_code, copy.project.unit_code) == ("5022", "50220300")
    assert copy.strategy.plan_version == "plan2561-2580rev"
    assert {finding.record for finding in told(copy)} == {"50220300-0042/2567"}


def bare(project: Project) -> Copy:
    return Copy(document=Document(uri="u", sha256=SHA256), copy=1, page=1, first_line=1, last_line=1, project=project)


words = st.text("กขค", min_size=1, max_size=3)
values: dict[str, st.SearchStrategy[Any]] = {
    "project_name": words, "targets": words, "start_date": st.dates(),
    "budget_received_thb": st.decimals(0, 10**12, places=2), "progress_pct": st.decimals(0, 100, places=2),
    "evaluation_quarter": st.integers(1, 4), "objectives": st.lists(words, min_size=1, max_size=3),
}  # fmt: skip


@given(st.sampled_from(sorted(values)), st.data())
def test_a_correction_changes_its_field_alone_and_only_from_what_it_expects(field: str, data: st.DataObject) -> None:
    blank: object = [] if field == "objectives" else None
    expect, other = data.draw(values[field]), data.draw(values[field])
    printed = data.draw(st.sampled_from([expect, blank]) | values[field])
    value = data.draw(st.sampled_from([blank, other if other != expect else blank]))
    before = bare(Project(project_code="50210000-0042", fiscal_year=2567, **{field: printed}))
    before.strategy, before.reports = Strategy(goal_code="4.3.1"), [Report(report_no=1)]
    (after,) = correct([before], [known(field, expect, value)])
    assert getattr(after.project, field) == (value if printed == expect else printed)
    setattr(after.project, field, printed)
    assert (after.project, after.strategy, after.reports) == (before.project, before.strategy, before.reports)
    rule = "R-corrected" if printed == expect else "R-correction-outdated"
    assert [finding.rule_id for finding in told(after)] == ([] if printed == blank else [rule])
    (again,) = correct([before], [])
    assert again == before


# The file


def test_the_shipped_file_corrects_nothing() -> None:
    assert Settings().etl_corrections == PROJECT_ROOT / "corrections.toml"
    assert read_corrections(Settings().etl_corrections) == []


def test_the_example_in_the_shipped_file_is_true_of_the_sample(corrections: Corrections) -> None:
    shipped = (PROJECT_ROOT / "corrections.toml").read_text(encoding="utf-8")
    (correction,) = read_corrections(corrections(re.sub(r"^# (?=\[\[|\w+ = )", "", shipped, flags=re.MULTILINE)))
    copies = correct(extract("sample", SAMPLE.read_bytes()), [correction])
    assert [[finding.rule_id for finding in told(copy)] for copy in copies] == [["R-corrected"], []]
    assert copies[0].reports[8].narrative == copies[1].reports[8].narrative


@pytest.mark.parametrize(
    ("text", "expect", "value"),
    [
        (entry(), Decimal("1250000.50"), Decimal("12500000.50")),
        (entry(expect='"0.50"', value="3"), Decimal("0.50"), Decimal(3)),
        (entry(field="start_date", expect="2023-10-01", value='"2023-10-02"'), date(2023, 10, 1), date(2023, 10, 2)),
        (entry(field="objectives", expect='["ก"]', value='["ก", "ข"]'), ["ก"], ["ก", "ข"]),
        (entry(field="objectives", expect='["ก"]', value=None), ["ก"], []),
        (entry(field="is_certified", expect="true", value="false"), True, False),
        (entry(field="targets", expect='"ทํา  งาน"', value='"เเก้"'), "ทำ งาน", "แก้"),
    ],
)
def test_values_are_read_as_their_fields_have_them(
    corrections: Corrections, text: str, expect: object, value: object
) -> None:
    (correction,) = read_corrections(corrections(text))
    assert (correction.expect, correction.value) == (expect, value)


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (f"{PROJECT}/reports[2]", "progress_pct"),
        (f"{PROJECT}/reports[2]", "reports[2].progress_pct"),
        (PROJECT, "reports[2].progress_pct"),
    ],
)
def test_a_report_is_named_in_any_way_that_findings_and_changes_have(
    corrections: Corrections, record: str, field: str
) -> None:
    (correction,) = read_corrections(corrections(entry(record, field, expect="50", value="5")))
    assert correction.target == (f"{PROJECT}/reports[2]", "progress_pct")


def test_one_field_may_be_corrected_for_each_of_several_documents(corrections: Corrections) -> None:
    text = entry(sha256=f'"{SHA256}"') + entry(sha256=f'"{"1" * 64}"')
    assert [one.sha256 for one in read_corrections(corrections(text))] == [SHA256, "1" * 64]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[correction]\n", "not TOML"),
        ('title = "corrections"\n', "unknown field `title`"),
        ("[[corrections]]\n", "unknown field `corrections`"),
        (entry(reason=None), rf"correction 1 \({PROJECT}, budget_received_thb\): .*`reason`"),
        (entry(expect=None), "`expect`"),
        (entry(source='" "'), "source"),
        (entry(date='"yesterday"'), "date"),
        (entry(sha256='"abc"'), "sha256"),
        (entry(remark='"?"'), "unknown field `remark`"),
        (entry(field="budget"), "no such field"),
        (entry(field="places"), "no such field"),
        (entry("5021-0801/2567", "quarters[5].score"), "no such field"),
        (entry("5021-0801/2567", "quarters[1].quarter"), "no such field"),
        (entry("50210000-0042"), "no record has such a name"),
        (entry(f"{PROJECT}/reports[1]", "reports[2].progress_pct"), "name one of them"),
        (entry("5021-0801/2567", "reports[2].progress_pct"), "no such field"),
        (entry("document"), "only projects, reports and indicators are corrected"),
        (entry("copy[1]"), "named by a place"),
        (entry(f"{PROJECT}/reports[#2]", "progress_pct", expect="1", value="2"), "named by a place"),
        (entry(expect='"much"'), "its expect is no value of the field"),
        (entry(value="1.005"), "its value is no value of the field"),
        (entry(value="nan"), "its value is no value of the field"),
        (entry(value="true"), "its value is no value of the field"),
        (entry(value="1" * 20), "its value is no value of the field"),
        (entry(field="start_date", expect='"01/10/2566"'), "its expect is no value of the field"),
        (entry(field="targets", expect='""', value='"ก"'), "its expect is blank"),
        (entry(field="objectives", expect='["ก"]', value='["ก", " "]'), "its value is blank"),
        (entry(field="objectives", expect="[]", value='["ก"]'), "its expect is blank"),
        (entry(field="is_certified", expect="true", value=None), "never unknown"),
        (entry(value="1250000.5"), "its value is what it expects"),
        (entry() + entry(value="1"), rf"correction 2 \({PROJECT}, budget_received_thb\): correction 1 is for the same"),
        (entry() + entry(sha256=f'"{SHA256}"'), "correction 1 is for the same field"),
    ],
)
def test_a_malformed_file_fails_at_once_in_one_line_that_names_the_entry(
    corrections: Corrections, exports: Path, tmp_path: Path, text: str, fault: str
) -> None:
    path = corrections(text)
    with pytest.raises(BadInputError, match=fault) as failed:
        read_corrections(path)
    assert str(path) in str(failed.value)
    assert "\n" not in str(failed.value)
    settings = Settings(etl_home=tmp_path / "home", etl_source=str(exports))
    with pytest.raises(BadInputError, match=fault):
        pipeline.pull(settings, "run", only_new=False)
    assert not settings.home.exists()


def test_a_file_that_is_not_there_fails_too(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="No such file"):
        read_corrections(tmp_path / "corrections.toml")


# The warehouse


def test_a_changed_file_changes_the_warehouse_and_an_empty_one_restores_it(
    warehouse: Warehouse, exports: Path, corrections: Corrections
) -> None:
    (exports / "form.txt").write_text(Form().text(), encoding="utf-8")
    os.utime(exports / "form.txt", (at := datetime(2024, 10, 15, tzinfo=UTC).timestamp(), at))
    received = "SELECT budget_received_thb FROM mart.project_status"
    corrections("")
    warehouse.load(exports)
    before = content_of(warehouse)
    for value in ("12500000.50", "2"):
        corrections(entry(value=value))
        assert warehouse.load(exports)["records_loaded"] > 0
        assert warehouse.value(received) == Decimal(value)
    assert warehouse.load(exports)["records_loaded"] == 0
    (found,) = warehouse.rows("SELECT * FROM mart.document_quality WHERE rule_id = 'R-corrected'")
    assert (found["record"], found["value"]) == (PROJECT, "1250000.50")
    corrections("")
    warehouse.load(exports)
    assert content_of(warehouse) == before


def test_a_record_whose_correction_is_outdated_is_held_until_the_correction_is_taken_out(
    warehouse: Warehouse, exports: Path, corrections: Corrections
) -> None:
    (exports / "form.txt").write_text(Form().text(), encoding="utf-8")
    corrections(entry(f"{PROJECT}/reports[3]", "progress_pct", expect="3.30", value="33"))
    assert warehouse.load(exports)["records_quarantined"] == 1
    (case,) = warehouse.rows("SELECT * FROM ops.quarantine")
    assert (case["record"], case["rule_id"], case["state"]) == (
        f"{PROJECT}/reports[3]", "R-correction-outdated", "held",
    )  # fmt: skip
    assert case["line"] == Form().line_of("33.00")
    assert "take the correction out" in case["reason"]
    corrections("")
    work_lists = pipeline.redrive(warehouse.settings, "redrive")
    pipeline.load(
        warehouse.settings,
        "redrive",
        batches_of(warehouse.settings, work_lists),
    )
    assert warehouse.value("SELECT state FROM ops.quarantine") == "released"
    assert warehouse.value("SELECT count(*) FROM mart.progress_report") == 3


def test_a_year_is_loaded_with_what_is_corrected_to_be_of_it(
    warehouse: Warehouse, exports: Path, corrections: Corrections
) -> None:
    (exports / "form.txt").write_text(Form(fiscal_year="2557").text(), encoding="utf-8")
    corrections(entry("50210000-0042/2557", "fiscal_year", expect="2557", value="2567"))
    assert warehouse.load(exports, fiscal_year=2567)["documents_read"] == 1
    assert warehouse.value("SELECT fiscal_year FROM mart.project_status") == 2567
