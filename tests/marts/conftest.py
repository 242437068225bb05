"""The small world of `tests.marts.world`, loaded once for all tests that only ask."""

from collections.abc import Callable

import pytest

from etl.settings import Settings
from tests.conftest import Warehouse
from tests.marts import world as the_world


@pytest.fixture(scope="package")
def world(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The warehouse of the small world."""
    folder = tmp_path_factory.mktemp("world")
    warehouse = Warehouse(Settings(etl_home=folder / "home", warehouse_url=new_database()))
    the_world.make(warehouse, folder)
    return warehouse
