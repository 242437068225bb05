from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.thai.calendar import BE_MINUS_CE
from etl.thai.dates import read_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022-10-01 00:00:00", date(2022, 10, 1)),
        ("2022-10-01 00:00:00.000", date(2022, 10, 1)),
        ("31/01/2566", date(2023, 1, 31)),
        ("๓๑/๐๑/๒๕๖๖", date(2023, 1, 31)),
        ("(2023-09-29)", date(2023, 9, 29)),
        ("16-10-2023 00:00:00", date(2023, 10, 16)),
        ("29/01/63", date(2020, 1, 29)),
        ("10 มีนาคม 2566", date(2023, 3, 10)),
        ("21 เม.ย 2566", date(2023, 4, 21)),
        ("21 เม.ย. 66", date(2023, 4, 21)),
        ("10 มีนาคม พ.ศ. 2566", date(2023, 3, 10)),
        ("1/31/2021", date(2021, 1, 31)),
        ("29/02/2567", date(2024, 2, 29)),  # a leap year of the common era, and no year 2567 of it is one
        ("2566-01-31", date(2023, 1, 31)),
        ("Jan 31 2023 12:00AM", date(2023, 1, 31)),  # as SQL Server prints it
        ("31 Jan 2023", date(2023, 1, 31)),
        ("January 31, 2023", date(2023, 1, 31)),
        ("31.01.2566", date(2023, 1, 31)),
        ("2023/01/31", date(2023, 1, 31)),
        ("2023-01-31T00:00:00", date(2023, 1, 31)),
        ("2023-01-30T17:00:00.000Z", date(2023, 1, 31)),  # midnight in Bangkok, as programs write it
        ("2023-01-31T00:00:00+07:00", date(2023, 1, 31)),
        ("2023-01-31T09:30:00Z", date(2023, 1, 31)),
        ("วันที่ ๓๑ มกราคม พ.ศ. ๒๕๖๖", date(2023, 1, 31)),
        ("31 มกราคม ค.ศ. 2023", date(2023, 1, 31)),
        ("วันอังคารที่ ๓๑ มกราคม พุทธศักราช ๒๕๖๖", date(2023, 1, 31)),
        ("31 มกราคม คริสต์ศักราช 2023", date(2023, 1, 31)),
        ("31 มกราคม 2566 เวลา 16.30 น.", date(2023, 1, 31)),
        ("31/01/2566 16:30 น.", date(2023, 1, 31)),
        ("วันที่ 31/01/2566, เวลา 09.00 น.", date(2023, 1, 31)),
        ("31-Jan-23", date(2023, 1, 31)),  # as a spreadsheet prints it
        ("31-Jan-2023", date(2023, 1, 31)),
        ("31-ม.ค.-66", date(2023, 1, 31)),
        ("วันที่ ๓๑ เดือน มกราคม พ.ศ. ๒๕๖๖", date(2023, 1, 31)),
        ("วันอังคารที่ 31 มกราคม 2566", date(2023, 1, 31)),
        ("20230131", date(2023, 1, 31)),
        ("25660131", date(2023, 1, 31)),
    ],
)
def test_every_printed_form_of_a_date_is_read(text: str, day: date) -> None:
    assert read_date(text) == (day, True)


@pytest.mark.parametrize(
    "text",
    ["", "-", "31/13/2566", "30/02/2566", "29/02/2566", "4-2-0", "ต.ค. 62", "31/01/0000", "31/01/2300", "31/01/25",
     "2566", "2566.10", "31.01", "31/01-2566", "31.01/2566", "32/01/2566", "Foo 31 2023", "31 Jan", "16.30 น.",
     "44957", "12345678"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        read_date(text)


def test_the_order_that_falls_into_the_fiscal_year_is_taken_and_is_not_certain() -> None:
    assert read_date("11/01/2565", 2565) == (date(2022, 1, 11), True)
    assert read_date("01/11/2566", 2566) == (date(2023, 11, 1), True)  # 32 days after the year, and in the usual order
    assert read_date("03/12/2566", 2566) == (date(2023, 3, 12), False)


def test_a_date_of_the_common_era_in_either_order_is_not_certain() -> None:
    assert read_date("02/03/2023", 2566) == (date(2023, 2, 3), False)
    assert read_date("02/02/2023", 2566) == (date(2023, 2, 2), True)


@given(st.dates(date(1957, 1, 1), date(2056, 12, 31)))
def test_buddhist_dates_come_back(day: date) -> None:
    assert read_date(f"{day.day:02}/{day.month:02}/{day.year + BE_MINUS_CE}") == (day, True)


def test_the_number_of_a_day_in_a_spreadsheet_is_not_certain() -> None:
    assert read_date("44957", 2566) == (date(2023, 1, 31), False)
    with pytest.raises(ValueError, match="is not a date"):
        read_date("44957", 2570)


@pytest.mark.parametrize("text", ["2023-01-30T20:15:00Z", "2023-01-31T01:00:00+09:00"])
def test_a_moment_on_another_day_in_bangkok_is_not_certain(text: str) -> None:
    printed, here = read_date(text), date.fromisoformat(text[:10])
    assert printed.day != here
    assert not printed.is_certain


@pytest.mark.parametrize("text", ["2023-01-31T00:00:00+99:00", "2023-02-30T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|era"):
        read_date(text)


def test_july_may_be_misspelt() -> None:
    assert read_date("31 กรกฏาคม 2566", 2566).day == date(2023, 7, 31)
