"""Every rule of `expectations/` by what it is for: a form that breaks it, and forms that do not."""

import json
import re
from collections.abc import Sequence
from datetime import date

import pytest

from etl.extract import extract, parse
from etl.pipeline import judge
from etl.records import Channel, Copy, Document, Finding, Line, Place
from etl.reference import agency_periods, is_agency
from etl.thai.calendar import FIRST_DAY, LAST_DAY, fiscal_year_end, fiscal_year_start
from etl.validate import EXPECTATIONS, suites, validate
from etl.warehouse.model import raw_project
from tests.conftest import SAMPLE
from tests.forms import Form, Page, PrintedReport, Scan
from tests.judging import findings_added, held_by
from tests.validate import broken_forms, broken_indicator_pages, broken_project_pages, broken_scans
from tests.validate.broken_forms import SOUND
from tests.validate.broken_indicator_pages import INDEX

Printed = Form | str | Page | Scan

BROKEN: dict[str, list[Printed]] = {}
for _of_family in (
    broken_forms.BROKEN,
    broken_project_pages.BROKEN,
    broken_indicator_pages.BROKEN,
    broken_scans.BROKEN,
):
    for _rule_id, _documents in _of_family.items():
        BROKEN.setdefault(_rule_id, []).extend(_documents)


def findings_of(documents: Sequence[Printed]) -> list[list[Finding]]:
    """Return the findings of each document, judged in one batch."""
    read = findings_added([copies_of(number, document) for number, document in enumerate(documents)])
    return [[finding for copy in copies for finding in copy.findings] for copies in read]


def copies_of(number: int, document: Printed) -> list[Copy]:
    if isinstance(document, Page):
        return extract(document.uri, document.text.encode())
    if isinstance(document, Scan):
        lines = [
            Line(
                Place(1, number),
                text,
                low_confidence=tuple(figure for figure in document.low_confidence if figure in text),
            )
            for number, text in enumerate(document.text.splitlines(), start=1)
        ]
        return parse(Document(uri="scan.png", sha256="0" * 64, channel=Channel.OCR), lines)
    return extract(f"{number}.txt", (document if isinstance(document, str) else document.text()).encode())


def findings(document: Printed) -> list[Finding]:
    return findings_of([document])[0]


@pytest.fixture(scope="module")
def fired() -> dict[str, list[list[Finding]]]:
    """The findings of each rule's forms."""
    forms = [form for some in BROKEN.values() for form in some]
    found = iter(findings_of(forms))
    return {rule_id: [next(found) for _ in some] for rule_id, some in BROKEN.items()}


def judged_fields() -> set[tuple[str, str, str]]:
    """Return every suite, rule and field that `expectations/` names."""
    return {
        (path.stem, rule["meta"]["rule_id"], field)
        for path in EXPECTATIONS.glob("*.json")
        for rule in json.loads(path.read_text("utf-8"))["expectations"]
        for field in rule["meta"].get("fields") or [rule["meta"]["field"]]
    }


def suite_and_field(finding: Finding) -> tuple[str, str]:
    """Return the suite that judged a finding's record, and the field as the suite names it."""
    report, of_report = re.match(r"(reports\[[^]]*\]\.)?(.*)", finding.field or "").groups("")
    if report:
        return "reports", of_report
    return "projects" if re.match(r"\d{8}-|view:|copy\[", finding.record) else "indicators", of_report


def test_every_rule_has_a_form_that_breaks_it() -> None:
    assert {rule_id for _, rule_id, _ in judged_fields()} == BROKEN.keys()
    assert all(BROKEN.values())


def test_every_field_that_a_rule_names_is_broken_by_a_form_of_the_rule(
    fired: dict[str, list[list[Finding]]],
) -> None:
    broken = {
        (suite, rule_id, field)
        for rule_id, of_forms in fired.items()
        for found in of_forms
        for suite, field in map(suite_and_field, (one for one in found if one.rule_id == rule_id))
    }
    assert judged_fields() <= broken


@pytest.mark.parametrize(
    ("today", "admitted"),
    [
        (date(2026, 11, 29), [2555, 2569, 2570]),
        (date(2027, 8, 1), [2555, 2569, 2570]),
        (date(2027, 8, 2), [2555, 2569, 2570, 2571]),
        (date(2028, 1, 1), [2555, 2569, 2570, 2571]),
        (LAST_DAY, [2555, 2569, 2570, 2571, 2572, 2600]),
    ],
)
def test_a_fiscal_year_is_admitted_from_sixty_days_before_it_begins(today: date, admitted: list[int]) -> None:
    years = (2554, 2555, 2569, 2570, 2571, 2572, 2600)
    forms = [SOUND.with_(fiscal_year=str(year)) for year in years]
    pages = [INDEX.with_(year=str(year)).page() for year in years]
    for documents in (forms, pages):
        read = [copy for number, document in enumerate(documents) for copy in copies_of(number, document)]
        judged, _ = validate(read, suites(), today)
        refused = [any(one.rule_id == "R-fiscal-year-range" for one in each.copy.findings) for each in judged]
        assert [year for year, is_refused in zip(years, refused, strict=True) if not is_refused] == admitted


