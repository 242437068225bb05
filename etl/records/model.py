"""What passes from room to room: documents, lines that know their place, records, findings.

Absent is None, never 0 or "". Amounts are `Decimal` baht, shares `Decimal` percent, fiscal years Buddhist.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

PERSONAL_FIELDS = frozenset({"owner", "coordinator", "contact"})


class Severity(StrEnum):
    """What a failed rule does: critical holds the record back, warning loads and flags it, info only tells."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Channel(StrEnum):
    """How a document reached us, whatever it says."""

    TEXT = "text"
    HTML = "html"
    PDF = "pdf"
    OCR = "ocr"
    OFFICE = "office"


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where something stands in a document; pages and lines count from 1."""

    page: int
    line: int


class Line(msgspec.Struct, frozen=True):
    """One line of a document, cleaned but not yet repaired.

    Where it was recognised in a picture, `low_confidence` are the tokens in it that may have been recognised wrongly,
    and `repaired` what in it is not as recognised but as it should be from what is known of exports.
    """

    place: Place
    text: str
    low_confidence: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """That a document's bytes were at an address: as of when, and when they were pulled.

    `reported_at` is when the source says that they were made or changed, or when they were pulled where it says
    nothing. `snapshot_at` is what can be believed of it; where that is another time, a rule says why, and
    `time_reported` is the time as the source gave it.
    """

    uri: str
    reported_at: datetime
    snapshot_at: datetime
    fetched_at: datetime
    time_rule_id: str | None = None
    time_reported: str | None = None


class LandedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One export in the landing area, named by its bytes' hash, and everywhere that it was seen in one pull.

    One that was purged is seen, but not landed again, and not read.
    """

    sha256: str
    byte_size: int
    observations: list[Observation]
    is_purged: bool = False

    @property
    def uri(self) -> str:
        """The address that findings name: of several, the first in order."""
        return min(observation.uri for observation in self.observations)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """An export as every record of it names it; family and channel are None where nobody could tell.

    `address` is the one that the export prints on itself or was saved from; `uri` is where we found it. `printed_at`
    is the time that the export prints on itself outside of its text, as a browser does in the margin of a page.
    """

    uri: str
    sha256: str
    family: str | None = None
    channel: Channel | None = None
    address: str | None = None
    printed_at: datetime | None = None


class Record(msgspec.Struct, kw_only=True):
    """Base of what a parser reads: for each field where it stood, and what could not be read or had to be guessed.

    `issues` maps an issue (`report_date_unreadable`) to the printed text; the rules in `expectations/` judge it.
    """

    places: dict[str, Place] = {}
    issues: dict[str, str] = {}


class Project(Record, kw_only=True):
    """The project-year that one copy describes.

    `view_id` is the number in the address of a view that prints no project code.
    """

    project_code: str | None = None
    view_id: str | None = None
    project_name: str | None = None
    fiscal_year: int | None = None
    start_date: date | None = None
    end_date: date | None = None
    budget_received_thb: Decimal | None = None
    budget_spent_thb: Decimal | None = None
    agency_path: list[str] = []
    agency_code: str | None = None
    unit_code: str | None = None
    owner: str | None = None
    coordinator: str | None = None
    contact: str | None = None
    rationale: str | None = None
    objectives: list[str] = []
    targets: str | None = None
    progress_pct: Decimal | None = None
    evaluation_quarter: int | None = None
    evaluation_score: Decimal | None = None
    is_certified: bool = False


class Strategy(Record, kw_only=True):
    """The path through a plan that a project supports, and the indicator it names; codes in Arabic digits."""

    plan_version: str | None = None
    strategy_code: str | None = None
    strategy_name: str | None = None
    sub_issue_code: str | None = None
    sub_issue_name: str | None = None
    goal_code: str | None = None
    goal_name: str | None = None
    dimension_no: int | None = None
    indicator_name: str | None = None


class Report(Record, kw_only=True):
    """One progress report of a project."""

    report_no: int | None = None
    report_date: date | None = None
    narrative: str | None = None
    progress_pct: Decimal | None = None
    disbursed_thb: Decimal | None = None
    plan_status: str | None = None
    target_status: str | None = None


class IndicatorQuarter(msgspec.Struct, kw_only=True):
    """One row of an indicator's table of quarters; `pair_score` (`95 / 100`) is kept as printed."""

    quarter: int
    result_value: Decimal | None = None
    score: Decimal | None = None
    pair_score: str | None = None
    narrative: str | None = None


class Indicator(Record, kw_only=True):
    """One indicator (KPI) of an agency in a fiscal year, and the path through a plan that it stands under.

    `unit_raw` and `target_raw` are as printed, `unit` is a word of the vocabulary or None; `indicator_class` is what an
    index prints after the dimension (`ตัวชี้วัดเจรจา`).
    """

    kpi_id: str | None = None
    indicator_name: str | None = None
    fiscal_year: int | None = None
    agency_code: str | None = None
    dimension_no: int | None = None
    indicator_type: str | None = None
    indicator_level: str | None = None
    indicator_class: str | None = None
    plan_version: str | None = None
    strategy_code: str | None = None
    strategy_name: str | None = None
    sub_issue_code: str | None = None
    sub_issue_name: str | None = None
    goal_code: str | None = None
    goal_name: str | None = None
    summary: str | None = None
    definition: str | None = None
    unit_raw: str | None = None
    unit: str | None = None
    target_raw: str | None = None
    target_value: Decimal | None = None
    result_value: Decimal | None = None
    evaluation_quarter: int | None = None
    evaluation_score: Decimal | None = None
    quarters: list[IndicatorQuarter] = []


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that a record broke: which rule, record, field and value, in words, and the line to look at."""

    rule_id: str
    severity: Severity
    record: str
    field: str | None
    value: str | None
    message: str
    line: int | None


class Copy(msgspec.Struct, kw_only=True):
    """One copy of a form, or one page: everything that was read from it and noticed about it."""

    document: Document
    copy: int
    page: int
    first_line: int
    last_line: int
    project: Project | None = None
    strategy: Strategy | None = None
    reports: list[Report] = []
    indicators: list[Indicator] = []
    findings: list[Finding] = []


_JSON = msgspec.json.Encoder(decimal_format="number")


def to_json(copy: Copy) -> bytes:
    """Return the public JSON object of a copy, one line without its end; decimals are numbers as printed."""
    builtins = msgspec.to_builtins(copy, builtin_types=(Decimal, date))
    records = (builtins["project"], builtins["strategy"], *builtins["reports"], *builtins["indicators"])
    for record in filter(None, records):
        for name in Record.__struct_fields__:
            del record[name]
    return _JSON.encode(builtins)
