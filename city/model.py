"""What the invented city consists of: projects, what was reported of them, and when exports of them were made."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from etl.reference import PlanNode


def fiscal_month(day: date, fiscal_year: int) -> int:
    """Return the month of a fiscal year (B.E.) that a day lies in: 1 is October, 13 the October after it."""
    return 12 * (day.year + 544 - fiscal_year) + day.month - 9


def first_of(fiscal_year: int, month: int) -> date:
    """Return the first day of a month of a fiscal year (B.E.)."""
    years, months = divmod(month + 8, 12)
    return date(fiscal_year - 544 + years, months + 1, 1)


@dataclass(frozen=True)
class Agency:
    """An agency as it is called in a fiscal year, and the share of months that it reports in."""

    code: str
    name: str
    diligence: float


@dataclass(frozen=True)
class Report:
    """A report. One whose day is printed wrong is to be held back; it then tells nothing of its month."""

    no: int
    day: date
    progress_pct: Decimal
    disbursed_thb: Decimal
    narrative: str
    plan_status: str
    target_status: str
    is_misdated: bool = False


@dataclass(frozen=True)
class Copy:
    """What one printing of a form shows."""

    received_thb: Decimal
    spent_thb: Decimal
    reports: tuple[Report, ...]
    goal: PlanNode
    is_certified: bool


@dataclass(frozen=True)
class Sight:
    """An export of a project, made at a moment: the copy to believe, and one that disagrees with it or none."""

    made_at: datetime
    copy: Copy
    other: Copy | None
    channel: str


@dataclass(frozen=True)
class Project:
    """A project of a fiscal year (B.E.), with its exports in the order in which they were made."""

    code: str
    name: str
    agency: Agency
    section: str
    fiscal_year: int
    start: date
    end: date
    indicator: str
    rationale: str
    sights: tuple[Sight, ...]

    @property
    def current(self) -> Sight:
        """The latest export."""
        return self.sights[-1]

    @property
    def record(self) -> str:
        """What findings and changes call it."""
        return f"{self.code}/{self.fiscal_year}"


@dataclass(frozen=True)
class Page:
    """A project whose page shows no log of reports: only how far it is, and how it was evaluated."""

    code: str
    name: str
    agency: Agency
    fiscal_year: int
    progress_pct: Decimal
    evaluation_score: Decimal | None
    goal: PlanNode
    made_at: datetime


@dataclass(frozen=True)
class Indicator:
    """An indicator of an agency in a fiscal year (B.E.), with its results by quarter."""

    name: str
    agency: Agency
    fiscal_year: int
    goal: PlanNode
    unit: str
    target: Decimal
    results: tuple[Decimal, ...]


@dataclass(frozen=True)
class Broken:
    """A file that nobody can read, or a form that lacks what makes it one."""

    name: str
    content: bytes
    made_at: datetime


@dataclass(frozen=True)
class City:
    """All that is invented."""

    projects: tuple[Project, ...]
    pages: tuple[Page, ...]
    indicators: tuple[Indicator, ...]
    broken: tuple[Broken, ...]

    @property
    def all_projects(self) -> tuple[Project | Page, ...]:
        """The projects, with those of which there is a page alone."""
        return (*self.projects, *self.pages)
