"""The Reporting page as people meet it: what is seen, clicked and refused, in Chromium and a real Airflow."""

import html
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from playwright.sync_api import APIResponse, Page, expect
from psycopg.types.json import Jsonb

from deploy.airflow_home import DATABASE
from deploy.services import Services
from etl.warehouse import owner_url, server
from tests.reporting_page.conftest import Reporting
from tests.reporting_page.exports import HOSTILE, LETTER, YEAR

PAGES = (
    "/",
    "/loads",
    "/loads/1",
    "/coverage",
    "/quarantine",
    "/findings",
    "/data-docs",
    "/city-report",
    "/run?run_id=none",
)
TOKEN_SECONDS = 8 * 60 * 60
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
        return asked.get(reporting.address(path), max_redirects=0, timeout=0)
    return asked.post(reporting.address(path), form=form, max_redirects=0, timeout=0)


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


def test_a_form_is_good_for_its_user_and_for_eight_hours(reporting: Reporting) -> None:
    key = reporting.home.configuration["api"]["secret_key"]
    form = {"case": str(held(reporting, "document")), "reason": "harm"}
    before = states(reporting)

    class Old(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() - TOKEN_SECONDS - 1

    made = URLSafeTimedSerializer(key, salt="reporting-page")
    tokens = {
        "too old": URLSafeTimedSerializer(key, salt="reporting-page", signer=Old).dumps("admin"),
        "another's": made.dumps("viewer"),
        "of another key": URLSafeTimedSerializer(key[::-1], salt="reporting-page").dumps("admin"),
        "of another page": URLSafeTimedSerializer(key, salt="login").dumps("admin"),
        "cut": made.dumps("admin")[:-1],
        "none": "",
    }
    for path in DECISIONS:
        for what, token in tokens.items():
            refused = answer(reporting, path, "admin", form | {"token": token})
            assert (refused.status, "แบบฟอร์มหมดอายุหรือไม่ใช่ของคุณ" in refused.text()) == (403, True), what
    assert states(reporting) == before


@pytest.mark.parametrize("path", [*PAGES, "/static/page.js", "/loads/99999", "/loads/x", "/city-report/index.html"])
@pytest.mark.parametrize("user", [None, "stranger", "viewer", "admin"])
def test_each_answer_keeps_others_out_of_it(reporting: Reporting, user: str | None, path: str) -> None:
    said = answer(reporting, path, user).headers
    policy = dict(part.strip().partition(" ")[::2] for part in said["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["frame-ancestors"] == "'self'"
    assert policy["form-action"] in ("'self'", "'none'")
    assert said["x-content-type-options"] == "nosniff"
    assert said["referrer-policy"] == "same-origin"
    assert said["cache-control"] == ("max-age=3600" if path.startswith("/static/") else "no-store")


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
# The city report has looks and tests of its own.
@pytest.mark.parametrize("path", [*(path for path in PAGES if path != "/city-report"), "case", "/loads/99999"])
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


@pytest.mark.parametrize("path", [*PAGES, "case", "/findings?severity=info", "/findings?severity=critical"])
def test_whoever_may_only_see_runs_reads_nothing_that_quotes_documents(reporting: Reporting, path: str) -> None:
    path = f"/quarantine/{held(reporting, '%0901%')}" if path == "case" else path
    quoted = {
        html.escape(text).replace("&#x27;", "&#39;")
        for row in reporting.rows(
            "SELECT value, message FROM ops.finding UNION SELECT reason, reason FROM ops.quarantine"
        )
        for text in row.values()
        if text and len(text) > 6  # what is shorter may stand there for another reason
    }
    seen = answer(reporting, path, "viewer").text()
    assert [text for text in quoted if text in seen] == []
    if "quarantine" in path or "findings" in path:
        assert [text for text in quoted if text in answer(reporting, path, "admin").text()]
        assert "may hold personal data" in seen or "ข้อมูลส่วนบุคคล" in seen


MARK = "ร้อยละของครัวเรือนที่คัดแยกขยะ"
OF_TEXT = f"5021/{MARK}/{YEAR}"  # an indicator without an id is named by its text
FAILED, REHEARSED = 900_000_001, 900_000_002  # loads


@pytest.fixture
def planted(reporting: Reporting) -> Iterator[dict[str, str]]:
    """Plant text of a document wherever the warehouse may keep some; return the pages that show it, by what it is."""
    made = {"record": OF_TEXT, "of_record": OF_TEXT}
    quoted = {"record": OF_TEXT, "before": MARK, "after": MARK}
    effect = {
        "volume": [], "tables": [], "agencies": [], "projects_added": [], "projects_removed": [],
        "money": [quoted | {"table_name": "dw.dim_indicator", "field": "target_value"}],
        "progress": [quoted | {"table_name": "dw.fact_indicator_result", "field": "result_value"}],
    }  # fmt: skip
    (committed,) = reporting.rows("SELECT min(load_id) AS load_id FROM ops.load WHERE status = 'committed'")
    (document,) = reporting.rows("SELECT document_key FROM ops.finding WHERE agency_code = '5021' LIMIT 1")
    with psycopg.connect(owner_url(reporting.settings)) as owner:

        def copied(table: str, where: str, **put: object) -> None:
            """Put a row into a table that is another with some other values."""
            owner.execute(
                f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(one, %s)).*"
                f" FROM {table} AS one WHERE {where} LIMIT 1",
                [Jsonb(put)],
            )

        copied("ops.finding", f"document_key = {document['document_key']}", finding_id=-1, **made)
        case = f"quarantine_id = {held(reporting, 'document')}"
        copied("ops.quarantine", case, quarantine_id=-1, record=OF_TEXT)
        copied("ops.quarantine", case, quarantine_id=-2, record=f"{OF_TEXT}/quarters[1]")
        owner.execute(
            "INSERT INTO ops.field_change (record, field, old_value, new_value, seen_at, load_id)"
            " VALUES (%s, 'target_value', %s, %s, now(), %s)",
            [OF_TEXT, MARK, MARK, committed["load_id"]],
        )
        copied("ops.load", "status = 'committed'", load_id=FAILED, status="failed", error=f"invalid input: {MARK}")
        copied("ops.load", "status = 'committed'", load_id=REHEARSED, status="rehearsed")
        rehearsal = "INSERT INTO ops.rehearsal (load_id, state_mark, effect) VALUES (%s, 'mark', %s)"
        owner.execute(rehearsal, [REHEARSED, Jsonb(effect)])
        owner.commit()
        try:
            yield {
                "finding": "/findings?agency=5021", "case": "/quarantine/-1", "held with it": "/quarantine/-2",
                "cases": "/quarantine", "change": f"/loads/{committed['load_id']}", "error": f"/loads/{FAILED}",
                "errors": "/loads?offset=0", "rehearsal": f"/loads/{REHEARSED}",
            }  # fmt: skip
        finally:
            owner.execute("DELETE FROM ops.finding WHERE finding_id = -1")
            owner.execute("DELETE FROM ops.quarantine WHERE quarantine_id IN (-1, -2)")
            owner.execute("DELETE FROM ops.field_change WHERE record = %s", [OF_TEXT])
            owner.execute("DELETE FROM ops.rehearsal WHERE load_id = %s", [REHEARSED])
            owner.execute("DELETE FROM ops.load WHERE load_id IN (%s, %s)", [FAILED, REHEARSED])


def test_whoever_may_only_see_runs_reads_no_text_of_a_document(reporting: Reporting, planted: dict[str, str]) -> None:
    for what, path in planted.items():
        assert MARK in answer(reporting, path, "admin").text(), what
    masked = {}
    for what in (*planted.values(), *PAGES):
        seen = answer(reporting, what, "viewer")
        assert (seen.status in (200, 303), MARK in seen.text()) == (True, False), what
        masked[what] = f"5021/…/{YEAR}" in seen.text()
    for what in ("finding", "case", "held with it", "cases", "change", "rehearsal"):
        assert masked[planted[what]], what


def test_the_city_report_is_a_page_for_those_who_may_read_what_quotes_documents(reporting: Reporting) -> None:
    page = reporting.page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.goto(reporting.address("/"))
    page.get_by_role("link", name="City report").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ภาพรวมทุกปีงบประมาณ")
    page.get_by_role("link", name=str(YEAR)).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(str(YEAR))
    page.wait_for_function("document.styleSheets.length > 0")  # a heading may be there before its style sheet is
    page.wait_for_load_state("load")
    assert refused == []
    viewer = reporting.page("viewer")
    viewer.goto(reporting.address("/city-report"))
    expect(viewer.get_by_text("may hold personal data")).to_be_visible()
    assert answer(reporting, "/city-report/index.html", "viewer").status == 403
    for path in (
        "../passwords",
        "..%2Fairflow%2Fpasswords.json",
        "%2Fetc%2Fpasswd",
        "index.html%00",
        "assets",
        "no.html",
    ):
        assert answer(reporting, f"/city-report/{path}", "admin").status == 404, path


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
    expect(page.get_by_role("status")).to_contain_text("Cases that are redriven: 1.")
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
    expect(page.get_by_role("status")).to_contain_text("Cases rejected: 1")
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


def test_a_redrive_of_a_dag_that_is_paused_is_refused_with_what_to_do(reporting: Reporting) -> None:
    runs = f"/api/v2/dags/{REDRIVE}/dagRuns"
    before = reporting.call("GET", runs, user="admin")["total_entries"]
    page = reporting.page()
    page.goto(reporting.address(f"/quarantine/{held(reporting, 'document')}"))
    page.get_by_label("Reason").fill("once more")
    reporting.call("PATCH", f"/api/v2/dags/{REDRIVE}", {"is_paused": True}, user="admin")
    try:
        page.get_by_role("button", name="Redrive").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("is paused. Unpause it in Airflow")
    finally:
        reporting.call("PATCH", f"/api/v2/dags/{REDRIVE}", {"is_paused": False}, user="admin")
    assert reporting.call("GET", runs, user="admin")["total_entries"] == before


@pytest.mark.parametrize(
    ("break_it", "mend_it", "says"),
    [
        ("dag SET is_stale = true WHERE", "dag SET is_stale = false WHERE", "has no DAG"),
        (
            "dag SET has_import_errors = true WHERE",
            "dag SET has_import_errors = false WHERE",
            "has no DAG",
        ),
        # As between the moments at which Airflow has heard of a DAG and has read it.
        (
            "serialized_dag SET dag_id = 'elsewhere' WHERE",
            f"serialized_dag SET dag_id = '{REDRIVE}' WHERE dag_id = 'elsewhere' OR",
            "Airflow refused the run",
        ),
    ],
    ids=["gone", "broken", "refused"],
)
def test_a_redrive_that_airflow_cannot_begin_is_refused_with_why(
    reporting: Reporting, break_it: str, mend_it: str, says: str
) -> None:
    runs = f"/api/v2/dags/{REDRIVE}/dagRuns"
    before = reporting.call("GET", runs, user="admin")["total_entries"]
    page = reporting.page()
    page.goto(reporting.address(f"/quarantine/{held(reporting, 'document')}"))
    page.get_by_label("Reason").fill("once more")
    services = Services(reporting.home)
    services.stop(["dag-processor"])  # which would put it right
    airflow = psycopg.connect(server.database_url(reporting.settings, DATABASE), autocommit=True)
    try:
        airflow.execute(f"UPDATE {break_it} dag_id = %s", [REDRIVE])
        page.get_by_role("button", name="Redrive").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(says)
    finally:
        airflow.execute(f"UPDATE {mend_it} dag_id = %s", [REDRIVE])
        airflow.close()
        services.start()
    assert reporting.call("GET", runs, user="admin")["total_entries"] == before


@pytest.mark.parametrize(
    ("button", "done"), [("Redrive", "Cases that are redriven: 1."), ("Reject", "Cases rejected: 1")]
)
def test_of_cases_that_are_partly_held_it_is_said_what_was_done_and_what_was_not(
    reporting: Reporting, button: str, done: str
) -> None:
    letter, gone = held(reporting, "document"), held(reporting, "%0901%")
    page = reporting.page()
    page.goto(reporting.address("/quarantine"))
    page.locator(f"input[name=case][value='{letter}']").check()
    page.evaluate(  # as a page that was opened before the other case was rejected
        "gone => { const box = document.querySelector('input[name=case]').cloneNode(); box.value = gone;"
        " box.checked = true; document.querySelector('form[method=post]').append(box); }",
        str(gone),
    )
    page.get_by_label("Reason").fill("of two kinds")
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("status")).to_contain_text(done)
    expect(page.get_by_role("status")).to_contain_text("Cases left as they are: 1.")
    if button == "Redrive":
        run = reporting.call("GET", f"/api/v2/dags/{REDRIVE}/dagRuns?order_by=-run_after", user="admin")["dag_runs"][0]
        assert run["conf"]["quarantine_ids"] == [str(letter)]
        assert reporting.run_ended(REDRIVE, run["dag_run_id"]) == "success"


def test_a_failure_that_cannot_be_read_is_shown_with_the_variable_to_delete(reporting: Reporting) -> None:
    key = "reporting_alert__report_exports_daily"
    reporting.call("POST", "/api/v2/variables", {"key": key, "value": '{"since": '}, user="admin")
    page = reporting.page()
    page.goto(reporting.address("/"))
    expect(page.locator("main")).to_contain_text(f"is kept in the Variable {key}, which cannot be read")


def test_the_overview_says_which_part_of_airflow_is_down(reporting: Reporting) -> None:
    page = reporting.page()
    page.goto(reporting.address("/"))
    assert "is down since" not in page.locator("main").inner_text()
    services = Services(reporting.home)
    services.stop(["triggerer"])
    try:
        page.reload()
        expect(page.locator(".notes")).to_contain_text("triggerer is down since")
    finally:
        services.start()
    page.reload()
    assert "is down since" not in page.locator("main").inner_text()
