"""What recognition in a picture does to the fixed parts of an export, undone before it is parsed.

In come lines as they were recognised; out come lines whose labels, report headings, statuses, names of agencies and
codes of plans are in their known spelling, where what was recognised is near to one and to no other (`near`). Figures
stay as they are. What had to be inferred is noted on its line as mended, and becomes a finding (`etl.parse.evidence`).
"""

from collections.abc import Iterable

from etl.parse.tolerance.labels import mend_label, mend_value
from etl.parse.tolerance.names import mend_agency, mend_dimension, mend_plan
from etl.parse.tolerance.reports import mend_page_report, mend_reports
from etl.records import Line


def mend(lines: Iterable[Line]) -> list[Line]:
    """Return the lines with their fixed parts in their known spelling; the detail of a report is one line again."""
    labelled = [mend_page_report(mend_value(mend_label(line))) for line in lines]
    return mend_plan([mend_dimension(mend_agency(line)) for line in mend_reports(labelled)])
