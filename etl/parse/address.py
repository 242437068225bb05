"""The ids in a page's address, also in the name of a file that it was saved to, which may replace or drop `?` and `=`.

In comes a document, out come its ids by field. `myproject.php?pid=50410000-6868.html`,
`mykpi.php_pid=5032-0775.txt`, `index11.php%3FselDEP%3D08000000` and `…_myproject_50490000-3572.txt` are such addresses.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote

from etl.parse.grammar import add_issue
from etl.records import Document, Place, Project
from etl.reference import agencies

_MEMBER = "!/"  # between an archive and its member, as in `etl.pull`
_TIMES_ESCAPED_MAX = 3
_ADDRESS_MAX = 2_000  # characters at its end that are searched; browsers take no longer address
# What saving a page makes of `?`, `&` and of the page's ending.
_BETWEEN = r"(?:\.php|\.html?)?[?&@_,;#+ .-]+"
_END = r"(?![0-9-])"
_IDS = {
    field: [re.compile(pattern, re.ASCII | re.IGNORECASE) for pattern in patterns]
    for field, patterns in {
        "project_code": [
            rf"(?:myproject\d*{_BETWEEN}pid|project_id)[=_-](\d{{8}}-\d{{4}}){_END}",
            rf"(?:myproject\d*|tbl-project-main(?:[_/-]view)?){_BETWEEN}(\d{{8}}-\d{{4}}){_END}",
        ],
        "kpi_id": [rf"mykpi{_BETWEEN}(?:pid[=_-])?(\d{{4}}-\d{{3,4}}){_END}"],
        "catalogue_id": [rf"mykpi2563{_BETWEEN}(?:pid[=_-])?(\d{{1,4}}){_END}"],
        "unit_code": [rf"selDEP[=_-](\d{{8}}){_END}", rf"index1\d*{_BETWEEN}(\d{{8}}){_END}"],
        "fiscal_year": [rf"selYear[=_-](25\d\d){_END}", rf"index1\d*{_BETWEEN}\d{{8}}[_-](25\d\d){_END}"],
        "view_id": [
            rf"projectview{_BETWEEN}(?:ID[=_-])?(\d+){_END}",
            rf"(?<![a-z])ID[=_-](\d+){_END}(?=.*projectview)",
            rf"projectview.*(?<![a-z])ID[=_-](\d+){_END}",
        ],
    }.items()
}
_PROJECT_CODE = re.compile(r"\d{8}-\d{4}", re.ASCII)
_BARE_PROJECT_CODE = re.compile(r"(?<![0-9])(\d{4})\d{4}-\d{4}(?![0-9-])", re.ASCII)


def ids_of(document: Document) -> dict[str, str]:
    """Return the ids by field: from the address that the export was saved from, else from where it was found.

    The fields are project_code, kpi_id, catalogue_id, unit_code, fiscal_year and view_id. A field that stands in
    neither address is left out.
    """
    return {**ids_in(document.uri), **ids_in(document.address or "")}


def conflicting_ids(document: Document) -> dict[str, str]:
    """Return the ids on which the address of origin and the address where it was found disagree, as `a / b`."""
    printed, found = ids_in(document.address or ""), ids_in(document.uri)
    return {field: f"{value} / {found[field]}" for field, value in printed.items() if found.get(field, value) != value}


def settle_project_code(project: Project, others: Sequence[str], start: Place) -> None:
    """Set the project's code from `others`, if the page prints no readable one; set agency and unit by the code.

    `others` are the codes in the page's heading or addresses, the most reliable first; `start` is where the page
    begins. A code that is taken from `others` is noted as an issue, and so are codes that disagree.
    """
    place = project.places.setdefault("project_code", start)
    printed = project.project_code or project.issues.get("project_code_unreadable")
    other = next(filter(_PROJECT_CODE.fullmatch, others), None)
    if project.project_code is None and other:
        project.project_code = other
        project.issues.pop("project_code_unreadable", None)
        add_issue(project, "project_code_from_address", other)
    codes = list(dict.fromkeys(filter(None, [printed, *others])))
    if len(codes) > 1:
        add_issue(project, "id_mismatch", " / ".join(codes))
    if project.project_code:
        project.agency_code, project.unit_code = project.project_code[:4], project.project_code[:8]
        project.places |= {"agency_code": place, "unit_code": place}


def project_codes_of(document: Document) -> list[str]:
    """Return the different project codes in a document's addresses, that of the address of origin first."""
    found = [ids_in(address).get("project_code") for address in (document.address or "", document.uri)]
    return list(dict.fromkeys(filter(None, found)))


@lru_cache(maxsize=1024)
def ids_in(address: str) -> dict[str, str]:
    """Return the ids in an address, by field."""
    text = _unescaped(address.rpartition(_MEMBER)[2])[-_ADDRESS_MAX:]
    ids = {field: value for field, patterns in _IDS.items() if (value := _last(patterns, text))}
    if not ids and (code := _bare_project_code(text.rpartition("/")[2])):
        ids["project_code"] = code
    return ids


def _unescaped(address: str) -> str:
    for _ in range(_TIMES_ESCAPED_MAX):
        address = unquote(address)
    return address


def _last(patterns: list[re.Pattern[str]], text: str) -> str | None:
    found = [match[1] for pattern in patterns for match in pattern.finditer(text)]
    return found[-1] if found else None


def _bare_project_code(name: str) -> str | None:
    """Return the one project code in a file's name, else None. Its agency must be known: a time looks like a code."""
    codes = {match[0] for match in _BARE_PROJECT_CODE.finditer(name) if match[1] in agencies()}
    return codes.pop() if len(codes) == 1 else None
