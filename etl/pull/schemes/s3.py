"""A bucket, or a folder or object in it, on S3 or what speaks its protocol.

An object is the same while its ETag, its size and the time of its last change are, which the listing states.
"""

from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError
from fsspec.asyn import sync
from fsspec.exceptions import FSTimeoutError
from s3fs import S3FileSystem

from etl import addresses
from etl.errors import SourceUnavailableError
from etl.files import CHUNK_BYTES
from etl.pull.source import Access, Fetched, Listed, Skipped, folder_at, nothing_at, persistently, too_big
from etl.pull.spool import Spool

SCHEMES = {"s3"}
_UNAVAILABLE = (OSError, BotoCoreError, FSTimeoutError)


class Bucket(S3FileSystem):  # type: ignore[misc]
    """The store, with one method more: it writes an object to a spool while it comes."""

    retries = 1  # `persistently` tries again, and says when it gives up

    async def spool(self, path: str, spool: Spool) -> dict[str, Any]:
        """Write the bytes of an object, and return what the store says of them."""
        bucket, key, _ = self.split_path(path)
        answer = await self._call_s3("get_object", Bucket=bucket, Key=key)
        body = answer["Body"]
        try:
            while chunk := await body.read(CHUNK_BYTES):
                spool.write(chunk)
        finally:
            body.close()
        return {name: answer.get(name) for name in ("ETag", "LastModified")}


class Objects:
    """A source in a bucket."""

    def __init__(self, address: str, access: Access) -> None:
        seconds = access.reach.silence_seconds
        self._bucket = Bucket(
            key=access.username or None, secret=access.password or None, skip_instance_cache=True,
            config_kwargs={
                "connect_timeout": seconds, "read_timeout": seconds, "retries": {"total_max_attempts": 1},
                "max_pool_connections": access.reach.at_once,
            },
        )  # fmt: skip
        self._reach = access.reach
        self._root = address.removeprefix("s3://").rstrip("/")
        self.address = _address(self._root)
        self.folder = folder_at(self.address)

    @persistently
    def listed(self) -> list[Listed | Skipped]:
        """Return the objects in it. Raises as every source does."""
        try:
            found = self._bucket.find(self._root, detail=True, refresh=True)
            if not found:
                self._bucket.info(self._root)
        except FileNotFoundError as error:
            raise nothing_at(self.address) from error
        except _UNAVAILABLE as error:
            raise SourceUnavailableError(f"{self.address} does not answer: {error}") from error
        return [self._one(path, entry) for path, entry in sorted(found.items()) if self._is_export(path, entry)]

    @persistently
    def fetch(self, found: Listed, _: str | None, spool: Spool, __: datetime) -> Fetched | Skipped:
        """Write the bytes of an object. Raises as every source does."""
        spool.restart()
        listed = found.found_by
        try:
            said = sync(self._bucket.loop, self._bucket.spool, listed["name"], spool)
        except (FileNotFoundError, PermissionError) as error:
            return Skipped(found.uri, f"the object cannot be read: {error}")
        except _UNAVAILABLE as error:
            raise SourceUnavailableError(f"{found.uri} cannot be fetched: {error}") from error
        if said["ETag"] != listed.get("ETag"):  # another one came between
            return Fetched(found.uri, None, said["LastModified"])
        return Fetched(found.uri, found.version, found.reported)

    def close(self) -> None:
        """Do nothing: the store's connections end with it."""

    def _is_export(self, path: str, entry: dict[str, Any]) -> bool:
        return entry["type"] == "file" and "/." not in path[len(self._root) :]

    def _one(self, path: str, entry: dict[str, Any]) -> Listed | Skipped:
        uri = _address(path)
        if entry["size"] > self._reach.bytes_max:
            return Skipped(uri, too_big(self._reach))
        etag, changed_at = entry.get("ETag"), entry["LastModified"]
        version = f"{etag} {entry['size']} {changed_at.isoformat()}" if etag else None
        return Listed(uri, version, changed_at, entry)


open_source = Objects


def _address(path: str) -> str:
    return addresses.bounded(f"s3://{addresses.escape(path)}")
