"""How much is measured: the figures that the goals are of are those of full size."""

from typing import NamedTuple


class Size(NamedTuple):
    """Counts of what is drawn, and rounds of a race."""

    corpus: int  # times what the corpus says of its groups
    projects: int  # of the year that loaders race on
    projects_a_year: int  # of each of ten years
    forms: int  # of the whole job
    few_forms: int  # of the same on a small archive
    rounds: int


SIZES = {
    "quick": Size(1, 2000, 500, 800, 200, 1),  # for a machine that has other work as well
    "normal": Size(1, 6000, 2000, 2000, 500, 3),
    "full": Size(5, 6000, 6000, 10_000, 2000, 3),
}
