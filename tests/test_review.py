"""What was rehearsed and approved is loaded, and nothing else is: not where the warehouse has changed meanwhile."""

from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from etl import pipeline, storage
from etl.diff import Change, Counts, Difference
from etl.diff.effect import AgencyEffect, Ask, Effect
from etl.diff.summary import SHOWN, summary
from etl.errors import WarehouseChangedError
from etl.load.runs import Approval, Origin
from tests.conftest import Warehouse, batches_of
from tests.forms import Form

FORM = Form()
CHANGED = FORM.with_(received="2,250,000.50 บาท")
OTHER_YEAR = Form(code="50210000-0043", fiscal_year="2566", reports=())


class Rehearsed:
    """A load that was rehearsed, and may be decided."""

    def __init__(self, warehouse: Warehouse, source: Path, fiscal_year: int | None = None) -> None:
        self.settings = warehouse.settings.model_copy(update={"etl_source": str(source)})
        self.run_id, self.fiscal_year = storage.unique("run"), fiscal_year
        work_lists = pipeline.pull(self.settings, self.run_id, only_new=False)
        self.batches = batches_of(self.settings, work_lists, fiscal_year=fiscal_year)
        self.counts, self.effect = pipeline.rehearse(
            self.settings, self.run_id, self.batches, fiscal_year=fiscal_year, origin=Origin("malee", "late exports")
        )

    def decide(self, *, is_approved: bool) -> Approval | None:
        return pipeline.decide(
            self.settings, self.counts["load_id"], is_approved=is_approved, decided_by="somchai", reason="as agreed"
        )

    def load(self, approval: Approval | None = None) -> dict[str, Any]:
        approval, origin = approval or self.decide(is_approved=True), Origin("malee", "late exports")
        return pipeline.load(
            self.settings, self.run_id, self.batches, fiscal_year=self.fiscal_year, origin=origin, approval=approval
        )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


def put(source: Path, *forms: Form) -> Path:
    for form in forms:
        (source / f"{form.code}.txt").write_text(form.text(), encoding="utf-8")
    return source


def budget(warehouse: Warehouse) -> str:
    return str(warehouse.value("SELECT budget_received_thb FROM dw.fact_project WHERE fiscal_year = 2567"))


def test_what_was_approved_is_loaded_and_says_who_and_why(warehouse: Warehouse, source: Path) -> None:
    warehouse.load(put(source, FORM))
    rehearsed = Rehearsed(warehouse, put(source, CHANGED))
    assert budget(warehouse) == "1250000.50"
    assert rehearsed.load()["status"] == "committed"
    assert budget(warehouse) == "2250000.50"
    rehearsal, done = warehouse.rows(
        "SELECT load_id, status, triggered_by, approved_by, reason, source, rehearsal_of FROM ops.load"
        " ORDER BY load_id DESC LIMIT 2"
    )[::-1]
    assert rehearsal == {
        "load_id": rehearsed.counts["load_id"], "status": "rehearsed", "triggered_by": "malee", "approved_by": None,
        "reason": "late exports", "source": f"file://{source}", "rehearsal_of": None,
    }  # fmt: skip
    assert done == rehearsal | {
        "load_id": done["load_id"], "status": "committed", "approved_by": "somchai", "reason": "as agreed",
        "rehearsal_of": rehearsal["load_id"],
    }  # fmt: skip
    (kept,) = warehouse.rows("SELECT decision, decided_by, reason, effect -> 'money' -> 0 AS money FROM ops.rehearsal")
    assert (kept["decision"], kept["decided_by"], kept["reason"]) == ("approved", "somchai", "as agreed")
    assert (kept["money"]["before"], kept["money"]["after"]) == ("1250000.50", "2250000.50")


def test_a_rejection_leaves_everything_as_it_was_and_is_kept(warehouse: Warehouse, source: Path) -> None:
    warehouse.load(put(source, FORM))
    assert Rehearsed(warehouse, put(source, CHANGED)).decide(is_approved=False) is None
    assert budget(warehouse) == "1250000.50"
    assert warehouse.value("SELECT decision FROM ops.rehearsal") == "rejected"


@pytest.mark.parametrize("fiscal_year", [None, 2567])
def test_an_approval_is_not_for_a_warehouse_that_has_changed(
    warehouse: Warehouse, source: Path, fiscal_year: int | None
) -> None:
    warehouse.load(put(source, FORM))
    rehearsed = Rehearsed(warehouse, put(source, CHANGED), fiscal_year)
    later = warehouse.load(put(source, FORM.with_(spent="400,000.- บาท")))["load_id"]
    with pytest.raises(WarehouseChangedError, match=rf"has changed since load \d+, .*\(loads since: {later}\)"):
        rehearsed.load()
    assert budget(warehouse) == "1250000.50"
    assert warehouse.value("SELECT status FROM ops.load ORDER BY load_id DESC LIMIT 1") == "failed"


