"""A value that was recognised is corroborated by what is printed, or somebody is told to look at it."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.extract import parse
from etl.issues import KINDS
from etl.records import Channel, Copy, Document, Line, Place, Record, Report
from etl.repair.evidence import note_uncorroborated
from etl.validate import suites
from tests.forms import REPORTS, Form, PrintedReport
from tests.indicator_pages import IndicatorPage
from tests.varied_forms import draw

TOKEN = re.compile(r"[0-9๐-๙](?:[0-9๐-๙.,/:-]*[0-9๐-๙])?|[ก-๎.]+")
DOCUMENT = Document(uri="scan.png", sha256="0" * 64, channel=Channel.OCR)


def recognised(text: str, low_confidence: Sequence[str] = ()) -> Copy:
    """Return the copy in a scan, some of whose figures were not recognised for sure."""
    lines = [
        Line(
            Place(1, number),
            line,
            low_confidence=tuple(figure for figure in low_confidence if figure in TOKEN.findall(line)),
        )
        for number, line in enumerate(text.splitlines(), start=1)
    ]
    (copy,) = parse(DOCUMENT, lines)
    return copy


def misread(copy: Copy) -> set[str]:
    """Return the fields that somebody should look at; those of a report or an indicator by their number."""
    records: list[tuple[str, Record | None]] = [("", copy.project), ("", copy.strategy)]
    records += [(f"{place}.", report) for place, report in enumerate(copy.reports, start=1)]
    records += [("", indicator) for indicator in copy.indicators]
    faults = [(name, fault) for name, record in records if record for fault in record.issues]
    return {name + fault.removesuffix("_misread") for name, fault in faults if fault.endswith("_misread")}


def reports(*changes: dict[str, str]) -> tuple[PrintedReport, ...]:
    return tuple(
        PrintedReport(**{"no": one.no, "date": one.date, "progress": one.progress} | change)
        for one, change in zip(REPORTS, changes, strict=True)
    )


def test_a_scan_that_is_sound_raises_no_issue() -> None:
    assert misread(recognised(Form().text())) == set()


@pytest.mark.parametrize(
    ("form", "figure", "fields"),
    [
        (Form(), "50210000-0042", {"project_code"}),
        (Form(), "1,250,000.50", {"budget_received_thb"}),
        (Form(), "20.50", {"2.progress_pct"}),
        (Form(), "20/02/2567", {"2.report_date"}),
        (Form(start="2023-11-15 00:00:00"), "2023-11-15", {"start_date"}),
        (Form(end="15 มี.ค. 2567"), "15", {"end_date"}),
        (Form(end="15 มี.ค. 2567"), "มี.ค.", {"end_date"}),
        (Form(end="15 มี.ค. 2567"), "2567", {"end_date"}),
        (Form(sub_issue="๔.๓ - สวนริมคลองของเขต"), "๔.๓", {"sub_issue_code"}),
        (Form(indicator="มิติที่ 3 จำนวนต้นไม้"), "3", {"dimension_no"}),
        (Form().with_report(2, disbursed="7,500 บาท"), "7,500", {"2.disbursed_thb"}),
    ],
)  # fmt: skip
def test_a_figure_that_is_not_sure_is_looked_at(form: Form, figure: str, fields: set[str]) -> None:
    assert misread(recognised(form.text(), [figure])) == fields


# What else may say the same


@pytest.mark.parametrize(
    ("form", "figure"),
    [
        (Form(), "2567"),  # both dates are of that year
        (Form(), "2023-10-01"),  # a project begins with its year
        (Form(), "2024-09-30"),  # and ends with it
        (Form(), "๔.๓.๑"),  # the name behind it has this code
        (Form(spent="7,500 บาท", reports=reports({"disbursed": "7,500 บาท"}, {}, {})), "7,500"),  # the sum
    ],
)
def test_a_figure_that_the_form_confirms_raises_no_issue(form: Form, figure: str) -> None:
    assert misread(recognised(form.text(), [figure])) == set()


@pytest.mark.parametrize(
    ("form", "figure", "field"),
    [
        (Form(fiscal_year="2561"), "2561", "fiscal_year"),  # of 2567, one digit wrong
        (Form(start="2023-10-07 00:00:00"), "2023-10-07", "start_date"),
        (Form(end="2024-08-30 00:00:00"), "2024-08-30", "end_date"),
        (Form(spent="7,500 บาท", reports=reports({"disbursed": "1,500 บาท"}, {}, {})), "1,500", "1.disbursed_thb"),
        (Form(reports=reports({}, {"no": "3"}, {"no": "8"})), "8", "3.report_no"),
    ],
)
def test_what_the_form_gainsays_is_looked_at(form: Form, figure: str, field: str) -> None:
    assert field in misread(recognised(form.text(), [figure]))


def test_a_number_is_confirmed_by_the_count_of_reports() -> None:
    assert misread(recognised(Form().text(), ["1", "2", "3"])) == {"dimension_no"}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"start": "01710/2566"}, {"start_date"}),  # a slash was taken for a digit, though the calendar confirms it
        ({"received": "1.250.000 บาท"}, {"budget_received_thb"}),
        ({"code": "502100000042"}, {"project_code"}),
        ({"agency": "สำนักงานเขตภาษีเจรัญ / ฝ่ายโยธา"}, {"agency_path"}),
        ({"indicator": "NAN 2 จำนวนต้นไม้"}, {"dimension_no"}),
        ({"goal": "๕.๓.๑ กรุงเทพมหานครมีการปรับปรุงองค์ประกอบทางภูมิทัศน์เมือง%"}, {"goal_code"}),
        ({"reports": reports({}, {"date": "20702/2567"}, {})}, {"2.report_date"}),
        ({"reports": reports({}, {"date": "20 กัพ 2567"}, {})}, {"2.report_date"}),
        ({"reports": reports({}, {"plan_status": "เป็นไปตามแฝน"}, {})}, {"2.plan_status"}),
        ({"reports": reports({}, {"progress": "-20.50"}, {})}, {"2.progress_pct"}),
        ({"reports": reports({}, {"no": "7", "counter": "2"}, {})}, {"2.report_no"}),
        ({"reports": reports({}, {"counter": "9"}, {})}, {"2.report_no"}),
    ],
)
def test_what_was_inferred_is_always_looked_at(changes: dict[str, str], fields: set[str]) -> None:
    assert misread(recognised(Form().with_(**changes).text())) == fields


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"received": "1250000 บาท"}, "budget_received_thb"),  # a comma that was lost may have been a digit
        ({"received": "1,2500,000 บาท"}, "budget_received_thb"),
        ({"reports": reports({}, {"progress": "050"}, {})}, "2.progress_pct"),  # of 0.50
        ({"reports": reports({}, {"progress": "20.500"}, {})}, "2.progress_pct"),  # of 20,500
    ],
)
def test_what_looks_as_if_a_sign_was_lost_is_looked_at(changes: dict[str, str], field: str) -> None:
    copy = recognised(Form().with_(**changes).text())
    assert field in misread(copy)


@pytest.mark.parametrize(
    ("changes", "field", "printed"),
    [
        ({"end": "๒๙ 1.8 ๒๕๖๗"}, "end_date", "๒๙ 1.8 ๒๕๖๗"),
        ({"received": "๔ ๖๖ฒ.๔๙ บาท"}, "budget_received_thb", "๔ ๖๖ฒ.๔๙ บาท"),
    ],
)
def test_what_cannot_be_read_is_looked_at_and_refuses_no_project(
    changes: dict[str, str], field: str, printed: str
) -> None:
    project = recognised(Form().with_(**changes).text()).project
    assert project
    assert project.issues == {f"{field}_misread": printed}
    assert getattr(project, field) is None


@pytest.mark.parametrize(
    ("change", "field", "printed"),
    [
        ({"date": "๑๔ ต.ค.ว๑"}, "report_date", "๑๔ ต.ค.ว๑"),
        ({"progress": "9.ฒฒ๐๐"}, "progress_pct", "9.ฒฒ๐๐"),
        ({"disbursed": "๔ ๖๖ฒ.๔๙ บาท"}, "disbursed_thb", "๔ ๖๖ฒ.๔๙ บาท"),
    ],
)
def test_what_cannot_be_read_is_looked_at_and_refuses_no_report(
    change: dict[str, str], field: str, printed: str
) -> None:
    report = recognised(Form(reports=reports({}, change, {})).text()).reports[1]
    assert report.issues == {f"{field}_misread": printed}
    assert (report.report_no, getattr(report, field)) == (2, None)


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"date": "20/02/2527"}, "report_date", "1984-02-20"),
        ({"progress": "205.0"}, "progress_pct", "205.0"),
    ],
)
def test_what_is_not_sure_and_cannot_be_is_none(change: dict[str, str], field: str, value: str) -> None:
    text = Form(reports=reports({}, change, {})).text()
    sure, low_confidence = (recognised(text, figures).reports[1] for figures in ([], list(change.values())))
    assert getattr(sure, field) is not None  # that is for the rules to judge
    assert (getattr(low_confidence, field), low_confidence.issues) == (None, {f"{field}_misread": value})


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("หน่วยงานที่รับผิดชอบ.", "agency_path"),
        ("สิ้นสุดโครงการ", "end_date"),
        ("ประเด็นยุทธศาสตร์ย่อย", "sub_issue_code"),
        ("ตัวชี้วัด...", "dimension_no"),
    ],
)
def test_a_field_of_which_not_even_the_label_was_recognised_is_looked_at(label: str, field: str) -> None:
    text = Form().text()
    line = next(line for line in text.splitlines() if line.startswith(label))
    assert misread(recognised(text.replace(line, ""))) == {field}


def test_the_quarters_of_an_indicator_are_told_apart() -> None:
    copy = recognised(IndicatorPage().text(), ["56.66", "5021-0775"])
    assert misread(copy) == {"kpi_id", "quarters[3].result_value"}


@pytest.mark.parametrize("between", [" : ", "\t: ", "\t"])
def test_a_status_that_was_inferred_is_looked_at_whatever_stands_before_it(between: str) -> None:
    text = re.sub(r"\s*:\s*เป็นไปตามเป้าหมาย", f"{between}เป็มไปตามเป้าหมาย", Form().text(), count=1)
    copy = recognised(text)
    assert copy.reports[0].target_status == "เป็นไปตามเป้าหมาย"
    assert misread(copy) == {"1.target_status"}


def test_a_form_that_is_signed_but_not_certified_is_looked_at() -> None:
    text = Form(certified=True).text()
    assert misread(recognised(text)) == set()
    assert misread(recognised(text.replace("ขอรับรองว่า ข้อมูลที่ปรากฏ", "ขณรืบรยงฒา ชัอมลทปรากฎฎ"))) == {"is_certified"}


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Decimal("20.50"), "ความก้าวหน้า 20.60"), (Decimal(20), "ความก้าวหน้า 120"), (Decimal("2.50"), "ความก้าวหน้า 2,50"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_stand_on_its_lines_is_looked_at(value: Decimal, printed: str) -> None:
    place = Place(1, 1)
    report = Report(progress_pct=value, report_date=date(2024, 2, 20), places={"progress_pct": place})
    copy = Copy(document=DOCUMENT, copy=1, page=1, first_line=1, last_line=1, reports=[report])
    note_uncorroborated(copy, [Line(place, printed)])
    assert report.issues == {"progress_pct_misread": str(value)}


@settings(max_examples=30)
@given(st.integers(), st.data())
def test_no_digit_that_is_not_sure_passes_in_silence(seed: int, data: st.DataObject) -> None:
    """One digit of a code, an amount or a percentage becomes another, and was not recognised for sure."""
    form = Form(received="718,241,508.88 บาท").with_report(2, progress="20.50", disbursed="5,383.73 บาท")
    printed = data.draw(st.sampled_from((form.code, "718,241,508.88", "20.50", "5,383.73")))
    place = data.draw(st.sampled_from([place for place, sign in enumerate(printed) if sign.isdigit()]))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != printed[place]]))
    wrong = printed[:place] + digit + printed[place + 1 :]
    assert misread(recognised(form.text().replace(printed, wrong), [wrong]))


@settings(max_examples=30)
@given(st.integers())
def test_every_issue_is_one_that_a_rule_judges(seed: int) -> None:
    random = Random(seed)
    text = draw(random).form.text()
    figures = {word for word in text.split() if any(map(str.isdigit, word))}
    copy = recognised(text, sorted(figures))
    judged = {(name, rule.column) for name, suite in suites().items() for rule in suite.rules}
    records = [record for record in (copy.project, copy.strategy, *copy.reports) if record]
    assert {(KINDS[type(record)], issue) for record in records for issue in record.issues} <= judged
