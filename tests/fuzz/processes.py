"""Fuzzing in processes of their own: a document that hangs or kills a library costs itself, and not the run."""

import logging
from collections import Counter
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized

from tests.fuzz.oracle import Fault
from tests.fuzz.run import Failure, Outcome, attempt, verdict
from tests.fuzz.targets import TARGETS

_BATCH_SECONDS_MAX = 600  # a batch takes seconds; one that takes this long hangs
_NONE = -1

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__, "great_expectations"])


def survive(name: str, seeds: range) -> list[Outcome]:
    """Return what comes of some seeds; one that its process did not survive is a failure, the others go on without it.

    Raises RuntimeError when a process ends before its first seed.
    """
    if not seeds:
        return []
    receiver, sender = _CONTEXT.Pipe(duplex=False)
    current = _CONTEXT.Value("q", _NONE)
    process = _CONTEXT.Process(target=_work, args=(sender, current, name, seeds), daemon=True)
    process.start()
    sender.close()
    answer = _answer(receiver)
    process.kill()
    process.join()
    if isinstance(answer, Outcome):
        return [answer]
    if (seed := current.value) == _NONE:
        raise RuntimeError(f"the process for {name} ended before its first document")
    mutant, *_ = TARGETS[name].mutant(f"{name}:{seed}")
    failure = Failure(name, seed, mutant.edits, Fault(answer, "the process did not survive it"), mutant.content)
    lost = Outcome(Counter({answer: 1}), [failure])
    return [lost, *survive(name, range(seeds.start, seed)), *survive(name, range(seed + 1, seeds.stop))]


def _answer(receiver: Connection) -> Outcome | str:
    """Return what a process has found, or how it failed to say so."""
    try:
        return receiver.recv() if receiver.poll(_BATCH_SECONDS_MAX) else "hang"
    except EOFError:
        return "died"


def _work(sender: Connection, current: "Synchronized[int]", name: str, seeds: range) -> None:
    def note(seed: int) -> None:
        current.value = seed

    logging.disable(logging.CRITICAL)  # a crash is told of by the oracle
    sender.send(verdict(attempt(name, seeds, note)))
