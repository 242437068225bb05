"""PostgreSQL as an external server, by TCP with passwords: Debian's 15 with TLS, and the package's 18.

The package's programs were built without TLS. One server of each version for a session.
"""

import datetime as dt
import ipaddress
import shutil
import socket
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from etl.settings import Settings
from etl.warehouse.server.place import place_of
from etl.warehouse.server.process import stop
from etl.warehouse.server.programs import give, run
from etl.warehouse.server.setup import ensure_account
from tests.conftest import Warehouse

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
VERSIONS = ("15", "18")
PASSWORD = "made_for_this_test"


class External:
    """A server that only takes logins with a password, with TLS where it can, and the certificate that proves it."""

    def __init__(self, version: str) -> None:
        self.version, self.has_tls = version, version == "15"
        self.home = Path(tempfile.mkdtemp(prefix=f"etl-external-{version}-"))
        self.home.chmod(0o755)
        self.place = place_of(Settings(etl_home=self.home))
        if self.place.account:
            ensure_account(self.place.account)
        if version == "15":
            self.place.__dict__["programs"] = DEBIAN_15
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._numbers = count(1)
        self._make()

    def _make(self) -> None:
        place = self.place
        place.data.mkdir(mode=0o700)
        give(place.data, place.account)
        secret = self.home / "superuser"
        secret.write_text(PASSWORD)
        give(secret, place.account)
        options = ("--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", "--no-sync", f"--pwfile={secret}")
        run(place, "initdb", "--pgdata", place.data, "--username", "postgres", *options)
        self._certify()
        (place.data / "pg_hba.conf").write_text(
            f"{'hostssl' if self.has_tls else 'host'} all all 127.0.0.1/32 scram-sha-256\n"
        )
        place.log.touch()
        give(place.log, place.account)
        settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "fsync": "off",
        }  # fmt: skip
        if self.has_tls:
            settings |= {"ssl": "on", "ssl_cert_file": "server.crt", "ssl_key_file": "server.key"}
        said = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        run(
            place, "pg_ctl", "--pgdata", place.data, "--log", place.log, "--wait", "--options", said, "start"
        )  # fmt: skip

    def _certify(self) -> None:
        authority, certificate, key = self.certificates()
        (self.home / "ca.crt").write_bytes(authority)
        for name, content in (("server.crt", certificate), ("server.key", key)):
            file = self.place.data / name
            file.write_bytes(content)
            file.chmod(0o600)
            give(file, self.place.account)

    @staticmethod
    def certificates() -> tuple[bytes, bytes, bytes]:
        """Return the certificate of an authority, and, signed by it, a server's certificate and its key."""
        now, day = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
        authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        issuer, subject = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("an authority", "localhost")
        )
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]

        def signed(name: x509.Name, owner: ec.EllipticCurvePrivateKey, *, is_authority: bool) -> bytes:
            made = x509.CertificateBuilder().issuer_name(issuer).subject_name(name).public_key(owner.public_key())
            made = (
                made.serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
            )
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
            made = made.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            return made.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return signed(issuer, authority, is_authority=True), signed(subject, key, is_authority=False), secret

    def url(self, login: str, database: str, *, password: str = PASSWORD, sslmode: str = "verify-full") -> str:
        if not self.has_tls:
            sslmode = "disable"
        tls = f"sslmode={sslmode}" + (f"&sslrootcert={self.home / 'ca.crt'}" if sslmode == "verify-full" else "")
        return f"postgresql://{login}:{password}@127.0.0.1:{self.port}/{database}?{tls}"

    def superuser(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url("postgres", database), autocommit=True)

    def database(self, *, rights: str = "CREATEROLE") -> str:
        """Return the URL of an empty database, for the owner of it, a login with a password and these rights."""
        number = next(self._numbers)
        with self.superuser() as connection:
            connection.execute(f"CREATE ROLE owner_{number} LOGIN PASSWORD '{PASSWORD}' {rights}")
            connection.execute(f"CREATE DATABASE external_{number} OWNER owner_{number}")
            if rights == "CREATEROLE" and connection.execute("SELECT to_regrole('reporting_bi')").fetchone() != (None,):
                # Another owner on this server made the groups: what docs/access.md has the operator do then.
                connection.execute(
                    f"GRANT reporting_bi, reporting_agency, reporting_writer TO owner_{number} WITH ADMIN OPTION"
                )
        return self.url(f"owner_{number}", f"external_{number}")

    def stop(self) -> None:
        stop(self.place)
        shutil.rmtree(self.home)


class Externals(dict[str, External]):
    """The external servers of a session by their versions, each made when it is first asked for."""

    def __missing__(self, version: str) -> External:
        self[version] = External(version)
        return self[version]


@pytest.fixture(scope="session")
def externals() -> Iterator[Externals]:
    made = Externals()
    yield made
    for one in made.values():
        one.stop()


@pytest.fixture(scope="session", params=VERSIONS)
def external(request: pytest.FixtureRequest, externals: Externals) -> External:
    """An external server of each version."""
    return externals[request.param]


@pytest.fixture(scope="session")
def outside(external: External, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse on an external server that is made as an operator would: nothing but the URL of its owner."""
    return Warehouse(Settings(etl_home=tmp_path_factory.mktemp(external.version), warehouse_url=external.database()))