def test_an_approval_is_not_for_batches_that_have_changed(warehouse: Warehouse, source: Path, tmp_path: Path) -> None:
    rehearsed = Rehearsed(warehouse, put(source, FORM))
    corrections = tmp_path / "corrections.toml"
    corrections.write_text(
        f'[[correction]]\nrecord = "{FORM.code}/2567"\nfield = "budget_received_thb"\nexpect = 1250000.50\n'
        'value = 9\nreason = "a slip"\nsource = "a letter"\ndate = 2024-05-01\n'
    )
    batches_of(rehearsed.settings.model_copy(update={"etl_corrections": corrections}), rehearsed.batches)
    with pytest.raises(WarehouseChangedError, match=r"the batches have changed since load \d+, .* clear the task"):
        rehearsed.load()
    assert warehouse.value("SELECT count(*) FROM dw.fact_project") == 0
    batches_of(rehearsed.settings, rehearsed.batches)  # made once more, and the same
    assert rehearsed.load()["status"] == "committed"


def test_an_approved_load_may_be_done_once_more_until_another_is_done(warehouse: Warehouse, source: Path) -> None:
    """A task that is ended behind its commit is tried again."""
    rehearsed = Rehearsed(warehouse, put(source, CHANGED), 2567)
    approval = rehearsed.decide(is_approved=True)
    for _ in range(3):
        assert rehearsed.load(approval)["status"] == "committed"
    later = warehouse.load(put(source, FORM))["load_id"]
    with pytest.raises(WarehouseChangedError, match=rf"\(loads since: .*{later}\)"):
        rehearsed.load(approval)
    assert budget(warehouse) == "1250000.50"


def test_batches_of_a_release_that_wrote_less_are_rehearsed_and_loaded(warehouse: Warehouse, source: Path) -> None:
    settings = warehouse.settings.model_copy(update={"etl_source": str(put(source, FORM))})
    batches = batches_of(settings, pipeline.pull(settings, "run", only_new=False))
    for name in ("judged", "unchanged"):
        (UPath(batches[0]) / f"{name}.parquet").unlink()
    counts, _ = pipeline.rehearse(settings, "run", batches)
    approval = pipeline.decide(settings, counts["load_id"], is_approved=True, decided_by="somchai", reason="as agreed")
    assert pipeline.load(settings, "run", batches, approval=approval)["status"] == "committed"


def test_an_approval_is_not_for_another_release(warehouse: Warehouse, source: Path) -> None:
    rehearsed = Rehearsed(warehouse, put(source, FORM))
    with warehouse.connect() as connection:
        connection.execute("UPDATE ops.rehearsal SET loaded_by = NULL")  # as of a release that did not keep it
    with pytest.raises(WarehouseChangedError, match=r"another release of the pipeline did load \d+, the rehearsal"):
        rehearsed.load()
    assert warehouse.value("SELECT count(*) FROM dw.fact_project") == 0


def test_a_purge_meanwhile_is_a_change_too(warehouse: Warehouse, source: Path) -> None:
    warehouse.load(put(source, FORM))
    rehearsed = Rehearsed(warehouse, put(source, CHANGED), 2567)
    sha256 = warehouse.value("SELECT sha256 FROM dw.dim_document JOIN raw.document USING (document_key)")
    pipeline.purge(warehouse.settings, sha256, "asked for", prose=True)
    with pytest.raises(WarehouseChangedError, match="loads since: none"):
        rehearsed.load()


def test_a_document_that_is_met_again_later_is_a_change_too(warehouse: Warehouse, source: Path) -> None:
    warehouse.load(put(source, FORM))
    rehearsed = Rehearsed(warehouse, put(source, CHANGED), 2567)
    warehouse.load(put(source, FORM))  # newer than what was rehearsed, so that its values would stand
    with pytest.raises(WarehouseChangedError):
        rehearsed.load()


def test_a_load_that_changes_nothing_and_one_of_another_year_leave_an_approval_good(
    warehouse: Warehouse, source: Path, tmp_path: Path
) -> None:
    warehouse.load(put(source, FORM))
    revised = tmp_path / "revised"
    revised.mkdir()
    rehearsed = Rehearsed(warehouse, put(revised, CHANGED), 2567)
    warehouse.load(put(source, OTHER_YEAR))  # beside what it has already
    assert rehearsed.load()["status"] == "committed"
    assert budget(warehouse) == "2250000.50"


def test_much_less_than_before_is_loaded_where_it_was_approved(warehouse: Warehouse, source: Path) -> None:
    warehouse.load(put(source, FORM), fiscal_year=2567)
    for file in source.iterdir():
        file.unlink()
    (source / "letter.txt").write_text("จดหมายข่าวประจำเดือน", encoding="utf-8")
    rehearsed = Rehearsed(warehouse, source, 2567)
    assert rehearsed.effect.volume
    assert rehearsed.load()["status"] == "committed"


def effect(*tables: Counts, volume: tuple[str, ...] = ()) -> Effect:
    return Effect(
        volume=[*volume], tables=[*tables], agencies=[], money=[], progress=[], projects_added=[], projects_removed=[]
    )  # fmt: skip


