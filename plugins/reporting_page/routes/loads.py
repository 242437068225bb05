"""Loads: the list, one load with its effect, and the way from a run of Airflow to its loads."""

from fastapi import APIRouter, HTTPException, status
from fastapi.responses import RedirectResponse, Response

from etl import monitor
from reporting_page.forms import LoadId, Offset, RunId
from reporting_page.visit import VisitDep
from reporting_page.warehouse import engine

LOADS_SHOWN = 20
ROWS_SHOWN = 30

router = APIRouter()


@router.get("/loads")
def loads(visit: VisitDep, offset: Offset = 0) -> Response:
    """Return the list, the newest first."""
    return visit.page("loads.html", part=monitor.loads(engine(), LOADS_SHOWN, offset))


@router.get("/loads/{load_id}")
def load(visit: VisitDep, load_id: LoadId, offset: Offset = 0) -> Response:
    """Return the page of a load."""
    found = monitor.load(engine(), load_id, ROWS_SHOWN, offset)
    if not found:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return visit.page("load.html", found=found)


@router.get("/run")
def run(visit: VisitDep, run_id: RunId) -> Response:
    """Lead to the load of a run; where it did none or several, tell so."""
    found = monitor.loads_of_run(engine(), run_id)
    if len(found) == 1:
        address = f"{visit.request.scope['root_path']}/loads/{found[0]['load_id']}"
        return RedirectResponse(address, status.HTTP_303_SEE_OTHER)
    return visit.page("run.html", run_id=run_id, loads=found)
