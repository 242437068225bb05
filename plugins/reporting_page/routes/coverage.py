"""Coverage: which agency has reported in which month of a fiscal year."""

from itertools import groupby
from operator import itemgetter
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from etl import monitor
from reporting_page.forms import FiscalYear, number
from reporting_page.visit import VisitDep
from reporting_page.warehouse import engine

MONTHS = range(1, 13)
FIRST_MONTH = 10  # of the calendar: October begins the fiscal year
HALF = 0.5

router = APIRouter()


@router.get("/coverage")
def coverage(visit: VisitDep, fiscal_year: FiscalYear = "") -> HTMLResponse:
    """Return the page."""
    found = monitor.coverage(engine(), number(fiscal_year))
    agencies = [_agency(list(rows)) for _, rows in groupby(found.rows, key=itemgetter("agency_code", "agency_name"))]
    months = [visit.words.month((month + FIRST_MONTH - 2) % 12 + 1) for month in MONTHS]
    return visit.page("coverage.html", found=found, agencies=agencies, months=months)


def _agency(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an agency with a cell a month, None where it had nothing to report, and its sums."""
    by_month = {row["fiscal_month"]: row | {"kind": _kind(row)} for row in rows}
    expected, received = (sum(row[name] for row in rows) for name in ("expected", "received"))
    return rows[0] | {
        "cells": [by_month.get(month) for month in MONTHS],
        "total": {"expected": expected, "received": received},
        "last_report_date": max(filter(None, (row["last_report_date"] for row in rows)), default=None),
    }


def _kind(row: dict[str, Any]) -> str:
    """Return how much of a month was reported: all, most, few, none; unclear where nobody can tell."""
    if not row["expected"]:
        return "unclear"
    share = row["received"] / row["expected"]
    return "all" if share == 1 else "none" if share == 0 else "most" if share >= HALF else "few"
