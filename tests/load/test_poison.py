"""Poison of every type and length in every field: no load stops, all that is sound is loaded, and nothing is lost."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from etl import pipeline
from etl.load import merge
from etl.pipeline import judging, parsing
from etl.records import (
    Copy,
    Indicator,
    IndicatorQuarter,
    Project,
    Record,
    Report,
    Strategy,
)  # fmt: skip
from etl.settings import Settings
from tests.conftest import Warehouse
from tests.forms import Form
from tests.load.records import Export, Part, write_batch

AT = datetime(2024, 1, 31, tzinfo=UTC)
LETTERS = "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ0123456789abcdefghijklmnopqrstuvwxyz"
UNPRESSED = "".join(random.Random(7).choices(LETTERS, k=3_000))

TEXTS = [
    "", " ", "\0", "a\0b", "\ud800", "\udfffก", "\\", "\\N", '"', "{", "}", ",", "NULL", "'; DROP SCHEMA dw; --",
    "\x01\x1b[31m\x7f\x85", "\r\n\t\v\f", "\ufeff\u200b", "\U0010ffff", "๙" * 150, UNPRESSED[:900], UNPRESSED,
    UNPRESSED * 300, "4." * 5_000 + "4", "(null)", "null", '{"a": 1}',
]  # fmt: skip
NUMBERS = [
    -(2**63),
    -32_769,
    -1,
    0,
    1,
    4,
    5,
    9,
    543,
    544,
    2400,
    2500,
    2567,
    2656,
    9999,
    32_767,
    32_768,
    2**31,
    2**63,
    10**30,
]
DECIMALS = [
    "0", "-0.00", "-1", "100", "100.0001", "99999.9999", "-99999.9999", "100000", "0.00001", "0.0000001", "1E+15",
    "9999999999999999.99", "-9999999999999999.99", "10000000000000000", "999999999999999999.999999", "1E+18", "1E+30",
    "1E-30", "1E+9999", "0E-99", "NaN", "Infinity",
]  # fmt: skip
DAYS = [date.min, date(1856, 10, 1), date(1956, 12, 31), date(1957, 1, 1), date(2057, 12, 31), date(2058, 1, 1),
        date(2113, 9, 29), date.max]  # fmt: skip

Poison = Callable[[Part], Part]

numbers = count(1)


def poison_of(kind: Any) -> st.SearchStrategy[Any]:
    """Return values of a field's type, also such as no export should have."""
    if get_origin(kind) is UnionType:
        return st.one_of(*(poison_of(one) for one in get_args(kind)))
    if get_origin(kind) is list:
        return st.lists(poison_of(get_args(kind)[0]), max_size=3)
    if kind is IndicatorQuarter:
        return st.sampled_from(msgspec.structs.fields(IndicatorQuarter)).flatmap(
            lambda field: st.builds(
                lambda quarter, value: IndicatorQuarter(**{"quarter": quarter, field.name: value}),
                st.integers(1, 4), poison_of(field.type),
            )
        )  # fmt: skip
    return {
        str: st.sampled_from(TEXTS), int: st.sampled_from(NUMBERS), Decimal: st.sampled_from(DECIMALS).map(Decimal),
        date: st.sampled_from(DAYS), bool: st.booleans(), type(None): st.none(),
    }[kind]  # fmt: skip


def fields_of(kind: type[Record]) -> list[msgspec.structs.FieldInfo]:
    return [field for field in msgspec.structs.fields(kind) if field.name not in Record.__struct_fields__]


def poisoned(kind: type[Record]) -> st.SearchStrategy[Poison]:
    """Return what puts poison into a field or two of one record of an export."""
    one = st.sampled_from(fields_of(kind)).flatmap(lambda field: st.tuples(st.just(field.name), poison_of(field.type)))
    return st.lists(one, min_size=1, max_size=2).map(lambda pairs: lambda part: _with(part, kind, dict(pairs)))


def _with(part: Part, kind: type[Record], values: dict[str, Any]) -> Part:
    match kind.__name__:
        case "Project":
            return part._replace(project=msgspec.structs.replace(part.project, **values))
        case "Strategy":
            return part._replace(strategy=msgspec.structs.replace(part.strategy, **values))
        case "Report":
            first, *others = part.reports
            return part._replace(reports=(msgspec.structs.replace(first, **values), *others))
    first, *others = part.indicators
    return part._replace(indicators=(msgspec.structs.replace(first, **values), *others))


