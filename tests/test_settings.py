"""The settings: each explained in the README with its default, and each number with its unit in its name."""

import re

import pytest

from etl.settings import Settings
from tests.conftest import ROOT

EXPLAINED = dict(
    re.findall(r"^\| `([A-Z0-9_]+)` \| .+ \| (.+) \|$", (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE)
)
NUMBERS = {
    (field.alias or name).upper(): field.default
    for name, field in Settings.model_fields.items()
    if type(field.default) is int
}


OF_LIBPQ = {"PGCONNECT_TIMEOUT"}  # which knows it in every program
OF_AIRFLOW = {
    name
    for folder in ("dags", "plugins")
    for file in (ROOT / folder).glob("*.py")
    for name in re.findall(r'"(ETL_[A-Z0-9_]+)"', file.read_text("utf-8"))
}


def test_every_setting_is_explained() -> None:
    known = {(field.alias or name).upper() for name, field in Settings.model_fields.items()}
    assert known | OF_LIBPQ | OF_AIRFLOW == EXPLAINED.keys()


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_is_explained_as_it_is_and_says_its_unit(name: str) -> None:
    assert EXPLAINED[name] in (f"{NUMBERS[name]}", f"{NUMBERS[name] >> 20} MiB")
    assert re.search("_(SECONDS|HOURS|DAYS|PCT|BYTES_MAX|DOCUMENTS|RECORDS|PROCESSES|CONNECTIONS|RUNS)$", name)
