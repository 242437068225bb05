"""Forms in all that offices send are loaded from one archive, each once, and what is not read says what to do."""

import csv
import gzip
import io
from pathlib import Path

from tests.conftest import Warehouse
from tests.containers import compound, mailed, outlook_streams, seven_zipped, tarred, zipped
from tests.forms import Form
from tests.office_files import open_document, open_table, rows_of, table, text_document, workbook


def form(number: int) -> str:
    return Form(code=f"50210000-004{number}").text()


def separated(text: str, separator: str) -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=separator).writerows(rows_of(text, in_two=True))
    return target.getvalue().encode("cp874")


def test_forms_in_all_that_offices_send_are_loaded(warehouse: Warehouse, exports: Path) -> None:
    files = {
        "a.xlsx": workbook(rows_of(form(0), in_two=True)),
        "b.ods": open_document("spreadsheet", open_table(rows_of(form(1), in_two=True))),
        "c.docx": text_document(table(rows_of(form(2), in_two=True))),
        "d.csv": separated(form(3), ","),
        "e.tsv": separated(form(4), "\t"),
        "f.eml": mailed("แนบ", ("f.txt", form(5).encode())),
        "g.msg": compound(outlook_streams("แนบ", ("g.txt", form(6).encode()))),
        "h.tar.gz": gzip.compress(tarred(("h.txt", form(7).encode()))),
        "i.7z": seven_zipped(("i.txt", form(8).encode())),
        "j.rar": b"Rar!\x1a\x07\x01\x00",
    }
    (exports / "ทั้งหมด.zip").write_bytes(zipped(*files.items()))
    summary = warehouse.load(exports)
    assert (summary["documents_read"], summary["documents_quarantined"]) == (10, 1)
    loaded = warehouse.rows(
        "SELECT p.project_code, f.report_count, f.budget_received_thb::text, d.channel FROM dw.fact_project f"
        " JOIN dw.dim_project p USING (project_key)"
        " JOIN dw.dim_document d ON d.document_key = f.document_key ORDER BY p.project_code"
    )
    assert [tuple(row.values()) for row in loaded] == [
        (f"50210000-004{number}", 3, "1250000.50", "office" if number < 3 else "text") for number in range(9)
    ]
    (held,) = warehouse.rows("SELECT reason FROM ops.quarantine")
    assert held["reason"] == "the document is a RAR archive, which is not read; pack the exports as ZIP"
    again = warehouse.load(exports)
    assert (again["records_loaded"], again["records_unchanged"]) == (0, summary["records_loaded"])
