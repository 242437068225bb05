"""What is backed up stands elsewhere as it stood, and goes on; what is damaged or half done is taken for no backup."""

import json
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from errno import EINVAL
from pathlib import Path

import psycopg
import pytest

from etl import pipeline, storage
from etl.backup import airflow
from etl.backup.folder import new_folder, write
from etl.backup.make import backup
from etl.backup.restore import Restored, restore
from etl.diff import Counts
from etl.diff.warehouses import compare_warehouses
from etl.errors import BadInputError
from etl.landing import place
from etl.settings import Settings
from etl.warehouse import open_engine, owner_url, server
from etl.warehouse.access import BI_CONNECTIONS, grant
from etl.warehouse.model import content_tables
from etl.warehouse.schema import migrate
from tests.backup.killed import IN_BACKUP, IN_RESTORE, status_of
from tests.conftest import SAMPLE, Warehouse, batches_of
from tests.forms import Form
from tests.load.content import content_of
from tests.processes import Etl

REFUSED = r"the backup is damaged: .*; nothing was touched|no backup that was finished"
LETTER = "จดหมายข่าวประจำเดือน"


def unwatched(_: str) -> Callable[[], None]:
    return lambda: None


def put_back(warehouse: Warehouse, folder: Path, *, replace: bool = False) -> Restored:
    return restore(warehouse.settings, folder, unwatched, replace=replace, with_rules=False)


def differing(one: Warehouse, other: Warehouse) -> list[object]:
    """Return what `etl diff` tells of two warehouses."""
    engines = [open_engine(each.settings) for each in (one, other)]
    try:
        return [found for found in compare_warehouses(*engines, content_tables()) if not isinstance(found, Counts)]
    finally:
        for engine in engines:
            engine.dispose()


def landed_files(settings: Settings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in storage.landing(settings).glob("*/*")}


