"""The first page: what should be looked at, the last loads, how fresh it all is."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from etl import monitor
from reporting_page.airflow_parts import down
from reporting_page.incidents import open_incidents
from reporting_page.visit import VisitDep
from reporting_page.warehouse import engine

router = APIRouter()


@router.get("/")
def overview(visit: VisitDep) -> HTMLResponse:
    """Return the page."""
    found = monitor.overview(engine())
    return visit.page("overview.html", found=found, incidents=open_incidents(), down=down())
