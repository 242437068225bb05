"""The storage locations that runs have used: storage may move, and a purge must search all of them."""

from sqlalchemy import Engine, text

_REMEMBER = text(
    "INSERT INTO ops.storage (address, used_at) VALUES (:address, now())"
    " ON CONFLICT (address) DO UPDATE SET used_at = excluded.used_at"
)


def remember(engine: Engine, address: str) -> None:
    """Record that a run uses the storage at an address."""
    with engine.begin() as connection:
        connection.execute(_REMEMBER, {"address": address})


def forget(engine: Engine, address: str) -> None:
    """Record that nothing is left on the storage at an address."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM ops.storage WHERE address = :address"), {"address": address})


def known(engine: Engine) -> list[str]:
    """Return the address of every storage that a run has used, the last one first."""
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT address FROM ops.storage ORDER BY used_at DESC")).scalars())
