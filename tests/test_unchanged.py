"""What would be judged as before is not judged again, and the warehouse is the one that judging all again gives.

`UNCHANGED_EXAMPLES=200` hunts on with that many histories.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from upath import UPath

from etl import batch, parsed, pipeline, storage
from etl.errors import BatchDamagedError
from etl.pipeline import parsing
from etl.settings import Settings
from etl.thai.calendar import fiscal_year_of
from tests.conftest import Databases, Warehouse
from tests.forms import Form
from tests.load.content import content_of

EXAMPLES = int(os.environ.get("UNCHANGED_EXAMPLES", "1"))
FORM = Form()
CORRECTION = """
[[correction]]
record = "50210000-0001/2567"
field = "budget_spent_thb"
expect = 312500
value = 312501
reason = "a slip"
source = "the ledger"
date = 2024-01-31
"""
COUNTS = "documents_read, records_read, records_loaded, records_unchanged, records_quarantined, records_superseded"


def form(number: int, **stated: Any) -> Form:
    return FORM.with_(code=f"50210000-{number:04}", **stated)


class Twins:
    """Two warehouses of one source: the second forgets before each run what it judged, and judges all again."""

    def __init__(self, folder: Path, new_database: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
        self.source, self.rules, self.moment = folder / "exports", folder / "rules", 0
        self.source.mkdir(parents=True)
        shutil.copytree("expectations", self.rules)
        monkeypatch.setattr("etl.validate.EXPECTATIONS", self.rules)
        self.corrections = folder / "corrections.toml"
        self.corrections.write_text("")
        self.warehouses = [
            Warehouse(
                Settings(
                    etl_home=folder / name, warehouse_url=new_database(), etl_source=str(self.source),
                    etl_corrections=self.corrections, batch_documents=3,
                )
            )
            for name in ("quick", "thorough")
        ]  # fmt: skip
        self.put("1.txt", form(1))
        self.put("2.txt", form(2))

    def put(self, name: str, text: Form | str) -> None:
        path = self.source / name
        path.write_text(text if isinstance(text, str) else text.text(), encoding="utf-8")
        self.touch(path)

    def touch(self, path: Path) -> None:
        self.moment += 86400
        moment = datetime(2024, 1, 31, tzinfo=UTC).timestamp() + self.moment
        os.utime(path, (moment, moment))

    def run(self, pull: Callable[[Settings, str], list[str]]) -> None:
        """Do a run in both, and hold one against the other."""
        for warehouse, is_thorough in zip(self.warehouses, (False, True), strict=True):
            if is_thorough:
                with warehouse.connect() as connection:
                    connection.execute("TRUNCATE ops.judged")
            done = run(warehouse, pull)
            assert done["status"] == "committed"
        quick, thorough = self.warehouses
        assert content_of(quick) == content_of(thorough)
        for query in (
            f"SELECT {COUNTS} FROM ops.load ORDER BY load_id",
            "SELECT * FROM ops.load_document ORDER BY load_id, document_key",
            "SELECT load_id, table_name, row_count FROM ops.load_table ORDER BY load_id, table_name",
        ):
            assert quick.rows(query) == thorough.rows(query)

    # What may happen between two runs.

    def nothing(self) -> None: ...

    def another_form(self) -> None:
        self.put(f"{self.moment}.txt", form(self.moment // 86400 + 10))

    def a_changed_form(self) -> None:
        self.put("1.txt", form(1, spent=f"{self.moment} บาท"))

    def a_form_that_goes(self) -> None:
        (self.source / "2.txt").unlink(missing_ok=True)

    def the_same_elsewhere(self) -> None:
        copy = self.source / f"copy-{self.moment}.txt"
        shutil.copy(self.source / "1.txt", copy)
        self.touch(copy)

    def the_same_later(self) -> None:
        self.touch(self.source / "1.txt")

    def an_older_one(self) -> None:
        self.put("old.txt", form(1, spent="1 บาท"))
        os.utime(self.source / "old.txt", (1_600_000_000, 1_600_000_000))

    def what_is_held(self) -> None:
        self.put("letter.txt", "จดหมายข่าวประจำเดือน\n")
        self.put("held.txt", form(3, start="2023-13-45"))

    def a_year_to_come(self) -> None:
        self.put("later.txt", form(4, fiscal_year=str(fiscal_year_of(datetime.now(UTC).date()) + 1)))

    def other_corrections(self) -> None:
        self.corrections.write_text("" if self.corrections.read_text() else CORRECTION)

    def other_rules(self) -> None:
        path = self.rules / "projects.json"
        text = path.read_text("utf-8")
        other = text.replace('"severity": "warning"', '"severity": "info"')
        path.write_text(
            text.replace('"severity": "info"', '"severity": "warning"') if other == text else other, "utf-8"
        )

    def redrive(self) -> None:
        self.run(pipeline.redrive)

    def purge(self) -> None:
        digest = self.warehouses[0].rows("SELECT min(sha256) AS sha256 FROM raw.manifest")[0]["sha256"]
        for warehouse in self.warehouses:
            pipeline.purge(warehouse.settings, digest, None, prose=bool(self.moment % 2))


HAPPENINGS = [
    Twins.nothing, Twins.another_form, Twins.a_changed_form, Twins.a_form_that_goes, Twins.the_same_elsewhere,
    Twins.the_same_later, Twins.an_older_one, Twins.what_is_held, Twins.a_year_to_come, Twins.other_corrections,
    Twins.other_rules, Twins.redrive, Twins.purge,
]  # fmt: skip


def pulled(settings: Settings, run_id: str) -> list[str]:
    return pipeline.pull(settings, run_id, only_new=False)


def run(warehouse: Warehouse, pull: Callable[[Settings, str], list[str]] = pulled) -> dict[str, Any]:
    run_id = storage.unique("run")
    work_lists = pull(warehouse.settings, run_id)
    batches = pipeline.validate([pipeline.parse(warehouse.settings, one) for one in work_lists])
    return pipeline.load(warehouse.settings, run_id, batches)


# To shrink would take longer than to read it.
@settings(max_examples=EXAMPLES, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(st.sampled_from(HAPPENINGS), min_size=2, max_size=5))
@example(HAPPENINGS)
def test_any_history_gives_what_judging_all_again_gives(
    tmp_path_factory: pytest.TempPathFactory, new_database: Databases, happenings: Sequence[Callable[[Twins], None]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        twins = Twins(tmp_path_factory.mktemp("twins"), new_database, patch)
        twins.run(pulled)
        for happens in happenings:
            happens(twins)
            twins.run(pulled)
        for warehouse in twins.warehouses:
            new_database.drop(str(warehouse.settings.warehouse_url))


@pytest.fixture
def loaded(tmp_path: Path, new_database: Databases, monkeypatch: pytest.MonkeyPatch) -> Twins:
    """Two forms and what is held, in the first warehouse of two, and found to be unchanged by a second run."""
    twins = Twins(tmp_path, new_database, monkeypatch)
    twins.what_is_held()
    for _ in range(2):
        run(twins.warehouses[0])
    return twins


def judged(twins: Twins) -> set[str]:
    """Do a run up to validation; return the names of the documents that it judged."""
    settings, run_id = twins.warehouses[0].settings, storage.unique("run")
    folders = [UPath(pipeline.parse(settings, one)) for one in pulled(settings, run_id)]
    pipeline.validate([str(folder) for folder in folders])
    keys = {key for folder in folders for key in batch.read_judged(folder)["document_key"].to_pylist()}
    said = [one for folder in folders for one in parsed.read(folder)]
    names = {one.document.uri.rpartition("/")[2] for one in said if not one.records_digest}
    assert len(keys) == len(names)
    return names


def test_what_is_unchanged_is_neither_parsed_nor_judged_and_counted_as_ever(loaded: Twins) -> None:
    (first, second) = loaded.warehouses[0].rows(f"SELECT {COUNTS}, status FROM ops.load ORDER BY load_id")
    assert second == first | {"records_loaded": 0, "records_unchanged": first["records_loaded"]}
    assert judged(loaded) == set()


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (Twins.a_changed_form, {"1.txt"}),
        (Twins.the_same_later, set()),
        (Twins.the_same_elsewhere, set()),
        (Twins.a_form_that_goes, set()),
        (Twins.other_corrections, {"1.txt", "2.txt", "held.txt", "letter.txt"}),
        (Twins.other_rules, {"1.txt", "2.txt", "held.txt", "letter.txt"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_may_be_judged_otherwise_is_judged_again(
    loaded: Twins, happens: Callable[[Twins], None], expected: set[str]
) -> None:
    happens(loaded)
    assert judged(loaded) == expected


def test_what_changes_with_the_day_is_judged_every_time(loaded: Twins) -> None:
    loaded.a_year_to_come()
    run(loaded.warehouses[0])
    assert judged(loaded) == {"later.txt"}


def batches_of_unchanged(twins: Twins) -> list[str]:
    settings, run_id = twins.warehouses[0].settings, storage.unique("run")
    return pipeline.validate([pipeline.parse(settings, one) for one in pulled(settings, run_id)])


def test_a_batch_that_lost_its_list_of_unchanged_documents_is_not_loaded(loaded: Twins) -> None:
    warehouse, batches = loaded.warehouses[0], batches_of_unchanged(loaded)
    before = content_of(warehouse)
    (UPath(batches[0]) / "unchanged.parquet").unlink()
    with pytest.raises(BatchDamagedError, match="has nothing of 3 of its documents"):
        pipeline.load(warehouse.settings, "lost", batches)
    assert content_of(warehouse) == before


def test_a_document_that_was_loaded_otherwise_meanwhile_is_not_taken_for_unchanged(loaded: Twins) -> None:
    warehouse, batches = loaded.warehouses[0], batches_of_unchanged(loaded)
    loaded.other_rules()
    run(warehouse)
    before = content_of(warehouse)
    with pytest.raises(BatchDamagedError, match="were loaded otherwise since"):
        pipeline.load(warehouse.settings, "late", batches)
    assert content_of(warehouse) == before


def test_a_document_that_was_judged_by_other_rules_meanwhile_with_the_same_result_is_unchanged(loaded: Twins) -> None:
    warehouse, batches = loaded.warehouses[0], batches_of_unchanged(loaded)
    rules = loaded.rules / "projects.json"
    rules.write_text(rules.read_text("utf-8") + "\n", "utf-8")
    run(warehouse)
    before = content_of(warehouse)
    done = pipeline.load(warehouse.settings, "late", batches)
    assert (done["documents_read"], done["records_loaded"]) == (4, 0)
    assert content_of(warehouse) == before


def test_a_document_that_is_purged_meanwhile_is_no_more_than_seen(loaded: Twins) -> None:
    warehouse, batches = loaded.warehouses[0], batches_of_unchanged(loaded)
    loaded.purge()
    before = content_of(warehouse)
    done = pipeline.load(warehouse.settings, "late", batches)
    assert done["documents_read"] == 3
    assert content_of(warehouse) == before


def test_what_was_redriven_and_never_loaded_is_judged_again(loaded: Twins) -> None:
    warehouse = loaded.warehouses[0]
    for work_list in pipeline.redrive(warehouse.settings, storage.unique("redrive")):
        pipeline.validate([pipeline.parse(warehouse.settings, work_list)])
    assert judged(loaded) == {"held.txt", "letter.txt"}


def test_what_a_fault_of_ours_stopped_is_judged_again(loaded: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("a fault")

    loaded.other_corrections()
    with monkeypatch.context() as patched:
        patched.setattr(parsing, "correct", breaks)
        run(Warehouse(loaded.warehouses[0].settings.model_copy(update={"volume_drop_max_pct": 100})))
    assert judged(loaded) == {"1.txt", "2.txt", "held.txt", "letter.txt"}
