"""What a load is told of the run that it is of: how that began, and what was approved of it."""

from typing import NamedTuple

from etl.parsed import Tally


class Origin(NamedTuple):
    """Who or what began a run, and why; None is not known."""

    triggered_by: str | None = None
    reason: str | None = None


UNKNOWN_ORIGIN = Origin()


class Approval(NamedTuple):
    """That a rehearsed load may pass: which load was its rehearsal, who approved it, and why.

    Without an approver, nobody had to be asked: the load is bound to what was rehearsed all the same.
    """

    rehearsal_id: int
    approved_by: str | None = None
    reason: str | None = None


class Run(NamedTuple):
    """The run that a load is of: its name, where known its one fiscal year (B.E.), and how it began.

    `tally` is what was parsed for it. With an `approval`, it is loaded only as it was rehearsed.
    """

    run_id: str
    fiscal_year: int | None = None
    origin: Origin = UNKNOWN_ORIGIN
    approval: Approval | None = None
    tally: Tally | None = None
