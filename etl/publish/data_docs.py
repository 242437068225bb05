"""Data Docs: what the rules are and which of them a run broke, as a site of pages to open in a browser.

Great Expectations renders the pages. Its own page frames fetch styles and scripts from other hosts, and show nothing
much without them, so ours stand in front of them: pages are whole in themselves and read the same on a closed network.
The sites of the last runs are kept, each in a folder of its own with what its pages are made of, so that they can be
made again without the values that they sample. A link leads to the latest.
"""

import html
import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from etl import files
from etl.errors import BadInputError, EtlError
from etl.validate.checking import without_samples

if TYPE_CHECKING:
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.data_context.abstract_data_context import AbstractDataContext
    from great_expectations.render.renderer.site_builder import SiteBuilder

SITE_NAME = "Project reports"
_SOURCE = "results.json"
_RUN = "run.json"
_NAME_MAX = 100

_UNFIT_FOR_A_PATH = re.compile(r"[^\w.+:-]")

_STYLE = """
body { margin: 0; color: #222; font: 15px/1.6 "Noto Sans Thai", "Sarabun", "Loma", "Garuda", sans-serif; }
header { padding: .8rem 2rem; background: #1f3a5f; color: #fff; }
header a { color: #fff; font-weight: 600; margin-right: 1rem; }
main { max-width: 70rem; padding: 1rem 2rem; }
nav { padding: .6rem 2rem; background: #eef2f7; }
nav a { display: inline-block; margin-right: 1rem; }
a { color: #1f5fa8; text-decoration: none; }
a:hover { text-decoration: underline; }
h5 { margin: 1.2rem 0 .2rem; font-size: 1.15rem; }
h6 { margin: .6rem 0 .2rem; font-size: 1rem; }
table { border-collapse: collapse; margin: .4rem 0 .8rem; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid #d8dee6; text-align: left; vertical-align: top; }
thead th { background: #eef2f7; }
td table { font-size: .9em; }
summary { color: #1f5fa8; cursor: pointer; }
code { font-size: .9em; overflow-wrap: anywhere; }
i { font-style: normal; font-weight: 700; }
.fa-check-circle::before { content: "\\2713"; }
.fa-times::before { content: "\\2717"; }
.fa-exclamation-triangle::before { content: "!"; }
.text-success { color: #1b7f3b; }
.text-danger { color: #b3261e; }
.cooltip > .top, hr { display: none; }
"""

_PAGE = """<!DOCTYPE html>
{% set is_result = "ValidationResults" in renderer_type %}
{% set is_index = "SiteIndex" in renderer_type %}
{% set depth = 0 if is_index else (4 if is_result else 1) + expectation_suite_name.count(".") %}
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ page_title | default("Data Docs", true) | e }}</title>
<style>{{ style }}</style>
</head>
<body>
<header><a href="{{ "../" * depth }}index.html">Data Docs</a> {{ page_title | default("", true) | e }}</header>
{% if not is_index %}
<nav>
{% for section in sections %}<a href="#section-{{ loop.index }}">{{ section["section_name"] }}</a>{% endfor %}
</nav>
{% endif %}
<main>
{% for section in sections %}{% set section_loop = loop %}{% include "section.j2" %}{% endfor %}
</main>
</body>
</html>
"""

_COLLAPSE = """<details>
<summary>{{ "Terms" if content_block["inline_link"] else content_block["collapse_toggle_link"] }}</summary>
{% for block in content_block["collapse"] %}{{ block | render_content_block }}{% endfor %}
</details>
"""

_TABS = """{% for tab in content_block["tabs"] %}
<h5>{{ tab["tab_name"] }}</h5>
{{ tab["tab_content"] | render_content_block(content_block_id=content_block_id ~ "-" ~ loop.index) }}
{% endfor %}
"""

_INDEX_TABLE = """
{% set columns = content_block["table_columns"] | rejectattr("field", "equalto", "asset_name") | list %}
{% set linked = "batch_identifier" if columns | length > 1 else columns[0]["field"] %}
<table>
<thead><tr>{% for column in columns %}<th>{{ column["title"] }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in content_block["table_data"] | render_bootstrap_table_data | sort(attribute="_table_row_link_path") %}
<tr>
{% for column in columns %}
<td>
{% if column["field"] == linked %}<a href="{{ row["_table_row_link_path"] }}">{{ row[linked] }}</a>
{% else %}{{ row[column["field"]] }}{% endif %}
</td>
{% endfor %}
</tr>
{% endfor %}
</tbody>
</table>
"""

