"""The issues that parsing may note of a record, declared beside the code that notes them, and what rule judges each.

Every `issues.toml` below this package is found by being there: that of a family of exports is the family's, any other
is of a stage that all families share. It has a table for each kind of record, and in that, by an issue's name, the id
of the rule of `expectations/` that judges it, or a rule of its own: `rule`, `severity`, `field`, `description` and
`message`. A name with `[n]` stands for four, one for each quarter.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from etl.records import Copy, Indicator, Project, Record, Report, Strategy

_PACKAGE = Path(__file__).parent
_FILE = "issues.toml"
_EACH_QUARTER, _QUARTERS = "[n]", "1234"

KINDS: Mapping[type[Record], str] = {
    Project: "projects", Strategy: "projects", Report: "reports", Indicator: "indicators",
}  # fmt: skip


class UndeclaredIssueError(Exception):
    """Raised when parsing notes an issue that nobody has declared: no rule would judge it."""


class Issue(NamedTuple):
    """A declared issue of a kind of record, and the rule that judges it; `rule` is its own one, where it brings one.

    `family` is None where a stage declares it that all families share; `file` says where it stands.
    """

    kind: str
    name: str
    rule_id: str
    rule: Mapping[str, str] | None
    family: str | None
    file: str


@cache
def declared() -> tuple[Issue, ...]:
    """Return every declared issue, in the order of the files."""
    return tuple(issue for path in sorted(_PACKAGE.rglob(_FILE)) for issue in _of_file(path))


@cache
def names(kind: str) -> frozenset[str]:
    """Return the names of the issues that may stand on records of a kind."""
    return frozenset(issue.name for issue in declared() if issue.kind == kind)


def require_declared(record: Record, name: str) -> None:
    """Raise UndeclaredIssueError unless the issue may stand on the record."""
    kind = KINDS[type(record)]
    if name not in names(kind):
        raise UndeclaredIssueError(f"no {_FILE} declares {name!r} of {kind}; declare it beside the code that notes it")


def require_own(family: str, copies: Iterable[Copy]) -> None:
    """Raise UndeclaredIssueError unless the family, or a stage that all share, declares each issue of its copies."""
    for copy in copies:
        for record in filter(None, (copy.project, copy.strategy, *copy.reports, *copy.indicators)):
            kind = KINDS[type(record)]
            for name in record.issues.keys() - _names_of(family, kind):
                raise UndeclaredIssueError(f"etl/families/{family}/{_FILE} does not declare {name!r} of {kind}")


@cache
def _names_of(family: str, kind: str) -> frozenset[str]:
    return frozenset(issue.name for issue in declared() if issue.kind == kind and issue.family in (None, family))


def _of_file(path: Path) -> Iterator[Issue]:
    room, *below = path.relative_to(_PACKAGE).parts
    family = below[0] if room == "families" else None
    for kind, entries in tomllib.loads(path.read_text("utf-8")).items():
        for name, rule in entries.items():
            own = rule if isinstance(rule, dict) else None
            for each in _each(name):
                file = str(path.relative_to(_PACKAGE.parent))
                yield Issue(kind, each, own.get("rule", "") if own else rule, own, family, file)


def _each(name: str) -> list[str]:
    return [name.replace(_EACH_QUARTER, f"[{quarter}]") for quarter in _QUARTERS] if _EACH_QUARTER in name else [name]
