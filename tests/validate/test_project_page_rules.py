"""What the rules say of pages and views of projects that are sound, or are what their family is."""

import pytest

from tests.forms import Page
from tests.project_pages import ProjectGrid, ProjectPage, ProjectView
from tests.validate.broken_project_pages import SOUND
from tests.validate.test_rules import findings, findings_of


def about_the_project(page: Page) -> set[str]:
    """Return the rules that a page's project and reports break."""
    indicators = {"5021-871/2566", "3.4.1.3/unknown", "6.2.1/unknown"}
    return {finding.rule_id for finding in findings(page) if finding.record not in indicators}


@pytest.mark.parametrize("page", SOUND, ids=["page", "view", "view in cells"])
def test_a_sound_page_breaks_no_rule(page: Page) -> None:
    assert about_the_project(page) == set()


def test_what_lies_within_the_limits_breaks_no_rule() -> None:
    pages = [
        ProjectPage(progress="33", chart="33.0000"),  # the same number with other zeros
        ProjectPage(
            progress="10.00", chart="10", reports=(ProjectPage().reports[2],)
        ),  # 90 points behind its evaluation
        ProjectPage(progress="0", chart="0", evaluation=" : ไตรมาสที่ 1", reports=()),  # not evaluated is no zero
        ProjectPage(code="18000000-2493", agency="สำนักการวางผังและพัฒนาเมือง", units="18000100/18000100"),
        ProjectPage(code="04010000-3679", agency="** สำนักงานเลขานุการ สํานักปลัดกรุงเทพมหานคร", units=None),
    ]
    found = findings_of([page.saved() for page in pages])
    rules = [{finding.rule_id for finding in of_page} for of_page in found]
    assert rules == [set(), set(), {"R-no-reports"}, set(), {"R-section-missing"}]


def test_a_page_that_lost_its_headings_is_held_back_by_nothing() -> None:
    page = ProjectPage()
    found = findings(page.saved(page.bare()))
    assert {finding.rule_id for finding in found} == {
        "R-id-from-address", "R-heading-missing", "R-fiscal-year-missing", "R-project-name-missing",
    }  # fmt: skip
    assert "critical" not in {finding.severity for finding in found}


def test_a_view_without_code_and_year_is_held_back_by_nothing() -> None:
    found = findings(ProjectGrid().saved(ProjectGrid().text("\n")))
    assert {finding.rule_id for finding in found} >= {"R-project-code-missing", "R-fiscal-year-missing"}
    assert [finding for finding in found if finding.severity == "critical"] == []


def test_without_code_and_number_a_view_is_held_back() -> None:
    found = findings(ProjectGrid(view_id=None).saved())
    assert [finding.rule_id for finding in found if finding.severity == "critical"] == ["R-project-code-missing"]


def test_no_finding_tells_a_contact() -> None:
    page = ProjectPage(contact="นางสาวทดสอบ สอบทาน โทร. 1234", evaluation=None)
    texts = [page.saved(), Page("bare.html", page.bare()), page.saved(page.whole().replace("พิมพ์ข้อมูล", ""))]
    for found in findings_of(texts):
        assert not [finding for finding in found if "ทดสอบ" in f"{finding.value} {finding.message}"]


def test_a_view_says_neither_reports_nor_a_place_in_the_plan() -> None:
    found = {finding.rule_id for finding in findings(Page("view.html", ProjectView().text()))}
    assert not found & {"R-no-reports", "R-goal-missing", "R-section-missing"}
