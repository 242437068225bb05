"""Data Docs as a reader opens them: whole, legible without a network, safe, and of the last runs alone."""

import html
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

from etl.errors import BadInputError, EtlError
from etl.publish.data_docs import build_data_docs, forget_samples, sites
from etl.validate.checking import check
from etl.validate.suites import load_suite

RUN_TIME = datetime(2023, 9, 30, 12, 0, tzinfo=UTC)
SECRET = "0-2203-2888"


def entry(rule_id, type_, severity, description, *, personal=False, **kwargs):
    meta = {"rule_id": rule_id, "field": kwargs["column"], "description": description, "message": "off"}
    return {"type": type_, "kwargs": kwargs, "severity": severity, "meta": meta | {"personal": personal}}


SUITES = {
    "reports": [
        entry(
            "R-progress-range",
            "expect_column_values_to_be_between",
            "critical",
            "Progress is a share of the whole: 0 < 100 $value.",
            column="progress_pct",
            min_value=0,
            max_value=100,
        ),
        entry(
            "R-status-unknown",
            "expect_column_values_to_be_in_set",
            "warning",
            "สถานะเป็นคำที่รู้จัก",
            column="plan_status",
            value_set=["เป็นไปตามแผน"],
        ),
    ],
    "projects": [
        entry(
            "R-contact",
            "expect_column_values_to_match_regex",
            "info",
            "A contact is a name.",
            personal=True,
            column="contact",
            regex=r"^[^\d*_]+$",
        )
    ],
}


@pytest.fixture(scope="module")
def suites(tmp_path_factory):
    folder = tmp_path_factory.mktemp("expectations")
    for name, entries in SUITES.items():
        suite = {"name": name, "meta": {"description": f"One row of <{name}>."}, "expectations": entries}
        (folder / f"{name}.json").write_text(json.dumps(suite), encoding="utf-8")
    return {name: load_suite(folder / f"{name}.json") for name in SUITES}


def stored(frame, suite):
    """Return a result as it comes back from the file of another process."""
    return json.loads(json.dumps(check(pd.DataFrame(frame, dtype=object), suite).result))


@pytest.fixture(scope="module")
def results(suites):
    return [
        stored(
            {"progress_pct": [50, 150], "plan_status": ["ช้ากว่าแผน <script>alert(1)</script>", None]}, suites["reports"]
        ),
        stored({"contact": [SECRET]}, suites["projects"]),
        stored({"progress_pct": [], "plan_status": []}, suites["reports"]),
        stored({"progress_pct": [1], "plan_status": [["a", "list"]]}, suites["reports"]),
    ]


def publish(results, folder, run_id="run-1"):
    return build_data_docs(results, folder, run_id=run_id, run_time=RUN_TIME, kept=30)


@pytest.fixture(scope="module")
def site(results, tmp_path_factory):
    return publish(results, tmp_path_factory.mktemp("home") / "data_docs").parent


def pages(site: Path) -> dict[str, str]:
    """Return the site's pages by their path within it."""
    root = site.resolve()
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.html"))}


def result_page(site, suite="reports", batch=1) -> str:
    (path,) = (site / "validations" / suite).rglob(f"batch-{batch:04}.html")
    return path.read_text(encoding="utf-8")


def words(page: str) -> str:
    """Return what a reader sees."""
    return " ".join(html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)).split())


def test_every_suite_and_every_batch_has_a_page(site):
    assert [re.sub("/run-1/.*/", "/", path) for path in pages(site)] == [
        "expectations/projects.html",
        "expectations/reports.html",
        "index.html",
        "validations/projects/batch-0001.html",
        "validations/reports/batch-0001.html",
        "validations/reports/batch-0002.html",
        "validations/reports/batch-0003.html",
    ]


def test_every_link_leads_to_a_page(site):
    for path, page in pages(site).items():
        links = [unquote(link) for link in re.findall(r'href="([^"#]+)"', page)]
        assert links
        for link in links:
            assert ((site.resolve() / path).parent / link).is_file(), (path, link)


