"""A load that waits for approval, on a real scheduler and by the real API: approved, rejected, and out of date."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from etl.diff.effect import Ask
from review import ASKED, needs_reason
from tests.conftest import Warehouse
from tests.dags.real_airflow import FISCAL_YEAR, RealAirflow
from tests.forms import Form

FORM = Form()
YEAR = 2567


class Published:
    """An export of a form that is loaded, and that may say something else from then on."""

    def __init__(self, airflow: RealAirflow, folder: Path) -> None:
        self.airflow, self.folder = airflow, folder
        self.conf = {"fiscal_year": YEAR, "source": str(folder), "reason": "late exports"}

    def write(self, received: str, spent: str = "312,500.- บาท") -> None:
        (self.folder / "form.txt").write_text(FORM.with_(received=received, spent=spent).text(), encoding="utf-8")

    @property
    def budget(self) -> str:
        ((received,),) = self.airflow.query(
            f"SELECT budget_received_thb FROM mart.project_status WHERE fiscal_year = {YEAR}"
        )
        return str(received)


@pytest.fixture
def published(airflow: RealAirflow, tmp_path: Path) -> Published:
    found = Published(airflow, tmp_path)
    found.write("1,000,000.00 บาท")
    Warehouse(airflow.settings).load(tmp_path)
    return found


def test_what_is_approved_is_loaded_as_it_was_shown(airflow: RealAirflow, published: Published) -> None:
    published.write("2,000,000.00 บาท")
    question = airflow.asked(FISCAL_YEAR, **published.conf)
    assert question["subject"] == f"FY{YEAR}: อนุมัติให้นำเข้าหรือไม่ · May this be loaded?"
    assert r"| 50210000-0042/2567 | budget\_received\_thb | 1000000.00 | 2000000.00 |" in question["body"]
    assert question["params"]["why"]["value"] == "late exports"
    assert f"/dags/{FISCAL_YEAR}/runs/" in airflow.told(f"{FISCAL_YEAR} FY{YEAR}", "waits for approval")["message"]
    assert published.budget == "1000000.00"
    run = airflow.answer(FISCAL_YEAR, "Approve", "as agreed")
    assert run["state"] == "success", airflow.last_words()
    assert published.budget == "2000000.00"
    assert airflow.query(
        "SELECT status, approved_by, reason, rehearsal_of IS NOT NULL, source FROM ops.load"
        " ORDER BY load_id DESC LIMIT 1"
    ) == [("committed", "admin", "as agreed", True, f"file://{published.folder}")]  # fmt: skip


def test_what_is_rejected_leaves_everything_as_it_was_and_says_so(airflow: RealAirflow, published: Published) -> None:
    published.write("3,000,000.00 บาท")
    airflow.asked(FISCAL_YEAR, **published.conf)
    reason = "the figure is wrong:\n" + 200 * "see the form "  # longer than a note may be
    run = airflow.answer(FISCAL_YEAR, "Reject", reason)
    assert published.budget == "1000000.00"
    assert run["state"] == "success"
    states = {name: task["state"] for name, task in run["tasks"].items() if name in ("review", "load", "publish")}
    assert states == {"review": "success", "load": "skipped", "publish": "skipped"}
    year, outcome = run["note"].splitlines()
    assert year == f"FY{YEAR}"
    assert outcome.startswith("🚫 ไม่อนุมัติ · rejected by admin: the figure is wrong: see the form")
    assert outcome.endswith("…")
    assert "By: admin: the figure is wrong" in airflow.told(f"{FISCAL_YEAR} FY{YEAR}", "rejected")["message"]
    assert airflow.query(
        "SELECT decision, decided_by, reason FROM ops.rehearsal ORDER BY load_id DESC LIMIT 1"
    ) == [("rejected", "admin", reason.strip())]  # fmt: skip


def test_an_approval_is_not_for_a_warehouse_that_has_changed(airflow: RealAirflow, published: Published) -> None:
    published.write("4,000,000.00 บาท")
    airflow.asked(FISCAL_YEAR, **published.conf)
    airflow.query(
        "WITH meanwhile AS (UPDATE dw.fact_project SET budget_spent_thb = 1 WHERE fiscal_year = 2567 RETURNING 1)"
        " SELECT * FROM meanwhile"
    )
    run = airflow.answer(FISCAL_YEAR, "Approve", "as agreed")
    assert run["tasks"]["load"]["state"] == "failed"
    assert run["tasks"]["load"]["try_number"] == 1
    assert published.budget == "1000000.00"
    told = airflow.told(f"{FISCAL_YEAR} FY{YEAR}", "WarehouseChangedError")["message"]
    assert "the warehouse has changed since load" in told


@pytest.mark.parametrize(
    ("run_type", "conf", "is_missing"),
    [
        ("backfill", {"review": "changes"}, True),
        ("backfill", {"review": "changes", "reason": "late exports"}, False),
        ("backfill", {"review": "never"}, False),
        ("backfill", None, False),
        ("manual", {"review": "changes"}, False),
    ],
)
def test_a_backfill_that_is_to_ask_says_why_it_is_done(
    run_type: str, conf: dict[str, str] | None, is_missing: bool
) -> None:
    assert needs_reason(SimpleNamespace(run_type=run_type, conf=conf)) is is_missing


def test_the_form_offers_all_that_can_be_asked_about() -> None:
    assert [*ASKED] == [*Ask]
