"""The versions of what parses and judges: each changes with all that it depends on, and with nothing else."""

import ast
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from etl.parser_version import (
    JUDGING_LIBRARIES,
    JUDGING_ROOMS,
    LIBRARIES,
    LOADING_ROOMS,
    LOADING_SQL,
    ROOMS,
    code_version,
    judging_version,
    loading_version,
    parser_version,
)
from etl.read.ocr.tesseract import LANGUAGES, tesseract_version
from tests.conftest import ROOT
from tests.test_boundaries import Import, imports, room_of, tree

ETL = ROOT / "etl"
RULES = ROOT / "expectations"
JUDGES = ("batch", "bounds", "corrections", "reconcile", "validate")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of etl/, to be changed."""
    return Path(shutil.copytree(ETL, tmp_path / "etl", ignore=shutil.ignore_patterns("__pycache__")))


def files_of(house: Path) -> list[Path]:
    return [path for path in sorted(house.rglob("*")) if path.is_file()]


def is_of_parser(path: Path, house: Path) -> bool:
    return path.relative_to(house).parts[0].removesuffix(".py") in ROOMS


def by_room_and_kind(house: Path) -> list[Path]:
    """Return a file of each kind from each folder or module."""
    return list(
        {(path.parent if path.parent != house else path, path.suffix): path for path in files_of(house)}.values()
    )


def test_the_version_is_the_same_wherever_the_parser_stands(house: Path) -> None:
    assert parser_version() == parser_version(house) == parser_version(house)
    assert re.fullmatch("[0-9a-f]{16}", parser_version())


def test_code_and_data_that_parsing_depends_on_change_it_and_no_others(house: Path) -> None:
    before = parser_version(house)
    changed = {}
    for path in by_room_and_kind(house):
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        changed[path] = parser_version(house) != before
        path.write_bytes(content)
    assert {path for path, is_changed in changed.items() if is_changed} == {
        path for path in changed if is_of_parser(path, house)
    }
    assert parser_version(house) == before


def test_code_data_and_rules_that_judging_depends_on_change_its_version_and_no_others(
    house: Path, tmp_path: Path
) -> None:
    rules = Path(shutil.copytree(RULES, tmp_path / "rules"))
    before = judging_version(code_version(house), rules)
    assert before == judging_version(code_version(ETL), RULES)
    changed = {}
    for path in [*by_room_and_kind(house), *rules.glob("*.json")]:
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        changed[path] = judging_version(code_version(house), rules) != before
        path.write_bytes(content)
    rooms = {*ROOMS, *JUDGING_ROOMS}
    assert {path for path, is_changed in changed.items() if is_changed} == {
        path
        for path in changed
        if path.is_relative_to(rules) or path.relative_to(house).parts[0].removesuffix(".py") in rooms
    }
    (rules / "more.json").write_text("{}")
    assert judging_version(code_version(house), rules) != before


# A process that has imported a release, while the next one is put in its place.
DEPLOYED_MEANWHILE = """
import sys
from pathlib import Path
from etl import unchanged
from etl.load import rehearsal
from etl.report import _drawn_by

versions = {
    "reconcile.py": unchanged.version_today, "load/merge.py": rehearsal._loading_version, "report/cells.py": _drawn_by
}
for room, version in versions.items():
    path = Path(sys.argv[1]) / "etl" / room
    content = path.read_bytes()
    first = version()
    assert first == version(), room
    path.write_bytes(content + b"# the next release")
    assert len({first, version(), version()}) == 3, room
    path.write_bytes(content)
    assert first == version(), room
