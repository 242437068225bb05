"""A bucket, or a folder or object in it, on S3 or what speaks its protocol.

A role is assumed with the login, and once more whenever what it gave is about to run out. A store of one's own is asked
for the role as well, unless AWS_ENDPOINT_URL_STS names another.

An object is the same while its ETag, its size and the time of its last change are, which the listing states.
"""

import os
from datetime import datetime
from typing import Any

from aiobotocore.credentials import AioCredentialResolver, AioDeferredRefreshableCredentials
from aiobotocore.session import AioSession
from botocore.config import Config
from botocore.credentials import CredentialProvider
from botocore.exceptions import BotoCoreError
from fsspec.asyn import sync
from fsspec.exceptions import FSTimeoutError
from s3fs import S3FileSystem

from etl import addresses
from etl.errors import BadInputError, SourceUnavailableError
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


class Role(CredentialProvider):  # type: ignore[misc]
    """The credentials of a role, as botocore asks for them."""

    METHOD = "assume-role"

    def __init__(self, access: Access, session: AioSession) -> None:
        super().__init__()
        self._session, self._reach = session, access.reach
        if access.username:
            session.set_credentials(access.username, access.password)

    async def load(self) -> AioDeferredRefreshableCredentials:
        """Return credentials that are fetched when they are needed."""
        return AioDeferredRefreshableCredentials(self._assumed, self.METHOD)

    async def _assumed(self) -> dict[str, str]:
        endpoint = None if "AWS_ENDPOINT_URL_STS" in os.environ else self._reach.s3_endpoint or None
        region = self._session.get_config_variable("region") or "us-east-1"
        seconds = self._reach.silence_seconds
        config = Config(connect_timeout=seconds, read_timeout=seconds)
        async with self._session.create_client("sts", region, endpoint_url=endpoint, config=config) as service:
            answer = await service.assume_role(RoleArn=self._reach.s3_role, RoleSessionName="report-exports")
        given = answer["Credentials"]
        return {
            "access_key": given["AccessKeyId"], "secret_key": given["SecretAccessKey"], "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }  # fmt: skip


def _credentials(access: Access) -> dict[str, Any]:
    """Return with what a store is opened: the login, or in its place the role; without both, what the machine has."""
    if not access.reach.s3_role:
        return {"key": access.username or None, "secret": access.password or None}
    session = AioSession()
    session.register_component("credential_provider", AioCredentialResolver([Role(access, AioSession())]))
    return {"session": session}


class Objects:
    """A source in a bucket."""

    def __init__(self, address: str, access: Access) -> None:
        seconds, endpoint = access.reach.silence_seconds, access.reach.s3_endpoint
        if endpoint and not endpoint.startswith(("https://", "http://")):
            raise BadInputError(f"the S3 endpoint must be an address such as https://store.example.org, not {endpoint}")
        self._bucket = Bucket(
            endpoint_url=endpoint or None, skip_instance_cache=True, **_credentials(access),
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
