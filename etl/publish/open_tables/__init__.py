"""The open tables: the marts as files that any engine, spreadsheet or open-data portal reads without the warehouse.

In comes a loaded warehouse; out come, in the area `tables` of storage, a folder with a Parquet and a CSV file of each
mart and fiscal year, and beside it `datapackage.json` and `dcat.jsonld`, which describe the files of that folder in
English and in Thai. All are of one moment of the warehouse, and the descriptions say of which load. A folder is never
written to again. The descriptions are replaced when the next one is whole: who reads one sees all of a moment, or all
of another, and what they read by an older one is there until housekeeping deletes it.

Anybody may see what is in them. Marts that quote documents, personal data, and what somebody wrote as they liked are
left out, as the columns are marked in `etl.warehouse.model` and in `sql/marts/`.
"""

import json
from collections.abc import Collection
from typing import Any

import psycopg
from sqlalchemy import Engine
from upath import UPath

from etl import storage
from etl.errors import BadInputError, WarehouseBusyError
from etl.publish.dictionary.catalogue import read_views
from etl.publish.open_tables.description import CATALOG, PACKAGE, Moment, catalog, data_package
from etl.publish.open_tables.table import open_table
from etl.publish.open_tables.writing import write_table
from etl.warehouse import Connection, connect
from etl.warehouse.lock import limit_waiting
from etl.warehouse.marts import read_marts

# Who publishes holds it until all is written, so that no older moment takes the place of a younger one. It needs the
# right to write, and neither loads nor what is written into the table wait for it.
_TURN = "LOCK TABLE ops.storage IN SHARE UPDATE EXCLUSIVE MODE"
_MOMENT = """
    SELECT
        max(load_id) AS load_id, max(finished_at) AS loaded_at, now() AS read_at, dw.today() AS as_of,
        md5(string_agg(concat_ws(' ', load_id, finished_at AT TIME ZONE 'UTC'), ',' ORDER BY load_id)) AS loads
    FROM ops.load
    WHERE status = 'committed'
"""


def publish_tables(
    engine: Engine, area: UPath, timeout_seconds: float, *, anew: bool = False, alone: bool = False
) -> UPath:
    """Write the open tables into their area, and return the address of their description.

    Those of the same loads and the same day stand as they are, unless they are to be made `anew`; where they are to be
    there `alone`, all former ones are deleted. Raises BadInputError when no load was committed yet, and
    WarehouseBusyError when others publish for longer than `timeout_seconds`.
    """
    package = area / PACKAGE
    views = read_views(engine, {mart.name: mart for mart in read_marts()}, judges={})
    tables = [open_table(view) for view in views if view.is_open]
    with connect(engine) as turn:
        _take(turn, timeout_seconds)
        with connect(engine) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            moment = _moment(connection)
            if not anew and _former(area).get("made_of") == moment.made_of:
                return package
            folder = area / storage.unique(f"load-{moment.load_id}")
            written = [write_table(connection, table, folder) for table in tables]
        storage.write(area / CATALOG, _json(catalog(moment, folder.name, written)))
        storage.write(package, _json(data_package(moment, folder.name, written)))
        if alone:
            remove(area, in_use(area))
    return package


def in_use(area: UPath) -> set[str]:
    """Return the names in the area that whoever reads the description needs."""
    return {PACKAGE, CATALOG, _former(area).get("version", "")}


def remove(area: UPath, spared: Collection[str] = ()) -> None:
    """Delete what is in the area but for the names that are spared."""
    for place in area.iterdir() if area.exists() else ():
        if place.name not in spared:
            place.fs.rm(place.path, recursive=True)


def _take(turn: Connection, timeout_seconds: float) -> None:
    """Wait until nobody else publishes."""
    limit_waiting(turn, timeout_seconds)
    try:
        turn.execute(_TURN)
    except psycopg.errors.LockNotAvailable:
        raise WarehouseBusyError(
            f"after {timeout_seconds:g} s another run still writes the open tables; try again when that is done, or"
            " wait longer with ETL_LOCK_TIMEOUT_SECONDS"
        ) from None


def _moment(connection: Connection) -> Moment:
    (row,) = connection.execute(_MOMENT).fetchall()
    if row["load_id"] is None:
        raise BadInputError("there is nothing to publish: no load was committed yet; `etl run` does one")
    return Moment(**row)


def _former(area: UPath) -> dict[str, Any]:
    """Return the description that stands in the area; an empty one where there is none."""
    try:
        described: dict[str, Any] = json.loads((area / PACKAGE).read_bytes())
    except FileNotFoundError:
        return {}
    return described


def _json(description: dict[str, Any]) -> bytes:
    return json.dumps(description, ensure_ascii=False, indent=1).encode()
