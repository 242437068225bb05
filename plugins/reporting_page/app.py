"""The page as an application, which Airflow's API server mounts."""

import logging
from urllib.parse import quote

import psycopg
from airflow.api_fastapi.app import API_ROOT_PATH
from fastapi import Depends, FastAPI, Request, Response, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint

from etl.errors import EtlError, first_line
from reporting_page.access import may_see
from reporting_page.routes import ROUTERS
from reporting_page.visit import HERE, written

# Nothing from elsewhere, no script in the page itself, and shown in no page but Airflow's own.
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

SAID = {"form_expired", "dag_gone", "dag_paused"}  # what routes say themselves of a refusal

log = logging.getLogger(__name__)
app = FastAPI(title="Reporting", openapi_url=None)
app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
for router in ROUTERS:
    app.include_router(router, dependencies=[Depends(may_see)])


@app.middleware("http")
async def guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Add to each answer what keeps others out of it, unless a route says so itself."""
    # What is mounted changes the scope of the request that it answers.
    is_static = request.scope["path"].startswith(f"{request.scope['root_path']}/static/")
    response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if is_static:
        response.headers["Cache-Control"] = "max-age=3600"
    return response


@app.exception_handler(HTTPException)
async def refuse(request: Request, refused: HTTPException) -> Response:
    """Send whoever is not logged in to Airflow's login, and tell everybody else why they are refused."""
    if refused.status_code == status.HTTP_401_UNAUTHORIZED and request.method == "GET":
        login = f"{API_ROOT_PATH}api/v2/auth/login?next={quote(str(request.url), safe='')}"
        return RedirectResponse(login, status.HTTP_303_SEE_OTHER)
    reason = refused.detail if refused.detail in SAID else f"refused_{refused.status_code}"
    return written(request, "refused.html", refused.status_code, reason=reason, detail=None)


@app.exception_handler(RequestValidationError)
async def misunderstood(request: Request, _: RequestValidationError) -> Response:
    """Tell that an address or a form asks for what there cannot be."""
    return written(request, "refused.html", status.HTTP_400_BAD_REQUEST, reason="refused_400", detail=None)


@app.exception_handler(EtlError)
async def failed(request: Request, error: EtlError) -> Response:
    """Tell what is wrong, such as a warehouse that does not answer."""
    return written(
        request, "refused.html", status.HTTP_503_SERVICE_UNAVAILABLE, reason="failed_page", detail=str(error)
    )


@app.exception_handler(DBAPIError)
async def airflow_unanswered(request: Request, error: DBAPIError) -> Response:
    """Tell that Airflow's own database gives no answer, or that of the warehouse where it is asked in the same way."""
    if not isinstance(error.orig, psycopg.OperationalError):
        raise error
    log.error("a database gives no answer: %s", first_line(error))
    return written(request, "refused.html", status.HTTP_503_SERVICE_UNAVAILABLE, reason="airflow_down", detail=None)


@app.exception_handler(psycopg.Error)
async def unanswered(request: Request, error: psycopg.Error) -> Response:
    """Tell that the warehouse gives no answer: it was never migrated, or the question takes too long."""
    match error:
        case psycopg.errors.UndefinedTable() | psycopg.errors.InvalidSchemaName() | psycopg.errors.UndefinedColumn():
            reason = "not_migrated"
        case psycopg.errors.QueryCanceled():
            reason = "too_slow"
        case _:
            reason = "failed_page"
    log.error("the warehouse gives no answer: %s", first_line(error))
    return written(request, "refused.html", status.HTTP_503_SERVICE_UNAVAILABLE, reason=reason, detail=None)
