"""A module a page: what is asked for, what is shown of it, and what is done."""

from reporting_page.routes import city_report, coverage, data_docs, findings, loads, overview, quarantine

ROUTERS = (
    overview.router, loads.router, coverage.router, quarantine.router, findings.router, data_docs.router,
    city_report.router,
)  # fmt: skip
