"""The Reporting page as people meet it: what is seen, clicked and refused, in Chromium and a real Airflow."""

import re
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Page, expect

from tests.reporting_page.conftest import Reporting
from tests.reporting_page.exports import HOSTILE, LETTER, YEAR

PAGES = ("/", "/loads", "/loads/1", "/coverage", "/quarantine", "/findings", "/data-docs", "/run?run_id=none")
DECISIONS = ("/quarantine/redrive", "/quarantine/reject")
REDRIVE = "quarantine_redrive"

# The texts of a page that stand out from what is behind them by less than 4.5 to 1.
FAINT_TEXTS = """() => {
  const parse = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || element.closest("script, select")) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${walk.currentNode.data.trim()}: ${ratio.toFixed(2)}`);
  }
  return faint;
}"""


def answer(reporting: Reporting, path: str, user: str | None = None, form: dict[str, Any] | None = None) -> APIResponse:
    """Return the answer to a request as it is, a redirect too; with a form, of a program that has the user's cookie."""
    asked = reporting.page(user).context.request
    if form is None:
        return asked.get(reporting.address(path), max_redirects=0)
    return asked.post(reporting.address(path), form=form, max_redirects=0)


def held(reporting: Reporting, record: str) -> int:
    """Return the case that holds a record."""
    (row,) = reporting.rows("SELECT quarantine_id FROM ops.quarantine WHERE record LIKE %s", record)
    case: int = row["quarantine_id"]
    return case


def states(reporting: Reporting) -> list[dict[str, Any]]:
    return reporting.rows("SELECT quarantine_id, state, remark, decided_by FROM ops.quarantine ORDER BY quarantine_id")


def form_token(page: Page) -> str:
    token = page.locator("input[name=token]").get_attribute("value")
    assert token
    return token


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_not_logged_in_is_sent_to_airflow_s_login(reporting: Reporting, path: str) -> None:
    refused = answer(reporting, path)
    assert refused.status == 303
    assert refused.headers["location"].startswith("/api/v2/auth/login?next=")
    assert "5021" not in refused.text()


@pytest.mark.parametrize("path", PAGES)
def test_whoever_has_no_right_to_the_dag_sees_nothing(reporting: Reporting, path: str) -> None:
    refused = answer(reporting, path, "stranger")
    assert refused.status == 403
    assert "Airflow" in refused.text()
    assert "5021" not in refused.text()
    assert "committed" not in refused.text()


@pytest.mark.parametrize("path", DECISIONS)
@pytest.mark.parametrize("user", [None, "stranger", "viewer", "admin"])
def test_nothing_changes_without_the_right_and_a_form_of_one_s_own(
    reporting: Reporting, user: str | None, path: str
) -> None:
    before = states(reporting)
    page = reporting.page("admin" if user != "admin" else "viewer")
    page.goto(reporting.address("/quarantine"))
    form = {"case": str(before[0]["quarantine_id"]), "reason": "harm", "token": form_token(page)}
    if user == "viewer":  # who has a form of their own, and no right
        page = reporting.page(user)
        page.goto(reporting.address("/quarantine"))
        assert answer(reporting, path, user, form | {"token": form_token(page)}).status == 403
    assert answer(reporting, path, user, form).status == (403 if user else 401)
    assert answer(reporting, path, user, form | {"token": ""}).status == (403 if user else 401)
    assert states(reporting) == before
    assert reporting.call("GET", f"/api/v2/dags/{REDRIVE}/dagRuns", user="admin")["dag_runs"] == []


