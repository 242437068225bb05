"""A question on `mart` with its answer, and how a module of answers says so."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from city.model import City

Rows = Iterable[tuple[Any, ...]]


class Check(NamedTuple):
    """A question on `mart`, and the rows that answer it, in any order."""

    name: str
    query: str
    rows: list[tuple[Any, ...]]


class Question(NamedTuple):
    """A question on `mart`, and how its answer is worked out of a city."""

    name: str
    query: str
    answer: Callable[[City], Rows]


QUESTIONS: list[Question] = []


def answers(name: str, query: str) -> Callable[[Callable[[City], Rows]], Callable[[City], Rows]]:
    """Make a function the answer to a question."""

    def add(answer: Callable[[City], Rows]) -> Callable[[City], Rows]:
        QUESTIONS.append(Question(name, query, answer))
        return answer

    return add