"""


def test_what_is_deployed_while_a_process_is_at_work_is_not_taken_for_what_it_began_with(tmp_path: Path) -> None:
    for folder in ("etl", "expectations", "sql", "dashboards"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-c", DEPLOYED_MEANWHILE, tmp_path]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_judging_rests_on_no_room_and_library_that_its_version_does_not_cover() -> None:
    covered = {*ROOMS, *JUDGING_ROOMS}
    judging = [one for one in imports() if one.importer in {*JUDGES, *JUDGING_ROOMS} - {"pipeline", "unchanged"}]
    assert {room_of(one.name) for one in judging if one.name.startswith("etl.")} <= covered
    distributions = packages_distributions()
    names = {one.name.split(".")[0] for one in imports() if one.importer in JUDGES} - {"etl"}
    assert {name.lower().replace("_", "-") for one in names for name in distributions.get(one, ())} <= {
        *LIBRARIES,
        *JUDGING_LIBRARIES,
    }


def test_code_data_and_sql_that_a_load_depends_on_change_its_version_and_no_others(house: Path, tmp_path: Path) -> None:
    sql = Path(shutil.copytree(ROOT / "sql", tmp_path / "sql", ignore=shutil.ignore_patterns("__pycache__")))
    before = loading_version(house, sql)
    assert before == loading_version()
    changed = {}
    for path in [*by_room_and_kind(house), *sql.glob("*/*.sql"), *sql.glob("*.sql")]:
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        changed[path] = loading_version(house, sql) != before
        path.write_bytes(content)
    assert {path for path, is_changed in changed.items() if is_changed} == {
        path
        for path in changed
        if (path.is_relative_to(sql) and path.relative_to(sql).parts[0] in LOADING_SQL)
        or (path.is_relative_to(house) and path.relative_to(house).parts[0].removesuffix(".py") in LOADING_ROOMS)
    }


def test_a_load_rests_on_no_room_that_its_version_does_not_cover() -> None:
    around = {
        "errors", "isolate", "landing", "parse_cache", "parsed", "parser_version", "pull", "read", "settings",
        "storage", "workers",
    }  # fmt: skip
    rooms = {room_of(one.name) for one in imports() if one.importer == "load" and one.name.startswith("etl.")}
    assert rooms <= {*LOADING_ROOMS, *around}


def test_a_family_that_comes_or_goes_changes_it(house: Path) -> None:
    before = parser_version(house)
    shutil.copytree(house / "families" / "project_view", house / "families" / "other_view")
    more = parser_version(house)
    shutil.rmtree(house / "families" / "project_view")
    assert len({before, more, parser_version(house)}) == 3


def test_what_python_compiles_changes_nothing(house: Path) -> None:
    before = parser_version(house)
    compiled = house / "read" / "__pycache__" / "text.cpython-311.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(b"\0")
    assert parser_version(house) == before


def of_parser() -> list[Import]:
    return [one for one in imports() if one.importer in ROOMS]


def test_parsing_imports_no_room_that_its_version_does_not_cover() -> None:
    imported = {room_of(one.name) for one in of_parser() if one.name.startswith("etl.")}
    assert imported <= set(ROOMS)
    assert room_of("etl.workers.child") in ROOMS


def test_parsing_uses_no_library_that_its_version_does_not_cover() -> None:
    distributions = packages_distributions()
    names = {one.name.split(".")[0] for one in of_parser()} - {"etl"}
    assert {name.lower() for one in names for name in distributions.get(one, ())} == set(LIBRARIES)


def test_of_where_a_document_was_found_parsing_takes_the_ids_alone() -> None:
    """The address is no part of what is kept: see `etl.parse_cache.Key`."""
    rooms = ("parse", "families", "repair", "read", "thai")
    read = {
        path.relative_to(ETL).as_posix()
        for room in rooms
        for path in (ETL / room).rglob("*.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "uri"
    }
    # What unpacks an archive names its members, each of which is a document of its own.
    assert read == {"parse/address.py", "read/archive/__init__.py"}


def test_tesseract_and_its_models_are_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tesseract_version().startswith("tesseract ")
    (models,) = Path("/usr/share/tesseract-ocr").glob("*/tessdata")
    for language in LANGUAGES.split("+"):
        shutil.copy(models / f"{language}.traineddata", tmp_path)
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    alike = tesseract_version()
    with (tmp_path / "tha.traineddata").open("ab") as model:
        model.write(b"\0")
    assert alike != tesseract_version()
    monkeypatch.setenv("PATH", os.devnull)
    assert tesseract_version() == ""
