"""For each rule of `expectations/` that judges pages and views of projects, some that break it."""

from tests.forms import Page
from tests.project_pages import PLAN, GridReport, PageReport, ProjectGrid, ProjectPage, ProjectView

PAGE, VIEW, GRID = ProjectPage(), ProjectView(), ProjectGrid()
SOUND = [PAGE.saved(), Page("view.html", VIEW.text()), Page("view.html", VIEW.text("\n"))]


def view(**changes: str | None) -> Page:
    return Page("view.html", VIEW.with_(**changes).text())


def page(**changes: object) -> Page:
    return PAGE.with_(**changes).saved()


BROKEN: dict[str, list[Page]] = {
    "R-section-missing": [PAGE.saved(PAGE.whole().partition("เป้าหมายของโครงการ")[0]), page(evaluation=None)],
    "R-section-order": [
        PAGE.saved(PAGE.whole().replace("หลักการและเหตุผล", "เป้าหมายของโครงการ\n\nก\n\nหลักการและเหตุผล", 1))
    ],
    "R-heading-missing": [PAGE.saved(PAGE.bare())],
    "R-project-code": [Page("page.html", PAGE.with_(code="5O210000-0042").whole())],
    "R-project-code-missing": [
        Page("page.html", PAGE.bare()), GRID.saved(), GRID.with_(view_id=None).saved(),
        view(code="", heading_code=None),
    ],
    "R-id-from-address": [PAGE.saved(PAGE.bare()), PAGE.saved(PAGE.with_(code=None).whole())],
    "R-id-mismatch": [PAGE.saved(code="50210000-0043"), view(heading_code="50210000-0043")],
    "R-unit-code": [page(units="5021O300/5021O300")],
    "R-unit-mismatch": [page(units="50220300/50220300"), page(units="50210300/50210600")],
    "R-fiscal-year-unreadable": [page(fiscal_year="256x"), view(fiscal_year="2023")],
    "R-fiscal-year-missing": [page(fiscal_year=None), PAGE.saved(PAGE.bare()), view(fiscal_year=""), GRID.saved()],
    "R-fiscal-year-range": [page(fiscal_year="2599"), view(fiscal_year="2554")],
    "R-project-name-missing": [PAGE.saved(PAGE.bare()), view(title="")],
    "R-date-unreadable": [view(end="2023-09-31"), PAGE.with_report(2, day="x", thai_day="31/02/2563").saved()],
    "R-date-uncertain": [view(start="02/03/2023"), PAGE.with_report(2, day="", thai_day="02/03/2020").saved()],
    "R-date-missing": [view(start=""), PAGE.saved(PAGE.whole().replace(" (2020-02-29)\n29/02/2563 : ", "\n"))],
    "R-date-mismatch": [PAGE.with_report(2, day="2020-02-28").saved()],
    "R-date-unpaired": [PAGE.with_report(2, day="").saved()],
    "R-date-repeated": [PAGE.with_report(2, narrative="ก\n30/03/2563 : ข").saved()],
    "R-date-outside-fy": [
        view(start="2021-10-01"), PAGE.with_report(3, day="2020-12-31", thai_day="31/12/2563").saved(),
    ],
    "R-date-far-outside-fy": [view(end="2054-09-30")],
    "R-date-order": [view(end="2022-09-30")],
    "R-money-unreadable": [view(received="1,25")],
    "R-money-worded": [view(received="1.25 ล้านบาท")],
    "R-money-negative": [view(spent="-1")],
    "R-money-uncertain": [GRID.with_(title="โครงการ ระยะที่ 2").saved()],
    "R-budget-missing": [view(received=""), view(spent="")],
    "R-overspent": [view(received="1")],
    "R-100-no-spend": [view(progress="100", headline="100", spent="0")],
    "R-progress-unreadable": [page(progress="สาม"), PAGE.with_report(2, progress="สิบ").saved()],
    "R-progress-missing": [
        page(progress="", chart=None), view(progress="", headline=""), PAGE.with_report(2, progress="").saved(),
    ],
    "R-progress-range": [page(progress="133", chart="133"), PAGE.with_report(2, progress="133").saved()],
    "R-progress-mismatch": [page(chart="34.00"), view(headline="46")],
    "R-headline-mismatch": [page(progress="34", chart="34.00")],
    "R-evaluation-unreadable": [page(evaluation=" : ไตรมาสที่ 5 100"), page(evaluation=" : ไตรมาสที่ 1 เต็ม")],
    "R-evaluation-range": [page(evaluation=" : ไตรมาสที่ 1 101"), page(evaluation=" : ไตรมาสที่ 1 -1")],
    "R-eval-vs-progress": [page(progress="0", chart="0.00"), page(progress="9.99", chart="9.99")],
    "R-agency-unknown": [page(code="77210000-0042", units=None)],
    "R-agency-mismatch": [page(agency="สำนักงานเขตหนองแขม"), view(agency="สำนักงานเขตหนองแขม")],
    "R-plan-code": [page(plan=("ด้านที่ – มหานคร", *PLAN[1:])), page(plan=(*PLAN[:2], "เป้าหมายที่ ๔.๑ สวน"))],
    "R-plan-path": [page(plan=(*PLAN[:2], "เป้าหมายที่ ๔.๒.๑ สวน"))],
    "R-plan-version": [page(fiscal_year="2566", reports=())],
    "R-goal-missing": [page(plan=PLAN[:2]), page(plan=())],
    "R-goal-mismatch": [page(plan=(PLAN[0], "๗.๒ - ก", "๗.๒.๑ เป้าหมายอื่น"))],
    "R-goal-truncated": [page(plan=(*PLAN[:2], "เป้าหมายที่ ๔.๑.๒ มีสวนขนาดเล็ก%"))],
    "R-indicator-missing": [view(kpi_id="")],
    "R-no-reports": [page(reports=())],
    "R-report-missing": [page(reports=(PAGE.reports[0], PAGE.reports[2]))],
    "R-late-reports": [page(reports=(PageReport("1", "33.00", "2020-09-25", "25/09/2563"),))],
    "R-encoding-loss": [page(rationale="ข้อความ\ufffdยาว" + "ก" * 2000)],
    "R-label-missing": [page(agency=None), Page("view.html", VIEW.text().replace("Kpi ID5021-871\n", ""))],
    "R-label-repeated": [
        Page("view.html", VIEW.text().replace("Policy ID", "ปี2565\nPolicy ID")),
        PAGE.saved(PAGE.whole().replace("สนับสนุน", "เป้าหมายของโครงการ\n\nสนับสนุน", 1)),
    ],
    "R-text-unplaced": [
        PAGE.saved(PAGE.whole().replace("หลักการและเหตุผล", "หมายเหตุ\n\nหลักการและเหตุผล", 1)),
        Page("view.html", "หมายเหตุ\n" + VIEW.text()), GRID.saved("หมายเหตุ\n" + GRID.text()),
    ],
    "R-cells-glued": [GRID.saved()],
    "R-rows-missing": [GRID.with_(reports_shown="1-20 of 25 items").saved()],
    "R-text-placeholder": [
        page(rationale="-"), page(targets=""), page(objectives="-"), view(rationale=""),
        PAGE.with_report(2, narrative="-").saved(), GRID.with_(reports=(GridReport(note="ตามที่ สยป. กำหนด"),)).saved(),
    ],
    "R-report-no": [PAGE.with_report(2, no="ก").saved()],
    "R-report-no-missing": [PAGE.with_report(2, no="").saved(), GRID.saved()],
    "R-report-no-repeated": [PAGE.with_report(2, no="1").saved()],
    "R-report-order": [PAGE.with_report(1, day="2019-12-31", thai_day="31/12/2562").saved()],
    "R-result-unassigned": [GRID.saved()],
    "R-progress-drop": [PAGE.with_report(1, progress="20.49").saved()],
    "R-jump": [PAGE.with_report(1, progress="35.51").saved()],
    "R-flat": [PAGE.with_report(1, progress="20.5000").saved()],
}  # fmt: skip
