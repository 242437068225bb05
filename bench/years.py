"""Fiscal years of exports made in code: in comes a seed, out come batches, as a load finds them, and what they sum to.

Each project of a year has its printed form, with prose, money, a goal and reports, as it was at one snapshot or at
several; some indicators of its agency have pages of their own. Nothing passes through text: that is measured elsewhere.

`python -m bench.years FOLDER --year 2566 --projects 6000` writes the batches of a year under FOLDER, or takes those
that are there, loads them into a new warehouse on a server of FOLDER's own, and holds it against the sums. With
`--profile` it loads statement by statement and prints the time of each; `--plans` adds the plans of the slow ones. The
server runs on: `ETL_HOME=FOLDER etl sql …` asks it, `ETL_HOME=FOLDER etl warehouse stop` ends it.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import Random
from typing import Annotated, NamedTuple, TypeVar

import msgspec
import pyarrow as pa
import typer
from rich.console import Console
from rich.markdown import Markdown
from upath import UPath

from bench import profiling
from bench.warehouses import Server
from etl import batch, pipeline
from etl.reconcile import reconcile
from etl.records import (
    Channel,
    Copy,
    Document,
    Finding,
    Indicator,
    IndicatorQuarter,
    LandedDocument,
    Observation,
    Place,
    Project,
    Record,
    Report,
    Severity,
    Strategy,
)
from etl.records.names import project_name
from etl.records.walk import walk
from etl.reference import agencies, plan_version, words
from etl.settings import Settings
from etl.validate import Judged, Verdict
from etl.warehouse import connect, open_engine
from tests.varied_forms import phrase, plan_path

REPORTS = 9
_UNITS = ("0300", "0600", "1000", "0000")
_INDICATORS_NAMED = 12
_FORMS_TO_A_PAGE = 10
_MONTH_DAYS, _YEAR_DAYS = 30, 365
_FINDINGS_SHARE = 0.03
_WRITTEN = "written.json"

Thing = TypeVar("Thing")
AnyRecord = TypeVar("AnyRecord", bound=Record)


class Year(NamedTuple):
    """What to make: a fiscal year (B.E.) of projects, each exported anew at every snapshot with its reports so far."""

    fiscal_year: int
    projects: int
    snapshots: int = 1

    def copies(self, snapshot: int) -> Iterator[Copy]:
        """Yield the exports of a snapshot, from 1; each is a document with one copy."""
        for number in range(self.projects):
            yield from _exports(self, number, snapshot)

    def exported_at(self, snapshot: int) -> datetime:
        """Return the moment of a snapshot: the last is the fiscal year's end, the others lie evenly before it."""
        begin = datetime(self.fiscal_year - 544, 10, 1, tzinfo=UTC)
        return begin + timedelta(days=_YEAR_DAYS) * snapshot / self.snapshots


class Totals(msgspec.Struct, frozen=True):
    """What a warehouse that holds one year must sum to; `progress_pct` is summed over reports."""

    projects: int
    budget_received_thb: Decimal
    budget_spent_thb: Decimal
    reports: int
    progress_pct: Decimal
    disbursed_thb: Decimal
    indicator_results: int
    result_value: Decimal


class Written(NamedTuple):
    """The addresses of a year's batches, what they sum to, and how long it took to make them of records."""

    batches: list[str]
    totals: Totals
    seconds: float


class TotalsError(Exception):
    """Raised when a warehouse does not sum to what was loaded into it: then no time is worth telling."""


def write_year(folder: Path, year: Year) -> Written:
    """Write the year's batches under the folder, each of as many documents as in production.

    Batches that are there already are taken as they are.
    """
    home = folder / "-".join(map(str, year))
    if (home / _WRITTEN).exists():
        return msgspec.json.decode((home / _WRITTEN).read_bytes(), type=Written)
    addresses: list[str] = []
    seconds, stands = 0.0, []
    for snapshot in range(1, year.snapshots + 1):
        for copies in _parted(year.copies(snapshot), Settings().batch_documents):
            address, documents = UPath(home / f"{len(addresses):05}"), [_landed(year, snapshot, one) for one in copies]
            start = time.perf_counter()
            judged = [Judged(copy, [Verdict(ref, (), None) for ref in walk(copy)]) for copy in copies]
            batch.write_batch(address, documents, reconcile(judged))
            seconds += time.perf_counter() - start
            addresses.append(str(address))
            stands += copies if snapshot == year.snapshots else []
    written = Written(addresses, totals(stands), seconds)
    (home / _WRITTEN).write_bytes(msgspec.json.encode(written))
    return written


