"""The warehouse, defined once: every table and column with its type, keys and comment.

`raw` keeps what each document says, `dw` is the star that is derived from it, `ops` tells what happened. A key is the
hash of what it stands for (`dw.key`), so that it is the same in whatever order documents are loaded. Keys -1 and -2 are
the members "unknown" and "not applicable"; facts have no empty foreign key. A project-year is named by code and year in
every row that is about it: where an export prints no code, by the number of the view that it is, and where it prints no
year, by -1. The views of `mart` show neither of the two; they stand in `sql/marts/`. What only says when and by which
load something came is marked as audit; all else is content, which the same documents give in whatever order they come.

A text of `raw` may hold whatever a document says, unless it is marked as checked: a code or word whose shape its parser
knows. What quotes documents elsewhere is marked as such. A purge goes by these marks.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

from etl.addresses import ADDRESS_BYTES_MAX
from etl.thai.calendar import FIRST_YEAR, LAST_YEAR

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

UNKNOWN_KEY, NOT_APPLICABLE_KEY = -1, -2
UNKNOWN_YEAR = -1
VIEW_PREFIX = "view:"

_AUDIT = {"audit": True}


class Words(Text):
    """Text of at most so many bytes of UTF-8: what is longer is no value of the column."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__()
        self.bytes_max = bytes_max


