"""What the marts must answer of a city, worked out from what was invented, each answer beside the question in SQL.

In comes a city, out come questions with their rows. Nothing here knows how a mart is made: what an answer means is what
`docs/questions.md` and the views' own comments say.
"""

from city.model import City
from city.truth import documents, money, oddities, past, plan, projects, reports  # noqa: F401 - they add their questions
from city.truth.question import QUESTIONS, Check


def checks(city: City) -> list[Check]:
    """Return every question with what must be answered of a city."""
    return [Check(name, query, list(answer(city))) for name, query, answer in QUESTIONS]