NOTHING, LESS = effect(), effect(volume=("rows of dw.fact_project: 1, before 9",))
NEW = effect(Counts("dw.fact_project", 1, 2, added=1, removed=0, changed=0, restated=0))
OTHER = effect(Counts("dw.fact_project", 1, 1, added=0, removed=0, changed=1, restated=0))
GONE = effect(Counts("dw.fact_project", 1, 0, added=0, removed=1, changed=0, restated=0))
MET_AGAIN = effect(Counts("dw.dim_document", 1, 1, added=0, removed=0, changed=1, restated=0))
HELD = effect(Counts("ops.quarantine", 0, 1, added=1, removed=0, changed=0, restated=0))


@pytest.mark.parametrize(
    ("asked", "about"),
    [
        (Ask.NEVER, []),
        (Ask.LOSSES, [LESS]),
        (Ask.CHANGES, [LESS, OTHER, GONE]),
        (Ask.ANYTHING, [LESS, NEW, OTHER, GONE, HELD]),
    ],
)
def test_what_is_asked_about(asked: Ask, about: list[Effect]) -> None:
    effects = [NOTHING, LESS, NEW, OTHER, GONE, MET_AGAIN, HELD]
    assert [one for one in effects if one.needs_approval(asked)] == about


def test_the_summary_is_readable_in_both_languages_and_its_values_are_no_markup() -> None:
    counts = dict.fromkeys(("documents_quarantined", "records_unchanged", "records_superseded"), 0) | {
        "load_id": 7, "documents_read": 12_345, "records_loaded": 3, "records_quarantined": 1,
    }  # fmt: skip
    said = summary(
        counts,
        Effect(
            volume=["accepted records of 2566: 0, before 22"],
            tables=[
                Counts("dw.fact_project", 6, 4, added=1, removed=3, changed=2, restated=0),
                Counts("dw.dim_date", 9, 9, added=0, removed=0, changed=0, restated=0),
            ],
            agencies=[
                AgencyEffect("5049", 2566, added=1, changed=2, removed=0),
                AgencyEffect(None, None, added=0, changed=0, removed=3),
            ],
            money=[
                Difference(
                    table_name="dw.fact_project", record="5049|<b>_1_", change=Change.CHANGED, field="spent_thb",
                    before=None, after="1.50",
                )
            ],
            progress=[], projects_added=[f"5049-{number}" for number in range(SHOWN + 2)], projects_removed=[],
        ),
    ).splitlines()  # fmt: skip
    assert "| เอกสารที่อ่าน · documents read | 12,345 |" in said
    assert "* accepted records of 2566: 0, before 22" in said
    assert r"| 5049\|\<b\>\_1\_ | spent\_thb | – | 1.50 |" in said
    (agency,) = [line for line in said if line.startswith("| 5049 ")]
    assert agency.endswith(" | 2566 | 1 | 2 | 0 |")
    assert len(agency) > len("| 5049 | 2566 | 1 | 2 | 0 |")  # it is named
    assert "| ไม่ทราบ · unknown | ไม่ทราบ · unknown | 0 | 0 | 3 |" in said
    assert r"| dw.fact\_project | 1 | 2 | 3 |" in said
    assert not any("dim" in line for line in said)
    assert "### โครงการใหม่ · Projects added (22)" in said
    assert "และอีก 2 รายการ · and 2 more, in `ops.rehearsal`" in said
    assert not any("gone" in line for line in said if line.startswith("#"))


def test_what_nobody_had_to_approve_is_loaded_only_into_the_warehouse_that_was_rehearsed(
    warehouse: Warehouse, source: Path
) -> None:
    warehouse.load(put(source, FORM))
    rehearsed = Rehearsed(warehouse, put(source, OTHER_YEAR))
    warehouse.load(put(source, FORM.with_(spent="400,000.- บาท")))
    with pytest.raises(WarehouseChangedError, match="has changed since"):
        rehearsed.load(Approval(rehearsed.counts["load_id"]))


def test_a_load_that_was_killed_behind_its_commit_is_loaded_once_more(warehouse: Warehouse, source: Path) -> None:
    rehearsed = Rehearsed(warehouse, put(source, FORM))
    approval = rehearsed.decide(is_approved=True)
    first = rehearsed.load(approval)
    again = rehearsed.load(approval)
    assert (first["records_loaded"], again["records_loaded"]) == (first["records_read"], 0)


@pytest.mark.parametrize("approver", [None, "malee"])
def test_an_approval_that_nobody_gave_loads_nothing(warehouse: Warehouse, source: Path, approver: str | None) -> None:
    rehearsed = Rehearsed(warehouse, put(source, FORM))
    rehearsed.decide(is_approved=False)
    with pytest.raises(WarehouseChangedError, match="decided otherwise"):
        rehearsed.load(Approval(rehearsed.counts["load_id"], approver, "as agreed"))
    assert rehearsed.decide(is_approved=True)  # a decision stands: no later one takes its place
    with pytest.raises(WarehouseChangedError, match="decided otherwise"):
        rehearsed.load(Approval(rehearsed.counts["load_id"], "somchai", "as agreed"))