class Whole(SmallInteger):
    """A whole number between two, both included."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__()
        self.first, self.last = first, last


# An index holds rows of up to 2704 bytes. What stands in a key is bounded so that all that a key is made of fits: two
# codes; the name of a record, with an agency's code and an indicator's text, and a field's path; an address and a hash.
Code, Name, Address = Words(200), Words(1_800), Words(ADDRESS_BYTES_MAX)
Remark = Words(3_000)  # what is said of a record, and quoted from it: a person is to read it
PROSE_BYTES_MAX = 1_000_000  # of text in no key
FiscalYear, Quarter = Whole(FIRST_YEAR, LAST_YEAR), Whole(1, 4)
# What a document is quoted in: in words about it, as the value of one of its fields, in the name of one of its records.
_QUOTES, _STATES, _NAMES = {"quotes": True}, {"states": True}, {"names": True}

Money = Numeric(18, 2)
Percent = Numeric(9, 4)
Ratio = Numeric(32, 4)  # a small plan, much exceeded, is a percentage of many digits
Value = Numeric(24, 6)
Timestamp = DateTime(timezone=True)


def _column(name: str, kind: Any, comment: str, *args: Any, **options: Any) -> Column[Any]:
    options.setdefault("nullable", False)
    return Column(name, kind, *args, comment=comment, **options)


def _null(name: str, kind: Any, comment: str, *args: Any, **options: Any) -> Column[Any]:
    return _column(name, kind, comment, *args, nullable=True, **options)


def _checked(name: str, comment: str, **options: Any) -> Column[Any]:
    return _null(name, Code, comment, info={"checked": True}, **options)


def _personal(name: str, comment: str) -> Column[Any]:
    return _null(name, Text, f"{comment} Personal data.", info={"personal": True})


def _key(name: str, comment: str) -> Column[Any]:
    return _column(name, BigInteger, comment, primary_key=True, autoincrement=False)


def _reference(name: str, target: str, comment: str, **options: Any) -> Column[Any]:
    # Deferred: a load may replace a dimension's row and what points at it in any order, and is checked at its commit.
    return _column(name, BigInteger, comment, ForeignKey(target, deferrable=True, initially="DEFERRED"), **options)


def _key_reference(name: str, target: str, comment: str) -> Column[Any]:
    reference = ForeignKey(target, deferrable=True, initially="DEFERRED")
    return _column(name, BigInteger, comment, reference, primary_key=True, autoincrement=False)


def _document_key() -> Column[Any]:
    comment = "The export that the values shown come from."
    return _reference("document_key", "dw.dim_document.document_key", comment, info={"source": True})


def _load_id() -> Column[Any]:
    return _reference("load_id", "ops.load.load_id", "The load that wrote this row as it stands.", info=_AUDIT)


def _valid_from() -> Column[Any]:
    return _column("valid_from", Timestamp, "The snapshot since which this stands as it does.")


def _passed_period() -> list[Any]:
    """Return the period of a row that stood once, half open: the next began where it ended."""
    return [
        _column("valid_from", Timestamp, "The snapshot that showed this first.", primary_key=True),
        _column("valid_to", Timestamp, "The snapshot that no longer showed it."),
        CheckConstraint("valid_to > valid_from", name="period"),
    ]


def _one_after_the_other(table: str, *key: str) -> list[Any]:
    """Return what makes the periods of a type-2 dimension follow each other without overlap or gap, the last one open.

    A period ends where another begins, no two end alike, and one of them lasts.
    """
    deferred: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}
    return [
        UniqueConstraint(*key, "valid_from"),
        UniqueConstraint(*key, "valid_to", **deferred),
        ForeignKeyConstraint(
            [*key, "valid_to"], [f"{table}.{column}" for column in (*key, "valid_from")], **deferred
        ),
        ExcludeConstraint(
            *((column, "=") for column in key),
            using="btree", where=text("valid_to IS NULL"), name=f"ex_{table.partition('.')[2]}_lasting", **deferred,
        ),
        CheckConstraint("valid_to > valid_from", name="period"),
        CheckConstraint("is_current = (valid_to IS NULL)", name="is_current"),
    ]  # fmt: skip


def _copy_key() -> list[Column[Any]]:
    return [
        _key_reference("document_key", "dw.dim_document.document_key", "The document."),
        _column("copy", Integer, "The copy in the document, from 1.", primary_key=True, autoincrement=False),
    ]  # fmt: skip


def _places() -> Column[Any]:
    return _column("places", JSONB, "Where each field stood: its name, and page and line, both from 1.")


def _is_shown() -> Column[Any]:
    return _column("is_shown", Boolean, "This copy is the one shown; the others of its document are evidence.")


_PROJECT_YEAR = (
    (
        "project_code", Code,
        "Project code as printed: agency and unit, a dash, running number; `view:2484` where a view prints none.",
    ),
    (
        "fiscal_year", FiscalYear,
        "Thai fiscal year, Buddhist era: 2566 is 2022-10-01 to 2023-09-30; -1 where the export prints none.",
    ),
)  # fmt: skip


def _project_year(*, primary_key: bool = False) -> list[Column[Any]]:
    options: dict[str, Any] = {"primary_key": primary_key, "autoincrement": False}
    return [_column(*column, info={"checked": True}, **options) for column in _PROJECT_YEAR]


def _report_ref(*, primary_key: bool) -> Column[Any]:
    comment = "What tells it from the project-year's other reports: its number, or where none is printed, its day."
    return _column("report_ref", Code, comment, primary_key=primary_key, info={"checked": True})


def _attributes() -> list[Column[Any]]:
    """Return what `raw.project` and `dw.dim_project` both tell of a project-year."""
    return [
        _checked("view_id", "Number in the address of a view that prints no project code."),
        _null("project_name", Text, "Name of the project."),
        _null("start_date", Date, "First day of the project."),
        _null("end_date", Date, "Last day of the project."),
        _null("rationale", Text, "Why the project is undertaken."),
        _null("objectives", ARRAY(Text), "Objectives, in the order printed."),
        _null("targets", Text, "Targets, in words."),
        _column("is_certified", Boolean, "The certification sentence stands in the copy shown."),
    ]


def _plan_node() -> list[Column[Any]]:
    return [
        _checked("plan_version", "The plan that the codes are of; two plans share the numbers 1 to 7."),
        _checked("strategy_code", "Strategy, one number."),
        _null("strategy_name", Text, "Name of the strategy."),
        _checked("sub_issue_code", "Sub-issue of the strategy, two numbers."),
        _null("sub_issue_name", Text, "Name of the sub-issue."),
        _checked("goal_code", "Goal of the sub-issue, three numbers."),
        _null("goal_name", Text, "Text of the goal; it may be cut short."),
    ]


def _indicator_attributes() -> list[Column[Any]]:
    return [
        _checked("kpi_id", "KPI id as printed; empty where an export names the indicator by its text only."),
        _null("indicator_name", Name, "Name of the indicator."),
        _null("fiscal_year", FiscalYear, "Thai fiscal year, Buddhist era; empty where no export prints one."),
        _checked("agency_code", "Agency that is measured, four digits."),
        _null("dimension_no", SmallInteger, "Performance dimension, 1 to 4."),
        _checked("indicator_type", "strategic or routine."),
        _checked("indicator_level", "output or outcome."),
        _null("indicator_class", Text, "Class as an index prints it behind the dimension."),
        *_plan_node(),
        _null("summary", Text, "What the year's work came to, in words."),
        _null("definition", Text, "What the indicator means, in words."),
        _null("unit_raw", Text, "Unit as printed."),
        _checked("unit", "Unit in its standard spelling."),
        _null("target_raw", Text, "Target as printed, where it is more than a number."),
    ]


def _quarter_values() -> list[Column[Any]]:
    return [
        _checked("pair_score", "Pair of scores as printed, `95 / 100`."),
        _null("narrative", Text, "What was reported for the quarter."),
        _null("result_value", Value, "Result, in the indicator's unit."),
        _null("score", Percent, "Score of the quarter's evaluation; blank is not zero."),
    ]


def _table(schema: str, name: str, comment: str, *parts: Any, **options: Any) -> Table:
    return Table(name, metadata, *_flat(parts), schema=schema, comment=comment, **options)


def _flat(parts: Sequence[Any]) -> list[Any]:
    return [one for part in parts for one in (part if isinstance(part, list) else [part])]


def content_tables() -> list[Table]:
    """Return the tables whose rows follow from the documents loaded, in the order in which they are defined."""
    return [table for table in metadata.tables.values() if not table.info.get("audit")]


def free_texts(table: Table) -> list[Column[Any]]:
    """Return the columns of a table of `raw` in which a document may say anything."""
    return [
        column
        for column in table.columns
        if isinstance(column.type.item_type if isinstance(column.type, ARRAY) else column.type, Text)
        and not column.info.get("checked")
    ]


def content_columns(table: Table) -> list[Column[Any]]:
    """Return the columns of a table whose values follow from the documents loaded, in their order."""
    return [column for column in table.columns if not column.info.get("audit")]


# raw: what each document says

raw_manifest = _table(
    "raw", "manifest", "An observation of a document: where its bytes were, and as of when.",
    _column("sha256", Text, "Hash of the bytes.", primary_key=True),
    _column("uri", Address, "Address that the export was pulled from.", primary_key=True),
    _column("reported_at", Timestamp, "When its source says it was made; else when it was pulled.", primary_key=True),
    _column("snapshot_at", Timestamp, "When it was made, as far as can be believed; never after it was pulled."),
    _column("fetched_at", Timestamp, "When it was pulled first.", info=_AUDIT),
    _null("time_rule_id", Text, "The rule that the reported time breaks; empty where it can be believed."),
    _null("time_reported", Text, "The time as reported, where it breaks a rule."),
    _column("byte_size", BigInteger, "Size of the export in bytes."),
)  # fmt: skip

raw_document = _table(
    "raw", "document", "What became of a document when it was read last.",
    _key_reference("document_key", "dw.dim_document.document_key", "The document."),
    _column("records_digest", Text, "Hash of everything read from it; where it is the same, nothing is loaded again."),
    _column("records_read", Integer, "Records read from it; a document that cannot be read counts as one."),
    _column("records_held", Integer, "Records of it that are held back."),
    _null("printed_at", Timestamp, "The time that the export prints on itself; it goes before what a source tells."),
    _load_id(),
)  # fmt: skip

raw_project = _table(
    "raw", "project", "A project-year as one accepted copy describes it.",
    _copy_key(), _is_shown(), _project_year(), _attributes(),
    _column("page", Integer, "Page on which the copy begins."),
    _column("first_line", Integer, "First line of the copy."),
    _column("last_line", Integer, "Last line of the copy."),
    _null("budget_received_thb", Money, "Budget received, baht."),
    _null("budget_spent_thb", Money, "Budget spent, baht."),
    _null("agency_path", ARRAY(Text), "Agency, division and section as printed."),
    _checked("agency_code", "Agency, four digits of the project code."),
    _checked("unit_code", "Agency and unit, eight digits."),
    _personal("owner", "Who is responsible."),
    _personal("coordinator", "Coordinator at the Strategy and Evaluation Department."),
    _personal("contact", "Contact as printed."),
    _null("progress_pct", Percent, "Progress that the export prints as its headline, percent."),
    _null("evaluation_quarter", SmallInteger, "Quarter of the evaluation."),
    _null("evaluation_score", Percent, "Score of the evaluation; blank is not zero."),
    _plan_node(),
    _null("dimension_no", SmallInteger, "Performance dimension of the indicator named."),
    _null("indicator_name", Name, "Indicator named."),
    _places(),
    Index(None, "project_code", "fiscal_year"),
)  # fmt: skip

raw_report = _table(
    "raw", "report", "A progress report as one accepted copy prints it.",
    _copy_key(),
    _column("ordinal", Integer, "Place among the copy's reports, from 1.", primary_key=True, autoincrement=False),
    _is_shown(), _project_year(),
    _report_ref(primary_key=False), _null("report_no", SmallInteger, "Number of the report; some exports print none."),
    _null("report_date", Date, "Day of the report."),
    _null("narrative", Text, "What was done."),
    _null("progress_pct", Percent, "Progress reported, percent."),
    _null("disbursed_thb", Money, "Disbursed with this report, baht."),
    _null("plan_status", Text, "Standing against the plan.", info={"vocabulary": "plan_status"}),
    _null("target_status", Text, "Standing against the target.", info={"vocabulary": "target_status"}),
    _places(),
)  # fmt: skip

raw_indicator = _table(
    "raw", "indicator", "An indicator as one accepted copy prints it.",
    _copy_key(),
    _column("ordinal", Integer, "Place among the copy's indicators, from 1.", primary_key=True, autoincrement=False),
    _is_shown(), _indicator_attributes(),
    _column("indicator_key", BigInteger, "The indicator-year: by its id, or else by agency and text.", index=True),
    _null("target_value", Value, "Target, in the unit."),
    _null("result_value", Value, "Headline result, in the unit."),
    _null("has_unit_clash", Boolean, "Target and results are of different units; empty where not both are printed."),
    _null("evaluation_quarter", SmallInteger, "Quarter of the evaluation."),
    _null("evaluation_score", Percent, "Score of the evaluation; blank is not zero."),
    _places(),
)  # fmt: skip

raw_indicator_quarter = _table(
    "raw", "indicator_quarter", "A row of an indicator's table of quarters, as one accepted copy prints it.",
    _copy_key(),
    _column("ordinal", Integer, "Place of the indicator among the copy's.", primary_key=True, autoincrement=False),
    _column("quarter", Quarter, "Quarter of the fiscal year.", primary_key=True, autoincrement=False),
    _quarter_values(),
)  # fmt: skip

# dw: the star

dim_date = _table(
    "dw", "dim_date", "A day.",
    _column("date_key", Integer, "yyyymmdd; -1 is unknown, -2 not applicable.", primary_key=True, autoincrement=False),
    _null("full_date", Date, "The day.", unique=True),
    _null("be_year", SmallInteger, "Buddhist calendar year."),
    _null("fiscal_year", SmallInteger, "Thai fiscal year, Buddhist era."),
    _null("fiscal_quarter", SmallInteger, "Quarter of the fiscal year; 1 is October to December."),
    _null("fiscal_month", SmallInteger, "Month of the fiscal year; 1 is October."),
)  # fmt: skip

dim_agency = _table(
    "dw", "dim_agency", "An agency, or a unit of it, in a period (type 2).",
    _key("agency_key", "Key of the agency or unit in its period."),
    _null("agency_code", Code, "Agency, four digits."),
    _null("unit_code", Code, "Agency and unit, eight digits; the agency as a whole ends in four zeros."),
    _null("agency_name", Text, "Name of the agency."),
    _null("unit_name", Text, "Name of the unit; empty for the agency as a whole."),
    _null("agency_kind", Text, "district, department or division."),
    _null("valid_from", Date, "First day on which this holds."),
    _null("valid_to", Date, "First day on which it no longer does; empty while it holds."),
    _column("is_current", Boolean, "This holds today."),
    _one_after_the_other("dw.dim_agency", "unit_code"),
    CheckConstraint("agency_kind IN ('district', 'department', 'division')", name="agency_kind"),
)  # fmt: skip

dim_project = _table(
    "dw", "dim_project", "A project-year as it stood in a period (type 2).",
    _key("project_key", "Key of the project-year in its period."),
    _null("project_code", Code, _PROJECT_YEAR[0][2]),
    _null("fiscal_year", FiscalYear, _PROJECT_YEAR[1][2]),
    _attributes(),
    _null("valid_from", Timestamp, "The snapshot that showed this first."),
    _null("valid_to", Timestamp, "The snapshot that no longer showed it; empty while it is shown."),
    _column("is_current", Boolean, "This is what the latest snapshot shows."),
    _one_after_the_other("dw.dim_project", "project_code", "fiscal_year"),
)  # fmt: skip

dim_strategy = _table(
    "dw", "dim_strategy", "A node of a plan: a strategy, a sub-issue or a goal.",
    _key("strategy_key", "Key of the node."),
    _null("node_code", Code, "Code of the node itself, the longest of its codes."),
    _plan_node(),
    _null("name_rank", SmallInteger, "Who names it: 2 the reference table, 1 a copy that is shown, 0 another copy."),
    _null("named_at", Timestamp, "The snapshot that the name is from; empty where the reference table names it."),
    UniqueConstraint("plan_version", "node_code"),
)  # fmt: skip

dim_indicator = _table(
    "dw", "dim_indicator",
    "An indicator (KPI) of an agency in a fiscal year, of each field the value that an export stated last. "
    "What is printed without a year stays apart from the same id in a year: years are not guessed.",
    _key("indicator_key", "Key of the indicator-year."),
    _indicator_attributes(),
)  # fmt: skip

dim_report_status = _table(
    "dw", "dim_report_status", "A pair of statuses.",
    _key("status_key", "Key of the pair."),
    _null("plan_status", Text, "Standing against the plan, as printed."),
    _null("target_status", Text, "Standing against the target, as printed."),
)  # fmt: skip

dim_document = _table(
    "dw", "dim_document", "An export.",
    _key("document_key", "Key of the export."),
    _null("sha256", Text, "Hash of the bytes.", unique=True),
    _null("uri", Text, "Address that it was pulled from first."),
    _null("family", Text, "Kind of export; empty where nobody could tell."),
    _null("channel", Text, "How it reached us: text, html, pdf or ocr."),
    _null("snapshot_at", Timestamp, "When it was made, as far as its source tells; the first time of several."),
    _null("last_seen_at", Timestamp, "Until when it was seen as it is; the time that it prints on itself goes before."),
    _null("fetched_at", Timestamp, "When it was pulled first.", info=_AUDIT),
)  # fmt: skip


def _project_values() -> list[Column[Any]]:
    return [
        _reference("project_key", "dw.dim_project.project_key", "The project-year as it stood."),
        _reference("agency_key", "dw.dim_agency.agency_key", "The unit that the project code names, in that year."),
        *[
            _column(name, Integer, comment, ForeignKey("dw.dim_date.date_key"))
            for name, comment in (
                ("start_date_key", "First day of the project."),
                ("end_date_key", "Last day of the project."),
                ("first_report_date_key", "Day of the first report."),
                ("last_report_date_key", "Day of the last report."),
            )
        ],
        _null("budget_received_thb", Money, "Budget received, baht."),
        _null("budget_spent_thb", Money, "Budget spent, baht."),
        _null("budget_phase", Text, "Phase that the budget received is of; empty where the export does not say."),
        _null("spent_pct", Ratio, "Spent of received, percent; empty where nothing was received."),
        _null("progress_pct", Percent, "Progress: the headline where one is printed, else the last report's, percent."),
        _column("report_count", Integer, "Reports in the warehouse."),
        _null("evaluation_score", Percent, "Score of the evaluation; blank is not zero."),
    ]  # fmt: skip


fact_project = _table(
    "dw", "fact_project", "A project-year from its first to its last report (accumulating snapshot).",
    _project_year(primary_key=True),
    _project_values(),
    _null("disbursed_thb", Money, "Sum of what the reports say was disbursed, baht; empty where none says."),
    _null("report_months", ARRAY(SmallInteger), "Months of its fiscal year with a report, in order; 1 is October."),
    _document_key(), _valid_from(), _load_id(),
    Index(None, "project_key"),
    # Code and year as marts show them.
    Index("ix_fact_project_printed_code", text("substring(project_code, '^[0-9].*')")),
    Index("ix_fact_project_printed_year", text("nullif(fiscal_year, -1)")),
)  # fmt: skip

project_history = _table(
    "dw", "project_history", "How a project-year stood in a period that has passed; fact_project tells how it stands.",
    _project_year(primary_key=True), _passed_period(),
    _project_values(), _document_key(), _load_id(),
    Index(None, "project_key"),
)  # fmt: skip


def _report_values() -> list[Column[Any]]:
    return [
        _null("report_no", SmallInteger, "Number of the report; some exports print none."),
        _column("report_date_key", Integer, "Day of the report.", ForeignKey("dw.dim_date.date_key")),
        _reference("status_key", "dw.dim_report_status.status_key", "The pair of statuses."),
        _null("progress_pct", Percent, "Progress reported, percent."),
        _null("disbursed_thb", Money, "Disbursed with this report, baht."),
        _null("narrative", Text, "What was done."),
    ]


fact_progress_report = _table(
    "dw", "fact_progress_report", "A progress report of a project-year.",
    _project_year(primary_key=True), _report_ref(primary_key=True),
    _reference("project_key", "dw.dim_project.project_key", "The project-year as it stands."),
    _reference("agency_key", "dw.dim_agency.agency_key", "The unit that the project code names, in that year."),
    _report_values(),
    _null("progress_delta_pct", Percent, "Progress since the report numbered before, percentage points."),
    _document_key(), _valid_from(), _load_id(),
    # By year first: what a fiscal year's load adds then stands together in the index, however many years there are.
    PrimaryKeyConstraint("fiscal_year", "project_code", "report_ref"),
    Index(None, "project_key"),
)  # fmt: skip

progress_report_history = _table(
    "dw", "progress_report_history",
    "How a progress report stood in a period that has passed; fact_progress_report tells how it stands.",
    _project_year(primary_key=True), _report_ref(primary_key=True), _passed_period(),
    _report_values(), _document_key(), _load_id(),
)  # fmt: skip


def _result_key() -> list[Column[Any]]:
    return [
        _key_reference("indicator_key", "dw.dim_indicator.indicator_key", "The indicator-year."),
        _column("quarter", SmallInteger, "Quarter; 0 is the headline.", primary_key=True, autoincrement=False),
    ]


def _result_values() -> list[Any]:
    return [
        _reference("agency_key", "dw.dim_agency.agency_key", "The agency that is measured, in that year."),
        _null("target_value", Value, "Target of the year, in the indicator's unit; exports print none for a quarter."),
        _null("result_value", Value, "Result, in the indicator's unit."),
        _null(
            "attainment_pct", Ratio,
            "Result of target, percent; empty where the target is 0 or blank, and where units differ or are not known.",
        ),
        _null("evaluation_quarter", SmallInteger, "Quarter that the headline's evaluation is of; empty in a quarter."),
        _null("evaluation_score", Percent, "Score of the evaluation; blank is not zero."),
        _null("pair_score", Text, "Pair of scores of the quarter as printed, `95 / 100`; empty in the headline."),
        _null("narrative", Text, "What was reported for the quarter; empty in the headline."),
        CheckConstraint("quarter BETWEEN 0 AND 4", name="quarter"),
    ]  # fmt: skip


fact_indicator_result = _table(
    "dw", "fact_indicator_result",
    "An indicator's result in a quarter; quarter 0 is the headline, blank where exports only name the indicator.",
    _result_key(), _result_values(), _document_key(), _valid_from(), _load_id(),
)  # fmt: skip

indicator_result_history = _table(
    "dw", "indicator_result_history",
    "How an indicator's result stood in a period that has passed; fact_indicator_result tells how it stands.",
    _result_key(), _passed_period(), _result_values(), _document_key(), _load_id(),
)  # fmt: skip

bridge_project_strategy = _table(
    "dw", "bridge_project_strategy", "The nodes of the plan that a project-year supports.",
    _key_reference("project_key", "dw.dim_project.project_key", "The project-year as it stands."),
    _key_reference("strategy_key", "dw.dim_strategy.strategy_key", "The node of the plan."),
    _column("is_disputed", Boolean, "Copies of the export name different nodes."),
    _column("is_shown", Boolean, "The one node of the project-year that is shown: that of the copy shown."),
    _column("weight", Numeric(10, 9), "Share of the project that counts for this node; a project's shares sum to 1."),
    CheckConstraint("weight > 0 AND weight <= 1", name="weight"),
)  # fmt: skip

bridge_project_indicator = _table(
    "dw", "bridge_project_indicator", "The indicators that a project-year is measured by.",
    _key_reference("project_key", "dw.dim_project.project_key", "The project-year as it stands."),
    _key_reference("indicator_key", "dw.dim_indicator.indicator_key", "The indicator-year."),
    Index(None, "indicator_key"),
)  # fmt: skip

# ops: what happened

_COUNTS = (
    ("records_loaded", "Records that changed the warehouse."),
    ("records_unchanged", "Records that stand in the warehouse already as they are."),
    ("records_quarantined", "Records held back."),
    ("records_superseded", "Records that another copy or a later snapshot stands for."),
)
_CONSERVATION = "records_read = records_loaded + records_unchanged + records_quarantined + records_superseded"


def _counts() -> list[Any]:
    return [
        _column("records_read", Integer, "Records read.", server_default=text("0")),
        *(_column(name, Integer, comment, server_default=text("0")) for name, comment in _COUNTS),
        CheckConstraint(_CONSERVATION, name="conservation"),
    ]


load = _table(
    "ops", "load", "A run.",
    _column("load_id", BigInteger, "The load.", Identity(), primary_key=True),
    _column("run_id", Text, "The run, as its scheduler or the command line names it."),
    _null("fiscal_year", SmallInteger, "The one fiscal year that was loaded; empty where all were."),
    _column("started_at", Timestamp, "When the load began.", server_default=text("now()")),
    _null("finished_at", Timestamp, "When it ended."),
    _column("status", Text, "running, committed or failed."),
    _null("error", Text, "Why it failed."),
    _column("documents_read", Integer, "Documents read.", server_default=text("0")),
    _column("documents_quarantined", Integer, "Documents from which nothing could be read.", server_default=text("0")),
    _counts(),
    CheckConstraint("status IN ('running', 'committed', 'failed')", name="status"),
    info=_AUDIT,
)  # fmt: skip

load_document = _table(
    "ops", "load_document", "What became of one document's records in a load.",
    _key_reference("load_id", "ops.load.load_id", "The load."),
    _key_reference("document_key", "dw.dim_document.document_key", "The document."),
    _counts(),
    info=_AUDIT,
)  # fmt: skip

load_table = _table(
    "ops", "load_table", "How many rows a table held after a load.",
    _key_reference("load_id", "ops.load.load_id", "The load."),
    _column("table_name", Text, "The table, with its schema.", primary_key=True),
    _column("row_count", BigInteger, "Rows after the load."),
    info=_AUDIT,
)  # fmt: skip

finding = _table(
    "ops", "finding", "A rule that a record of a document breaks; load_id is the load that found it first.",
    _column("finding_id", BigInteger, "The finding.", Identity(), primary_key=True, info=_AUDIT),
    _load_id(),
    _column("rule_id", Text, "The rule; expectations/ says what it asks."),
    _column("severity", Text, "critical, warning or info."),
    _reference("document_key", "dw.dim_document.document_key", "The document."),
    _column("copy", Integer, "The copy in the document, from 1."),
    _column(
        "record", Remark, "The record: `50490000-3572/2566`, with `/reports[2]` behind it, or `5030-1086/2566`.",
        info=_NAMES,
    ),
    _null("field", Remark, "The field, by its path in the parsed object."),
    _null("value", Remark, "The value that breaks the rule; never personal data.", info=_QUOTES),
    _column("message", Remark, "What is wrong, in words.", info=_QUOTES),
    _null("line", Integer, "The line to look at."),
    _null("agency_code", Code, "Agency of the record, or else of all that its copy speaks of; empty where none tells."),
    _null("project_code", Text, "Project code of the record; empty where it is of none."),
    _null("fiscal_year", SmallInteger, "Thai fiscal year of the record, Buddhist era; empty where it does not tell."),
    CheckConstraint("severity IN ('critical', 'warning', 'info')", name="severity"),
    Index(None, "document_key"),
    Index(None, "fiscal_year", "agency_code"),
    Index(None, "project_code"),
)  # fmt: skip

field_conflict = _table(
    "ops", "field_conflict", "A field on which copies of a document disagree.",
    _null(*_PROJECT_YEAR[0]),
    _null(*_PROJECT_YEAR[1]),
    _column("field", Text, "The field, by its path in the parsed object.", primary_key=True),
    _null("value_shown", Text, "The value of the copy shown.", info=_STATES),
    _null("value_other", Text, "The value of the other copy.", info=_STATES),
    *_copy_key(),
)  # fmt: skip

field_change = _table(
    "ops", "field_change", "A field that changed from one snapshot to the next.",
    _column("record", Text, "The record, as findings name it: `50490000-3572/2566`.", primary_key=True),
    _column("field", Text, "The field, by its path in the parsed object.", primary_key=True),
    _null("old_value", Text, "What the snapshot before showed."),
    _null("new_value", Text, "What this snapshot shows."),
    _column("seen_at", Timestamp, "The snapshot that showed the change.", primary_key=True),
    _load_id(),
)  # fmt: skip

quarantine = _table(
    "ops", "quarantine", "A document or record that is held back.",
    _key("quarantine_id", "The case: document, copy, record and line."),
    _reference("document_key", "dw.dim_document.document_key", "The document."),
    _column("copy", Integer, "The copy in the document, from 1."),
    _column("record", Remark, "The record; `document` where nothing could be read.", info=_NAMES),
    _column("reason", Remark, "Why it is held back, in words.", info=_QUOTES),
    _column("rule_id", Text, "The critical rule that it breaks."),
    _column("severity", Text, "Always critical."),
    _null("page", Integer, "The page to look at."),
    _null("line", Integer, "The line to look at."),
    _column("first_seen", Timestamp, "When it was held back first.", info=_AUDIT),
    _column("last_seen", Timestamp, "When it was held back last.", info=_AUDIT),
    _column("state", Text, "held, released (a later load read it otherwise) or rejected (somebody gave it up)."),
    _null("remark", Text, "Why somebody rejected it."),
    CheckConstraint("state IN ('held', 'released', 'rejected')", name="state"),
)  # fmt: skip

purge = _table(
    "ops", "purge", "A document whose personal data was taken out, and is not taken in again.",
    _column("sha256", Text, "Hash of the document.", primary_key=True),
    _column("purged_at", Timestamp, "When it was purged first."),
    _column("purged_by", Text, "The login that did it."),
    _column("is_prose_purged", Boolean, "Every text that it says was taken out too.", server_default=text("false")),
    _null("reason", Text, "Why; empty where nobody said."),
    info=_AUDIT,
)  # fmt: skip

storage = _table(
    "ops", "storage", "A place where documents and batches lie or lay: a purge looks through all of them.",
    _column("address", Text, "Folder or address that landing area and batches are under.", primary_key=True),
    _column("used_at", Timestamp, "When a run used it last."),
    info=_AUDIT,
)  # fmt: skip
