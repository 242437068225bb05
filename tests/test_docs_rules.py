"""Every rule that a finding may name is in a suite or in docs/rules.md, with its severity and what to do."""

import re
from pathlib import Path

from etl.reference import rule_names
from etl.validate import suites
from tests.conftest import ROOT

RULE = re.compile(r"R-[a-z0-9]+(?:-[a-z0-9]+)*(?![*…-])")
ROW = re.compile(r"\| `(R-[a-z0-9-]+)` \| (critical|warning|info) \| ([^|]+\.) \| ([^|]+\.) \|")


def raised() -> set[str]:
    """Return the rules that code, steps of a load, views and declared issues name."""
    files = [path for path in (ROOT / "etl").rglob("*") if path.suffix in {".py", ".toml"}]
    files += [path for path in (ROOT / "sql").rglob("*.sql") if "migrations" not in path.parts]
    return {rule for path in files for rule in RULE.findall(_code(path))}


def _code(path: Path) -> str:
    """Return a file's text; of SQL without patterns, which name no rule whole."""
    return re.sub(r"LIKE '[^']*'|\^'?R-[^']*'", "", path.read_text("utf-8"))


def documented() -> dict[str, str]:
    """Return the severity of each rule that docs/rules.md describes."""
    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    assert text.count("\n| `R-") == len(ROW.findall(text)), "a row lacks its severity, meaning or remedy"
    return {rule: severity for rule, severity, _, _ in ROW.findall(text)}


def test_every_rule_is_in_a_suite_or_in_the_list_of_the_others_and_in_no_other() -> None:
    of_suites = {rule.rule_id for suite in suites().values() for rule in suite.rules}
    assert raised() - of_suites == documented().keys(), "docs/rules.md has not the rules that code raises by itself"
    assert list(documented()) == sorted(documented())


def test_every_rule_has_a_name_of_its_own_in_both_languages() -> None:
    of_suites = {rule.rule_id for suite in suites().values() for rule in suite.rules}
    names = rule_names()
    assert [name.rule_id for name in names] == sorted(of_suites | documented().keys())
    assert all(re.search("[ก-๙]", name.name_th) and re.fullmatch(r"[A-Z][ -~]+", name.name_en) for name in names)
    for of_language in zip(*(name[:3] for name in names), strict=True):
        assert len(set(of_language)) == len(of_language)


def test_every_rule_of_the_suites_is_in_the_dictionary() -> None:
    dictionary = (ROOT / "docs" / "data_dictionary.md").read_text("utf-8").partition("\n## Rules\n")[2]
    listed = set(re.findall(r"^\| (R-[a-z0-9-]+) \| (\w+) \|", dictionary, re.MULTILINE))
    assert listed == {(rule.rule_id, rule.severity.value) for suite in suites().values() for rule in suite.rules}
