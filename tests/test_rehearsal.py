"""A load rehearsed: what it would change is what it then changes, and the rehearsal changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from etl import pipeline, storage
from etl.diff.effect import AgencyEffect, Effect
from tests.conftest import SAMPLE, Warehouse
from tests.forms import Form
from tests.indicator_pages import CatalogueEntry, IndicatorPage
from tests.processes import Etl

CONTENT = ("dw.fact_project", "dw.fact_progress_report", "dw.dim_project", "ops.quarantine", "raw.document")


def rehearse(warehouse: Warehouse, source: Path, fiscal_year: int | None = None) -> tuple[dict[str, Any], Effect]:
    settings = warehouse.settings.model_copy(update={"etl_source": str(source)})
    run_id = storage.unique("rehearsal")
    work_lists = pipeline.pull(settings, run_id, only_new=False)
    batches = pipeline.validate([pipeline.parse(settings, one, fiscal_year=fiscal_year) for one in work_lists])
    return pipeline.rehearse(settings, run_id, batches, fiscal_year=fiscal_year)


def content(warehouse: Warehouse) -> dict[str, list[str]]:
    return {
        table: [row["row"] for row in warehouse.rows(f"SELECT row::TEXT FROM {table} AS row ORDER BY 1")]
        for table in CONTENT
    }


def test_a_rehearsal_tells_what_is_new_and_leaves_nothing_behind(warehouse: Warehouse) -> None:
    before = content(warehouse)
    counts, effect = rehearse(warehouse, SAMPLE)
    assert content(warehouse) == before
    assert (counts["records_read"], counts["records_loaded"]) == (22, 11)
    assert effect.projects_added == ["50490000-3572/2566"]
    assert effect.agencies == [AgencyEffect("5049", 2566, added=11, changed=0, removed=0)]
    (load,) = warehouse.rows("SELECT status, records_read, records_loaded FROM ops.load")
    assert load == {"status": "rehearsed", "records_read": 22, "records_loaded": 11}


def test_facts_by_agency_and_year_sum_up_to_those_of_the_tables(warehouse: Warehouse, tmp_path: Path) -> None:
    source = tmp_path / "exports"
    source.mkdir()
    (source / "form.txt").write_text(Form().text(), "utf-8")
    for number in ("181", "182"):
        entry = CatalogueEntry(number=number)
        (source / f"mykpi2563.php_pid={number}.html").write_text(entry.text(), "utf-8")
    (source / "mykpi.php_pid=5021-0775.txt").write_text(IndicatorPage().text(), "utf-8")

    def sums(effect: Effect) -> tuple[list[int], list[int]]:
        facts = [table for table in effect.tables if table.table_name.startswith("dw.fact_")]
        kinds = ("added", "changed", "removed")
        return (
            [sum(getattr(row, kind) for row in effect.agencies) for kind in kinds],
            [sum(getattr(row, kind) for row in facts) for kind in kinds],
        )

    _, effect = rehearse(warehouse, source)
    by_agency, by_table = sums(effect)
    assert by_agency == by_table
    whose = [(row.agency_code, row.fiscal_year) for row in effect.agencies]
    assert {("5021", None), ("5021", 2567), (None, None)} <= {*whose}
    assert whose[-1] == (None, None), "what is unknown comes last"
    warehouse.load(source)
    (source / "mykpi.php_pid=5021-0775.txt").write_text(IndicatorPage(result="61.0000").text(), "utf-8")
    _, effect = rehearse(warehouse, source)
    by_agency, by_table = sums(effect)
    assert by_agency == by_table and by_table[1] > 0


def test_what_was_rehearsed_is_what_the_load_does(warehouse: Warehouse) -> None:
    counts, _ = rehearse(warehouse, SAMPLE)
    done = warehouse.load(SAMPLE)
    told = {name: value for name, value in counts.items() if name.startswith("records_")}
    assert told == {name: done[name] for name in told}
    _, effect = rehearse(warehouse, SAMPLE)
    assert effect.is_none
    assert effect.agencies == []


def test_the_largest_changes_come_first(warehouse: Warehouse, tmp_path: Path) -> None:
    form = Form()
    source = tmp_path / "exports" / "form.txt"
    source.parent.mkdir()
    source.write_text(form.text(), encoding="utf-8")
    warehouse.load(source)
    changed = form.with_(received="2,250,000.50 บาท", spent="312,501.- บาท").with_report(2, progress="19.00")
    source.write_text(changed.text(), encoding="utf-8")
    _, effect = rehearse(warehouse, source)
    assert [(change.field, str(change.before), str(change.after)) for change in effect.money][:2] == [
        ("budget_received_thb", "1250000.50", "2250000.50"),
        ("budget_spent_thb", "312500.00", "312501.00"),
    ]
    assert [(change.field, change.before, change.after) for change in effect.progress] == [
        ("reports[2].progress_pct", 20.5, 19)
    ]
    assert effect.projects_added == effect.projects_removed == []
    changed = {table.table_name: table.changed for table in effect.tables if table.table_name.startswith("dw.fact_")}
    (agency,) = effect.agencies
    assert (agency.added, agency.changed, agency.removed) == (0, sum(changed.values()), 0)
    assert changed["dw.fact_project"] == 1  # however many of its fields


def test_what_the_source_does_not_give_is_named_in_a_rehearsal_too(warehouse: Warehouse, tmp_path: Path) -> None:
    source = tmp_path / "exports"
    source.mkdir()
    (source / "nowhere.txt").symlink_to("/no/such/file")
    (source / "form.txt").write_bytes(SAMPLE.read_bytes())
    warehouse.load(source)
    done = Etl(warehouse)("run", source, "--rehearse")
    assert done.returncode == 3
    assert "left out: " in done.stderr
    assert "this would change the warehouse" not in done.stderr


def test_much_less_than_before_is_told_and_no_error(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.load(SAMPLE, fiscal_year=2566)
    source = tmp_path / "exports"
    source.mkdir()
    (source / "letter.txt").write_text("จดหมายข่าวประจำเดือน", encoding="utf-8")
    _, effect = rehearse(warehouse, source, fiscal_year=2566)
    assert effect.volume == ["accepted records of 2566: 0, before 22"]


@pytest.mark.parametrize("as_json", [True, False])
def test_the_command_says_what_would_change_and_ends_with_3_until_nothing_would(
    warehouse: Warehouse, as_json: bool
) -> None:
    etl = Etl(warehouse)
    command = ["run", SAMPLE, "--rehearse", *(["--json"] if as_json else [])]
    done = etl(*command)
    assert done.returncode == 3
    if as_json:
        assert json.loads(done.stdout)["effect"]["projects_added"] == ["50490000-3572/2566"]
    else:
        assert "Projects added\n  50490000-3572/2566" in done.stdout
    warehouse.load(SAMPLE)
    assert etl(*command).returncode == 0
