"""A visit to the page: by whom, in which language, and how a page is written for it."""

import tomllib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from etl.records.names import without_text
from etl.reference import rule_names
from etl.terminal import visible
from etl.thai.calendar import BE_MINUS_CE
from fiscal_year import BANGKOK
from reporting_page.access import form_token, may_decide

HERE = Path(__file__).parent
LANGUAGES = ("th", "en")
COOKIE = "reporting_language"
_COOKIE_SECONDS = 365 * 24 * 60 * 60
UNKNOWN = "–"


class Visit:
    """A visitor's request, language and rights."""

    def __init__(self, request: Request, user: GetUserDep) -> None:
        self.request, self.user = request, user
        self.words = Words(language_of(request))
        self.may_decide = may_decide(request, user)

    def page(self, template: str, status_code: int = 200, **values: Any) -> HTMLResponse:
        """Return a page, written in the visitor's language."""
        return written(
            self.request, template, status_code, **values,
            record=self._record, user_name=self.user.get_name(), may_decide=self.may_decide,
            token=form_token(self.user),
        )  # fmt: skip

    def _record(self, name: str) -> str:
        """Return what a record is called; to whoever may not read what quotes documents, without text of theirs."""
        return self.words.known(name if self.may_decide else without_text(name))

    def refused(self, reason: str, status_code: int, detail: str | None = None) -> HTMLResponse:
        """Return the page that says why something was not done."""
        return written(self.request, "refused.html", status_code, reason=reason, detail=detail)


VisitDep = Annotated[Visit, Depends()]


def language_of(request: Request) -> str:
    """Return the language that a visitor chose on the page, now or before, else that of the browser; else Thai."""
    accepted = [
        part.partition(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")
    ]
    wishes = (request.query_params.get("lang"), request.cookies.get(COOKIE), *accepted)
    return next((wish for wish in wishes if wish in LANGUAGES), LANGUAGES[0])


def written(request: Request, template: str, status_code: int = 200, **values: Any) -> HTMLResponse:
    """Return a page that also whoever is not logged in may see, in the visitor's language, which is remembered."""
    language = language_of(request)
    words = Words(language)
    base = request.scope["root_path"]
    html = _environment().get_template(template).render(
        values, t=words, base=base, airflow=base.rpartition("/")[0], path=request.url.path,
        query=dict(request.query_params), now=datetime.now(BANGKOK),
    )  # fmt: skip
    response = HTMLResponse(html, status_code)
    if request.query_params.get("lang") == language:
        response.set_cookie(COOKIE, language, max_age=_COOKIE_SECONDS, path=base or "/", samesite="lax", httponly=True)
    return response


class Words:
    """The texts of a language, called by their names; and how it writes numbers, moments and names of agencies."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._place = LANGUAGES.index(language)

    def __call__(self, name: str, **values: Any) -> str:
        """Return a text with its values."""
        return str(_texts()[name][self._place]).format(**{key: self.shown(value) for key, value in values.items()})

    def known(self, name: str) -> str:
        """Return the text of a name that comes from the warehouse; the name itself where there is none."""
        return self(name) if name in _texts() else name

    def shown(self, value: Any) -> str:
        """Return a value as this language writes it."""
        match value:
            case None:
                return UNKNOWN
            case datetime():
                return self.moment(value)
            case bool() | str():
                return str(value)
        return f"{value:,}"

    def moment(self, value: datetime) -> str:
        """Return a moment in Bangkok's time, to the minute; in Thai with the Buddhist year."""
        local = value.astimezone(BANGKOK)
        return f"{self.day(local.date())} {local:%H:%M}"

    def day(self, value: date | None) -> str:
        """Return a day; in Thai with the Buddhist year."""
        if value is None:
            return UNKNOWN
        year = value.year + (BE_MINUS_CE if self.language == "th" else 0)
        return f"{value.day} {self.month(value.month)} {year}"

    def month(self, month: int) -> str:
        """Return the short name of a month of the calendar."""
        return self("months").split()[month - 1]

    def agency(self, row: dict[str, Any]) -> str:
        """Return the name of a row's agency, with its code where it has no name."""
        name = row["agency_name"] if self.language == "th" else row["agency_name_en"] or row["agency_name"]
        return name or row["agency_code"] or self("agency_unknown")

    def rule(self, rule_id: str) -> str:
        """Return what a rule is called; its id where it has no name."""
        name = _rule_names().get(rule_id)
        return name[self._place] if name else rule_id


@cache
def _rule_names() -> dict[str, tuple[str, str]]:
    return {rule.rule_id: (rule.name_th, rule.name_en) for rule in rule_names()}


@cache
def _texts() -> dict[str, list[str]]:
    return tomllib.loads((HERE / "texts.toml").read_text("utf-8"))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, finalize=_safe,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["query"] = urlencode
    return environment


def _safe(value: Any) -> Any:
    """Return a value as a page may print it: escaped by Jinja, and with what would steer or hide text made visible."""
    if value is None:
        return UNKNOWN
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
