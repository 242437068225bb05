"""What the warehouse can hold follows from its tables; what it cannot is taken out, told of, and held back."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ARRAY, BigInteger, Integer, Numeric, SmallInteger, Text

from etl.bounds import fitted, hold_misfits, misfit
from etl.pipeline import judge
from etl.records import Copy, Document, Indicator, IndicatorQuarter, Place, Project, Report, Strategy
from etl.thai.calendar import FIRST_DAY, LAST_DAY
from etl.thai.dates import read_date
from etl.warehouse import model
from etl.warehouse.model import metadata
from etl.warehouse.model.kinds import Code, FiscalYear, Money, Name, Percent, Quarter, Words
from tests.conftest import Warehouse
from tests.judging import held_by

INDEX_ROW_BYTES_MAX = 2_704


@pytest.mark.parametrize(
    ("kind", "held", "not_held"),
    [
        (Money, "9999999999999999.99", "10000000000000000"),
        (Money, "-0.01", "0.001"),
        (Money, "0.1000", "1E+30"),
        (Money, "0E-99", "NaN"),
        (Percent, "-99999.9999", "1E+9999"),
        (Numeric(24, 6), "999999999999999999.999999", "999999999999999999.9999991"),
    ],
)
def test_numbers_are_held_to_the_last_digit_of_their_column(kind: Any, held: str, not_held: str) -> None:
    assert misfit(kind, Decimal(held)) is None
    assert misfit(kind, Decimal(not_held)) is not None


@pytest.mark.parametrize(
    ("kind", "held", "not_held"),
    [
        (SmallInteger(), -32_768, 32_768),
        (Integer(), 2**31 - 1, 2**31),
        (BigInteger(), -(2**63), 2**63),
        (Quarter, 4, 5),
        (Quarter, 1, 0),
        (FiscalYear, 2500, 544),
        (FiscalYear, 2600, 2656),
        (Code, "ก" * 66, "ก" * 67),
        (Name, "a" * 1_800, "a" * 1_801),
        (Text(), "ก" * 333_333, "ก" * 333_334),
        (Text(), "\\N", "a\0"),
        (Text(), "\U0010ffff", "\ud800"),
        (ARRAY(Text), ['"', "\\", "{,}", ""], ["a", "\0"]),
        (model.raw_report.c.report_date.type, LAST_DAY, date.max),
        (model.raw_report.c.report_date.type, FIRST_DAY, date(1956, 12, 31)),
    ],
)
def test_all_else_is_held_to_the_bounds_of_its_column(kind: Any, held: object, not_held: object) -> None:
    assert misfit(kind, held) is None
    assert misfit(kind, not_held) is not None


@given(st.text(st.characters(), max_size=40), st.integers(20, 60))
def test_what_is_only_told_is_made_to_fit(text: str, limit: int) -> None:
    told = fitted(Words(limit), text)
    assert misfit(Words(limit), told) is None
    if misfit(Words(limit), text) is None:
        assert told == text


def test_every_text_in_a_key_is_bounded_so_that_the_key_fits() -> None:
    for name in ("raw.project", "dw.dim_strategy", "dw.fact_progress_report", "dw.dim_project", "raw.manifest"):
        table = metadata.tables[name]
        keys = [key.columns for key in (table.primary_key, *table.indexes)]
        keys += [one.columns for one in table.constraints if hasattr(one, "columns")]
        for columns in keys:
            texts = [column for column in columns if isinstance(column.type, Text) and column.name != "sha256"]
            assert all(isinstance(column.type, Words) for column in texts), (name, texts)
            assert sum(column.type.bytes_max for column in texts) + 100 < INDEX_ROW_BYTES_MAX
    # A change is kept under the name of its record, which an agency, an id or a text, and a year make up.
    assert Code.bytes_max + Name.bytes_max + 100 < INDEX_ROW_BYTES_MAX


def copy(**parts: Any) -> Copy:
    document = Document(uri="file:///form.txt", sha256="0" * 64)
    return Copy(document=document, copy=1, page=1, first_line=1, last_line=90, **parts)


def told(one: Copy) -> list[tuple[str, str | None, str | None, int | None]]:
    return [
        (finding.record, finding.field, finding.value, finding.line)
        for finding in one.findings
        if finding.rule_id == "R-not-loadable"
    ]


def test_a_value_that_does_not_fit_is_taken_out_and_told_where_it_stood() -> None:
    places = {"budget_spent_thb": Place(1, 7), "goal_code": Place(1, 9), "report_date": Place(2, 30)}
    one = copy(
        project=Project(
            project_code="50210000-0042", fiscal_year=2567, budget_spent_thb=Decimal("1E+30"), places=places,
        ),
        strategy=Strategy(goal_code="4." * 200, places=places),
        reports=[Report(report_no=3, report_date=date(2113, 9, 29), places=places), Report(report_no=4)],
        indicators=[
            Indicator(
                kpi_id="5021-0801", fiscal_year=2567,
                quarters=[
                    IndicatorQuarter(quarter=1, score=Decimal("1E+6")), IndicatorQuarter(quarter=2),
                    IndicatorQuarter(quarter=2), IndicatorQuarter(quarter=9),
                ],
            )
        ],
    )  # fmt: skip
    (fitting,) = hold_misfits([one])
    assert hold_misfits([fitting]) == [fitting]
    assert one.project and one.project.budget_spent_thb is not None  # what is given stays as it is
    (fits,) = judge([one]).reconciled
    one = fitting
    project, report, indicator = "50210000-0042/2567", "50210000-0042/2567/reports[3]", "5021-0801/2567"
    assert told(one)[:3] == [
        (project, "budget_spent_thb", "1E+30", 7),
        (project, "goal_code", fitted(Words(240), "4." * 200), 9),
        (report, "reports[3].report_date", "2113-09-29", 30),
    ]
    assert [(record, field, value) for record, field, value, _ in told(one)[3:]] == [
        (indicator, "quarters[1].score", "1E+6"),
        (indicator, "quarters", "2"),
        (indicator, "quarters", "2"),
        (indicator, "quarters", "9"),
    ]
    assert one.project and one.project.budget_spent_thb is None
    assert [quarter.quarter for quarter in one.indicators[0].quarters] == [1]
    assert held_by(fits)[project] == held_by(fits)[indicator] == "R-not-loadable"


def test_a_record_that_loses_its_name_is_named_by_its_place_and_personal_data_is_not_told() -> None:
    one = copy(
        project=Project(project_code="5" * 300, owner="สมชาย\0"), reports=[Report(report_no=10**30, narrative="\ud800")]
    )  # fmt: skip
    (one,) = hold_misfits([one])
    assert [(record, field, value) for record, field, value, _ in told(one)] == [
        ("copy[1]", "project_code", fitted(Words(240), "5" * 300)),
        ("copy[1]", "owner", None),
        ("copy[1]/reports[#1]", "reports[#1].report_no", "a number of 100 bits"),
        ("copy[1]/reports[#1]", "reports[#1].narrative", r"\ud800"),
    ]


def test_every_day_that_can_be_read_lies_in_the_calendar_of_the_warehouse(warehouse: Warehouse) -> None:
    (calendar,) = warehouse.rows("SELECT min(full_date), max(full_date), count(full_date) FROM dw.dim_date")
    assert tuple(calendar.values()) == (FIRST_DAY, LAST_DAY, (LAST_DAY - FIRST_DAY).days + 1)


@given(
    st.integers(0, 9_999), st.integers(0, 13), st.integers(0, 32),
    st.sampled_from(["{2}/{1}/{0}", "{1}/{2}/{0}", "{0:04}-{1}-{2}", "{2}-{1}-{0}", "{2} ก.ย. {0}", "{2}/{1}/{0:02}"]),
    st.none() | st.integers(2500, 2600),
)  # fmt: skip
def test_a_day_outside_of_the_calendar_is_no_date(
    year: int, month: int, day: int, form: str, fiscal_year: int | None
) -> None:
    try:
        found = read_date(form.format(year, month, day), fiscal_year)
    except ValueError:
        return
    assert FIRST_DAY <= found.day <= LAST_DAY
