"""The house's order: which room may know of which, and that nothing stands in it that nothing uses."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT

# The rooms of etl/, each of which may import those before it and no other. So no two know of each other, and what is
# read last is what most rests upon.
ORDER = (
    "terminal", "errors", "settings", "limits", "files", "isolate", "addresses", "thai", "records", "issues",
    "reference", "storage", "landing", "sealed", "parsed", "read", "parse", "families", "repair", "unread", "extract",
    "workers", "parser_version", "pull", "documents", "validate", "warehouse", "monitor", "parse_cache", "bounds",
    "corrections", "unchanged", "reconcile", "batch", "load", "diff", "publish", "report", "pipeline", "housekeeping",
    "backup", "storage_move", "cli", "__main__",
)  # fmt: skip


# Runs in a process that imports nothing else of ours, and so by the name of its folder alone.
ALONE = ROOT / "etl" / "read" / "pdf" / "pdfium"


class Import(NamedTuple):
    """A module of ours that imports another, or a package of somebody else's."""

    by: Path
    line: int
    name: str

    @property
    def importer(self) -> str:
        return room_of(".".join(self.by.relative_to(ROOT).with_suffix("").parts))

    def __str__(self) -> str:
        return f"{self.by.relative_to(ROOT)}:{self.line} imports {self.name}"


def room_of(module: str) -> str:
    """Return the room that a module of ours is in."""
    return module.split(".")[1]


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports() -> Iterator[Import]:
    """Yield what modules of etl/ import, at their head or in a function."""
    for path in modules("etl"):
        for node in ast.walk(tree(path)):
            match node:
                case ast.Import(names=names):
                    yield from (Import(path, node.lineno, name.name) for name in names)
                case ast.ImportFrom(module=str(module), names=names, level=0):
                    yield from (Import(path, node.lineno, f"{module}.{name.name}") for name in names)


def rooms() -> set[str]:
    """Return the packages and modules of etl/ itself."""
    found = {path.stem for path in (ROOT / "etl").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    return found - {"__init__"}


def test_every_room_has_its_place() -> None:
    assert rooms() == {*ORDER}


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_room_stands_on_the_map(page: str) -> None:
    house = (ROOT / page).read_text("utf-8").partition("\n## The house\n")[2].partition("\n## ")[0]
    drawn = set(re.findall(r"\betl/(\w+)", house))
    assert drawn == rooms()


def test_a_room_knows_of_those_before_it_and_no_other() -> None:
    upward = [
        str(one)
        for one in imports()
        if one.name.startswith("etl.") and ORDER.index(room_of(one.name)) > ORDER.index(one.importer)
    ]
    assert not upward


def test_no_two_modules_know_of_each_other() -> None:
    known = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in modules("etl")
    }
    graph = {module: set[str]() for module in known}
    for one in imports():
        importer = ".".join(one.by.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        imported = one.name if one.name in known else one.name.rpartition(".")[0]
        if imported in known - {importer, "etl"}:
            graph[importer].add(imported)
    assert sorted(TopologicalSorter(graph).static_order()) == sorted(known)  # raises what is in a circle


def test_etl_knows_nothing_of_airflow_and_of_what_runs_it() -> None:
    outside = {
        "airflow",
        "plugins",
        "dags",
        "deploy",
        "tests",
        "bench",
        "etl_settings",
        "fiscal_year",
        "job_settings",
        "report_job",
        "review",
    }
    assert [str(one) for one in imports() if one.name.split(".")[0] in outside] == []


def test_imports_are_written_out() -> None:
    relative = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules("etl")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.level and not path.is_relative_to(ALONE)
    ]
    assert relative == [], "import by the whole name, which tells the room"


# What nothing of ours names, and who does.
NAMED_ELSEWHERE = {
    "WRITER": "typer offers all members of an enumeration",
    "get_text": "paramiko asks it of a message",
    "ignore_aliases": "PyYAML asks it of a dumper",
    "missing_host_key": "paramiko asks it of a policy",
    "model_config": "pydantic reads it off a class of settings",
    "values_removed": "the command line prints all fields of a result",
}


# What these decorate is in use where somebody names it; what others do, such as a command line's, is in use by that.
PLAIN_DECORATORS = {"cache", "classmethod", "contextmanager", "dataclass", "lru_cache", "property", "staticmethod"}


def defined() -> Iterator[tuple[str, str]]:
    """Yield what modules of etl/ define, and where: constants, functions, classes, and what stands in classes."""
    for path in modules("etl"):
        for node in ast.walk(tree(path)):
            names = []
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and decorators(node) <= PLAIN_DECORATORS:
                names.append(node.name)
            if isinstance(node, (ast.Module, ast.ClassDef)):
                names += [
                    target.id
                    for statement in node.body
                    if isinstance(statement, (ast.Assign, ast.AnnAssign))
                    for target in ast.walk(statement)
                    if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store)
                ]
            place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
            yield from ((name, place) for name in names if not name.startswith("__"))


def decorators(node: ast.FunctionDef | ast.ClassDef) -> set[str]:
    return {ast.unparse(one).partition("(")[0].rpartition(".")[2] for one in node.decorator_list}


@cache
def named() -> frozenset[str]:
    """Return every name that code, SQL or data of ours asks for; tests do not count."""
    found: set[str] = set()
    for path in modules("etl", "dags", "plugins", "deploy", "bench", "sql"):
        for node in ast.walk(tree(path)):
            match node:
                case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                    found.add(name)
                case ast.Constant(value=str(text)):
                    found.add(text)
                case ast.alias(name=name):
                    found.add(name.rpartition(".")[2])
    for path in (path for folder in ("etl", "sql", "expectations") for path in (ROOT / folder).rglob("*")):
        if path.suffix in {".sql", ".tsv", ".toml", ".json", ".j2", ".yaml"}:
            found.update(re.findall(r"\w+", path.read_text("utf-8")))
    return frozenset(found)


def test_nothing_stands_in_etl_that_nothing_uses() -> None:
    unused = {name: place for name, place in defined() if name not in named()}
    assert unused.keys() == NAMED_ELSEWHERE.keys(), {n: p for n, p in unused.items() if n not in NAMED_ELSEWHERE}


def test_every_question_to_the_warehouse_is_asked() -> None:
    asked = {node.value for path in modules("etl") for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)}
    assert {path.stem for path in (ROOT / "sql" / "questions").glob("*.sql")} <= asked


def test_a_rule_s_id_stands_once_in_the_code() -> None:
    ids = Counter(
        node.value
        for path in modules("etl")
        if not path.is_relative_to(ALONE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and re.fullmatch("R-[a-z0-9-]+", str(node.value))
    )
    assert [rule_id for rule_id, times in ids.items() if times > 1] == []


def statements() -> list[Path]:
    """Return the files of SQL that run today; a migration is as of its day."""
    return sorted((ROOT / "sql").rglob("*.sql"))


def test_no_sql_makes_or_reads_the_name_of_a_record() -> None:
    parts = re.compile(r"(?:reports|quarters|indicators|copy)\[|/reports|'unknown/|'document'|split_part\([^)]*record")
    assert [path for path in statements() if parts.search(path.read_text("utf-8"))] == []


def test_sql_names_no_rule() -> None:
    assert [path for path in statements() if re.search(r"'R-[a-z]", path.read_text("utf-8"))] == []
