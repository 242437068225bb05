"""What `make audit` lets pass, and what not."""

import tomllib
from importlib.metadata import distributions

from deploy.audit import LICENCES, known, not_allowed

POLICY = tomllib.loads(LICENCES.read_text(encoding="utf-8"))


def test_a_licence_that_nobody_has_looked_at_is_a_fault() -> None:
    installed = {"one": "MIT", "two": "GNU Affero General Public License v3", "three": "UNKNOWN", "PSYCOPG": "LGPL"}
    assert not_allowed(installed, POLICY) == [("three", "UNKNOWN"), ("two", "GNU Affero General Public License v3")]


def test_every_exception_is_of_a_package_that_is_installed() -> None:
    installed = {str(one.metadata["Name"]).lower() for one in distributions()}
    assert POLICY["packages"].keys() - installed == set()


def test_a_vulnerability_is_named_with_what_fixes_it() -> None:
    vulnerable = {"name": "one", "version": "1.0", "vulns": [
        {"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}, {"id": "PYSEC-2", "fix_versions": []},
    ]}  # fmt: skip
    skipped = {"name": "two", "skip_reason": "it is on no index"}
    found = known({"dependencies": [vulnerable, skipped]})
    assert found == [("one 1.0: PYSEC-1, fixed in 1.1, 2.0", True), ("one 1.0: PYSEC-2", False)]