def totals(copies: Iterable[Copy]) -> Totals:
    """Return what the exports of one snapshot sum to."""
    projects: list[Project] = []
    reports: list[Report] = []
    indicators: list[Indicator] = []
    named = set()
    for copy in copies:
        projects += [copy.project] if copy.project else []
        reports += copy.reports
        indicators += [one for one in copy.indicators if one.kpi_id]
        named |= {(one.agency_code, one.indicator_name) for one in copy.indicators if not one.kpi_id}
    quarters = [quarter for one in indicators for quarter in one.quarters]
    return Totals(
        projects=len(projects),
        budget_received_thb=_sum(one.budget_received_thb for one in projects),
        budget_spent_thb=_sum(one.budget_spent_thb for one in projects),
        reports=len(reports),
        progress_pct=_sum(one.progress_pct for one in reports),
        disbursed_thb=_sum(one.disbursed_thb for one in reports),
        indicator_results=len(named) + len(indicators) + len(quarters),
        result_value=_sum(one.result_value for one in indicators) + _sum(one.result_value for one in quarters),
    )


def tables(year: Year) -> dict[str, pa.Table]:
    """Return the projects, with their goals, and the reports of a year's last snapshot as plain tables."""
    forms = [copy for copy in year.copies(year.snapshots) if copy.project]
    rows = {
        "projects": [{**_plain(copy.project), **_plain(copy.strategy)} for copy in forms],
        "reports": [
            {**{name: getattr(copy.project, name) for name in ("project_code", "fiscal_year")}, **_plain(report)}
            for copy in forms
            for report in copy.reports
        ],
    }
    return {name: pa.Table.from_pylist(some) for name, some in rows.items()}


def _plain(record: Record | None) -> dict[str, object]:
    """Return the fields that every form states, lists as lines."""
    fields = msgspec.structs.asdict(record) if record else {}
    return {
        name: "\n".join(value) if isinstance(value, list) else value
        for name, value in fields.items()
        if value is not None and name not in Record.__struct_fields__
    }


def check(settings: Settings, fiscal_year: int, expected: Totals) -> None:
    """Raise TotalsError when the warehouse's sums of the fiscal year are not those expected."""
    with connect(open_engine(settings)) as connection:
        row = connection.execute(_SUMS, {"fiscal_year": fiscal_year}).fetchone()
    found = msgspec.convert(row, Totals)
    if found != expected:
        raise TotalsError(f"fiscal year {fiscal_year}: the warehouse holds {found} instead of {expected}")


_SUMS = """
WITH project AS (
    SELECT count(*) AS projects, sum(budget_received_thb) AS budget_received_thb, sum(budget_spent_thb)
        AS budget_spent_thb
    FROM dw.fact_project WHERE fiscal_year = %(fiscal_year)s
),
report AS (
    SELECT count(*) AS reports, sum(progress_pct) AS progress_pct, sum(disbursed_thb) AS disbursed_thb
    FROM dw.fact_progress_report WHERE fiscal_year = %(fiscal_year)s
),
indicator AS (
    SELECT count(*) AS indicator_results, coalesce(sum(result_value), 0) AS result_value
    FROM dw.fact_indicator_result JOIN dw.dim_indicator USING (indicator_key) WHERE fiscal_year = %(fiscal_year)s
)
SELECT * FROM project, report, indicator
"""


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal())


def _parted(things: Iterator[Thing], size: int) -> Iterator[list[Thing]]:
    while part := list(islice(things, size)):
        yield part


# What is drawn: the same for the same year, project and snapshot, whatever is drawn beside it


def _exports(year: Year, number: int, snapshot: int) -> Iterator[Copy]:
    random = Random(f"{year.fiscal_year}/{number}")
    codes = _agency_codes()
    agency, running = codes[number % len(codes)], number // len(codes)
    form = _form(random, year, f"{agency}{random.choice(_UNITS)}-{running + 1:04}", snapshot)
    yield form
    if running % _FORMS_TO_A_PAGE == 0:
        yield _page(random, year, f"{agency}-{running // _FORMS_TO_A_PAGE + 1:04}", snapshot)


