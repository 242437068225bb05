"""How right a reading is: every field of every record held against the truth, and whether what is wrong says so."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from rapidfuzz.distance import Levenshtein

from etl.pipeline import judge
from etl.records import Copy, Severity, to_json
from tests.fuzz.oracle import PROSE_FIELDS, Export, copies_in


class Case(NamedTuple):
    """A document, the group that it counts in, and what must be read from each copy in it.

    Of a broken one, that is what may be read from it, if it is loaded without a word; nothing may where there is none.
    """

    group: str
    uri: str
    content: bytes
    truths: list[dict[str, Any]]
    is_broken: bool = False


@dataclass
class Score:
    """What a group of documents came to; `misses` are to be looked at."""

    documents: int = 0
    fields: int = 0
    fields_exact: int = 0
    characters: int = 0
    characters_exact: int = 0
    wrong_in_silence: int = 0
    refused: int = 0
    loaded_in_silence: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def structured_pct(self) -> float:
        return 100 * self.fields_exact / self.fields if self.fields else 0.0

    @property
    def prose_pct(self) -> float:
        return 100 * self.characters_exact / self.characters if self.characters else 100.0


def score(cases: Sequence[Case]) -> dict[str, Score]:
    """Read and judge the documents in one batch, the public way; return each group's score."""
    scores: dict[str, Score] = defaultdict(Score)
    found = [copies_in(Export(case.uri, case.content)) for case in cases]
    judged = iter(judge([copy for copies in found for copy in copies]).copies)
    for case, copies in zip(cases, found, strict=True):
        mine = [next(judged) for _ in copies]
        scores[case.group].documents += 1
        (_score_broken if case.is_broken else _score_sound)(scores[case.group], case, mine)
    return scores


def _score_broken(score: Score, case: Case, copies: list[Copy]) -> None:
    """Count a broken document that is loaded without a word, unless it could be read rightly all the same."""
    findings = [finding for one in copies for finding in one.findings]
    is_told = any(finding.severity in {Severity.CRITICAL, Severity.WARNING} for finding in findings)
    if is_told or _is_right(case, copies):
        return
    score.loaded_in_silence += 1
    score.misses.append(f"{case.uri}: loaded in silence")


def _is_right(case: Case, copies: list[Copy]) -> bool:
    as_sound = Score()
    _score_sound(as_sound, case, copies)
    return bool(as_sound.fields) and as_sound.fields_exact == as_sound.fields


def _score_sound(score: Score, case: Case, copies: list[Copy]) -> None:
    if refusal := _refusal(copies):
        score.refused += 1
        score.misses.append(f"{case.uri}: refused: {refusal}")
    elif len(copies) != len(case.truths):
        score.misses.append(f"{case.uri}: {len(copies)} copies instead of {len(case.truths)}")
    for number, truth in enumerate(case.truths):
        copy = copies[number] if number < len(copies) else None
        found = json.loads(to_json(copy), parse_float=Decimal) if copy else {}
        for path, expected, value in _pairs("", truth, found):
            _score_field(score, case, copy, path, expected, value)


def _refusal(copies: list[Copy]) -> str | None:
    """Return the finding that keeps a document, or a record of it, out of the warehouse."""
    findings = (finding for one in copies for finding in one.findings)
    return next((f"{one.rule_id}: {one.message}" for one in findings if one.severity == Severity.CRITICAL), None)


def _score_field(score: Score, case: Case, copy: Copy | None, path: str, expected: object, value: object) -> None:
    if path.rpartition(".")[2].partition("[")[0] in PROSE_FIELDS:
        told, printed = (" ".join(one) if isinstance(one, list) else str(one or "") for one in (value, expected))
        score.characters += len(printed)
        score.characters_exact += max(len(printed) - Levenshtein.distance(told, printed), 0)
        if told != printed:
            start = max(next((at for at, (a, b) in enumerate(zip(told, printed, strict=False)) if a != b), 0) - 12, 0)
            around = slice(start, start + 40)
            score.misses.append(f"{case.uri}: {path}: …{told[around]}… instead of …{printed[around]}…")
        return
    score.fields += 1
    if value == expected:
        score.fields_exact += 1
        return
    is_silent = copy is None or not _is_told(copy, path)
    score.wrong_in_silence += is_silent
    score.misses.append(f"{case.uri}: {path}: {value} instead of {expected}{', in silence' if is_silent else ''}")


def _is_told(copy: Copy, path: str) -> bool:
    """Tell whether a finding names the field, or holds the whole copy back."""
    name = path.removeprefix("project.").removeprefix("strategy.")
    return any(
        finding.severity == Severity.CRITICAL or (finding.field and _is_about(finding.field, name))
        for finding in copy.findings
    )


def _is_about(field: str, name: str) -> bool:
    return field == name or name.startswith((f"{field}.", f"{field}["))


def _pairs(path: str, truth: Any, found: Any) -> Iterator[tuple[str, object, object]]:
    """Yield path, expected and found value of every field; a record of a list is named by its number or id."""
    if isinstance(truth, dict):
        known = found if isinstance(found, dict) else {}
        for name, expected in truth.items():
            yield from _pairs(f"{path}.{name}" if path else name, expected, known.get(name))
    elif isinstance(truth, list) and truth and isinstance(truth[0], dict):
        items = found if isinstance(found, list) else []
        for number, expected in enumerate(truth):
            key = next(iter(expected.values()))
            yield from _pairs(f"{path}[{key}]", expected, items[number] if number < len(items) else None)
        yield f"{path}.count", len(truth), len(items)
    else:
        yield path, truth, found