@pytest.fixture(scope="module")
def original(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse with the sample, a form, and a letter that nobody can read; it stays as it is."""
    home = tmp_path_factory.mktemp("original")
    exports = home / "exports"
    exports.mkdir()
    shutil.copy(SAMPLE, exports)
    (exports / "form.txt").write_text(Form().text(), encoding="utf-8")
    (exports / "letter.txt").write_text(LETTER, encoding="utf-8")
    loaded = Warehouse(Settings(etl_home=home / "home", etl_source=str(exports), warehouse_url=new_database()))
    loaded.load(exports)
    return loaded


@pytest.fixture(scope="module")
def one_backup(original: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    folder = tmp_path_factory.mktemp("kept") / "backup"
    backup(original.settings, folder, unwatched)
    return folder


@pytest.fixture
def kept(one_backup: Path, tmp_path: Path) -> Path:
    """A copy of the backup, to be damaged."""
    return Path(shutil.copytree(one_backup, tmp_path / "kept"))


@pytest.fixture
def fresh(new_database: Callable[[], str], tmp_path: Path) -> Warehouse:
    """Another machine: a home and a warehouse without anything."""
    return Warehouse(Settings(etl_home=tmp_path / "fresh", warehouse_url=new_database()))


def test_what_is_restored_elsewhere_is_equal_and_goes_on(
    original: Warehouse, warehouse: Warehouse, fresh: Warehouse, one_backup: Path, exports: Path
) -> None:
    put_back(fresh, one_backup)
    assert differing(original, fresh) == []
    assert landed_files(fresh.settings) == landed_files(original.settings)
    assert len(landed_files(fresh.settings)) == 3
    (exports / "later.txt").write_text(Form(code="50210000-0099").text(), encoding="utf-8")
    before = fresh.value("SELECT max(load_id) FROM ops.load")
    assert fresh.load(exports)["load_id"] == before + 1
    warehouse.load(original.settings.etl_source)
    warehouse.load(exports)
    assert differing(warehouse, fresh) == []


def test_what_is_held_back_is_read_again_where_it_was_restored(fresh: Warehouse, one_backup: Path) -> None:
    put_back(fresh, one_backup)
    batches = batches_of(fresh.settings, pipeline.redrive(fresh.settings, "redrive"))
    summary = pipeline.load(fresh.settings, "redrive", batches)
    assert (summary["documents_read"], summary["records_quarantined"]) == (1, 1)


def test_commands_back_up_and_restore(original: Warehouse, fresh: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "by-command"
    there, here = Etl(original), Etl(fresh)
    assert "files of the landing area" in there("backup", folder).stdout
    done = here("restore", folder)
    assert "with the rows and content that they had" in done.stdout
    assert done.returncode == 0, done.stderr
    assert here("diff", original.settings.warehouse_url).returncode == 0
    assert "is not empty" in there("backup", folder).stderr
    refused = here("restore", folder)
    assert refused.returncode == 1
    assert refused.stderr == "etl: there is a warehouse with content here; `--replace` gives it up for the backup\n"


def test_sha256sum_reads_the_hashes_as_well(one_backup: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=one_backup, check=True)


def test_a_backup_is_private_whatever_the_umask(original: Warehouse, tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        backup(original.settings, tmp_path / "new" / "backup", unwatched)
    finally:
        os.umask(umask)
    paths = [tmp_path / "new" / "backup", *(tmp_path / "new" / "backup").rglob("*")]
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in paths}
    assert modes == {(True, 0o700), (False, 0o600)}


def test_only_batches_that_no_load_has_taken_are_kept(
    warehouse: Warehouse, fresh: Warehouse, original: Warehouse, tmp_path: Path
) -> None:
    source = original.settings.etl_source
    warehouse.load(source)
    settings = warehouse.settings.model_copy(update={"etl_source": source})
    (work_list,) = batches_of(settings, pipeline.pull(settings, "not loaded", only_new=False))
    manifest = backup(warehouse.settings, tmp_path / "backup", unwatched)
    assert manifest.batch_folders == [Path(work_list).parent.name]
    put_back(fresh, tmp_path / "backup")
    there = storage.batches(fresh.settings) / Path(work_list).parent.name / Path(work_list).name
    taken = pipeline.load(fresh.settings, "not loaded", [str(there)])
    assert (taken["documents_read"], taken["records_loaded"]) == (3, 0)


def test_documents_without_sound_bytes_are_named(warehouse: Warehouse, original: Warehouse, tmp_path: Path) -> None:
    warehouse.load(original.settings.etl_source)
    first, second, _ = sorted(storage.landing(warehouse.settings).glob("*/*"), key=str)
    first.unlink()
    second.write_bytes(b"")
    manifest = backup(warehouse.settings, tmp_path / "backup", unwatched)
    assert (manifest.missing, manifest.damaged) == ([first.name], [second.name])


def test_a_disk_that_knows_no_sync_of_folders_takes_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fsync = os.fsync

    def refusing(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(EINVAL, "as some network disks say")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", refusing)
    with new_folder(tmp_path / "backup") as part:
        write(part / "landing" / "file", [b"con", b"tent"])
    assert (tmp_path / "backup" / "landing" / "file").read_bytes() == b"content"


# Refused


def truncate(folder: Path) -> None:
    dump = folder / "warehouse.dump"
    dump.write_bytes(dump.read_bytes()[:-1000])


def change_a_byte(folder: Path) -> None:
    dump = folder / "warehouse.dump"
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)


def lose_a_file(folder: Path) -> None:
    next(path for path in (folder / "landing").rglob("*") if path.is_file()).unlink()


def lose_a_file_and_its_line(folder: Path) -> None:
    lost = next(path for path in (folder / "landing").rglob("*") if path.is_file())
    lost.unlink()
    lines = (folder / "SHA256SUMS").read_text().splitlines(keepends=True)
    (folder / "SHA256SUMS").write_text("".join(line for line in lines if lost.name not in line))


def cut_the_hashes(folder: Path) -> None:
    lines = (folder / "SHA256SUMS").read_text()
    (folder / "SHA256SUMS").write_text(lines[: len(lines) // 2])


def lie_in_the_manifest(folder: Path) -> None:
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"rows": 3', '"rows": 4', 1))


def add_a_file(folder: Path) -> None:
    (folder / "landing" / "stranger").write_bytes(b"")


@pytest.mark.parametrize(
    "damage",
    [
        truncate, change_a_byte, lose_a_file, lose_a_file_and_its_line, cut_the_hashes, lie_in_the_manifest,
        add_a_file, lambda folder: (folder / "SHA256SUMS").unlink(), lambda folder: (folder / "manifest.json").unlink(),
    ],
)  # fmt: skip
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    fresh: Warehouse, kept: Path, damage: Callable[[Path], None]
) -> None:
    before = content_of(fresh)
    damage(kept)
    with pytest.raises(BadInputError, match=REFUSED):
        put_back(fresh, kept)
    assert content_of(fresh) == before
    assert not fresh.settings.home.exists()


def test_what_stands_is_given_up_only_where_that_is_said(
    original: Warehouse, fresh: Warehouse, exports: Path, one_backup: Path
) -> None:
    (exports / "other.txt").write_text(Form(code="50210000-0077").text(), encoding="utf-8")
    fresh.load(exports)
    before = content_of(fresh)
    with pytest.raises(BadInputError, match="--replace"):
        put_back(fresh, one_backup)
    assert content_of(fresh) == before
    put_back(fresh, one_backup, replace=True)
    assert differing(original, fresh) == []


def test_what_was_purged_since_does_not_come_back(fresh: Warehouse, one_backup: Path) -> None:
    put_back(fresh, one_backup)
    query = "SELECT sha256 FROM raw.manifest WHERE uri LIKE '%%/form.txt'"
    sha256 = fresh.value(query)
    pipeline.purge(fresh.settings, sha256, "asked for", prose=True)
    assert put_back(fresh, one_backup, replace=True).purged_again == [sha256]
    assert fresh.rows("SELECT reason, is_prose_purged FROM ops.purge") == [
        {"reason": "asked for", "is_prose_purged": True}
    ]
    assert not place(storage.landing(fresh.settings), sha256).exists()
    query = "SELECT count(owner) FROM raw.project JOIN dw.dim_document USING (document_key) WHERE sha256 = %s"
    assert fresh.value(query, sha256) == 0


def test_a_later_change_of_rules_is_left_alone_and_told(original: Warehouse, fresh: Warehouse, tmp_path: Path) -> None:
    corrections = tmp_path / "corrections.toml"
    corrections.write_text("# of then\n")
    backup(original.settings.model_copy(update={"etl_corrections": corrections}), tmp_path / "backup", unwatched)
    corrections.write_text("# of now\n")
    target = fresh.settings.model_copy(update={"etl_corrections": corrections})
    done = restore(target, tmp_path / "backup", unwatched, replace=False, with_rules=False)
    assert [path.name for path in done.rules_that_differ] == ["corrections.toml"]
    assert corrections.read_text() == "# of now\n"
    done = restore(target, tmp_path / "backup", unwatched, replace=True, with_rules=True)
    assert (done.rules_that_differ, corrections.read_text()) == ([], "# of then\n")


# Killed


def kill(point: str, warehouse: Warehouse, folder: Path) -> None:
    named = {"ETL_HOME": str(warehouse.settings.home), "WAREHOUSE_URL": str(warehouse.settings.warehouse_url)}
    assert status_of(point, folder, named) == -signal.SIGKILL


@pytest.mark.parametrize("point", IN_BACKUP)
def test_a_backup_that_was_killed_is_none_and_the_next_one_is(
    original: Warehouse, fresh: Warehouse, tmp_path: Path, point: str
) -> None:
    folder = tmp_path / "backup"
    kill(point, original, folder)
    assert not folder.exists()
    backup(original.settings, folder, unwatched)
    assert sorted(tmp_path.glob("backup*")) == [folder]
    put_back(fresh, folder)
    assert differing(original, fresh) == []


@pytest.mark.parametrize("point", IN_RESTORE)
def test_a_restore_that_was_killed_leaves_nothing_half_and_goes_through_again(
    original: Warehouse, fresh: Warehouse, one_backup: Path, point: str
) -> None:
    before = content_of(fresh)
    kill(point, fresh, one_backup)
    if point in ("after its commit", "before the marts"):
        assert content_of(fresh) == content_of(original)
        pipeline.load(fresh.settings, "the marts come by themselves", [])
        assert fresh.value("SELECT count(*) FROM mart.project_status") == 2
    else:
        assert content_of(fresh) == before
        put_back(fresh, one_backup)
    assert differing(original, fresh) == []


# Other places


def test_landing_area_and_batches_on_object_storage(
    new_database: Callable[[], str], original: Warehouse, tmp_path: Path, bucket: str
) -> None:
    there, here = (
        Warehouse(Settings(etl_home=tmp_path / name, etl_storage=f"{bucket}/{name}", warehouse_url=new_database()))
        for name in ("there", "here")
    )
    there.load(original.settings.etl_source)
    assert backup(there.settings, tmp_path / "backup", unwatched).landed_files == 3
    put_back(here, tmp_path / "backup")
    assert landed_files(here.settings) == landed_files(there.settings)
    assert differing(there, here) == []


@pytest.fixture
def machine() -> Iterator[Settings]:
    """A machine with an embedded server of its own."""
    home = Path(tempfile.mkdtemp(prefix="etl-backup-"))
    home.chmod(0o755)
    yield Settings(etl_home=home)
    server.stop(Settings(etl_home=home))
    shutil.rmtree(home)


def test_logins_and_airflow_come_along_to_another_machine(
    original: Warehouse, tmp_path: Path, machine: Settings, server_home: Path
) -> None:
    grant(open_engine(original.settings), "backup_analyst", "reporting_bi", "a password")
    there = Settings(etl_home=server_home, etl_source=original.settings.etl_source)
    Warehouse(there).load(there.etl_source)
    for name in ("backup_clerk", "backup_namesake"):
        grant(open_engine(there), name, "reporting_bi", "a password", agencies=["5049"])
    migrate(open_engine(machine))
    with psycopg.connect(server.superuser_url(machine), autocommit=True) as connection:
        connection.execute("CREATE ROLE backup_namesake LOGIN IN ROLE reporting_agency")
    airflow.home(there).mkdir(exist_ok=True)
    (airflow.home(there) / airflow.CONFIGURATION).write_text("[core]\nfernet_key = a key\n")
    with psycopg.connect(airflow.database_url(there), autocommit=True) as connection:
        connection.execute("CREATE TABLE dag_run AS SELECT 'a run' AS run_id")
    try:
        manifest = backup(there, tmp_path / "backup", unwatched)
        assert manifest.has_airflow
        assert manifest.logins_without_password == []
        assert "a password" not in (tmp_path / "backup" / "logins.json").read_text()
        done = restore(machine, tmp_path / "backup", unwatched, replace=False, with_rules=False)
    finally:
        drop_role(original, "backup_analyst")
        drop_role(original, "backup_clerk")
        drop_role(original, "backup_namesake")
        shutil.rmtree(airflow.home(there))
    assert done.logins_to_grant == ["backup_namesake"], "it may be somebody else's"
    assert "a key" in (airflow.home(machine) / airflow.CONFIGURATION).read_text()
    with psycopg.connect(airflow.database_url(machine)) as connection:
        assert connection.execute("SELECT run_id FROM dag_run").fetchall() == [("a run",)]
    remembered = json.loads((tmp_path / "backup" / "logins.json").read_text())
    with psycopg.connect(server.superuser_url(machine)) as connection:
        query = "SELECT rolname, rolpassword FROM pg_authid WHERE pg_has_role(oid, 'reporting_bi', 'MEMBER')"
        verifiers = dict(connection.execute(query).fetchall())
        settings_of = connection.execute(
            "SELECT setconfig FROM pg_db_role_setting WHERE setrole = 'backup_analyst'::REGROLE"
        ).fetchall()
        limit = connection.execute("SELECT rolconnlimit FROM pg_roles WHERE rolname = 'backup_analyst'").fetchall()
    assert verifiers["backup_analyst"] == remembered[0]["verifier"]
    assert verifiers["backup_analyst"].startswith("SCRAM-SHA-256$")
    assert sorted(settings_of[0][0]) == sorted(remembered[0]["settings"])
    with psycopg.connect(owner_url(machine)) as connection:
        granted = (
            "SELECT login, agency_code, role_oid = login::REGROLE::OID,"
            " pg_has_role(login, 'reporting_agency', 'MEMBER') FROM ops.agency_grant"
        )
        assert connection.execute(granted).fetchall() == [("backup_clerk", "5049", True, True)]
    assert limit == [(BI_CONNECTIONS,)]
    assert differing(original, Warehouse(machine.model_copy(update={"warehouse_url": owner_url(machine)}))) == []


def drop_role(warehouse: Warehouse, name: str) -> None:
    with warehouse.connect() as connection:
        connection.execute(f"DROP ROLE {name}")