_TEMPLATES = {
    "page.j2": _PAGE,
    "index_page.j2": _PAGE,
    "collapse.j2": _COLLAPSE,
    "tabs.j2": _TABS,
    "bootstrap_table.j2": _INDEX_TABLE,
}


class Site(NamedTuple):
    """The Data Docs of a run: where they lie, and which run it was, begun when."""

    folder: Path
    run_id: str
    run_time: datetime


def build_data_docs(
    results: Iterable[Mapping[str, Any]], folder: Path, *, run_id: str, run_time: datetime, kept: int
) -> Path:
    """Render the results of one run, and the suites that they are of, as a site; return the index page of the latest.

    `results` are those of `etl.validate.checking.check`, as returned or read back from JSON; each becomes a page,
    numbered within its suite. `folder` becomes a link to the site of the run that began last, in one step: a reader
    sees one site or the other. The last `kept` runs are kept. Publishes at once wait for each other. Pages quote
    documents, so they are for their owner alone.

    Raises EtlError when a page is missing, and leaves the former sites as they are; BadInputError when `folder` holds
    something else.
    """
    files.make(folder.parent, files.PASSABLE)
    with files.lock(folder.with_name(f".{folder.name}.lock")):
        _make_room(folder)
        _adopt(folder)
        _build_site(list(results), folder, run_id, run_time)
        for site in sites(folder)[kept:]:
            shutil.rmtree(site.folder)
    return folder / "index.html"


def close_data_docs(folder: Path) -> None:
    """Close Data Docs that somebody left open: their pages are for their owner alone."""
    if not _runs(folder).exists():
        return
    with files.lock(folder.with_name(f".{folder.name}.lock")):
        if files.is_open(_runs(folder)):
            files.close(_runs(folder))


def sites(folder: Path) -> list[Site]:
    """Return the Data Docs of the runs that are kept, that of the latest run first."""
    found = []
    for place in sorted(_runs(folder).glob("*/"), reverse=True):
        if (whose := place / _RUN).exists():
            run = json.loads(whose.read_bytes())
            found.append(Site(place, run["run_id"], datetime.fromisoformat(run["run_time"])))
    return found


def forget_samples(folder: Path, run_ids: AbstractSet[str]) -> None:
    """Make the Data Docs of these runs again, without the values that they sample.

    Data Docs that do not know what they were made of go: the next load makes them anew.
    """
    if not folder.is_symlink():
        return
    with files.lock(folder.with_name(f".{folder.name}.lock")):
        _adopt(folder)
        for site in sites(folder):
            if site.run_id in run_ids:
                results = json.loads((site.folder / _SOURCE).read_bytes())
                forgotten = [*map(without_samples, results)]
                if forgotten != results:
                    _build_site(forgotten, folder, site.run_id, site.run_time)


def _build_site(results: Sequence[Mapping[str, Any]], folder: Path, run_id: str, run_time: datetime) -> None:
    """Render a site in the place of former ones of its run, and let the link lead to the latest run's."""
    files.make(_runs(folder))
    name = f"{run_time.astimezone(UTC):%Y%m%dT%H%M%S}-{_UNFIT_FOR_A_PATH.sub('-', run_id)[:_NAME_MAX]}-"
    site = Path(tempfile.mkdtemp(prefix=name, dir=_runs(folder)))
    try:
        _render(results, site, run_id, run_time)
        (site / _SOURCE).write_text(json.dumps(results, ensure_ascii=False), encoding="utf-8")
        # Written last: a folder without it is what a crash left.
        (site / _RUN).write_text(json.dumps({"run_id": run_id, "run_time": run_time.isoformat()}), encoding="utf-8")
        files.close(site)
    except BaseException:
        shutil.rmtree(site)
        raise
    former = {one.folder for one in sites(folder) if one.run_id == run_id} - {site}
    latest = next(one.folder for one in sites(folder) if one.folder not in former)
    _point(folder, latest)
    for place in former | {place for place in _runs(folder).iterdir() if not (place / _RUN).exists()}:
        shutil.rmtree(place)


def _make_room(folder: Path) -> None:
    """Raise BadInputError when a folder with something in it stands where the link is to be; an empty one may go."""
    if folder.is_dir() and not folder.is_symlink():
        try:
            folder.rmdir()
        except OSError as fault:
            raise BadInputError(f"{folder} holds something other than Data Docs; move it away") from fault


