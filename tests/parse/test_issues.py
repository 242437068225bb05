"""An issue is declared with the rule that judges it, or it is a fault of the program; none is dropped in silence."""

import json
import re
import shutil
from pathlib import Path

import pytest

from etl import issues, validate
from etl.errors import BadInputError
from etl.extract import extract
from etl.families import printed_form
from etl.families.printed_form import parser
from etl.issues import Issue, UndeclaredIssueError
from etl.parse.grammar import add_issue
from etl.records import Copy, Document, Indicator, Line, Project, Report, Strategy
from tests.forms import Form


@pytest.mark.parametrize("record", [Project(), Strategy(), Report(), Indicator()])
def test_an_issue_that_nobody_declares_raises_at_once(record: Project | Strategy | Report | Indicator) -> None:
    with pytest.raises(UndeclaredIssueError, match=r"no issues\.toml declares 'shape_odd'"):
        add_issue(record, "shape_odd", "?")
    assert record.issues == {}


def test_an_issue_is_declared_of_one_kind_of_record() -> None:
    add_issue(Report(), "detail_incomplete", "รายงานครั้งที่ 1")
    with pytest.raises(UndeclaredIssueError, match="of projects"):
        add_issue(Project(), "detail_incomplete", "รายงานครั้งที่ 1")


def test_a_family_that_notes_what_another_one_declares_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = parser.parse

    def parse(document: Document, lines: list[Line]) -> list[Copy]:
        copies = sound(document, lines)
        add_issue(copies[0].reports[0], "report_date_unpaired", "15/11/2566")
        return copies

    monkeypatch.setattr(printed_form.parser, "parse", parse)
    (copy,) = extract("form.txt", Form().text().encode())
    (finding,) = copy.findings
    assert finding.rule_id == "R-not-processed"
    assert "printed_form/issues.toml does not declare 'report_date_unpaired' of reports" in finding.message


def test_every_declared_issue_is_judged_by_the_rule_that_it_names() -> None:
    suites = validate.suites()
    for issue in issues.declared():
        judging = [
            rule
            for rule in suites[issue.kind].rules
            if (rule.rule_id, rule.column) == (issue.rule_id, issue.name)
            and (not rule.families or issue.family in rule.families)
        ]
        assert judging, f"{issue.file}: {issue.name}"


@pytest.fixture
def expectations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the suites, to be changed."""
    folder = tmp_path / "expectations"
    shutil.copytree(validate.EXPECTATIONS, folder)
    monkeypatch.setattr(validate, "EXPECTATIONS", folder)
    return folder


def without_rule(path: Path, rule_id: str, **changes: object) -> None:
    """Take a rule out of a suite, or change what its `meta` says."""
    suite = json.loads(path.read_text("utf-8"))
    rules = [rule for rule in suite["expectations"] if changes or rule["meta"]["rule_id"] != rule_id]
    for rule in rules:
        if rule["meta"]["rule_id"] == rule_id:
            rule["meta"] |= changes
    path.write_text(json.dumps(suite | {"expectations": rules}), "utf-8")


@pytest.mark.parametrize(
    ("rule_id", "changes"), [("R-status-extra", {}), ("R-status-extra", {"families": ["project_page"]})]
)
def test_a_suite_that_judges_no_such_issue_is_not_loaded(
    rule_id: str, changes: dict[str, object], expectations: Path
) -> None:
    without_rule(expectations / "reports.json", rule_id, **changes)
    words = "etl/families/printed_form/issues.toml: no rule R-status-extra of the suite reports judges status_extra"
    with pytest.raises(BadInputError, match=re.escape(words)):
        validate.suites()


OWN_RULE = {
    "rule": "R-seal-torn", "severity": "warning", "field": "project_name", "description": "The seal is whole.",
    "message": "of the seal {value} is left",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"message": "{left} is left"}, "rule R-seal-torn: its message asks for {left}, which is not available"),
        ({"severity": "grave"}, "seal_torn: Invalid enum value 'grave'"),
        ({"remedy": "glue"}, "seal_torn: Object contains unknown field `remedy`"),
    ],
)
def test_a_rule_that_an_issue_brings_must_be_one(
    changes: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = OWN_RULE | changes
    issue = Issue("projects", "seal_torn", own["rule"], own, "leaflet", "etl/families/leaflet/issues.toml")
    monkeypatch.setattr("etl.validate.declared.declared", lambda: (issue,))
    with pytest.raises(BadInputError, match=re.escape(f"etl/families/leaflet/issues.toml, {words}")):
        validate.suites()
