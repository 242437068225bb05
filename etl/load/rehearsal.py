"""What a rehearsed load would change, and what was decided of it: an approval is for just that."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine
from upath import UPath

from etl.batch import digest_of
from etl.errors import WarehouseChangedError
from etl.load.runs import Run
from etl.load.state import state_mark
from etl.parser_version import loading_version, of_this_process
from etl.warehouse import Connection, connect

_loading_version = of_this_process(loading_version)
# Whether the rehearsal of the same run, decided so, was of these batches, of this release, and of the warehouse as it
# is, unless that has loaded just this already, and nothing since.
_REHEARSED = """
    SELECT
        rehearsal.batches_digest IS NOT DISTINCT FROM %(batches_digest)s AS has_these_batches,
        rehearsal.loaded_by IS NOT DISTINCT FROM %(loaded_by)s AS is_of_this_release,
        rehearsal.state_mark = %(state_mark)s
        OR EXISTS (
            SELECT FROM ops.load AS done
            WHERE
                done.rehearsal_of = rehearsal.load_id
                AND done.load_id = (
                    SELECT max(latest.load_id) FROM ops.load AS latest
                    WHERE latest.status = 'committed'
                )
        ) AS is_of_this_warehouse
    FROM ops.rehearsal AS rehearsal
    INNER JOIN ops.load AS load USING (load_id)
    WHERE
        rehearsal.load_id = %(rehearsal)s
        AND load.run_id = %(run_id)s AND load.fiscal_year IS NOT DISTINCT FROM %(fiscal_year)s::INTEGER
        AND rehearsal.decision IS NOT DISTINCT FROM CASE WHEN %(approved_by)s::TEXT IS NOT NULL THEN 'approved' END
        AND rehearsal.decided_by IS NOT DISTINCT FROM %(approved_by)s::TEXT
"""


def at_stake(connection: Connection, begun: Run, batches: Sequence[UPath]) -> dict[str, str]:
    """Return the marks of what a rehearsal is of: warehouse, batches, and the release that loads them."""
    return {
        "state_mark": state_mark(connection, begun.fiscal_year),
        "batches_digest": digest_of(batches),
        "loaded_by": _loading_version(),
    }


def keep(connection: Connection, load_id: int, found: Mapping[str, Any]) -> None:
    """Keep what was at stake in a rehearsed load, and as JSON its `effect`."""
    connection.execute(
        "INSERT INTO ops.rehearsal (load_id, state_mark, batches_digest, loaded_by, effect)"
        " VALUES (%(load_id)s, %(state_mark)s, %(batches_digest)s, %(loaded_by)s, %(effect)s)",
        {"load_id": load_id, **found},
    )


def require_unchanged(connection: Connection, begun: Run, at_stake: Mapping[str, str]) -> None:
    """Raise WarehouseChangedError unless warehouse, batches and release are those that the load was rehearsed with.

    The rehearsal is the same run's, and was decided as the approval says.
    """
    approval = begun.approval
    if not approval:
        return
    rehearsal = {
        **at_stake, "rehearsal": approval.rehearsal_id, "run_id": begun.run_id, "fiscal_year": begun.fiscal_year,
        "approved_by": approval.approved_by,
    }  # fmt: skip
    known = connection.execute(_REHEARSED, rehearsal).fetchone()
    if known and all(known.values()):
        return
    if not known or not known["is_of_this_warehouse"]:
        later = "SELECT load_id FROM ops.load WHERE load_id > %(rehearsal)s AND status = 'committed' ORDER BY load_id"
        loads = ", ".join(str(row["load_id"]) for row in connection.execute(later, rehearsal)) or "none"
        changed = (
            f"the warehouse has changed since load {approval.rehearsal_id}, the rehearsal, or that was decided"
            f" otherwise (loads since: {loads})"
        )
    elif not known["has_these_batches"]:
        changed = f"the batches have changed since load {approval.rehearsal_id}, the rehearsal"
    else:
        changed = f"another release of the pipeline did load {approval.rehearsal_id}, the rehearsal"
    raise WarehouseChangedError(f"nothing was loaded, for {changed}; rehearse it again: clear the task `review`")


def decide(engine: Engine, rehearsal_id: int, decision: str, decided_by: str, reason: str) -> None:
    """Keep what was decided of a rehearsed load: approved or rejected, by whom, and why."""
    with connect(engine) as connection:
        connection.execute(
            "UPDATE ops.rehearsal SET decision = %s, decided_by = %s, decided_at = now(), reason = %s"
            " WHERE load_id = %s AND decision IS NULL",
            [decision, decided_by, reason, rehearsal_id],
        )