def test_the_index_lists_the_run(site):
    index = words(pages(site)["index.html"])

    assert index.count(" run-1 ") == 4
    assert re.search("batch-0001 .* batch-0001 .* batch-0002 .* batch-0003 ", index)


def test_rules_are_told_with_id_severity_and_description(site):
    for page in (pages(site)["expectations/reports.html"], result_page(site)):
        assert "R-progress-range (critical): Progress is a share of the whole: 0 < 100 $value." in words(page)
        assert "R-status-unknown (warning): สถานะเป็นคำที่รู้จัก" in words(page)


def test_a_suite_tells_its_description_and_the_terms_of_its_rules(site):
    suite = words(pages(site)["expectations/projects.html"])

    assert "One row of <projects>." in suite
    assert r'expect_column_values_to_match_regex {"column": "contact", "regex": "^[^\\d*_]+$"}' in suite


def test_what_failed_is_told_and_counted(site):
    page = words(result_page(site))

    assert "1 unexpected values found. 50% of 2 total rows. Unexpected Value Count 150" in page
    assert "ช้ากว่าแผน" in page


def test_values_that_cannot_be_counted_are_listed(site):
    assert "['a', 'list']" in words(result_page(site, batch=3))


def test_a_value_is_text_not_markup(site):
    page = result_page(site)

    assert "<script" not in page
    assert "<script>alert(1)</script>" in words(page)


def test_pages_need_nothing_from_elsewhere(site):
    for path, page in pages(site).items():
        assert not re.findall(r"https?://|<script|<link|<img|@import|url\(", page), path


def test_pages_say_that_they_are_utf_8(site):
    assert all('<meta charset="utf-8">' in page for page in pages(site).values())


def test_no_page_tells_a_personal_value(site):
    assert "1 unexpected values found" in words(result_page(site, "projects"))
    assert not [path for path, page in pages(site).items() if SECRET in page]


def test_the_same_results_give_the_same_bytes(results, site, tmp_path):
    again = publish(results, tmp_path / "elsewhere").parent

    assert pages(again) == pages(site)


def test_results_are_left_as_they_are(results, tmp_path):
    before = json.dumps(results)

    publish(results, tmp_path / "data_docs")

    assert json.dumps(results) == before


def test_the_latest_run_is_shown_and_as_many_as_asked_for_are_kept(results, tmp_path):
    for number in range(4):
        folder = tmp_path / "data_docs"
        index = build_data_docs(
            results[:1], folder, run_id=f"run-{number}", run_time=RUN_TIME + timedelta(days=number), kept=3
        )

    assert "run-3" in index.read_text(encoding="utf-8")
    assert [(site.run_id, site.run_time.day) for site in sites(folder)] == [("run-3", 3), ("run-2", 2), ("run-1", 1)]
    assert folder.resolve() == sites(folder)[0].folder
    assert sorted(path.name for path in tmp_path.iterdir()) == [".data_docs", ".data_docs.lock", "data_docs"]


def test_a_run_that_is_published_again_takes_its_own_place_and_not_that_of_a_later_one(results, tmp_path):
    folder = tmp_path / "data_docs"
    build_data_docs(results[:2], folder, run_id="first", run_time=RUN_TIME, kept=30)
    build_data_docs(results[:1], folder, run_id="second", run_time=RUN_TIME + timedelta(days=1), kept=30)
    build_data_docs(results[:1], folder, run_id="first", run_time=RUN_TIME, kept=30)

    assert [site.run_id for site in sites(folder)] == ["second", "first"]
    assert folder.resolve() == sites(folder)[0].folder
    assert [len(pages(site.folder)) for site in sites(folder)] == [3, 3]