def sound(number: int) -> Part:
    """What a sound export says of a project and an indicator that no other has."""
    code = f"{number:04}"
    return Part(
        Project(
            project_code=f"50210000-{code}", agency_code="5021", unit_code="50210000", fiscal_year=2567,
            project_name="ปลูกต้นไม้", start_date=date(2023, 10, 1), budget_received_thb=Decimal("12.50"),
        ),
        (
            Indicator(
                kpi_id=f"5021-{code}", agency_code="5021", fiscal_year=2567, indicator_name="จำนวนต้นไม้",
                target_value=Decimal(90), quarters=[IndicatorQuarter(quarter=1, result_value=Decimal(3))],
            ),
        ),
        (
            Report(report_no=1, report_date=date(2024, 1, 15), progress_pct=Decimal(10), disbursed_thb=Decimal(2)),
            Report(report_no=2, report_date=date(2024, 2, 15), progress_pct=Decimal(20), plan_status="เป็นไปตามแผน"),
        ),
        Strategy(plan_version="plan2561-2580rev", strategy_code="4", sub_issue_code="4.9", goal_code="4.9.1"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def poisoned_warehouse(new_database: Callable[[], str]) -> Warehouse:
    """A warehouse that all examples are loaded into, one after the other."""
    return Warehouse(Settings(warehouse_url=new_database()))


def load_beside_sound(warehouse: Warehouse, folder: Path, poisons: Sequence[Poison], *, is_bounded: bool) -> list[int]:
    """Load poisoned exports, each between two sound ones, twice, and hold what comes of them against what must.

    Return the numbers by which their documents are named.
    """
    numbered = [(next(numbers) * 3, poison) for poison in poisons]
    exports = [
        export
        for number, poison in numbered
        for part in [poison(sound(number + 2))]
        for export in (
            Export(f"{number}-before", [sound(number)]),
            Export(f"{number}-poisoned", [part]),
            Export(f"{number}-poisoned-later", [part], at=AT + timedelta(days=1)),
            Export(f"{number}-after", [sound(number + 1)]),
        )
    ]
    batches = [write_batch(folder, export, is_bounded=is_bounded) for export in exports]
    summary = pipeline.load(warehouse.settings, "poison", batches)
    assert (summary["status"], summary["documents_read"]) == ("committed", len(exports))
    for code in (code for number, _ in numbered for code in (number, number + 1)):
        (project,) = warehouse.rows(
            "SELECT * FROM dw.fact_project WHERE project_code = %s AND fiscal_year = 2567", f"50210000-{code:04}"
        )
        assert (project["report_count"], project["budget_received_thb"]) == (2, Decimal("12.50"))
        results = warehouse.rows(
            "SELECT result_value FROM dw.fact_indicator_result JOIN dw.dim_indicator USING (indicator_key)"
            " WHERE kpi_id = %s AND fiscal_year = 2567 ORDER BY quarter", f"5021-{code:04}",
        )  # fmt: skip
        assert [row["result_value"] for row in results] == [None, Decimal(3)]
    told = warehouse.rows(
        "SELECT document.uri, reading.records_read, reading.records_held, (SELECT count(*) FROM ops.quarantine AS case_"
        " WHERE (case_.document_key, case_.state) = (document.document_key, 'held')) AS cases"
        " FROM dw.dim_document AS document JOIN raw.document AS reading USING (document_key)"
        " WHERE reading.load_id = %s ORDER BY uri", summary["load_id"],
    )  # fmt: skip
    assert len(told) == len(exports)
    assert all(row["records_held"] == row["cases"] for row in told)
    assert all(row["records_held"] == 0 for row in told if "poisoned" not in row["uri"])
    again = pipeline.load(warehouse.settings, "poison", batches)
    assert (again["records_loaded"], again["records_read"]) == (0, summary["records_read"])
    return [number for number, _ in numbered]


@pytest.mark.parametrize("kind", [Project, Strategy, Report, Indicator])
def test_poison_in_any_field_is_loaded_or_held_and_stops_nothing_else(
    poisoned_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory, kind: type[Record]
) -> None:
    # Four in a load, each in an export of its own: a load costs more than what is in it.
    @settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(st.tuples(*[poisoned(kind)] * 4))
    def load(poisons: tuple[Poison, ...]) -> None:
        load_beside_sound(poisoned_warehouse, tmp_path_factory.mktemp("batches"), poisons, is_bounded=True)

    load()


# What the bounds let through, or a batch has that was written without them: found by halves


OF_NO_CALENDAR = Report(report_no=1, report_date=date(2113, 9, 29))
OVERFLOWING = [Report(report_no=number, disbursed_thb=Decimal("9999999999999999.99")) for number in (1, 2)]
SURPRISES: dict[str, Poison] = {
    "a day outside of the calendar": lambda part: part._replace(reports=(OF_NO_CALENDAR,)),
    "a key too long for an index": lambda part: _with(part, Strategy, {"goal_code": UNPRESSED}),
    "a character that text cannot hold": lambda part: _with(part, Report, {"narrative": "a\0b"}),
    "a quarter that there is not": lambda part: _with(part, Indicator, {"quarters": [IndicatorQuarter(quarter=9)]}),
    "a quarter twice": lambda part: _with(part, Indicator, {"quarters": [IndicatorQuarter(quarter=1)] * 2}),
    "a year before the first": lambda part: _with(part, Project, {"fiscal_year": 544}),
    "a sum that no column holds": lambda part: part._replace(reports=tuple(OVERFLOWING)),
    "a difference that no column holds": lambda part: part._replace(
        reports=(
            Report(report_no=1, progress_pct=Decimal("-99999.9999")), Report(report_no=2, progress_pct=Decimal(99)),
        )
    ),
}  # fmt: skip


def test_a_unit_is_of_the_agency_of_its_code_whatever_agency_its_project_is_of(
    poisoned_warehouse: Warehouse, tmp_path: Path
) -> None:
    for agency_code in (",", "9999", "5002"):
        poison = partial(_with, kind=Project, values={"agency_code": agency_code})
        load_beside_sound(poisoned_warehouse, tmp_path, [poison], is_bounded=True)
    units = poisoned_warehouse.rows("SELECT agency_code FROM dw.dim_agency WHERE unit_code = '50210000'")
    assert [unit["agency_code"] for unit in units] == ["5021"]


@pytest.fixture
def merges(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many documents each merge was tried with."""
    tried: list[int] = []
    original = merge._merge

    def counted(*arguments: Any, **options: Any) -> None:
        tried.append(len(options["documents"]))
        original(*arguments, **options)

    monkeypatch.setattr(merge, "_merge", counted)
    return tried


@pytest.mark.parametrize("surprise", SURPRISES)
def test_what_surprises_the_load_is_traced_to_its_document(
    poisoned_warehouse: Warehouse, tmp_path: Path, surprise: str
) -> None:
    (number,) = load_beside_sound(poisoned_warehouse, tmp_path, [SURPRISES[surprise]], is_bounded=False)
    held = poisoned_warehouse.rows(
        "SELECT record, rule_id, reason, (SELECT message FROM ops.finding"
        " WHERE (document_key, rule_id) = (document.document_key, 'R-not-loadable')) AS message"
        " FROM ops.quarantine JOIN dw.dim_document AS document USING (document_key) WHERE uri LIKE %s ORDER BY uri",
        f"%/{number}-poisoned%",
    )  # fmt: skip
    assert [(row["record"], row["rule_id"]) for row in held] == [("document", "R-not-loadable")] * 2
    assert all(row["message"] == row["reason"] for row in held)


def test_some_among_many_are_found_in_few_merges_over_all_batches(
    warehouse: Warehouse, tmp_path: Path, merges: list[int]
) -> None:
    faulty = {5, 6, 29}
    parts = [
        sound(number) if number not in faulty else sound(number)._replace(reports=(OF_NO_CALENDAR,))
        for number in range(32)
    ]
    batches = [
        write_batch(tmp_path, Export(f"{number:02}", [part]), is_bounded=False) for number, part in enumerate(parts)
    ]
    summary = pipeline.load(warehouse.settings, "some", batches)
    assert (summary["documents_read"], summary["records_quarantined"]) == (32, 3)
    held = warehouse.rows("SELECT uri FROM ops.quarantine JOIN dw.dim_document USING (document_key)")
    assert {int(row["uri"][-2:]) for row in held} == faulty
    assert warehouse.value("SELECT count(*) FROM dw.fact_project") == 29
    # One that fails and at most 5 halvings for each, one without any document, and the last, which stands.
    assert len(merges) <= 3 * (1 + 5) + 2
    assert merges[-1] == 32


def test_two_documents_that_only_together_are_too_much_are_not_both_held(warehouse: Warehouse, tmp_path: Path) -> None:
    much = [sound(1)._replace(reports=(report,), indicators=()) for report in OVERFLOWING]
    batches = [write_batch(tmp_path, Export(str(number), [part])) for number, part in enumerate(much)]
    assert pipeline.load(warehouse.settings, "both", batches)["records_quarantined"] == 1
    assert warehouse.value("SELECT count(*) FROM dw.fact_progress_report") == 1


def test_a_document_that_was_sound_before_is_held_when_it_is_read_as_poison(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    pipeline.load(warehouse.settings, "sound", [write_batch(tmp_path, Export("form", [sound(1)]))])
    poison = Export("form", [sound(1)._replace(reports=(OF_NO_CALENDAR,))], reading=2)
    other = write_batch(tmp_path, Export("other", [sound(2)]))
    pipeline.load(warehouse.settings, "poison", [write_batch(tmp_path, poison, is_bounded=False), other])
    assert warehouse.value("SELECT count(*) FROM ops.quarantine WHERE state = 'held'") == 1
    pipeline.load(warehouse.settings, "fixed", [write_batch(tmp_path, Export("form", [sound(1)], reading=3))])
    assert warehouse.value("SELECT count(*) FROM ops.quarantine WHERE state = 'held'") == 0
    assert warehouse.value("SELECT count(*) FROM dw.fact_project") == 2


def test_a_sound_load_is_merged_once(warehouse: Warehouse, tmp_path: Path, merges: list[int]) -> None:
    pipeline.load(
        warehouse.settings, "sound", [write_batch(tmp_path, Export(str(one), [sound(one)])) for one in range(3)]
    )
    assert merges == [3]


# From the bytes on


DEEP = ".".join(["๔", "๓", *map(str, range(10, 99)), *map(str, range(10, 99))])


def write_exports(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def test_exports_with_a_code_too_deep_and_with_days_of_no_calendar_are_loaded_beside_a_sound_one(
    warehouse: Warehouse, exports: Path
) -> None:
    form = Form(code="50210000-0001")
    write_exports(
        exports, sound=form.text(),
        deep=form.with_(code="50210000-0002", goal=f"{DEEP} เป้าหมายยาว").text(),
        long=form.with_(code="50210000-0003", goal=f"๔.๓.{'9' * 3_000} เป้าหมายยาว").text(),
        slip=form.with_(code="50210000-0004", fiscal_year="").with_report(2, date="29/09/2656").text(),
    )  # fmt: skip
    summary = warehouse.load(exports)
    assert (summary["status"], summary["documents_read"]) == ("committed", 4)
    loaded = warehouse.rows("SELECT project_code FROM dw.fact_project ORDER BY 1")
    assert {"50210000-0001", "50210000-0002", "50210000-0003"} <= {row["project_code"] for row in loaded}
    codes = warehouse.rows("SELECT DISTINCT goal_code FROM raw.project ORDER BY 1")
    assert [row["goal_code"] for row in codes if row["goal_code"]] == ["4.3.1"]
    unread = "SELECT count(*) FROM ops.finding WHERE rule_id = 'R-plan-code' AND field = 'goal_code'"
    assert warehouse.value(unread) == 2
    slip = "SELECT severity FROM ops.finding JOIN dw.dim_document USING (document_key) WHERE value LIKE '29/09/2656'"
    assert warehouse.rows(slip)


def test_a_document_that_cannot_be_corrected_or_judged_is_held_and_the_others_are_loaded(
    warehouse: Warehouse, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_exports(exports, **{
        name: Form(code=f"50210000-{number:04}").text()
        for number, name in enumerate(["sound", "uncorrectable", "unjudged", "also-sound"])
    })  # fmt: skip

    def failing_at(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(copies: list[Copy], *others: Any) -> Any:
            if any(f"/{name}." in one.document.uri and one.project for one in copies):
                raise ZeroDivisionError
            return original(copies, *others)

        return wrapped

    monkeypatch.setattr(parsing, "correct", failing_at("uncorrectable", parsing.correct))
    monkeypatch.setattr(judging, "judged_by", failing_at("unjudged", judging.judged_by))
    assert warehouse.load(exports)["records_quarantined"] == 2
    held = warehouse.rows(
        "SELECT uri, rule_id FROM ops.quarantine JOIN dw.dim_document USING (document_key) ORDER BY 1"
    )
    assert [(row["uri"].rpartition("/")[2], row["rule_id"]) for row in held] == [
        ("uncorrectable.txt", "R-not-processed"),
        ("unjudged.txt", "R-not-processed"),
    ]
    assert warehouse.value("SELECT count(*) FROM dw.fact_project") == 2