def test_airflow_s_navigation_leads_to_the_page(reporting: Reporting) -> None:
    page = reporting.page(user=None)
    page.goto(reporting.address("/coverage"))  # which sends to the login, and the login back
    page.get_by_label("Username").fill("viewer")
    page.locator("input[type=password]").fill(reporting.password("viewer"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Coverage")
    page.goto(f"{reporting.airflow}/plugin/reporting")
    frame = page.frame_locator("iframe[title=Reporting]")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Overview")
    frame.get_by_role("link", name="Quarantine").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Quarantine")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("path", [*PAGES, "case", "/loads/99999"])
def test_each_page_fits_in_both_languages_and_can_be_read(
    reporting: Reporting, path: str, language: str, width: int
) -> None:
    path = f"/quarantine/{held(reporting, '%0901%')}" if path == "case" else path
    page = reporting.page(language=language, width=width)
    page.goto(reporting.address(path))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("html").get_attribute("lang") == language
    assert page.get_by_role("heading", level=1).count() == 1
    heading = page.get_by_role("heading", level=1).inner_text()
    assert bool(re.search("[ก-๙]", heading)) == (language == "th")
    assert page.evaluate(FAINT_TEXTS) == []
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert page.evaluate(FAINT_TEXTS) == []
    named = "input:not([type=hidden]), select"
    assert page.locator(named).evaluate_all("all => all.filter(e => !e.labels?.length && !e.ariaLabel).length") == 0


def test_a_language_that_was_chosen_stays(reporting: Reporting) -> None:
    page = reporting.page(language="en")
    page.goto(reporting.address("/"))
    page.get_by_role("link", name="ไทย").click()
    page.get_by_role("link", name="ความครบถ้วน", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ความครบถ้วน")


def test_the_first_thing_that_the_keyboard_reaches_skips_to_the_content(reporting: Reporting) -> None:
    page = reporting.page()
    page.goto(reporting.address("/"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_overview_shows_a_load_as_a_flow_that_adds_up(reporting: Reporting) -> None:
    (load,) = reporting.rows("SELECT * FROM ops.load WHERE load_id = 1")
    page = reporting.page()
    page.goto(reporting.address("/"))
    shown = page.locator("article", has=page.get_by_role("link", name="Load 1", exact=True)).inner_text()
    parts = {
        name: int(number.replace(",", ""))
        for name, number in re.findall(r"\b(loaded|unchanged|held back|superseded) ([\d,]+)", shown)
    }
    assert parts == {
        "loaded": load["records_loaded"], "unchanged": load["records_unchanged"],
        "held back": load["records_quarantined"], "superseded": load["records_superseded"],
    }  # fmt: skip
    assert re.search(rf"\b{sum(parts.values())}\s+records read", shown)
    assert re.search(rf"{load['documents_read']}\s+documents read", shown)


def test_the_coverage_of_a_month_is_that_of_the_mart(reporting: Reporting) -> None:
    expected = reporting.rows(
        "SELECT agency_name_en, fiscal_month, received || '/' || expected AS shown FROM mart.report_coverage"
        " WHERE fiscal_year = %s AND expected > 0",
        YEAR,
    )
    page = reporting.page()
    page.goto(reporting.address(f"/coverage?fiscal_year={YEAR}"))
    cells = {
        (name, month): cell
        for name, *row in page.locator("tbody tr").evaluate_all(
            "all => all.map(r => [...r.cells].map(c => c.innerText))"
        )
        for month, cell in enumerate(row[:12], start=1)
    }
    assert len(expected) > 200
    assert {(row["agency_name_en"], row["fiscal_month"]): row["shown"] for row in expected}.items() <= cells.items()


def test_what_documents_say_is_shown_and_does_nothing(reporting: Reporting) -> None:
    page = reporting.page()
    page.goto(reporting.address("/quarantine"))
    assert HOSTILE.replace("/", "") in page.locator("main").inner_text()
    page.goto(reporting.address("/findings?rule=R-status-unknown"))
    assert HOSTILE in page.locator("main").inner_text()
    for path in PAGES:
        page.goto(reporting.address(path))
        assert "harm" not in page.title()
        assert page.locator("script").count() == 1
        assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", page.content())


def test_cases_are_found_by_rule_agency_and_age(reporting: Reporting) -> None:
    page = reporting.page()
    page.goto(reporting.address("/quarantine"))
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    page.get_by_label("Rule").select_option("R-progress-range")
    page.get_by_role("button", name="Show").click()
    expect(rows).to_have_count(1)
    page.goto(reporting.address("/quarantine?agency=none"))
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("R-unknown-family")
    page.goto(reporting.address("/quarantine?min_days=7"))
    expect(rows).to_have_count(0)


def test_the_lines_of_a_document_are_for_those_who_decide(reporting: Reporting) -> None:
    path = reporting.address(f"/quarantine/{held(reporting, '%0901%')}")
    page = reporting.page()
    page.goto(path)
    marked = page.locator("tr.marked")
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text("= 150 %")
    viewer = reporting.page("viewer")
    viewer.goto(path)
    expect(viewer.get_by_text("may hold personal data")).to_be_visible()
    assert "150 %" not in viewer.locator("section").all_inner_texts()[0]
    expect(viewer.get_by_role("button")).to_have_count(0)


def test_data_docs_of_a_run_open_to_those_who_decide_and_lead_nowhere_else(reporting: Reporting) -> None:
    page = reporting.page()
    page.goto(reporting.address("/data-docs"))
    page.locator("main table a").first.click()
    expect(page.locator("main")).to_contain_text("batch-0001")
    page.get_by_role("link", name=re.compile("batch-0001")).first.click()
    expect(page.locator("main")).to_contain_text("R-")
    refused = answer(reporting, page.url.partition("/reporting")[2], "viewer")
    assert refused.status == 403
    site = page.url.partition("/data-docs/")[2].partition("/")[0]
    for path in ("results.json", "..%2F..%2Fpasswords", "%2Fetc%2Fpasswd", "index.html%00"):
        assert answer(reporting, f"/data-docs/{site}/{path}", "admin").status == 404
    assert answer(reporting, "/data-docs/elsewhere/index.html", "admin").status == 404


def test_findings_are_counted_by_rule_and_by_agency_and_listed(reporting: Reporting) -> None:
    (counted,) = reporting.rows(
        "SELECT count(*) AS jumps FROM mart.document_quality WHERE rule_id = 'R-jump' AND NOT is_superseded"
    )
    page = reporting.page()
    page.goto(reporting.address("/findings"))
    page.get_by_role("link", name="Progress jumped", exact=True).click()
    expect(page.locator("section", has_text="By rule").locator("tbody td.number").first).to_have_text(
        str(counted["jumps"])
    )
    expect(page.locator("table.cards tbody tr").first).to_contain_text("Progress jumped R-jump")
    page.goto(reporting.address("/findings?rule=R-jump&lang=th"))
    expect(page.locator("table.cards tbody tr").first).to_contain_text("ความก้าวหน้าเพิ่มขึ้นมากในครั้งเดียว R-jump")


def test_a_redrive_runs_in_the_name_of_who_asked_for_it_and_its_page_is_a_tab_of_the_run(reporting: Reporting) -> None:
    case = held(reporting, "document")
    (before,) = reporting.rows("SELECT last_seen FROM ops.quarantine WHERE quarantine_id = %s", case)
    page = reporting.page()
    page.goto(reporting.address("/quarantine"))
    page.locator(f"input[name=case][value='{case}']").check()
    page.get_by_label("Reason").fill("ผู้ส่งแก้แฟ้มแล้ว")
    page.get_by_role("button", name="Redrive").click()
    expect(page.get_by_role("status")).to_contain_text("A redrive was triggered")
    (run,) = reporting.call("GET", f"/api/v2/dags/{REDRIVE}/dagRuns", user="admin")["dag_runs"]
    assert (run["triggering_user_name"], run["note"]) == ("admin", "admin: ผู้ส่งแก้แฟ้มแล้ว")
    assert run["conf"] == {"quarantine_ids": [str(case)], "reason": "ผู้ส่งแก้แฟ้มแล้ว"}
    assert reporting.run_ended(REDRIVE, run["dag_run_id"]) == "success"
    (after,) = reporting.rows("SELECT last_seen, state FROM ops.quarantine WHERE quarantine_id = %s", case)
    assert after["last_seen"] > before["last_seen"]
    assert after["state"] == "held"
    load = reporting.rows(
        "SELECT load_id, triggered_by, reason FROM ops.load WHERE run_id = %s ORDER BY load_id DESC", run["dag_run_id"]
    )[0]
    assert (load["triggered_by"], load["reason"]) == ("admin", "ผู้ส่งแก้แฟ้มแล้ว")
    page.goto(f"{reporting.airflow}/dags/{REDRIVE}/runs/{run['dag_run_id']}/plugin/reporting-run")
    tab = page.frame_locator("iframe[title=Reporting]")
    expect(tab.locator("main")).to_contain_text(
        f"Load {load['load_id']}"
    )  # a rehearsal, if there was one, is before it
    links = reporting.call(
        "GET", f"/api/v2/dags/{REDRIVE}/dagRuns/{run['dag_run_id']}/taskInstances/load/links", user="admin"
    )
    (address,) = links["extra_links"].values()
    page.goto(f"{reporting.airflow}/{address}")
    expect(page.locator("main")).to_contain_text(f"Load {load['load_id']}")


def test_what_is_rejected_keeps_reason_and_name_and_is_asked_for_no_more(reporting: Reporting) -> None:
    case = held(reporting, "%0901%")
    page = reporting.page(width=390)
    page.goto(reporting.address(f"/quarantine/{case}"))
    page.get_by_role("button", name="Reject").click()  # without a reason the browser keeps the form
    assert {row["state"] for row in states(reporting)} == {"held"}
    page.get_by_label("Reason").fill("ไม่ใช่แบบฟอร์ม <b>")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status")).to_contain_text("rejected")
    expect(page.locator("tbody tr")).to_have_count(1)
    (row,) = [row for row in states(reporting) if row["quarantine_id"] == case]
    assert (row["state"], row["remark"], row["decided_by"]) == ("rejected", "ไม่ใช่แบบฟอร์ม <b>", "admin")
    page.goto(reporting.address(f"/quarantine/{case}"))
    expect(page.locator("dl")).to_contain_text("ไม่ใช่แบบฟอร์ม <b>")
    expect(page.get_by_role("button")).to_have_count(0)
    form = {"case": str(case), "reason": "once more", "token": form_token(reporting_form(reporting))}
    assert answer(reporting, "/quarantine/reject", "admin", form).status == 409


def reporting_form(reporting: Reporting) -> Page:
    page = reporting.page()
    page.goto(reporting.address("/quarantine"))
    return page


def test_the_letter_is_a_case_of_its_own(reporting: Reporting) -> None:
    page = reporting.page()
    page.goto(reporting.address(f"/quarantine/{held(reporting, 'document')}"))
    expect(page.locator("tr.marked")).to_contain_text(LETTER)