def test_a_purge_forgets_the_samples_of_each_run_that_read_the_document(results, tmp_path):
    folder = tmp_path / "data_docs"
    for number, run_id in enumerate(("first", "other", "last")):
        build_data_docs(results[:1], folder, run_id=run_id, run_time=RUN_TIME + timedelta(days=number), kept=30)

    forget_samples(folder, {"first", "last"})

    assert [site.run_id for site in sites(folder)] == ["last", "other", "first"]
    assert ["ช้ากว่าแผน" in words(result_page(site.folder)) for site in sites(folder)] == [False, True, False]
    assert folder.resolve() == sites(folder)[0].folder
    assert "ช้ากว่าแผน" not in (sites(folder)[0].folder / "results.json").read_text("utf-8")


@pytest.mark.parametrize("has_source", [True, False])
def test_the_one_site_of_earlier_releases_is_taken_over(results, tmp_path, has_source):
    folder = tmp_path / "data_docs"
    (tmp_path / ".data_docs.a").mkdir()
    (tmp_path / ".data_docs.b").mkdir()
    folder.symlink_to(".data_docs.b")
    source = {"run_id": "old", "run_time": RUN_TIME.isoformat(), "results": results[:1]}
    if has_source:
        (tmp_path / ".data_docs.b" / "results.json").write_text(json.dumps(source), encoding="utf-8")

    forget_samples(folder, {"old"})

    assert [site.run_id for site in sites(folder)] == ["old"] * has_source
    assert not [*tmp_path.glob(".data_docs.[ab]")]
    assert folder.exists() == has_source
    assert not [page for site in sites(folder) for page in pages(site.folder).values() if "ช้ากว่าแผน" in page]


def test_a_run_id_of_any_form_makes_a_path(results, tmp_path):
    index = publish(results[:1], tmp_path / "data_docs", run_id="manual__2023-09-30T00:00:00+07:00/../ก <b>")

    assert len(pages(index.parent)) == 3
    test_every_link_leads_to_a_page(index.parent)


def test_publishes_at_once_wait_and_a_reader_always_finds_a_whole_site(results, tmp_path):
    index = publish(results[:1], tmp_path / "data_docs")

    with ThreadPoolExecutor(2) as pool:
        publishes = [pool.submit(publish, results, tmp_path / "data_docs", f"run-{number}") for number in range(4)]
        while not all(each.done() for each in publishes):
            assert index.read_text(encoding="utf-8").rstrip().endswith("</html>")

    assert [each.result() for each in publishes] == [index] * 4
    assert len(pages(index.parent)) == 7


def test_a_page_that_cannot_be_rendered_leaves_the_former_site(results, tmp_path):
    index = publish(results[:1], tmp_path / "data_docs")
    former = pages(index.parent)
    broken = json.loads(json.dumps(results[0]))
    broken["results"][0]["expectation_config"]["type"] = "expect_the_best"

    with pytest.raises(EtlError, match=r"Data Docs have \d of 3 pages"):
        publish([broken], tmp_path / "data_docs", run_id="run-2")

    assert pages(index.parent) == former


def test_an_empty_folder_becomes_the_site(results, tmp_path):
    (tmp_path / "data_docs").mkdir()

    assert publish(results[:1], tmp_path / "data_docs").is_file()


def test_a_folder_of_something_else_is_left_alone(results, tmp_path):
    (tmp_path / "data_docs").mkdir()
    (tmp_path / "data_docs" / "thesis.txt").write_text("mine")

    with pytest.raises(BadInputError, match="data_docs holds something other than Data Docs; move it away"):
        publish(results[:1], tmp_path / "data_docs")

    assert (tmp_path / "data_docs" / "thesis.txt").read_text() == "mine"


def test_a_run_without_results_has_an_index(tmp_path):
    assert list(pages(publish([], tmp_path / "new" / "data_docs").parent)) == ["index.html"]


def test_batches_can_be_checked_after_publishing(results, suites, tmp_path):
    publish(results[:1], tmp_path / "data_docs")

    checked = check(pd.DataFrame({"contact": ["5"]}), suites["projects"])

    assert [failure.row for failure in checked.failures] == [0]
