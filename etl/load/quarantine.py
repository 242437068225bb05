"""What an operator decides about a case of quarantine; what loads do to cases is in `sql/transform/evidence/`."""

from collections.abc import Sequence

from sqlalchemy import Engine, text


def reject(engine: Engine, quarantine_ids: Sequence[int], remark: str, *, by: str) -> set[int]:
    """Give up what is held among some cases, keep the reason and who gave it, and return the ids of what was held.

    A rejected case is no longer reported and not tried again with the others. It is released like any other as soon as
    its document is read otherwise.
    """
    statement = text(
        "UPDATE ops.quarantine SET state = 'rejected', remark = :remark, decided_by = :by, decided_at = now()"
        " WHERE quarantine_id = ANY (:quarantine_ids) AND state = 'held'"
        " RETURNING quarantine_id"
    )
    values = {"quarantine_ids": list(quarantine_ids), "remark": remark, "by": by}
    with engine.begin() as connection:
        return set(connection.scalars(statement, values))
