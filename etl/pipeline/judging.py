"""Copies judged by the rules and reconciled, and the batches of what came of it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from upath import UPath

from etl import batch, parsed
from etl.bounds import hold_misfits
from etl.errors import EtlError
from etl.isolate import do_without_faulty
from etl.parsed import Parsed
from etl.pipeline.shared import quiet, tell
from etl.reconcile import Reconciled, reconcile
from etl.records import Copy, Severity
from etl.records.walk import fiscal_years
from etl.settings import Settings
from etl.thai.calendar import BANGKOK
from etl.unchanged import Lasting, changes_with_the_day, judging_key, version_today
from etl.unread import not_processed
from etl.validate import suites
from etl.validate import validate as judged_by
from etl.validate.suites import Suite


class Judgement(NamedTuple):
    """Copies judged and reconciled, in their order, and the suites' results for Data Docs."""

    reconciled: list[Reconciled]
    results: list[dict[str, Any]]

    @property
    def copies(self) -> list[Copy]:
        """The copies with all their findings."""
        return [reconciled.copy for reconciled in self.reconciled]


def judge(copies: Sequence[Copy], rules: dict[str, Suite] | None = None) -> Judgement:
    """Validate copies by the rules, those in `expectations/`, and reconcile the copies of each document.

    A value that the warehouse cannot hold is taken out first, and its record is held back. The copies given stay as
    they are.
    """
    if not copies:
        return Judgement([], [])
    judged, results = judged_by(hold_misfits(copies), rules or suites(), datetime.now(BANGKOK).date())
    return Judgement(reconcile(judged), results)


def validate(work_lists: Sequence[str], on_document: Callable[[], object] = quiet) -> list[str]:
    """Judge what the documents of parsed work lists say, and reconcile it; return the addresses of their batches.

    Some tens of thousands of records are judged at once, for what Great Expectations takes for a call is more than it
    takes for a record. Raises BadInputError when the suites cannot be used, BatchDamagedError when what was parsed is
    missing or damaged.
    """
    at_once = Settings().validate_records
    waiting: list[UPath] = []
    records = 0
    for folder in map(UPath, work_lists):
        count = parsed.count(folder)
        if waiting and records + count > at_once:
            _validate(waiting, on_document)
            waiting, records = [], 0
        waiting.append(folder)
        records += count
    if waiting:
        _validate(waiting, on_document)
    return list(work_lists)


def _validate(folders: Sequence[UPath], on_document: Callable[[], object]) -> None:
    """Write the batches of some work lists, judged together; the results are kept beside the first."""
    said = {folder: parsed.read(folder) for folder in folders}
    to_judge = {
        one.document.sha256: one for some in said.values() for one in some if not one.records_digest
    }  # each once
    today, version = datetime.now(BANGKOK).date(), version_today()
    rules = suites() if to_judge else {}  # they bring Great Expectations along, which takes seconds
    held: dict[str, int] = {}

    def fault_of_first(count: int) -> Exception | None:
        nonlocal held
        some = [to_judge[sha256] for sha256 in documents[:count]]
        try:
            judgement = judge([copy for one in some for copy in one.copies], rules)
            lasting = {
                one.document.sha256: Lasting(judging_key(one.read_by, version), fiscal_years(one.copies))
                for one in some
                if one.read_by and not changes_with_the_day(one.copies, today)
            }
            if version != version_today():  # who edits a rule while it is at work is not sure which one was used
                lasting = {}
            _write_batches(said, {one.document.sha256 for one in some}, judgement, lasting)
            held = _held_by_rule(judgement)
        except (EtlError, OSError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours in one document is no reason to lose the others
            return error
        return None

    def put_aside(sha256: str, fault: Exception) -> None:
        one = to_judge[sha256]
        to_judge[sha256] = one._replace(copies=[not_processed(one.copies[0].document, fault)], read_by=None)

    documents = [*to_judge]
    do_without_faulty(documents, fault_of_first, put_aside)
    for _ in chain.from_iterable(said.values()):
        on_document()
    tell("validate", work_lists=len(folders), documents=len(documents), held_by_rule=held)


def _held_by_rule(judgement: Judgement) -> dict[str, int]:
    """Return how many findings hold something back, by rule."""
    findings = (finding for copy in judgement.copies for finding in copy.findings)
    return dict(sorted(Counter(one.rule_id for one in findings if one.severity == Severity.CRITICAL).items()))


def _write_batches(
    said: Mapping[UPath, Sequence[Parsed]],
    judged: AbstractSet[str],
    judgement: Judgement,
    lasting: Mapping[str, Lasting],
) -> None:
    """Write each folder's batch of the documents that were judged, given by their hashes, and the unchanged ones.

    `lasting` are those, by their hashes, that the next run would judge the same.
    """
    folder_of = {one.document.sha256: folder for folder, some in said.items() for one in some}
    copies: dict[UPath, list[Reconciled]] = {folder: [] for folder in said}
    for reconciled in judgement.reconciled:
        copies[folder_of[reconciled.copy.document.sha256]].append(reconciled)
    for number, (folder, some) in enumerate(said.items()):
        stand = {one.document.sha256: one.records_digest for one in some if one.records_digest}
        documents = [one.document for one in some if one.document.sha256 in judged or one.records_digest]
        batch.write_batch(folder, documents, copies[folder], lasting=lasting, unchanged=stand)
        batch.write_results(folder, [] if number else judgement.results)
        batch.forget_unlisted(folder, documents)
