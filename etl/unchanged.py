"""Documents that would be judged as they were before, and stand so in the warehouse: nothing of them is done again.

What a load takes of a document follows from its bytes, the ids that its address says, and the version of all that
parses, corrects and judges: that is what it is judged by. Where a document was judged by the same before, and the
warehouse still holds what came of it, a run lists it and no more, and the load counts its records as ever. Whatever
spans documents, such as history and the copy that is shown, is the business of the load, which knows them all.

Until it is loaded, others may load it too, by other rules that find the same: what a batch holds a document to is the
digest of what came of it, and not by what it was judged.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Engine

from etl import validate
from etl.corrections import Correction
from etl.errors import BatchDamagedError
from etl.parse_cache import key_of
from etl.parser_version import code_version, judging_version, of_this_process
from etl.pull.snapshot import TO_COME
from etl.records import Copy, LandedDocument
from etl.thai.calendar import fiscal_year_of
from etl.warehouse import Connection, connect

_code_version = of_this_process(code_version)
_UNCHANGED = """
    SELECT wanted.sha256, judged.records_digest, judged.fiscal_years
    FROM unnest(%s::TEXT[], %s::TEXT[]) AS wanted (sha256, judged_by)
    INNER JOIN dw.dim_document AS document USING (sha256)
    INNER JOIN ops.judged AS judged USING (document_key, judged_by)
    INNER JOIN raw.document AS known USING (document_key, records_digest)
"""
_ROWS = """
    SELECT
        document.document_key, document.sha256, document.uri, judged.family, judged.channel, known.printed_at,
        known.records_digest, known.records_read, known.records_held
    FROM unnest(%s::TEXT[], %s::TEXT[]) AS wanted (sha256, records_digest)
    INNER JOIN dw.dim_document AS document USING (sha256)
    INNER JOIN ops.judged AS judged USING (document_key, records_digest)
    INNER JOIN raw.document AS known USING (document_key, records_digest)
"""


class Standing(NamedTuple):
    """A digest of what came of a document that would be judged the same again, and the fiscal years (B.E.) it is of."""

    records_digest: str
    fiscal_years: list[int] | None


class Lasting(NamedTuple):
    """What a document is judged by that the next run would judge the same, and the fiscal years (B.E.) it speaks of."""

    judged_by: str
    fiscal_years: list[int] | None


def read_by(documents: Iterable[LandedDocument], parser: str, corrections: Sequence[Correction]) -> dict[str, str]:
    """Return, by hash, a digest of what the corrected copies of documents follow from, but for their bytes."""
    corrected_by = _digest(*map(repr, corrections))
    return {document.sha256: _digest(parser, key_of(document).address_ids, corrected_by) for document in documents}


def version_today() -> str:
    """Return the version of what judges now: the code that this process began with, and the rules as they are.

    Where another release was deployed since, it is one that nothing was judged by, and nothing will be.
    """
    return judging_version(_code_version(), validate.EXPECTATIONS)


def judging_key(read_by: str, version: str) -> str:
    """Return a digest of what a document is judged by: what its copies follow from, and the version of what judges."""
    return _digest(read_by, version)


def changes_with_the_day(copies: Iterable[Copy], today: date) -> bool:
    """Tell whether what is found in copies may be another tomorrow: a fiscal year of theirs has not begun."""
    years = {record.fiscal_year for copy in copies for record in (copy.project, *copy.indicators) if record}
    return any(year is not None and year > fiscal_year_of(today) for year in years)


def unchanged(engine: Engine, documents: Iterable[LandedDocument], read_by: Mapping[str, str]) -> dict[str, Standing]:
    """Return, by hash, those documents that today's rules would judge as the warehouse holds them.

    `read_by` is what their copies would follow from, as the function of that name has it.
    One that is redriven is judged again, and so is one that its source dates to a time to come: the reports in it say
    how it is dated.
    """
    version = version_today()
    wanted = [
        (document.sha256, judging_key(read_by[document.sha256], version))
        for document in documents
        if not any(seen.time_rule_id == TO_COME for seen in document.observations)
    ]
    with connect(engine) as connection:
        rows = connection.execute(_UNCHANGED, [*map(list, zip(*wanted, strict=True))]) if wanted else ()
        return {row["sha256"]: Standing(row["records_digest"], row["fiscal_years"]) for row in rows}


def rows_of(connection: Connection, documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of unchanged documents, given by `sha256` and `records_digest`, as their batch would have them.

    Raises BatchDamagedError when something else came of one since the run found it unchanged.
    """
    wanted = [[document[name] for document in documents] for name in ("sha256", "records_digest")]
    rows = connection.execute(_ROWS, wanted).fetchall()
    if len(rows) < len(documents):
        raise BatchDamagedError(
            f"{len(documents) - len(rows)} documents that this run found unchanged were loaded otherwise since: do the"
            " run once more from its start (`etl run`; in Airflow, clear its first task)"
        )
    return rows


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
