"""A store that speaks S3 is asked at its address, with a key, or with a role that the key may assume."""

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

import boto3
import pytest
from moto.server import ThreadedMotoServer
from upath import UPath

from etl.errors import BadInputError, SourceUnavailableError
from etl.pull.pulled import tried
from etl.settings import Reach
from tests.pulling import land

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Store(NamedTuple):
    """A store whose one bucket may be read with the role alone, which the key may assume; both may be wrong."""

    address: str
    bucket: str
    key: str
    role: str

    def source(self, key: str | None = None) -> str:
        return f"s3://{self.key if key is None else key}{self.bucket}/out"


def allowed(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())

    def client(service: str) -> Any:
        return boto3.client(
            service, "us-east-1", endpoint_url=address, aws_access_key_id="any", aws_secret_access_key="any"
        )

    name = f"closed-{secrets.token_hex(8)}"  # all of moto's servers of a process know the same
    client("s3").create_bucket(Bucket=name)
    client("s3").put_object(Bucket=name, Key="out/form.txt", Body=b"form")
    iam = client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=allowed("sts:AssumeRole"))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=allowed("sts:AssumeRole"))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=allowed("s3:ListBucket", "s3:GetObject"))
    monkeypatch.setattr("moto.settings.INITIAL_NO_AUTH_ACTION_COUNT", 0)  # from now on, it asks for rights
    yield Store(address, name, f"{key['AccessKeyId']}:{quote(key['SecretAccessKey'], safe='')}@", role)
    server.stop()


def test_with_a_role_that_its_key_may_assume_a_bucket_is_read(store: Store, tmp_path: UPath) -> None:
    reach = Reach(s3_endpoint=store.address, s3_role=store.role)
    (document,) = land(store.source(), UPath(tmp_path), lambda: NOW, reach=reach)
    address = f"s3://{store.bucket}/out"
    assert document.uri == f"{address}/form.txt"
    assert tried(store.source(), reach) == f"{address}: 1 files; {address}/form.txt was read, 4 bytes"


def test_without_its_role_the_key_reads_nothing(store: Store, tmp_path: UPath) -> None:
    with pytest.raises(SourceUnavailableError, match=rf"s3://{store.bucket}/out does not answer: Access Denied"):
        land(store.source(), UPath(tmp_path), lambda: NOW, reach=Reach(s3_endpoint=store.address))


@pytest.mark.parametrize("with_role", [True, False])
def test_a_key_that_nobody_knows_is_refused_and_its_secret_not_told(
    store: Store, tmp_path: UPath, *, with_role: bool
) -> None:
    reach = Reach(s3_endpoint=store.address, s3_role=store.role if with_role else "")
    with pytest.raises(SourceUnavailableError) as refused:
        land(store.source("AKIANOBODY:s3cret@"), UPath(tmp_path), lambda: NOW, reach=reach)
    assert "s3cret" not in str(refused.value)


def test_an_endpoint_that_is_no_address_is_refused(tmp_path: UPath) -> None:
    with pytest.raises(BadInputError, match=r"must be an address such as https://store\.example\.org, not store:9000"):
        land("s3://bucket", UPath(tmp_path), lambda: NOW, reach=Reach(s3_endpoint="store:9000"))
