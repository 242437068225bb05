"""Cases of quarantine as an operator sees them: all that one held project holds back is one case."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from etl.records.names import Kind, read_name


class Case(NamedTuple):
    """A row of the question `held`, and the rows that are held together with it."""

    row: dict[str, Any]
    others: list[dict[str, Any]]

    @property
    def ids(self) -> list[int]:
        """The ids of all its rows, its own first."""
        return [row["quarantine_id"] for row in (self.row, *self.others)]


def cases(held: Sequence[dict[str, Any]]) -> list[Case]:
    """Return rows of the question `held`, in their order, as cases.

    Nothing of a copy is loaded whose project is held: its reports and indicators belong to the project's case. So do
    further copies of the project in the same document that are held for the same reason.
    """
    projects = {_copy(row): row for row in held if _is_project(row)}
    found: dict[tuple[Any, ...], Case] = {}
    for row in held:
        project = projects.get(_copy(row))
        fault = (project["record"], project["reason"]) if project else (row["quarantine_id"],)
        case = found.setdefault((row["document_key"], *fault), Case(project or row, []))
        if row is not case.row:
            case.others.append(row)
    return list(found.values())


def _copy(row: dict[str, Any]) -> tuple[int, int]:
    return row["document_key"], row["copy"]


def _is_project(row: dict[str, Any]) -> bool:
    try:
        return read_name(row["record"]).kind is Kind.PROJECT
    except ValueError:  # a name too long to be kept whole
        return False
