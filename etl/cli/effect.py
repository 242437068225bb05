"""What a load would change, printed for the person who lets it pass."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from etl.cli.printing import print_json, print_rows
from etl.terminal import visible

SHOWN = 20  # lines of a list; with --json, all

if TYPE_CHECKING:
    from etl.diff import Difference
    from etl.diff.effect import Effect


def show_effect(counts: dict[str, Any], effect: "Effect", *, as_json: bool) -> None:
    """Print the counts of a rehearsed load, and what it would change."""
    if as_json:
        print_json(counts | {"effect": msgspec.to_builtins(effect, str_keys=True)})
    else:
        print_rows("Rehearsed, and taken back", [{"what": name, "value": value} for name, value in counts.items()])
        differing = [table for table in effect.tables if table.added or table.changed or table.removed]
        print_rows("Would change", [msgspec.structs.asdict(table) for table in differing])
        print_rows("Facts by agency and fiscal year", [msgspec.structs.asdict(agency) for agency in effect.agencies])
        _print_lines("Much less than before", effect.volume)
        _print_lines("Projects added", effect.projects_added)
        _print_lines("Projects gone", effect.projects_removed)
        _print_differences("Largest changes of money", effect.money)
        _print_differences("Largest changes of progress", effect.progress)


def _print_differences(title: str, differences: Sequence["Difference"]) -> None:
    from etl.diff.text import in_words

    _print_lines(title, [in_words(difference) for difference in differences])


def _print_lines(title: str, lines: Sequence[str]) -> None:
    if lines:
        more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
        print(f"\n{title}", *map(visible, lines[:SHOWN]), *more, sep="\n  ")
