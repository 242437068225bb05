"""What recognition in a picture does to the fixed parts of an export, undone before it is parsed.

In come lines as they were recognised; out come lines whose labels, report headings, months, statuses, names of agencies
and codes of plans are in their known spelling, where what was recognised is near to one and to no other (`near`); a
label of which nothing is left is the one that is missing (`lost`). Figures stay as they are, but for the signs in them.
What had to be inferred is noted on its line as mended, and becomes a finding (`etl.parse.evidence`).
"""

from collections.abc import Iterable

from etl.parse.tolerance.labels import mend_label, mend_value
from etl.parse.tolerance.lost import mend_lost
from etl.parse.tolerance.names import mend_agency, mend_dimension, mend_plan
from etl.parse.tolerance.reports import mend_page_report, mend_reports
from etl.records import Line


def mend(lines: Iterable[Line]) -> list[Line]:
    """Return the lines with their fixed parts in their known spelling; the detail of a report is one line again."""
    labelled = mend_lost([mend_label(line) for line in lines])
    labelled = [mend_page_report(mend_value(line)) for line in labelled]
    return mend_plan([mend_dimension(mend_agency(line)) for line in mend_reports(labelled)])