def _adopt(folder: Path) -> None:
    """Take over the one site that earlier releases kept, in one of two places; without its source it goes."""
    for place in (folder.with_name(f".{folder.name}.{slot}") for slot in ("a", "b")):
        if folder.is_symlink() and folder.readlink().name == place.name and (place / _SOURCE).exists():
            made_of = json.loads((place / _SOURCE).read_bytes())
            _build_site(made_of["results"], folder, made_of["run_id"], datetime.fromisoformat(made_of["run_time"]))
        elif folder.is_symlink() and folder.readlink().name == place.name:
            folder.unlink()
        shutil.rmtree(place, ignore_errors=True)


def _runs(folder: Path) -> Path:
    """Return where the sites lie that `folder` may link to."""
    return folder.with_name(f".{folder.name}")


def _point(folder: Path, site: Path) -> None:
    link = folder.with_name(f".{folder.name}.link")
    link.unlink(missing_ok=True)
    link.symlink_to(site.relative_to(folder.parent))
    link.replace(folder)


def _render(results: Sequence[Mapping[str, Any]], site: Path, run_id: str, run_time: datetime) -> None:
    import great_expectations as gx
    from great_expectations.core.run_identifier import RunIdentifier

    context = gx.get_context(mode="ephemeral")
    run = RunIdentifier(run_name=_UNFIT_FOR_A_PATH.sub("-", run_id), run_time=run_time)
    pages = [_legible(result) for result in results]
    suites = {page["suite_name"]: page for page in pages}
    for page in suites.values():
        _add_suite(context, page)
    numbers: Counter[str] = Counter()
    for page in pages:
        numbers[page["suite_name"]] += 1
        _add_result(context, page, run, f"batch-{numbers[page['suite_name']]:04}")
    _build(_site_builder(context, site))
    _require_pages(site, 1 + len(suites) + len(pages))


def _legible(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result whose texts are safe to put into a page, where Great Expectations does not see to that."""
    page: dict[str, Any] = deepcopy(dict(result))
    for entry in page["results"]:
        config, sample = entry["expectation_config"], entry["result"]
        config["description"] = _escape(config["description"])
        counts = sample.get("partial_unexpected_counts", [])
        if any("error" in count for count in counts):  # values that cannot be counted, such as lists
            del sample["partial_unexpected_counts"]
        for count in counts:
            count["value"] = _escape(count.get("value"))
        if values := sample.get("partial_unexpected_list"):
            sample["partial_unexpected_list"] = [_escape(value) for value in values]
    return page


def _escape(value: object) -> Any:
    """Return a text as HTML; a dollar sign would begin a placeholder in Great Expectations' templates."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return html.escape(str(value)).replace("$", "&#36;")


def _add_suite(context: "AbstractDataContext", page: dict[str, Any]) -> None:
    from great_expectations import ExpectationSuite

    configurations = [entry["expectation_config"] for entry in page["results"]]
    notes = page["meta"]["suite_description"]  # Markdown, made safe where it is rendered
    context.suites.add(ExpectationSuite(name=page["suite_name"], expectations=configurations, notes=notes))


def _add_result(context: "AbstractDataContext", page: dict[str, Any], run: "RunIdentifier", batch: str) -> None:
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    page["meta"] |= {"run_id": run.to_json_dict(), "batch_spec": {"data_asset_name": batch}}
    key = ValidationResultIdentifier(ExpectationSuiteIdentifier(page["suite_name"]), run, batch)
    store = context.validation_results_store
    store.set(key, store.deserialize(page))  # type: ignore[no-untyped-call]


def _site_builder(context: "AbstractDataContext", site: Path) -> "SiteBuilder":
    from great_expectations.render.renderer.site_builder import SiteBuilder
    from jinja2 import ChoiceLoader, DictLoader

    builder = SiteBuilder(
        data_context=context,
        store_backend={"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)},
        site_name=SITE_NAME,
        show_how_to_buttons=False,
        site_section_builders={"profiling": "None"},
    )
    for part in (*builder.site_section_builders.values(), builder.site_index_builder):
        environment = part.view_class.env
        environment.loader = ChoiceLoader([DictLoader(_TEMPLATES), environment.loader])
        environment.globals["style"] = _STYLE
    return builder


def _build(builder: "SiteBuilder") -> None:
    """Write the pages, but not the images and fonts that go with Great Expectations' own page frames."""
    for section in builder.site_section_builders.values():
        section.build()
    builder.site_index_builder.build()


def _require_pages(site: Path, expected: int) -> None:
    """Raise EtlError when pages are missing or empty: Great Expectations only logs what it could not render."""
    written = [page for page in site.rglob("*.html") if page.stat().st_size]
    if len(written) != expected:
        raise EtlError(f"Data Docs have {len(written)} of {expected} pages; the log of Great Expectations says why")