def _agency_codes() -> list[str]:
    return sorted(code for code, agency in agencies().items() if agency.agency_name)


def _form(random: Random, year: Year, code: str, snapshot: int) -> Copy:
    begin = date(year.fiscal_year - 544, 10, 1)
    nodes = plan_path(random, plan_version(year.fiscal_year) or "")
    indicator = _indicator_named(random, code[:4])
    has_budget = random.random() < 0.7
    received = Decimal(random.randrange(10**6, 10**11)) / 100 if has_budget else Decimal(0)
    reports = [*_reports(random, begin, received)]
    shown = reports[: REPORTS * snapshot // year.snapshots]
    project = Project(
        project_code=code, project_name=f"{phrase(random)} {phrase(random)}", fiscal_year=year.fiscal_year,
        start_date=begin + timedelta(days=random.randrange(60)),
        end_date=begin + timedelta(days=_YEAR_DAYS - 1 - random.randrange(60)),
        budget_received_thb=received, budget_spent_thb=_sum(report.disbursed_thb for report in shown),
        agency_path=[agencies()[code[:4]].agency_name or "", "ฝ่ายโยธา"], agency_code=code[:4], unit_code=code[:8],
        owner="ฝ่ายโยธา", rationale=_prose(random, 400, 900), objectives=[_prose(random, 60, 200) for _ in range(3)],
        targets=_prose(random, 80, 250), is_certified=True,
    )  # fmt: skip
    strategy = Strategy(
        plan_version=plan_version(year.fiscal_year), strategy_code=nodes[0].code, strategy_name=nodes[0].name,
        sub_issue_code=nodes[1].code, sub_issue_name=nodes[1].name, goal_code=nodes[2].code, goal_name=nodes[2].name,
        dimension_no=indicator.dimension_no, indicator_name=indicator.indicator_name,
    )  # fmt: skip
    indicator.fiscal_year = year.fiscal_year
    copy = Copy(
        document=_document("printed_form", year, snapshot, code), copy=1, page=1,
        first_line=1, last_line=40 + 3 * len(shown), project=_placed(project, 5), strategy=_placed(strategy, 30),
        reports=[_placed(report, 37 + 3 * number) for number, report in enumerate(shown, start=1)],
        indicators=[_placed(indicator, 36)],
    )  # fmt: skip
    copy.findings = [*_findings(random, copy)]
    return copy


def _reports(random: Random, begin: date, received: Decimal) -> Iterator[Report]:
    """Yield what a year is reported: mostly forward, now and then on the spot or back, as it happens."""
    progress = Decimal()
    statuses = words("vocabulary")
    for number in range(1, REPORTS + 1):
        step = random.choices((1, 0, -1), (90, 8, 2))[0] * Decimal(random.randrange(200, 1100)) / 100
        progress = min(max(progress + step, Decimal()), Decimal(100))
        yield Report(
            report_no=number,
            report_date=begin + timedelta(days=_MONTH_DAYS * (number + 2) + random.randrange(25)),
            narrative=_prose(random, 150, 400), progress_pct=progress,
            disbursed_thb=(received * random.randrange(12) / 100).quantize(Decimal("0.01")),
            plan_status=random.choices(statuses["plan_status"], (80, 12, 7, 1))[0],
            target_status=random.choices(statuses["target_status"], (85, 12, 3))[0],
        )  # fmt: skip


def _indicator_named(random: Random, agency: str) -> Indicator:
    """Return one of the few indicators that an agency's forms name."""
    number = random.randrange(_INDICATORS_NAMED)
    name = f"ร้อยละของงาน{phrase(Random(f'{agency}/{number}'))} กลุ่มที่ {number + 1}"
    return Indicator(indicator_name=name, agency_code=agency, dimension_no=number % 4 + 1)


def _page(random: Random, year: Year, kpi_id: str, snapshot: int) -> Copy:
    nodes = plan_path(random, plan_version(year.fiscal_year) or "")
    target = Decimal(random.randrange(20, 101))
    results = [target * quarter * random.randrange(80, 121) / 400 for quarter in range(1, 5)]
    shown = results[: 4 * snapshot // year.snapshots]
    indicator = Indicator(
        kpi_id=kpi_id, indicator_name=f"ร้อยละของ{phrase(random)}", fiscal_year=year.fiscal_year,
        agency_code=kpi_id[:4], dimension_no=random.randint(1, 4), indicator_type="strategic",
        indicator_level=random.choice(("output", "outcome")), plan_version=plan_version(year.fiscal_year),
        strategy_code=nodes[0].code, strategy_name=nodes[0].name, sub_issue_code=nodes[1].code,
        sub_issue_name=nodes[1].name, goal_code=nodes[2].code, goal_name=nodes[2].name,
        summary=_prose(random, 100, 300), definition=_prose(random, 100, 300), unit_raw="ร้อยละ", unit="ร้อยละ",
        target_value=target, result_value=shown[-1] if shown else None,
        quarters=[
            IndicatorQuarter(
                quarter=quarter, result_value=result, score=Decimal(100), pair_score="100 / 100",
                narrative=_prose(random, 150, 400),
            )
            for quarter, result in enumerate(shown, start=1)
        ],
    )  # fmt: skip
    return Copy(
        document=_document("indicator_page", year, snapshot, kpi_id), copy=1, page=1,
        first_line=1, last_line=60, indicators=[_placed(indicator, 1)],
    )  # fmt: skip


def _prose(random: Random, shortest: int, longest: int) -> str:
    """Return a text of about as many characters."""
    length, text = random.randint(shortest, longest), phrase(random)
    while len(text) < length:
        text += " " + phrase(random)
    return text


def _placed(record: AnyRecord, line: int) -> AnyRecord:
    """Return the record, each field that it states on a line of its own."""
    stated = [name for name in record.__struct_fields__ if getattr(record, name)]
    record.places = {name: Place(1, line + number) for number, name in enumerate(stated)}
    return record


def _findings(random: Random, copy: Copy) -> Iterator[Finding]:
    for report in copy.reports:
        if random.random() < _FINDINGS_SHARE:
            yield Finding(
                rule_id="R-jump", severity=Severity.WARNING, record=f"{project_name(copy)}/reports[{report.report_no}]",
                field=f"reports[{report.report_no}].progress_pct", value=str(report.progress_pct),
                message="progress rose by much since the report before", line=report.places["narrative"].line,
            )  # fmt: skip


def _document(family: str, year: Year, snapshot: int, code: str) -> Document:
    name = f"{family}/{year.fiscal_year}/{snapshot}-{year.snapshots}/{code}"
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return Document(uri=f"file:///exports/{name}.txt", sha256=sha256, family=family, channel=Channel.TEXT)


def _landed(year: Year, snapshot: int, copy: Copy) -> LandedDocument:
    at = year.exported_at(snapshot)
    observation = Observation(uri=copy.document.uri, reported_at=at, snapshot_at=at, fetched_at=at)
    sha256 = copy.document.sha256
    return LandedDocument(sha256=sha256, byte_size=8000, observations=[observation])


# The command


def main(
    folder: Path,
    *,
    year: Annotated[int, typer.Option(help="the fiscal year, B.E.")] = 2566,
    projects: Annotated[int, typer.Option(help=f"projects; each has {REPORTS} reports")] = 6000,
    snapshots: Annotated[int, typer.Option(help="how often each project is exported")] = 1,
    profiled: Annotated[bool, typer.Option("--profile", help="tell where the time goes")] = False,
    plans: Annotated[bool, typer.Option("--plans", help="tell that, and how the slow statements are planned")] = False,
) -> None:
    """Write a year's batches to FOLDER and load them into a new warehouse there, twice."""
    console = Console()
    folder.mkdir(parents=True, exist_ok=True)
    with console.status("writing batches"):
        written = write_year(folder / "batches", Year(year, projects, snapshots))
    settings = Server(folder).warehouse("reporting")
    for run in ("first", "again"):
        with ExitStack() as stack:
            spent = stack.enter_context(profiling.statements(with_plans=plans)) if profiled or plans else []
            start = time.perf_counter()
            counts = pipeline.load(settings, run, written.batches)
            seconds = time.perf_counter() - start
        check(settings, year, written.totals)
        console.print(f"{run}: {seconds:.1f} s, {counts['records_read'] / seconds:,.0f} records/s; {counts}")
        console.print(Markdown(profiling.table(spent, seconds)) if spent else "", soft_wrap=True)


if __name__ == "__main__":
    typer.run(main)
