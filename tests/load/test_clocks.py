"""Sources with wrong clocks: a form of times to come supersedes none that was corrected, in any order of loads."""

import os
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from etl import pipeline
from etl.pull.source import CLOCK_SKEW
from tests.conftest import Warehouse
from tests.forms import Form
from tests.pull.test_http import page, serving

NOW = datetime.now(UTC)
WRONG = (
    datetime(2200, 1, 1, tzinfo=UTC), NOW + timedelta(days=1),
    datetime(2599, 1, 1, tzinfo=UTC),
)  # fmt: skip
SPENT = "SELECT f.budget_spent_thb::TEXT FROM dw.fact_project AS f"
FINDINGS = (
    "SELECT rule_id, severity, record, field, value FROM ops.finding WHERE rule_id LIKE 'R-snapshot%%' ORDER BY 1, 5"
)


def test_code_and_warehouse_let_clocks_differ_by_the_same(warehouse: Warehouse) -> None:
    is_to_come = "SELECT dw.is_to_come(%s, %s)"
    assert not warehouse.value(is_to_come, NOW + CLOCK_SKEW, NOW)
    assert warehouse.value(is_to_come, NOW + CLOCK_SKEW + timedelta(seconds=1), NOW)


def put(folder: Path, name: str, at: datetime, spent: str) -> None:
    path = folder / name
    path.write_text(Form(spent=spent).text())
    os.utime(path, (at.timestamp(), at.timestamp()))


@pytest.mark.parametrize("wrong", WRONG)
def test_a_form_of_times_to_come_supersedes_no_corrected_one(
    warehouse: Warehouse, exports: Path, wrong: datetime
) -> None:
    put(exports, "wrong.txt", wrong, "1 บาท")
    put(exports, "corrected.txt", NOW - timedelta(days=9), "2 บาท")
    warehouse.load(exports)
    assert warehouse.value(SPENT) == "2.00"
    assert warehouse.value("SELECT count(*) FROM raw.manifest WHERE snapshot_at > fetched_at") == 0
    assert (
        warehouse.value("SELECT count(*) FROM dw.dim_document WHERE greatest(snapshot_at, last_seen_at) > now()") == 0
    )
    (found,) = warehouse.rows(FINDINGS)
    assert found == {
        "rule_id": "R-snapshot-future", "severity": "warning", "record": "document", "field": "snapshot_at",
        "value": f"{datetime.fromtimestamp((exports / 'wrong.txt').stat().st_mtime, UTC):%Y-%m-%d %H:%M:%S}Z",
    }  # fmt: skip


def test_a_clock_in_the_buddhist_era_is_put_right(warehouse: Warehouse, exports: Path) -> None:
    told = "Fri, 01 Mar 2567 00:00:00 GMT"
    put(exports, "before.txt", datetime(2024, 2, 28, tzinfo=UTC), "2 บาท")
    warehouse.load(exports)
    with serving(page(Form(spent="1 บาท").text().encode(), Last_Modified=told)) as web:
        warehouse.load(f"{web.address}/form.txt")
    assert warehouse.value(SPENT) == "1.00"
    put(exports, "before.txt", datetime(2024, 3, 2, tzinfo=UTC), "3 บาท")
    warehouse.load(exports)
    assert warehouse.value(SPENT) == "3.00"
    assert [(found["rule_id"], found["value"]) for found in warehouse.rows(FINDINGS)] == [("R-snapshot-buddhist", told)]


def test_the_order_of_loads_does_not_matter(warehouse: Warehouse, new_database: Any, tmp_path: Path) -> None:
    folders = []
    for name, at, spent in (
        ("wrong", datetime(2099, 1, 1, tzinfo=UTC), "1 บาท"),
        ("corrected", NOW - timedelta(hours=1), "3 บาท"),
    ):
        (tmp_path / name).mkdir()
        put(tmp_path / name, "form.txt", at, spent)
        folders.append(tmp_path / name)
    for number, order in enumerate(permutations(folders)):
        settings = warehouse.settings.model_copy(
            update={"warehouse_url": new_database(), "etl_home": tmp_path / f"home-{number}"}
        )
        another = Warehouse(settings)
        for folder in order:
            another.load(folder)
        assert another.value(SPENT) == "3.00", order
        assert len(another.rows(FINDINGS)) == 1


def test_a_form_of_times_to_come_is_no_new_one_each_day(warehouse: Warehouse, exports: Path) -> None:
    put(exports, "wrong.txt", datetime(2099, 1, 1, tzinfo=UTC), "1 บาท")
    warehouse.load(exports)
    before = warehouse.rows("SELECT * FROM raw.manifest")
    settings = warehouse.settings.model_copy(update={"etl_source": str(exports)})
    assert pipeline.pull(settings, "daily", only_new=True) == []
    again = warehouse.load(exports)
    assert warehouse.rows("SELECT * FROM raw.manifest") == before
    assert again["records_loaded"] == 0


def test_a_printed_time_to_come_is_not_believed(warehouse: Warehouse, exports: Path) -> None:
    for name, when, spent in (
        ("wrong.mht", "Thu, 01 Jan 2099 00:00:00 +0700", "1 บาท"),
        ("corrected.mht", "Fri, 01 Mar 2567 00:00:00 +0700", "2 บาท"),
    ):
        saved = EmailMessage()
        saved["From"], saved["Date"] = "<Saved by Blink>", when
        saved.set_content(f"<pre>{Form(spent=spent).text()}</pre>", "html")
        saved.make_related()
        (exports / name).write_bytes(saved.as_bytes())
        os.utime(exports / name, (0, datetime(2024, 1, 1, tzinfo=UTC).timestamp()))
    warehouse.load(exports)
    assert warehouse.value(SPENT) == "2.00"
    assert [(found["field"], found["value"]) for found in warehouse.rows(FINDINGS)] == [
        ("printed_at", "2099-01-01 00:00")
    ]


def test_what_was_frozen_before_thaws_with_the_next_load(warehouse: Warehouse, exports: Path, tmp_path: Path) -> None:
    put(exports, "wrong.txt", datetime(2023, 12, 1, tzinfo=UTC), "1 บาท")
    put(exports, "corrected.txt", NOW - timedelta(days=1), "2 บาท")
    warehouse.load(exports)
    with warehouse.connect() as connection:  # as a load would have left it that believed any time
        connection.execute("UPDATE raw.manifest SET snapshot_at = '2099-01-01' WHERE uri LIKE '%/wrong.txt'")
        connection.execute(
            "UPDATE dw.dim_document SET snapshot_at = '2099-01-01', last_seen_at = '2099-01-01'"
            " WHERE uri LIKE '%/wrong.txt'"
        )
        connection.execute("UPDATE raw.document SET records_digest = 'another'")
    warehouse.load(exports)
    assert warehouse.value(SPENT) == "1.00"
    with warehouse.connect() as connection:  # as the migration puts it right
        connection.execute("UPDATE raw.manifest SET snapshot_at = reported_at WHERE uri LIKE '%/wrong.txt'")
    (tmp_path / "nothing").mkdir()
    warehouse.load(tmp_path / "nothing")
    assert warehouse.value(SPENT) == "2.00"
    assert warehouse.value("SELECT max(last_seen_at) <= now() FROM dw.dim_document")
