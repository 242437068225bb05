"""Asks a person before a load changes what is published: the load is rehearsed, and its effect is shown.

The question waits in Airflow's *Required Actions*. Nothing runs meanwhile: no worker and no trigger is held.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param
from airflow.sdk.bases.notifier import BaseNotifier
from airflow.sdk.definitions.context import Context
from airflow.sdk.definitions.param import ParamsDict
from airflow.sdk.types import DagRunProtocol

from etl.diff.effect import Ask
from etl.errors import BadInputError

REVIEW, REASON, ANSWER = "review", "reason", "why"  # of a run's parameters, and of the answer's form
REHEARSAL, REJECTED = "rehearsal", "rejected"  # keys of XComs
PATIENCE = timedelta(hours=int(os.environ.get("ETL_REVIEW_TIMEOUT_HOURS", "72")))
ASKED = {
    Ask.NEVER: "ไม่ถาม · never",
    Ask.LOSSES: "เมื่อข้อมูลลดลงมาก · when much less would be left",
    Ask.CHANGES: "เมื่อข้อมูลที่เผยแพร่แล้วจะเปลี่ยน · when what is published would change",
    Ask.ANYTHING: "ทุกครั้งที่มีการเปลี่ยนแปลง · whenever anything would change",
}


def review_params(default: str) -> dict[str, Param]:
    """Return the parameters of a run that say of what to ask, one of `Ask`, and why it is run."""
    return {
        REVIEW: Param(
            default,
            type="string",
            enum=[asked.value for asked in Ask],
            values_display={asked.value: words for asked, words in ASKED.items()},
            title="Ask before loading · ถามก่อนนำเข้า",
            description="Wait in Required Actions for somebody who approves what would change",
        ),
        REASON: Param(
            None,
            type=["null", "string"],
            title="Reason · เหตุผล",
            description="Why it is run; kept with the load",
        ),
    }


def origin(run: DagRunProtocol, params: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return who or what began a run, and why, as `etl.load.merge.Origin` takes it."""
    return run.triggering_user_name or str(run.run_type), (params[REASON] or "").strip() or None


def needs_reason(run: DagRunProtocol) -> bool:
    """Tell whether a run is a backfill that was told to ask, but not why it is done."""
    told = run.conf or {}
    return run.run_type == "backfill" and told.get(REVIEW, Ask.NEVER) != Ask.NEVER and not told.get(REASON)


class Review(ApprovalOperator):
    """Rehearses a load, and where the run's `review` says so, waits for somebody to approve or reject it.

    Returns the approval with which the load may run, without an approver where nobody had to be asked; None where only
    losses are asked about, which the load itself refuses. A rejection skips all tasks after it. Nobody's answer within
    PATIENCE fails the task.
    """

    template_fields: Collection[str] = ("subject", "body", "batches", "fiscal_year")

    def __init__(
        self, *, batches: Sequence[str], fiscal_year: int | None, notifiers: Sequence[BaseNotifier], **kwargs: Any
    ) -> None:
        super().__init__(
            subject="", notifiers=notifiers, response_timeout=PATIENCE, ignore_downstream_trigger_rules=True, **kwargs
        )
        self.params = ParamsDict({ANSWER: Param("", type="string", title="เหตุผล · Reason")})
        self.batches = batches
        self.fiscal_year = fiscal_year

    def execute(self, context: Context) -> dict[str, Any] | None:
        """Rehearse, and ask if need be."""
        from etl import pipeline
        from etl.diff.summary import summary
        from etl.load.runs import Approval, Origin
        from etl_settings import settings

        asked = Ask(context["params"][REVIEW])
        if asked is Ask.NEVER:
            self.log.info("not rehearsed: the run asks for nothing")
            return None
        begun = Origin(*origin(context["dag_run"], context["params"]))
        counts, effect = pipeline.rehearse(
            settings(), context["run_id"], list(self.batches), fiscal_year=self.fiscal_year, origin=begun
        )
        if not effect.needs_approval(asked):
            self.log.info("rehearsed as load %s: nothing to ask about", counts["load_id"])
            return None if asked is Ask.LOSSES else Approval(counts["load_id"])._asdict()
        context["ti"].xcom_push(REHEARSAL, counts["load_id"])
        year = f"FY{self.fiscal_year}: " if self.fiscal_year else ""
        self.subject = f"{year}อนุมัติให้นำเข้าหรือไม่ · May this be loaded?"
        self.body = summary(counts, effect)
        self.params[ANSWER] = begun.reason or ""
        super().execute(context)
        return None

    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, Any] | None:
        """Keep the answer; return the approval, or skip the tasks after this one."""
        from etl import pipeline
        from etl_settings import settings

        if "error" in event:
            raise BadInputError(
                f"nobody answered, and nothing was loaded: {event['error']}; clear it to be asked again"
            )
        ti, is_approved = context["ti"], event["chosen_options"] == [self.APPROVE]
        by = (event["responded_by_user"] or {}).get("name") or "unknown"
        reason = (
            (event["params_input"] or {}).get(ANSWER) or origin(context["dag_run"], context["params"])[1] or ""
        ).strip()
        if is_approved and not reason:
            raise BadInputError("an approval needs a reason, and nothing was loaded; clear `review` to be asked again")
        rehearsal = ti.xcom_pull(task_ids=self.task_id, key=REHEARSAL)
        approval = pipeline.decide(settings(), rehearsal, is_approved=is_approved, decided_by=by, reason=reason)
        self.log.info("rehearsal %s: %s by %s: %s", rehearsal, event["chosen_options"], by, reason)
        if approval:
            return approval._asdict()
        ti.xcom_push(REJECTED, f"{by}: {reason}")
        super().execute_complete(context, event)
        return None
