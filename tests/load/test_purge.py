"""The purge: nothing personal of a document is left anywhere, nothing else is lost, and it does not come in again."""

import io
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from upath import UPath

from etl import parsed, pipeline, storage
from etl.errors import BadInputError
from etl.load import merge
from etl.load.purge import Purged, find
from etl.load.runs import Run
from etl.records import PERSONAL_FIELDS, Project
from etl.warehouse import open_engine
from etl.warehouse.model import TABLES, marks
from tests.conftest import Warehouse
from tests.forms import Form
from tests.load.content import content_of
from tests.load.records import Export, Part, load, write_batch
from tests.project_pages import ProjectPage
from tests.test_cli import Etl

OWNER, CONTACT = "นางสาวตัวอย่าง สมมุติ", "ผู้ติดต่อสมมุติ โทร. 2548"
FORM = Form(owner=OWNER)
PAGE = ProjectPage(contact=CONTACT)


@pytest.fixture
def etl(warehouse: Warehouse) -> Etl:
    return Etl(warehouse)


def put(folder: Path, name: str, text: str, day: int = 1) -> str:
    """Write an export, last modified on a day of October; return its address."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    at = (datetime(2024, 10, 1, tzinfo=UTC) + timedelta(days=day)).timestamp()
    os.utime(path, (at, at))
    return f"file://{path}"


def purged(warehouse: Warehouse, document: str, reason: str | None = None, *, prose: bool = False) -> Purged:
    sha256 = find(open_engine(warehouse.settings), document)
    return pipeline.purge(warehouse.settings, sha256, reason, prose=prose)


def kept(warehouse: Warehouse) -> str:
    """Return all that stands in the warehouse and in every file of its home, as text."""
    texts = [row for rows in content_of(warehouse).values() for row in rows]
    for path in warehouse.settings.home.rglob("*"):
        if path.suffix == ".parquet":
            texts += [readable(value) for row in pq.read_table(path).to_pylist() for value in row.values()]
        elif path.is_file():
            texts += [member.decode(errors="replace") for member in unzipped(path.read_bytes())]
    return "\n".join(texts)


def readable(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def unzipped(content: bytes) -> list[bytes]:
    if not content.startswith(b"PK"):
        return [content]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [archive.read(name) for name in archive.namelist()]


def test_nothing_personal_is_left_and_nothing_else_is_lost(warehouse: Warehouse, exports: Path) -> None:
    form = put(exports, "form.txt", FORM.text())
    put(exports, "page.txt", PAGE.whole())
    put(exports, "other.txt", Form(code="50210000-0043", owner=OWNER + " อีกคน").text())
    warehouse.load(exports)
    before = warehouse.rows("SELECT * FROM raw.project WHERE project_code <> '50210000-0043' ORDER BY fiscal_year")
    marts = warehouse.rows("SELECT * FROM mart.project_status ORDER BY 1, 2")
    assert OWNER in kept(warehouse)
    assert CONTACT in kept(warehouse)
    done = [purged(warehouse, form, "ขอลบข้อมูล"), purged(warehouse, f"file://{exports}/page.txt")]
    assert [(one.values_removed, one.files_removed, one.batches_changed) for one in done] == [(5, 1, 1), (1, 1, 1)]
    after = warehouse.rows("SELECT * FROM raw.project WHERE project_code <> '50210000-0043' ORDER BY fiscal_year")
    assert after == [row | dict.fromkeys(PERSONAL_FIELDS) for row in before]
    assert warehouse.rows("SELECT * FROM mart.project_status ORDER BY 1, 2") == marts
    left = kept(warehouse).replace(OWNER + " อีกคน", "")
    assert OWNER not in left
    assert CONTACT not in left
    assert OWNER + " อีกคน" in kept(warehouse)
    noted = warehouse.rows("SELECT sha256, purged_by, reason FROM ops.purge ORDER BY purged_at")
    assert [tuple(row.values()) for row in noted] == [
        (done[0].sha256, "reporting_owner", "ขอลบข้อมูล"), (done[1].sha256, "reporting_owner", None),
    ]  # fmt: skip


def test_a_purged_document_that_the_source_still_has_is_seen_and_not_taken_in_again(
    warehouse: Warehouse, exports: Path
) -> None:
    form = put(exports, "form.txt", FORM.text())
    warehouse.load(exports)
    put(exports, "form.txt", FORM.with_report(3, progress="40.00").text(), day=2)
    warehouse.load(exports)
    progress = "SELECT progress_pct FROM mart.project_status"
    assert warehouse.value(progress) == 40
    with pytest.raises(BadInputError, match="more than one document in its time"):
        find(open_engine(warehouse.settings), form)
    for row in warehouse.rows("SELECT DISTINCT sha256 FROM raw.manifest"):
        purged(warehouse, row["sha256"])
    # Back to what stood there first: that it was seen again still counts.
    put(exports, "form.txt", FORM.text(), day=3)
    again = warehouse.load(exports)
    assert (again["status"], again["documents_read"]) == ("committed", 0)
    assert warehouse.value(progress) == 33
    assert OWNER not in kept(warehouse)
    assert pipeline.pull(warehouse.settings.model_copy(update={"etl_source": str(exports)}), "n", only_new=True) == []


def test_a_batch_from_before_the_purge_brings_nothing_personal_back(warehouse: Warehouse, tmp_path: Path) -> None:
    personal = dict.fromkeys(PERSONAL_FIELDS, OWNER)
    project = Project(project_code="50210000-0042", fiscal_year=2567, project_name="ปลูกต้นไม้", **personal)
    export = Export("form", [Part(project)], family="printed_form")
    load(warehouse, tmp_path, export)
    assert purged(warehouse, export.sha256).values_removed == len(PERSONAL_FIELDS)
    renamed = Project(project_code="50210000-0042", fiscal_year=2567, project_name="ปลูกต้นไม้ริมคลอง", **personal)
    stale = write_batch(tmp_path, export._replace(parts=[Part(renamed)], reading=2))
    merge.load(open_engine(warehouse.settings), Run("at once"), [UPath(stale)], volume_drop_max_pct=100)
    (row,) = warehouse.rows("SELECT * FROM raw.project")
    assert row["project_name"] == "ปลูกต้นไม้"
    assert OWNER in str(pq.read_table(f"{stale}/project.parquet").to_pylist())
    summary = pipeline.load(warehouse.settings, "stale", [stale])
    assert (summary["status"], summary["documents_read"]) == ("committed", 0)
    assert pq.read_table(f"{stale}/project.parquet").to_pylist() == []
    (row,) = warehouse.rows("SELECT * FROM raw.project")
    marked = {(str(table), column.name) for table in TABLES for column in table.columns if marks(column).is_personal}
    assert marked == {("raw.project", name) for name in PERSONAL_FIELDS}
    assert {row[name] for name in PERSONAL_FIELDS} == {None}


def test_archives_that_pack_a_purged_document_go_and_their_other_members_stay(
    warehouse: Warehouse, exports: Path
) -> None:
    other = Form(code="50210000-0043", owner="นายอีกคน สมมุติ").text()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("form.txt", FORM.text())
        archive.writestr("other.txt", other)
    (exports / "all.zip").write_bytes(file.getvalue())
    warehouse.load(exports)
    done = purged(warehouse, f"file://{exports}/all.zip!/form.txt")
    assert (done.values_removed, done.files_removed) == (5, 2)
    again = warehouse.load(exports)
    assert (again["documents_read"], again["records_unchanged"]) == (1, 5)
    assert OWNER not in kept(warehouse)
    assert "นายอีกคน สมมุติ" in kept(warehouse)


def test_a_purge_can_be_done_again_and_keeps_its_first_note(warehouse: Warehouse, exports: Path) -> None:
    form = put(exports, "form.txt", FORM.text())
    warehouse.load(exports)
    first = purged(warehouse, form, "ขอลบข้อมูล")
    note = warehouse.rows("SELECT * FROM ops.purge")
    # What a run that was under way at the purge may have left behind.
    landed = storage.landing(warehouse.settings) / first.sha256[:2] / first.sha256
    landed.write_bytes(FORM.text().encode())
    again = purged(warehouse, first.sha256, "อีกครั้ง")
    assert (again.values_removed, again.files_removed, again.batches_changed) == (0, 1, 0)
    assert warehouse.rows("SELECT * FROM ops.purge") == note
    assert not landed.exists()


def test_a_case_of_a_purged_document_says_so(etl: Etl, warehouse: Warehouse, exports: Path) -> None:
    put(exports, "form.txt", FORM.with_report(2, progress="150").text())
    put(exports, "letter.txt", "จดหมายข่าวประจำเดือน")
    warehouse.load(exports)
    case = warehouse.value("SELECT quarantine_id FROM ops.quarantine WHERE record LIKE %s", "5021%")
    assert etl("purge", f"file://{exports}/form.txt", "--yes").returncode == 0
    shown = etl("quarantine", "show", case)
    assert shown.returncode == 0
    assert "the document was purged" in shown.stdout
    assert OWNER not in shown.stdout
    (row,) = warehouse.rows("SELECT state, remark FROM ops.quarantine WHERE quarantine_id = %s", case)
    assert (row["state"], row["remark"]) == ("rejected", "the document was purged")
    told = etl("quarantine", "redrive", case)
    assert (told.returncode, "its document was purged" in told.stderr) == (1, True)
    assert etl("quarantine", "redrive", "--json").stdout.count('"documents_read":1')


def test_the_command_asks_first_and_names_documents_by_address_or_hash(
    etl: Etl, warehouse: Warehouse, exports: Path
) -> None:
    form = put(exports, "form.txt", FORM.text())
    warehouse.load(exports)
    owners = "SELECT count(owner) FROM raw.project"
    assert etl("purge", form).returncode == 1  # nobody says yes
    assert warehouse.value(owners) == 1
    unknown = etl("purge", "file:///no/such/form.txt", "--yes")
    assert (unknown.returncode, unknown.stderr.startswith("etl: no load has seen file:///no/such/form.txt")) == (
        1,
        True,
    )
    done = etl("purge", find(open_engine(warehouse.settings), form), "--reason", "ขอลบข้อมูล", "--yes")
    assert (done.returncode, "values_removed" in done.stdout, OWNER in done.stdout + done.stderr) == (0, True, False)
    assert warehouse.value(owners) == 0
    assert warehouse.value("SELECT reason FROM ops.purge") == "ขอลบข้อมูล"


def test_copies_that_disagree_on_somebody_s_name_leave_no_name_behind(warehouse: Warehouse, exports: Path) -> None:
    put(exports, "form.txt", FORM.text() + FORM.with_(owner="นายอีกคน สมมุติ", certified=True).text())
    warehouse.load(exports)
    (conflict,) = warehouse.rows("SELECT value_shown, value_other FROM ops.field_conflict WHERE field = 'owner'")
    assert conflict == {"value_shown": None, "value_other": None}
    (finding,) = warehouse.rows("SELECT value, message FROM ops.finding WHERE field = 'owner'")
    assert finding["value"] is None
    told = warehouse.rows("SELECT message FROM ops.finding")
    assert not any("สมมุติ" in row["message"] for row in told)


def pulled_again(warehouse: Warehouse, exports: Path, *, unchanged: bool = False) -> tuple[str, str]:
    """Load two forms and pull them once more; return the address of the first, and the work list of the second run.

    Unless they stand unchanged, they are judged anew, as after an edit of the rules.
    """
    form = put(exports, "form.txt", FORM.text())
    put(exports, "other.txt", Form(code="50210000-0043", owner="นายอีกคน สมมุติ").text())
    warehouse.load(exports)
    if not unchanged:
        with warehouse.connect() as connection:
            connection.execute("TRUNCATE ops.judged")
    settings = warehouse.settings.model_copy(update={"etl_source": str(exports)})
    (work_list,) = pipeline.pull(settings, "again", only_new=False)
    return form, work_list


def test_a_purge_while_its_document_is_parsed_leaves_nothing_of_it(warehouse: Warehouse, exports: Path) -> None:
    form, work_list = pulled_again(warehouse, exports)
    done: list[Purged] = []

    def purge_once() -> None:
        if not done:
            done.append(purged(warehouse, form))

    pipeline.parse(warehouse.settings, work_list, on_document=purge_once)
    assert done[0].batches_changed == 2  # of the first run, and of this one's work list
    assert OWNER not in kept(warehouse)
    (folder,) = pipeline.validate([work_list])
    (document,) = pq.read_table(f"{folder}/document.parquet").to_pylist()
    assert document["uri"].endswith("other.txt")
    assert pipeline.load(warehouse.settings, "again", [folder])["documents_read"] == 1


def test_a_purge_while_unchanged_documents_are_listed_leaves_nothing_of_it(warehouse: Warehouse, exports: Path) -> None:
    form, work_list = pulled_again(warehouse, exports, unchanged=True)
    pipeline.parse(warehouse.settings, work_list)
    (folder,) = pipeline.validate([work_list])
    assert len(pq.read_table(f"{folder}/unchanged.parquet")) == 2
    purged(warehouse, form)
    assert len(pq.read_table(f"{folder}/unchanged.parquet")) == 1
    assert OWNER not in kept(warehouse)
    assert pipeline.load(warehouse.settings, "again", [folder])["documents_read"] == 1


def test_what_a_killed_parse_or_validation_left_of_a_purged_document_goes_with_the_next_step_or_purge(
    warehouse: Warehouse, exports: Path
) -> None:
    form, work_list = pulled_again(warehouse, exports)
    left = UPath(pipeline.parse(warehouse.settings, work_list)) / parsed.NAME
    content = left.read_bytes()
    sha256 = purged(warehouse, form).sha256
    left.write_bytes(content)
    assert purged(warehouse, sha256).batches_changed == 1
    assert OWNER not in kept(warehouse)
    left.write_bytes(content)
    pipeline.validate([work_list])
    assert OWNER not in kept(warehouse)
