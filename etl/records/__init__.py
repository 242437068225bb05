"""What passes from room to room, what it is called, and how it is walked.

`model` has documents, lines, records and findings; `names` alone makes and reads the name of a record or field; `walk`
goes through the records of a copy.
"""

from etl.records.model import (
    PERSONAL_FIELDS,
    Channel,
    Copy,
    Document,
    Finding,
    Indicator,
    IndicatorQuarter,
    LandedDocument,
    Line,
    Observation,
    Place,
    Project,
    Record,
    Report,
    Severity,
    Strategy,
    to_json,
)

__all__ = [
    "PERSONAL_FIELDS",
    "Channel",
    "Copy",
    "Document",
    "Finding",
    "Indicator",
    "IndicatorQuarter",
    "LandedDocument",
    "Line",
    "Observation",
    "Place",
    "Project",
    "Record",
    "Report",
    "Severity",
    "Strategy",
    "to_json",
]
