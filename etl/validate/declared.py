"""Whether a rule judges every issue that parsing may note, and the rules that issues bring along.

In come the suites of `expectations/`; out come the same with the rules that a family declares with its issues.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from etl.errors import BadInputError
from etl.issues import Issue, declared
from etl.records import Severity
from etl.validate.suites import Rule, Suite, require_usable


class _OwnRule(msgspec.Struct, forbid_unknown_fields=True):
    rule: str
    severity: Severity
    field: str
    description: str
    message: str


def with_declared(suites: Mapping[str, Suite]) -> dict[str, Suite]:
    """Return the suites with the rules that declared issues bring.

    Raises BadInputError when no rule judges a declared issue, or what it brings is no rule; the text names the file.
    """
    brought: dict[str, list[Rule]] = {name: [] for name in suites}
    for issue in declared():
        if issue.kind not in suites:
            raise BadInputError(f"{issue.file}: there are no {issue.kind}; there are {', '.join(suites)}")
        if issue.rule:
            rule = _own_rule(issue, issue.rule)
            require_usable(Path(issue.file), replace(suites[issue.kind], rules=(rule,)))
            brought[issue.kind].append(rule)
        elif not _judges(suites[issue.kind].rules, issue):
            raise BadInputError(
                f"{issue.file}: no rule {issue.rule_id} of the suite {issue.kind} judges {issue.name}; add it to "
                f"expectations/{issue.kind}.json, or name the rule that does"
            )
    return {name: replace(suite, rules=(*suite.rules, *brought[name])) for name, suite in suites.items()}


def _judges(rules: Iterable[Rule], issue: Issue) -> bool:
    """Tell whether the rule judges the issue, of whatever family may note it."""
    return any(
        (rule.rule_id, rule.column) == (issue.rule_id, issue.name)
        and (not rule.families or issue.family in rule.families)
        for rule in rules
    )


def _own_rule(issue: Issue, entry: Mapping[str, str]) -> Rule:
    try:
        own = msgspec.convert(entry, _OwnRule)
    except msgspec.ValidationError as fault:
        remedy = "a rule of its own has rule, severity, field, description and message"
        raise BadInputError(f"{issue.file}, {issue.name}: {fault}; {remedy}") from fault
    return Rule(
        rule_id=own.rule, type="expect_column_values_to_be_null", kwargs={"column": issue.name}, severity=own.severity,
        field=own.field, description=own.description, message=own.message,
        families=(issue.family,) if issue.family else (),
    )  # fmt: skip
