"""A bucket, or a folder or object in it, on S3 or what speaks its protocol."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError
from fsspec.exceptions import FSTimeoutError
from s3fs import S3FileSystem

from etl import addresses
from etl.errors import SourceUnavailableError
from etl.pull.source import Access, File, Skipped, nothing_at, persistently, too_big
from etl.settings import Reach

SCHEMES = {"s3"}
_UNAVAILABLE = (OSError, BotoCoreError, FSTimeoutError)


class _Bucket(S3FileSystem):  # type: ignore[misc]
    retries = 1  # `persistently` tries again, and says when it gives up


def files(address: str, access: Access) -> Iterator[File | Skipped]:
    """Yield the objects at an `s3://` address."""
    seconds = access.reach.silence_seconds
    bucket = _Bucket(
        key=access.username or None, secret=access.password or None, skip_instance_cache=True,
        config_kwargs={"connect_timeout": seconds, "read_timeout": seconds, "retries": {"total_max_attempts": 1}},
    )  # fmt: skip
    for found in _listed(bucket, address):
        uri = addresses.bounded(f"s3://{addresses.escape(found['name'])}")
        yield _fetched(bucket, uri, found, access.reach)


@persistently
def _listed(bucket: _Bucket, address: str) -> list[dict[str, Any]]:
    root = address.removeprefix("s3://").rstrip("/")
    try:
        found = bucket.find(root, detail=True, refresh=True)
        if not found:
            bucket.info(root)
    except FileNotFoundError as error:
        raise nothing_at(address) from error
    except _UNAVAILABLE as error:
        raise SourceUnavailableError(f"{address} does not answer: {error}") from error
    return [one for path, one in sorted(found.items()) if one["type"] == "file" and "/." not in path[len(root) :]]


@persistently
def _fetched(bucket: _Bucket, uri: str, found: dict[str, Any], reach: Reach) -> File | Skipped:
    if found["size"] > reach.bytes_max:
        return Skipped(uri, too_big(reach))
    try:
        content = bucket.cat_file(found["name"], start=0, end=reach.bytes_max + 1) if found["size"] else b""
    except (FileNotFoundError, PermissionError) as error:
        return Skipped(uri, f"the object cannot be read: {error}")
    except _UNAVAILABLE as error:
        raise SourceUnavailableError(f"{uri} cannot be fetched: {error}") from error
    return Skipped(uri, too_big(reach)) if len(content) > reach.bytes_max else File(uri, content, found["LastModified"])
