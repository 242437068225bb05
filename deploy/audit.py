"""Audits what is installed: licences, known vulnerabilities, and a bill of materials: `python -m deploy.audit`.

Its tools live in `.venv-audit`, apart from what they look at. Exit status 1 when a licence is on no list of
`licences.toml`, or a vulnerability is fixed in a newer version; a service of vulnerabilities that cannot be reached is
reported, and fails nothing: a build must not hang on a stranger's server.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etl.settings import PROJECT_ROOT, Settings

TOOLS = PROJECT_ROOT / ".venv-audit" / "bin"
LOCK = PROJECT_ROOT / "requirements.lock"
LICENCES = PROJECT_ROOT / "deploy" / "licences.toml"
SERVICE_SECONDS = 15


def main() -> int:
    """Look at everything; print what was found."""
    folder = Settings().home / "audit"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wrong = [*licences(), *vulnerabilities(folder / "vulnerabilities.json")]
    bill_of_materials(folder / "sbom.cdx.json")
    for line in wrong:
        print(f"FAULT  {line}")
    return 1 if wrong else 0


def licences() -> list[str]:
    """Return, of the packages installed for development, those whose licence nobody has allowed."""
    said = _tool("pip-licenses", "--python", sys.executable, "--from=mixed", "--format=json")
    installed = {row["Name"]: row["License"] for row in json.loads(said.stdout)}
    wrong = not_allowed(installed, tomllib.loads(LICENCES.read_text(encoding="utf-8")))
    print(f"licences         {len(installed)} packages, {len(wrong)} of a licence that nobody has allowed")
    return [f"{name} is under {licence!r}; look at it, then add it to deploy/licences.toml" for name, licence in wrong]


def not_allowed(installed: Mapping[str, str], policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the packages whose licence is on no list, with what their metadata says."""
    return [
        (name, licence)
        for name, licence in sorted(installed.items())
        if licence not in policy["permissive"]["names"] and name.lower() not in policy["packages"]
    ]


def vulnerabilities(report: Path) -> list[str]:
    """Return the known vulnerabilities of locked packages that a newer version fixes; print the others."""
    report.unlink(missing_ok=True)
    locked = ("--requirement", str(LOCK), "--no-deps", "--disable-pip", "--require-hashes")
    output = ("--format=json", "--output", str(report), "--progress-spinner=off", f"--timeout={SERVICE_SECONDS}")
    done = _tool("pip-audit", "--vulnerability-service=osv", *locked, *output, check=False)
    if not report.exists():
        last = (done.stderr.strip() or f"it ended with {done.returncode}").splitlines()[-1]
        if "requests.exceptions" not in done.stderr and "ServiceError" not in done.stderr:
            return [f"pip-audit failed: {last}"]
        print(f"vulnerabilities  not looked for: the service is not reachable ({last})")
        return []
    found = known(json.loads(report.read_bytes()))
    print(f"vulnerabilities  {len(found)} known, {sum(is_fixed for _, is_fixed in found)} fixed by a newer version")
    for text, is_fixed in found:
        if not is_fixed:
            print(f"  no fix  {text}")
    return [f"{text}; `make lock` with that version" for text, is_fixed in found if is_fixed]


def known(report: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Return each vulnerability of a report as text, and whether a newer version fixes it."""
    return [
        (
            f"{package['name']} {package['version']}: {fault['id']}"
            + (f", fixed in {', '.join(fault['fix_versions'])}" if fault["fix_versions"] else ""),
            bool(fault["fix_versions"]),
        )
        for package in report["dependencies"]
        for fault in package.get("vulns", ())
    ]


def bill_of_materials(path: Path) -> None:
    """Write what runs, from the lock file with its hashes, as CycloneDX."""
    options = ("--pyproject", str(PROJECT_ROOT / "pyproject.toml"), "--output-reproducible", "--validate")
    _tool("cyclonedx-py", "requirements", str(LOCK), *options, "--output-file", str(path))
    components = json.loads(path.read_bytes())["components"]
    print(f"SBOM             {path}: {len(components)} components, CycloneDX")


def _tool(name: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(TOOLS / name), *arguments], capture_output=True, text=True, check=check)


if __name__ == "__main__":
    sys.exit(main())
