"""What an operator decides about a case of quarantine; what loads do to it stands in `sql/transform/evidence/`."""

from sqlalchemy import Engine, text


def reject(engine: Engine, quarantine_id: int, remark: str) -> bool:
    """Give up a case that is held, and keep the reason; False when it is not held.

    A rejected case is no longer told of and not tried again with the others. It is released like any other as soon as
    its document is read otherwise.
    """
    statement = text(
        "UPDATE ops.quarantine SET state = 'rejected', remark = :remark"
        " WHERE quarantine_id = :quarantine_id AND state = 'held'"
    )
    with engine.begin() as connection:
        return connection.execute(statement, {"quarantine_id": quarantine_id, "remark": remark}).rowcount == 1
