"""What `make chaos` rests on: it knows where a load is, and what it counts is what it says."""

from tests.chaos.ledger import Ledger
from tests.chaos.moment import step_of


def test_every_statement_of_a_load_has_its_step() -> None:
    assert step_of("-- facts/project_period\nCREATE TEMP TABLE project_period AS SELECT") == "facts/project_period"
    assert step_of("COPY stage_report (ordinal) FROM STDIN") == "COPY into the stage"
    assert step_of("COMMIT") == "COMMIT"
    assert step_of("SELECT 1") == "between statements"


def test_kills_in_a_load_are_told_from_the_others() -> None:
    said: list[str] = []
    ledger = Ledger(tell=said.append)
    ledger.note("kill of etl run", "facts/project_period", "killed")
    ledger.note("kill of etl run", "before the load", "killed")
    ledger.note("damaged file", "cut", "done")
    assert ledger.in_load() == (1, 2)
    assert len(said) == ledger.table().row_count == 3
