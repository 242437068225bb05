"""What recognition in a picture does to the fixed parts of an export, undone before it is parsed.

In come lines as they were recognised; out come lines whose labels, report headings, months, statuses, names of agencies
and codes of plans are in their known spelling, where what was recognised is near to one and to no other (`near`); a
label of which nothing is left is the one that is missing (`lost`). Figures stay as they are, but for the signs in them.
What had to be inferred is noted on its line as repaired, and becomes a finding (`etl.repair.evidence`).
"""

from collections.abc import Iterable

from etl.records import Line
from etl.repair.labels import repair_label, repair_value
from etl.repair.lost import repair_lost
from etl.repair.names import repair_agency, repair_dimension, repair_plan
from etl.repair.reports import repair_entry, repair_reports
from etl.repair.tables import repair_tables


def repair(lines: Iterable[Line]) -> list[Line]:
    """Return the lines with their fixed parts in their known spelling; the detail of a report is one line again."""
    labelled = repair_lost([repair_label(line) for line in repair_tables(lines)])
    labelled = [repair_entry(repair_value(line)) for line in labelled]
    return repair_plan([repair_dimension(repair_agency(line)) for line in repair_reports(labelled)])
