"""`etl diff`: what differs between two warehouses or two loads."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from etl.cli.app import app, migrated
from etl.cli.printing import HELD_BACK, print_json, print_rows, say
from etl.settings import Settings
from etl.terminal import visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from etl.diff import Counts, Difference, LoadCounts

SHOWN_DIFFERENCES = 10


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="The URL of a warehouse, or the number of a load.")],
    after: Annotated[str | None, typer.Argument(help="Another one; else this warehouse, or its last load.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help="Differences to print of each table; else 10, and with --json all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
) -> None:
    """Show what differs between two warehouses, or what the loads after one and up to another wrote.

    Ends with 0 where nothing differs, and with 3 where something does.
    """
    from etl.warehouse.query import ask

    shown = limit if as_json or limit is not None else SHOWN_DIFFERENCES
    if all(load_id.isdecimal() for load_id in (before, after) if load_id is not None):
        from etl.diff.loads import compare_loads

        engine = migrated(Settings())
        first, last = _loads(engine, before, after)
        (total,) = ask(engine, "loads_between", {"first": first, "last": last})
        if as_json:
            print_json(total)
        else:
            print_rows(f"After load {first} and up to load {last}", [total])
            say.print("what a row was before, and rows that went, are not kept: compare two warehouses", soft_wrap=True)
        is_same = _print_differences(compare_loads(engine, first, last), shown, as_json=as_json)
        is_same &= not total["records_loaded"]
    else:
        from etl.diff.warehouses import compare_warehouses
        from etl.warehouse.model import content_tables

        one, other = _warehouse(before), migrated(Settings()) if after is None else _warehouse(after)
        is_same = _print_differences(compare_warehouses(one, other, content_tables()), shown, as_json=as_json)
    if not is_same:
        raise typer.Exit(HELD_BACK)


def _warehouse(url: str) -> "Engine":
    from etl.warehouse import open_engine

    if "://" not in url:  # what is wrong is not repeated: it may hold a password
        raise typer.BadParameter("name two warehouses, postgresql://user@host/database, or two loads, 12 15")
    return open_engine(Settings(warehouse_url=url))


def _loads(engine: "Engine", first: str, last: str | None) -> tuple[int, int]:
    """Return the numbers of two loads, the second being the last one where it is not named."""
    from etl.warehouse.query import ask

    loads = int(first), int(last) if last else max((row["load"] for row in ask(engine, "last_loads")), default=0)
    for number in loads:
        if not ask(engine, "load", {"load_id": number}):
            raise typer.BadParameter(f"no load {number}; `etl status` names the last ones")
    if loads[0] > loads[1]:
        raise typer.BadParameter(f"load {loads[0]} came after load {loads[1]}; name the earlier one first")
    return loads


def _print_differences(
    compared: Iterable["Difference | Counts | LoadCounts"], limit: int | None, *, as_json: bool
) -> bool:
    """Print the first differences of each table, and all counts; return whether nothing differs.

    In the table for people, rows that only come from another document now, and say the same, are left out.
    """
    from etl.diff import Change, Difference
    from etl.diff.text import in_words

    met: Counter[str] = Counter()
    shown: dict[str, list[Difference]] = {}
    counts, is_same = [], True
    for difference in compared:
        if isinstance(difference, Difference):
            is_same = False
            if not as_json and difference.change == Change.RESTATED:
                continue
            met[difference.table_name] += 1
            if limit is not None and met[difference.table_name] > limit:
                continue
            if not as_json:
                shown.setdefault(difference.table_name, []).append(difference)
        else:
            counts.append(difference)
        if as_json:
            print_json(difference)
    if not as_json:
        print_rows(None, [msgspec.structs.asdict(count) for count in counts])
    for table_name, differences in shown.items():
        print(f"\n{table_name}", *(visible(in_words(difference)) for difference in differences), sep="\n  ")
        if met[table_name] > len(differences):
            print(f"  and {met[table_name] - len(differences)} more")
    return is_same and all(count.rows_before == count.rows_after for count in counts)
