"""What the steps share: the warehouse with its schema up to date, and the line that each logs."""

import logging
from typing import Any

import msgspec
from sqlalchemy import Engine

from etl.settings import Settings
from etl.terminal import visible_json
from etl.warehouse import open_engine, schema

logger = logging.getLogger("etl.pipeline")


def migrated(settings: Settings) -> Engine:
    """Return an engine on the warehouse, with its schema up to date."""
    engine = open_engine(settings)
    schema.migrate(engine, lock_timeout_seconds=settings.lock_timeout_seconds)
    return engine


def tell(step: str, **facts: Any) -> None:
    """Log what a step did, as one line of JSON behind its name."""
    logger.info("%s: %s", step, visible_json(msgspec.json.encode(facts).decode()))


def quiet() -> None:
    """Do nothing: progress that nobody watches."""
