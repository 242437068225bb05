"""A frame made of rows: the fields of their records as read and as printed, measures, and issues."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etl.issues import names
from etl.records import Record

if TYPE_CHECKING:
    import pandas as pd

_EVIDENCE = frozenset(Record.__struct_fields__)


def frame(
    suite: str, kinds: Sequence[type[Record]], rows: Iterable[tuple[Any, Sequence[Record]]],
    measures: Mapping[str, Callable[[Any], object]],
) -> "pd.DataFrame":  # fmt: skip
    """Return the frame that a suite judges, of rows and the records of each, one of each kind.

    Each field has a second column, `<field>_stated`, which is None only where nothing was printed.
    """
    import pandas as pd

    fields = [name for kind in kinds for name in fields_of(kind)]
    columns = ["family", *fields, *(f"{name}_stated" for name in fields), *measures, *sorted(names(suite))]
    # `object` keeps decimals, dates and None as they are; pandas would make floats and NaN of them.
    return pd.DataFrame([_cells(row, records, measures) for row, records in rows], columns=columns, dtype=object)


def _cells(row: Any, records: Sequence[Record], measures: Mapping[str, Callable[[Any], object]]) -> dict[str, object]:
    cells: dict[str, object] = {"family": row.family}
    cells |= {name: cell(getattr(record, name)) for record in records for name in fields_of(type(record))}
    cells |= {name: measure(row) for name, measure in measures.items()}
    for record in records:
        cells |= record.issues
        cells |= {f"{name}_stated": stated(record, name) for name in fields_of(type(record))}
    return cells


def stated(record: Record, name: str) -> object:
    """Return the field's value, or what was printed in its place; None is a blank, and not what cannot be read."""
    value = cell(getattr(record, name))
    return record.issues.get(f"{name}_unreadable") if value is None else value


def cell(value: object) -> object:
    """Return a field's value as one that can be judged: a list as its lines, None for an empty one."""
    return "\n".join(value) or None if isinstance(value, list) else value


def fields_of(kind: type[Record]) -> list[str]:
    """Return the fields of a kind of record that rules judge."""
    return [name for name in kind.__struct_fields__ if name not in _EVIDENCE and name != "quarters"]
