"""The warehouse that the page shows: that of Airflow's Connection or of the environment, as for tasks."""

from functools import lru_cache

from sqlalchemy import Engine

from etl.settings import Settings
from etl.warehouse import open_engine
from etl_settings import settings


def engine() -> Engine:
    """Return the engine of the warehouse. Raises what `open_engine` does."""
    return _engine(settings())


@lru_cache(maxsize=1)
def _engine(found: Settings) -> Engine:
    return open_engine(found)
