"""Data Docs: those of the last runs, as Great Expectations renders them."""

from fastapi import APIRouter, Depends, HTTPException, status
from fastapi.responses import FileResponse, Response

from etl.pipeline import data_docs
from etl.publish.data_docs import sites
from etl_settings import settings
from reporting_page.access import must_decide
from reporting_page.visit import VisitDep

# Their pages have their style in them, and neither scripts nor anything from elsewhere.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"

router = APIRouter()


@router.get("/data-docs")
def list_sites(visit: VisitDep) -> Response:
    """Return the list of runs whose Data Docs are kept."""
    return visit.page("data_docs.html", sites=sites(data_docs(settings())))


@router.get("/data-docs/{site}/{path:path}", dependencies=[Depends(must_decide)])
def show(site: str, path: str) -> Response:
    """Return a page of Data Docs, for those who may read the lines of documents: it quotes them."""
    folders = [one.folder for one in sites(data_docs(settings())) if one.folder.name == site]
    pages = {str(page.relative_to(folder)): page for folder in folders for page in folder.rglob("*.html")}
    if path not in pages:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return FileResponse(pages[path], media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY})
