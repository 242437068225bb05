"""Runs that begin in the same moment over one home: each loads its own documents, and none is lost or loaded twice."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.conftest import Warehouse
from tests.forms import Form
from tests.processes import Etl

RUNS, FORMS = 10, 3


def test_ten_runs_at_once_load_what_is_theirs(warehouse: Warehouse, exports: Path) -> None:
    sources = [exports / f"source-{number}" for number in range(RUNS)]
    for number, source in enumerate(sources):
        source.mkdir()
        (source / "same.txt").write_text(Form(code="50210000-9999").text(), encoding="utf-8")  # one document of all
        for form in range(FORMS):
            text = Form(code=f"50210000-{number:02}{form:02}").text()
            (source / f"{form}.txt").write_text(text, encoding="utf-8")
    etl = Etl(warehouse)
    with ThreadPoolExecutor(RUNS) as pool:
        done = list(pool.map(lambda source: etl("run", source), sources))
    assert [(one.returncode, "Traceback" in one.stderr) for one in done] == [(0, False)] * RUNS
    loads = warehouse.rows("SELECT * FROM ops.load")
    assert [(load["status"], load["documents_read"], load["records_quarantined"]) for load in loads] == [
        ("committed", FORMS + 1, 0)
    ] * RUNS
    # A form is five records. The one that all sources hold is new to the first that loads it.
    assert [load["records_loaded"] + load["records_unchanged"] for load in loads] == [5 * (FORMS + 1)] * RUNS
    assert min(load["records_loaded"] for load in loads) == 5 * FORMS
    assert len({load["run_id"] for load in loads}) == RUNS
    shown = warehouse.rows("SELECT project_code, document_uri FROM mart.project_status ORDER BY 1")
    assert [row["project_code"] for row in shown[:-1]] == [
        f"50210000-{number:02}{form:02}" for number in range(RUNS) for form in range(FORMS)
    ]
    assert [row["document_uri"] for row in shown[:-1]] == [
        f"file://{source}/{form}.txt" for source in sources for form in range(FORMS)
    ]
    home = warehouse.settings.home
    assert len(list((home / "batches").iterdir())) == RUNS
    assert len([path for path in (home / "landing").rglob("*") if path.is_file()]) == RUNS * FORMS + 1
    assert list(home.rglob("*.part")) == []
    assert (home / "data_docs" / "index.html").is_file()