def test_every_fiscal_year_that_the_warehouse_holds_is_in_its_calendar() -> None:
    last = raw_project.c.fiscal_year.type.last
    assert fiscal_year_end(last) <= LAST_DAY
    assert fiscal_year_start(2555) >= FIRST_DAY


def test_a_sound_form_breaks_no_rule() -> None:
    assert findings(SOUND) == []
    assert findings(SOUND.text(percent_signs=False)) == []


def test_a_sound_indicator_breaks_no_rule() -> None:
    for found in findings_of(broken_indicator_pages.WITHIN_THE_LIMITS):
        assert {finding.rule_id for finding in found} <= {"R-fiscal-year-missing"}


@pytest.mark.parametrize("rule_id", BROKEN)
def test_the_rule_fires(rule_id: str, fired: dict[str, list[list[Finding]]]) -> None:
    for of_form in fired[rule_id]:
        found = [finding for finding in of_form if finding.rule_id == rule_id]
        assert found
        assert all(finding.line for finding in found)


def test_what_lies_within_the_limits_breaks_no_rule() -> None:
    forms = [
        SOUND.with_report(3, progress="35.50"),  # 15 points are no jump yet
        SOUND.with_(received="0 บาท", spent="0 บาท").with_report(3, progress="35"),  # no budget, nothing to spend
        SOUND.with_(start="2023-08-02", end="2024-11-29"),  # 60 days outside
        SOUND.with_(spent="1,250,000.50 บาท"),
    ]
    assert findings_of(forms) == [[]] * len(forms)


def test_a_first_report_is_late_in_the_last_ten_days_of_the_fiscal_year_and_not_after_it() -> None:
    dates = ("20/09/2567", "21/09/2567", "30/09/2567", "01/10/2567")
    forms = [SOUND.with_(reports=(PrintedReport("1", date, "100"),)) for date in dates]
    late = [[one.value for one in found if one.rule_id == "R-late-reports"] for found in findings_of(forms)]
    assert late == [[], ["9"], ["0"], []]


def test_an_agency_is_judged_by_the_year_of_the_export(monkeypatch: pytest.MonkeyPatch) -> None:
    named = [one._replace(fiscal_year_from=2568) if one.agency_code == "5021" else one for one in agency_periods()]
    monkeypatch.setattr("etl.reference.agency_periods", lambda: named)
    is_agency.cache_clear()
    try:
        of_years = findings_of([SOUND, SOUND.with_(fiscal_year="2568", start="2024-10-01", end="2025-09-30")])
    finally:
        is_agency.cache_clear()
    unknown = [{(one.value, one.message) for one in found if one.rule_id == "R-agency-unknown"} for found in of_years]
    assert unknown == [{("5021 in 2567", "5021 in 2567 is not a known agency")}, set()]


def test_a_finding_names_record_field_value_and_line() -> None:
    form = SOUND.with_report(2, progress="150")
    (finding,) = [one for one in findings(form) if one.severity == "critical"]
    assert (finding.rule_id, finding.record, finding.field, finding.value) == (
        "R-progress-range", "50210000-0042/2567/reports[2]", "reports[2].progress_pct", "150",
    )  # fmt: skip
    assert finding.line == form.line_of("150 %")
    assert finding.message == "progress 150 % is not between 0 and 100"


def test_the_sample_shows_its_jump_its_flat_line_and_its_cut_goal() -> None:
    found = {(one.rule_id, one.field, one.value) for one in findings(SAMPLE.read_text(encoding="utf-8"))}
    assert {rule for rule, _, _ in found} == {"R-jump", "R-flat", "R-goal-truncated", "R-copy-conflict"}
    assert ("R-jump", "reports[9].progress_pct", "18.00") in found
    assert ("R-flat", "reports[5].progress_pct", "70.00 → 70.00") in found


def test_a_held_project_holds_what_belongs_to_it_and_a_held_report_only_itself() -> None:
    whole, torn = (
        extract("a", SOUND.with_(code="x").text().encode()),
        extract("b", SOUND.with_report(2, progress="150").text().encode()),
    )
    held_project, held_report = (list(held_by(one).values()) for one in judge([*whole, *torn]).reconciled)
    assert held_project[1:4] == ["R-project-held"] * 3
    assert held_report[:4] == [None, None, "R-progress-range", None]
