"""Quarantine: what is held back and why, where in the document; redriven, or rejected with a reason."""

from typing import Annotated

from airflow.api.common.trigger_dag import trigger_dag
from airflow.api_fastapi.logging.decorators import action_logging
from airflow.models.dag import DagModel
from airflow.sdk.exceptions import AirflowException
from airflow.utils.types import DagRunTriggeredByType
from fastapi import APIRouter, Depends, Form, HTTPException, Path, Query, status
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from etl import monitor
from etl.errors import first_line
from etl.load.quarantine import reject as give_up
from reporting_page.access import DECIDING, REDRIVE
from reporting_page.documents import lines_of
from reporting_page.forms import AgencyCode, Days, Offset, RuleId, agency_code, number
from reporting_page.visit import VisitDep
from reporting_page.warehouse import engine
from review import REASON

CASES_SHOWN = 50
AGES_DAYS = (7, 30, 90)
ID_MAX = 2**63 - 1

CaseId = Annotated[int, Field(ge=-ID_MAX, le=ID_MAX)]
Picked = Annotated[list[CaseId], Form(alias="case", min_length=1, max_length=1000)]
# What was done, about how many of the cases picked, and about how many not.
Done = Annotated[str, Query(pattern=r"^((redriven|rejected)\.[0-9]{1,4}\.[0-9]{1,4})?$")]
Reason = Annotated[str, Form(min_length=3, max_length=500)]

router = APIRouter()


@router.get("/quarantine")
def quarantine(
    visit: VisitDep,
    rule: RuleId = "",
    agency: AgencyCode = "",
    min_days: Days = "",
    offset: Offset = 0,
    done: Done = "",
) -> Response:
    """Return the cases that are held, those held longest first; and what was just done about how many."""
    wanted = monitor.CaseFilter(rule_id=rule or None, agency_code=agency_code(agency), min_days=number(min_days))
    found = monitor.quarantine(engine(), wanted, CASES_SHOWN, offset)
    return visit.page("quarantine.html", found=found, wanted=wanted, ages=AGES_DAYS, done=done.split("."))


@router.get("/quarantine/{quarantine_id}")
def case(visit: VisitDep, quarantine_id: Annotated[CaseId, Path()]) -> Response:
    """Return a case; with the lines of its document for those who may decide about it."""
    found = monitor.case(engine(), quarantine_id)
    if not found:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    lines = lines_of(found.row) if visit.may_decide else None
    return visit.page("case.html", found=found, lines=lines)


@router.post("/quarantine/redrive", dependencies=[*DECIDING, Depends(action_logging("reporting_redrive"))])
def redrive(visit: VisitDep, picked: Picked, reason: Reason) -> Response:
    """Trigger the redrive of those of the cases that are held, in the name of the visitor."""
    held = _held(picked)
    if not held:
        raise HTTPException(status.HTTP_409_CONFLICT)
    if (dag := DagModel.get_current(REDRIVE)) is None or dag.is_stale or dag.has_import_errors:
        raise HTTPException(status.HTTP_409_CONFLICT, "dag_gone")
    if dag.is_paused:  # the run would wait, and nobody would know
        raise HTTPException(status.HTTP_409_CONFLICT, "dag_paused")
    try:
        trigger_dag(
            REDRIVE,
            triggered_by=DagRunTriggeredByType.UI,
            triggering_user_name=visit.user.get_name(),
            conf={"quarantine_ids": [str(one) for one in held], REASON: reason},
            note=f"{visit.user.get_name()}: {reason}",
        )
    except (AirflowException, ValueError) as error:  # what Airflow raises of a DAG, a run or parameters
        return visit.refused("not_triggered", status.HTTP_409_CONFLICT, first_line(error))
    return _back(visit, "redriven", len(held), len(picked) - len(held))


@router.post("/quarantine/reject", dependencies=[*DECIDING, Depends(action_logging("reporting_reject"))])
def reject(visit: VisitDep, picked: Picked, reason: Reason) -> Response:
    """Give up those of the cases that are held, with all that is held with them, in the name of the visitor."""
    wanted = monitor.together(engine(), picked)
    given_up = give_up(engine(), wanted, reason, by=visit.user.get_name())
    rejected = [one for one in picked if one in given_up]
    if not rejected:
        raise HTTPException(status.HTTP_409_CONFLICT)
    return _back(visit, "rejected", len(rejected), len(picked) - len(rejected))


def _held(picked: list[int]) -> list[int]:
    """Return those of the cases that are held now."""
    held = monitor.together(engine(), picked)
    return [one for one in picked if one in held]


def _back(visit: VisitDep, done: str, cases: int, left: int) -> Response:
    """Lead to the list, which says about how many of the cases that were picked something was done."""
    address = f"{visit.request.scope['root_path']}/quarantine?done={done}.{cases}.{left}"
    return RedirectResponse(address, status.HTTP_303_SEE_OTHER)
