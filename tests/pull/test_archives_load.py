"""An archive's way into the warehouse: its forms are loaded, and what cannot be had of it is held with its reason."""

import io
import zipfile
from pathlib import Path

from etl import landing, storage
from etl.pipeline import raw_lines
from tests.conftest import Warehouse
from tests.forms import Form


def test_forms_in_an_archive_are_loaded_and_the_rest_is_held(warehouse: Warehouse, exports: Path) -> None:
    page = f"<html><body><pre>{Form(code='50210000-0043').text()}</pre></body></html>"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("ก.txt", Form(code="50210000-0042").text().encode("cp874"))
        archive.writestr("ข.html", page.encode())
        archive.writestr("ค.txt", "damaged later")
    (exports / "ส่งออก.zip").write_bytes(file.getvalue().replace(b"damaged later", b"damaged_later"))
    summary = warehouse.load(exports)
    assert (summary["documents_read"], summary["records_quarantined"]) == (3, 1)
    loaded = warehouse.rows(
        "SELECT p.project_code, d.channel, d.uri FROM dw.fact_project f JOIN dw.dim_project p USING (project_key)"
        " JOIN dw.dim_document d ON d.document_key = f.document_key ORDER BY p.project_code"
    )
    prefix = f"file://{exports}/ส่งออก.zip!/"
    assert [tuple(row.values()) for row in loaded] == [
        ("50210000-0042", "text", f"{prefix}ก.txt"),
        ("50210000-0043", "html", f"{prefix}ข.html"),
    ]
    (held,) = warehouse.rows(
        "SELECT q.reason, d.uri, d.sha256 FROM ops.quarantine q JOIN dw.dim_document d USING (document_key)"
    )
    assert held["uri"] == f"{prefix}ค.txt"
    assert "the file in the archive is damaged (Bad CRC-32" in held["reason"]
    ((number, shown),) = raw_lines(landing.read(storage.landing(warehouse.settings), held["sha256"]), None)
    assert number == 1
    assert "damaged_later" in shown
    again = warehouse.load(exports)
    assert (again["records_loaded"], again["records_unchanged"]) == (0, summary["records_loaded"])
