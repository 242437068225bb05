"""Findings: how many stand, by rule and by agency, and the list to send back."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from etl import monitor
from reporting_page.forms import AgencyCode, FiscalYear, Offset, RuleId, Severity, agency_code, number
from reporting_page.visit import VisitDep
from reporting_page.warehouse import engine

ROWS_SHOWN = 50

router = APIRouter()


@router.get("/findings")
def findings(
    visit: VisitDep,
    fiscal_year: FiscalYear = "",
    severity: Severity = "",
    rule: RuleId = "",
    agency: AgencyCode = "",
    offset: Offset = 0,
) -> HTMLResponse:
    """Return the page."""
    wanted = monitor.FindingFilter(number(fiscal_year), severity or None, rule or None, agency_code(agency))
    return visit.page("findings.html", found=monitor.findings(engine(), wanted, ROWS_SHOWN, offset), wanted=wanted)
