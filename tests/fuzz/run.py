"""Mutations by the hundred: damaged documents are read one by one and judged together, as a batch is."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from tests.fuzz import oracle
from tests.fuzz.mutations import Mutant
from tests.fuzz.oracle import Export, Fault, Reading
from tests.fuzz.targets import TARGETS


class Failure(NamedTuple):
    """A damaged document that broke a rule of the oracle, and the seed that makes it again."""

    target: str
    seed: int
    edits: tuple[str, ...]
    fault: Fault
    content: bytes


class Outcome(NamedTuple):
    """What became of damaged documents: how many of each fate, and those that broke a rule."""

    fates: Counter[str]
    failures: list[Failure]


class Trial(NamedTuple):
    """A damaged document as it was read, and the sound ones that it was made of; itself first."""

    target: str
    seed: int
    mutant: Mutant
    reading: Reading
    sounds: list[Reading]


def attempt(name: str, seeds: Iterable[int], on_seed: Callable[[int], object] = lambda _seed: None) -> list[Trial]:
    """Read the mutants of some seeds; `on_seed` is told of each before it is read."""
    target, trials = TARGETS[name], []
    for seed in seeds:
        on_seed(seed)
        mutant, *exports = target.mutant(f"{name}:{seed}")
        reading = Reading(Export(exports[0].uri, mutant.content), target.read_copies)
        trials.append(Trial(name, seed, mutant, reading, [_sound(name)[export] for export in exports]))
    return trials


def verdict(trials: Sequence[Trial]) -> Outcome:
    """Judge the mutants together, as a batch is, and hold them against the oracle."""
    oracle.judge_together([reading for trial in trials for reading in (trial.reading, *trial.sounds)])
    fates, failures = Counter[str](), []
    for target, seed, mutant, reading, sounds in trials:
        fault = oracle.fault(reading, sounds, is_exact=TARGETS[target].is_exact)
        fates[_fate(reading, sounds[0], fault)] += 1
        if fault:
            failures.append(Failure(target, seed, mutant.edits, fault, mutant.content))
    return Outcome(fates, failures)


def _fate(reading: Reading, sound: Reading, fault: Fault | None) -> str:
    if fault:
        return fault.kind
    if all(copy.project is None and not copy.indicators for copy in reading.copies):
        return "refused"
    if reading.findings - sound.findings:
        return "flagged"
    return "as printed" if oracle.is_changed(reading, sound) else "same"


@cache
def _sound(name: str) -> dict[Export, Reading]:
    """Return what is read from each sound document of a target."""
    target = TARGETS[name]
    return {export: Reading(export, target.read_copies) for export in target.documents()}
