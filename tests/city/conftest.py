"""A small invented city, loaded once for all tests that ask of it, and its report."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from city.draw import draw
from city.files import write
from etl.report import make_report
from etl.settings import Settings
from etl.warehouse import open_engine
from tests.browser import program
from tests.conftest import Warehouse

CITY = draw(seed=7, forms=150)


@pytest.fixture(scope="package")
def loaded(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The warehouse of the city."""
    folder = tmp_path_factory.mktemp("city")
    warehouse = Warehouse(Settings(etl_home=folder / "home", warehouse_url=new_database()))
    write(CITY, folder / "exports")
    warehouse.load(folder / "exports")
    return warehouse


@pytest.fixture(scope="package")
def report(loaded: Warehouse) -> Path:
    """The folder of the city's report."""
    return make_report(open_engine(loaded.settings), loaded.settings.home / "city_report").parent


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        yield chromium
        chromium.close()
