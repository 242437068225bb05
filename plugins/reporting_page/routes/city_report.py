"""The city report, as the last loads published it."""

from pathlib import Path

from fastapi import APIRouter, Depends, HTTPException, status
from fastapi.responses import FileResponse, RedirectResponse, Response

from etl.pipeline import city_report_folder
from etl_settings import settings
from reporting_page.access import must_decide
from reporting_page.visit import VisitDep

# Its pages have the widths of bars in them.
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; font-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'"
)
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".ttf": "font/ttf",
}

router = APIRouter()


@router.get("/city-report")
def about(visit: VisitDep) -> Response:
    """Lead to the first page; where none was published yet, or to whoever may not read it, tell so."""
    if visit.may_decide and (city_report_folder(settings()) / "index.html").exists():
        return RedirectResponse(f"{visit.request.scope['root_path']}/city-report/index.html", status.HTTP_303_SEE_OTHER)
    return visit.page("city_report.html")


@router.get("/city-report/{path:path}", dependencies=[Depends(must_decide)])
def show(path: str) -> Response:
    """Return a page, for those who may read what quotes documents: it shows narratives and findings."""
    if (file := _file(path)) is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return FileResponse(file, media_type=TYPES[file.suffix], headers={"Content-Security-Policy": POLICY})


def _file(path: str) -> Path | None:
    """Return the file of the report at a path; None where there is none, or it leads elsewhere."""
    folder = city_report_folder(settings()).resolve()
    if "\x00" in path:
        return None
    file = (folder / path).resolve()
    return file if file.is_relative_to(folder) and file.suffix in TYPES and file.is_file() else None
