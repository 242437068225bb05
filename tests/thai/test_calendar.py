from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from etl.thai.calendar import (
    be_year,
    days_outside_fiscal_year,
    fiscal_year_end,
    fiscal_year_of,
    fiscal_year_start,
)


def test_fiscal_year_2566_begins_on_1_october_2022_and_ends_on_30_september_2023() -> None:
    assert (fiscal_year_start(2566), fiscal_year_end(2566)) == (date(2022, 10, 1), date(2023, 9, 30))
    assert [fiscal_year_of(date(2022, 9, 30)), fiscal_year_of(date(2022, 10, 1))] == [2565, 2566]
    assert be_year(date(2022, 10, 1)) == 2565


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_every_day_lies_in_its_fiscal_year_and_the_next_year_begins_the_day_after_it_ends(day: date) -> None:
    year = fiscal_year_of(day)
    assert days_outside_fiscal_year(day, year) == 0
    assert days_outside_fiscal_year(day, year + 1) > 0
    assert fiscal_year_end(year) + timedelta(days=1) == fiscal_year_start(year + 1)
