"""Who may see the page, and who may decide about what is held back: by rights that Airflow gives over DAGs.

Airflow knows its users by a cookie, which a browser also sends with a form of another site. So each form carries a
token that was made for its user and that no other site can read.
"""

from typing import Annotated

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.auth.tokens import get_signing_key
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
from fastapi import Depends, Form, HTTPException, Request, status
from itsdangerous import BadSignature, URLSafeTimedSerializer

LOADS = "report_exports_daily"
REDRIVE = "quarantine_redrive"
TOKEN_SECONDS = 8 * 60 * 60

may_see = requires_access_dag(method="GET", access_entity=DagAccessEntity.RUN, param_dag_id=LOADS)
"""Refuses whoever may not see runs of the daily load."""

must_decide = requires_access_dag(method="POST", access_entity=DagAccessEntity.RUN, param_dag_id=REDRIVE)
"""Refuses whoever may not trigger a redrive, and so may not read what quotes documents."""


def may_decide(request: Request, user: BaseUser) -> bool:
    """Tell whether a user may redrive and reject, and so read what quotes documents."""
    try:
        must_decide(request, user)
    except HTTPException:
        return False
    return True


def form_token(user: BaseUser) -> str:
    """Return the token that a form of this user carries."""
    return _signer().dumps(user.get_id())


def of_own_form(user: GetUserDep, token: Annotated[str, Form()] = "") -> None:
    """Refuse a form that was not made for its user, or too long ago."""
    try:
        made_for = _signer().loads(token, max_age=TOKEN_SECONDS)
    except BadSignature:
        made_for = None
    if made_for != user.get_id():
        raise HTTPException(status.HTTP_403_FORBIDDEN, "form_expired")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(get_signing_key("api", "secret_key"), salt="reporting-page")


DECIDING = [Depends(must_decide), Depends(of_own_form)]
