"""Batches loaded into the warehouse, or rehearsed: done, compared with what stands, and taken back."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from upath import UPath

from etl import parsed
from etl.diff.effect import Effect, effect_of
from etl.diff.warehouses import compare, snapshot
from etl.load import merge, rehearsal
from etl.load.purge import forget_purged
from etl.load.runs import UNKNOWN_ORIGIN, Approval, Origin, Run
from etl.pipeline.shared import migrated, tell
from etl.settings import Settings
from etl.warehouse import Connection, open_engine
from etl.warehouse.model import content_tables
from etl.warehouse.query import ask


def load(
    settings: Settings,
    run_id: str,
    batches: Sequence[str],
    *,
    fiscal_year: int | None = None,
    origin: Origin = UNKNOWN_ORIGIN,
    approval: Approval | None = None,
) -> dict[str, Any]:
    """Load batches into the warehouse in one transaction; return the counts of `ops.load`, and of the run's pull.

    A document that the warehouse cannot take is held back, and the others are loaded. With an approval, they are loaded
    only into the warehouse that was rehearsed. Raises ConservationError when records were lost or doubled, VolumeError
    when much less came than the load before brought and that is not approved, WarehouseChangedError when the warehouse
    has changed since the rehearsal, and BatchDamagedError when a batch is missing or damaged; then nothing is loaded,
    and only what is held back is recorded. Raises WarehouseBusyError when another is loading for too long.
    """
    return _merge(settings, Run(run_id, fiscal_year, origin, approval), batches)


def rehearse(
    settings: Settings,
    run_id: str,
    batches: Sequence[str],
    *,
    fiscal_year: int | None = None,
    origin: Origin = UNKNOWN_ORIGIN,
) -> tuple[dict[str, Any], Effect]:
    """Load batches, see what that changes, and take it back; return the counts as `load` does, and what would change.

    Raises as `load` does, but for VolumeError: what would shrink is part of the effect.
    """
    effects: list[Effect] = []

    def compare_with_before(after: Connection, shrunken: list[str]) -> bytes:
        with snapshot(open_engine(settings)) as before:
            effects.append(effect_of(compare(before, after, content_tables()), shrunken))
        return msgspec.json.encode(effects[0])

    counts = _merge(settings, Run(run_id, fiscal_year, origin), batches, compare_with_before)
    return counts, effects[0]


def decide(
    settings: Settings, rehearsal_id: int, *, is_approved: bool, decided_by: str, reason: str
) -> Approval | None:
    """Keep what was decided of a rehearsed load; return the approval with which it may be loaded, if it is one."""
    decision = "approved" if is_approved else "rejected"
    rehearsal.decide(open_engine(settings), rehearsal_id, decision, decided_by, reason)
    return Approval(rehearsal_id, decided_by, reason) if is_approved else None


def _merge(
    settings: Settings,
    run: Run,
    batches: Sequence[str],
    rehearsed: Callable[[Connection, list[str]], bytes] | None = None,
) -> dict[str, Any]:
    engine, folders = migrated(settings), [UPath(address) for address in batches]
    forget_purged(engine, folders)
    counts = merge.load(
        engine, run._replace(tally=parsed.tally(folders)), folders, rehearsed=rehearsed,
        volume_drop_max_pct=settings.volume_drop_max_pct, lock_timeout_seconds=settings.lock_timeout_seconds,
    )  # fmt: skip
    tell("load", fiscal_year=run.fiscal_year, **counts)
    return counts | next(iter(ask(engine, "pull_of_run", {"run_id": run.run_id})), {})
