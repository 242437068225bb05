"""The Thai fiscal calendar: Buddhist years and fiscal years. Standard library only.

Fiscal year N of the Buddhist era runs from 1 October N-544 to 30 September N-543, so 2566 is 2022-10-01 to 2023-09-30
(Budget Procedures Act B.E. 2561, section 4).
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")
BE_MINUS_CE = 543
FIRST_BUDDHIST_YEAR = 2513  # on a clock: 1970. File systems that hold no such year end before it, in 2446 or 2486
# What is taken for a year at all, Buddhist or fiscal; what lies outside is a slip of the pen. Which of them an export
# may be of is a rule, R-fiscal-year-range.
FIRST_YEAR, LAST_YEAR = 2500, 2600
FIRST_DAY, LAST_DAY = date(FIRST_YEAR - BE_MINUS_CE, 1, 1), date(LAST_YEAR - BE_MINUS_CE, 12, 31)


def be_year(day: date) -> int:
    """Return the Buddhist calendar year of a day."""
    return day.year + BE_MINUS_CE


def common_era(moment: datetime) -> datetime:
    """Return a moment that a clock in either era shows; 29 February of a year that has none is the day after."""
    return _years_on(moment, -BE_MINUS_CE) if moment.year >= FIRST_BUDDHIST_YEAR else moment


def buddhist_era(moment: datetime) -> datetime:
    """Return what a clock in the Buddhist era shows at a moment; 29 February as in `common_era`."""
    return _years_on(moment, BE_MINUS_CE)


def _years_on(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return (moment + timedelta(days=1)).replace(year=moment.year + years)


def fiscal_year_of(day: date) -> int:
    """Return the fiscal year (B.E.) that a day falls in."""
    return be_year(day) + (day.month >= 10)


def fiscal_year_start(fiscal_year: int) -> date:
    """Return the first day, 1 October, of a fiscal year (B.E.)."""
    return date(fiscal_year - BE_MINUS_CE - 1, 10, 1)


def fiscal_year_end(fiscal_year: int) -> date:
    """Return the last day, 30 September, of a fiscal year (B.E.)."""
    return date(fiscal_year - BE_MINUS_CE, 9, 30)


def days_outside_fiscal_year(day: date, fiscal_year: int) -> int:
    """Return how many days a day lies before or after a fiscal year (B.E.); 0 within it."""
    return max((fiscal_year_start(fiscal_year) - day).days, (day - fiscal_year_end(fiscal_year)).days, 0)
