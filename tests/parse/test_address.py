"""The ids in addresses, in every way in which saving a page leaves them."""

from urllib.parse import quote

import pytest

from etl.parse.address import conflicting_ids, ids_of, project_codes_of, settle_project_code
from etl.records import Document, Place, Project

HOST = "http://host.example/mobile"


def ids(uri: str, address: str | None = None) -> dict[str, str]:
    return ids_of(Document(uri=uri, sha256="", address=address))


@pytest.mark.parametrize(
    "uri",
    [
        f"{HOST}/myproject.php?pid=04160000-6973",
        "file:///exports/myproject.php?pid=04160000-6973.html",
        "file:///exports/myproject.php%3Fpid%3D04160000-6973.html",
        "file:///exports/myproject.php%253Fpid%253D04160000-6973.html",
        "file:///exports/host.example_myproject_04160000-6973.txt",
        "file:///exports/myproject.php_pid=04160000-6973.txt",
        "file:///exports/myproject.php@pid=04160000-6973",
        "file:///exports/myproject_04160000-6973_v2.txt",
        "file:///exports/04160000-6973.html",
        "file:///exports/20230929-1200/04160000-6973 (1).html",
        "s3://bucket/all.zip!/pages/myproject.php?pid=04160000-6973.html",
        "s3://bucket/myproject_50490000-3572.zip!/myproject.php?pid=04160000-6973.html",
        f"{HOST}/index.php?project_id=04160000-6973&r=tbl-project-main%2Fview",
        "file:///exports/www.host.example_tbl-project-main_04160000-6973.txt",
        "file:///exports/index.php?r=tbl-project-main%2Fview&project_id=04160000-6973.html",
    ],
)
def test_a_project_code(uri: str) -> None:
    assert ids(uri) == {"project_code": "04160000-6973"}


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("mykpi.php_pid=5032-0775.txt", {"kpi_id": "5032-0775"}),
        (f"{HOST}/mykpi.php?pid=5019-871", {"kpi_id": "5019-871"}),
        ("file:///a/host_mykpi_5019-871.txt", {"kpi_id": "5019-871"}),
        (f"{HOST}/mykpi2563.php?pid=181", {"catalogue_id": "181"}),
        ("file:///a/host_mykpi2563_87.txt", {"catalogue_id": "87"}),
        (f"{HOST}/index11.php?selDEP=08000000&selYear=2564", {"unit_code": "08000000", "fiscal_year": "2564"}),
        ("file:///a/host_index11_08000000_2564.txt", {"unit_code": "08000000", "fiscal_year": "2564"}),
        (f"{HOST}/index102.php?selDEP=50350000", {"unit_code": "50350000"}),
        ("host_index103_50230000.txt", {"unit_code": "50230000"}),
        (f"{HOST}/index.php?ID=2484&page=1&r=site%2Fprojectview", {"view_id": "2484"}),
        (f"{HOST}/index.php?r=site/projectview&ID=2484", {"view_id": "2484"}),
        ("host_plan68_projectview_2484.txt", {"view_id": "2484"}),
    ],
)
def test_other_ids(uri: str, expected: dict[str, str]) -> None:
    assert ids(uri) == expected
    assert ids(f"file:///a/{quote(quote(uri.rpartition('/mobile/')[2], safe=''), safe='')}") == expected


@pytest.mark.parametrize("uri", ["file:///a/export_20230929-1200.html", "page.html", "", f"{HOST}/index.php?ID=2484"])
def test_what_is_no_id(uri: str) -> None:
    assert ids(uri) == {}


def test_the_address_it_was_saved_from_says_it_first() -> None:
    address = f"{HOST}/myproject.php?pid=50490000-3572"
    assert ids("myproject_50410000-6868.txt", address) == {"project_code": "50490000-3572"}
    document = Document(uri="myproject_50410000-6868.txt", sha256="", address=address)
    assert conflicting_ids(document) == {"project_code": "50490000-3572 / 50410000-6868"}
    assert conflicting_ids(Document(uri="page.html", sha256="", address=address)) == {}
    assert project_codes_of(document) == ["50490000-3572", "50410000-6868"]
    assert project_codes_of(Document(uri="page.html", sha256="", address=address)) == ["50490000-3572"]


@pytest.mark.parametrize(
    ("printed", "others", "code", "issues"),
    [
        ("50490000-3572", ["50490000-3572"], "50490000-3572", {}),
        ("50490000-3572", [], "50490000-3572", {}),
        (None, [], None, {}),
        (None, ["50490000-3572"], "50490000-3572", {"project_code_from_address": "50490000-3572"}),
        (
            "50490000-3572", ["50410000-6868"], "50490000-3572",
            {"id_mismatch": "50490000-3572 / 50410000-6868"},
        ),
        (
            None, ["50490000-3572", "50410000-6868"], "50490000-3572",
            {"project_code_from_address": "50490000-3572", "id_mismatch": "50490000-3572 / 50410000-6868"},
        ),
    ],
)  # fmt: skip
def test_the_printed_code_counts_most(
    printed: str | None, others: list[str], code: str | None, issues: dict[str, str]
) -> None:
    project = Project(project_code=printed)
    settle_project_code(project, others, Place(1, 1))
    assert (project.project_code, project.issues) == (code, issues)
    assert (project.agency_code, project.unit_code) == ((code[:4], code[:8]) if code else (None, None))


def test_a_code_that_cannot_be_read_is_told_by_the_address_or_stays_an_issue() -> None:
    project = Project(issues={"project_code_unreadable": "5O490000-3572"})
    settle_project_code(project, [], Place(1, 1))
    assert (project.project_code, project.issues) == (None, {"project_code_unreadable": "5O490000-3572"})
    settle_project_code(project, ["50490000-3572"], Place(1, 1))
    assert project.project_code == "50490000-3572"
    assert project.issues == {
        "project_code_from_address": "50490000-3572", "id_mismatch": "5O490000-3572 / 50490000-3572",
    }  # fmt: skip
