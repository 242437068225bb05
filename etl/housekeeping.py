"""Deletes what is old and has done its work: past runs' batches, what other versions of the parser read, former tables.

The landing area is never touched: quarantine, history and every later reading rest on it.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from upath import UPath

from etl import storage
from etl.parser_version import parser_version
from etl.publish.open_tables import in_use
from etl.settings import Settings
from etl.warehouse import connect, open_engine


def tidy(settings: Settings, now: datetime) -> dict[str, int]:
    """Delete folders on storage whose newest file is older than the settings keep it; return how many of each kind."""
    batches = _delete_old(storage.batches(settings), now - timedelta(days=settings.batches_keep_days))
    kept = storage.area(settings, storage.PARSED)
    oldest = now - timedelta(days=settings.parsed_keep_days)
    versions = _delete_old(kept, oldest, spared={parser_version()})
    tables = storage.area(settings, storage.TABLES)
    former = _delete_old(tables, now - timedelta(days=settings.open_tables_keep_days), spared=in_use(tables))
    with connect(open_engine(settings)) as connection:
        connection.execute("DELETE FROM ops.parsed WHERE parser_version = any(%s)", [versions])
    return {
        "batches_deleted": len(batches), "parser_versions_deleted": len(versions), "tables_deleted": len(former),
    }  # fmt: skip


def _delete_old(area: UPath, before: datetime, spared: Collection[str] = ()) -> list[str]:
    """Delete the folders of an area that nothing was written to since a moment; return their names."""
    if not area.exists():  # an object store knows no empty folder
        return []
    old = [folder for folder in area.iterdir() if folder.name not in spared and _newest(folder) < before]
    for folder in old:
        folder.fs.rm(folder.path, recursive=True)
    return [folder.name for folder in old]


def _newest(folder: UPath) -> datetime:
    """Return when something was written to a folder last."""
    written = [_written_at(file) for file in folder.fs.find(folder.path, detail=True).values()]
    if storage.on_a_disk(folder):  # one that is empty yet; an object store knows no such folders
        written.append(datetime.fromtimestamp(folder.stat().st_mtime, UTC))
    return max(written)


def _written_at(file: dict[str, Any]) -> datetime:
    moment = file.get("LastModified") or file.get("mtime")
    return moment if isinstance(moment, datetime) else datetime.fromtimestamp(moment or 0, UTC)
