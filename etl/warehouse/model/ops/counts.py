"""The counts of records that a load and each of its documents have, and the law that they keep."""

from sqlalchemy import CheckConstraint, Integer, text

from etl.warehouse.model.declare import Field, Part, column


def counted(name: str, thai: str, comment: str) -> Field:
    """Return a field for a number that begins at 0."""
    return column(name, Integer, thai, comment).with_options(server_default=text("0"))


def record_counts() -> list[Part]:
    """Return the counts of records, and that they add up."""
    return [
        counted("records_read", "จำนวนรายการที่อ่านได้", "Records read."),
        counted("records_loaded", "จำนวนรายการที่นำเข้า", "Records that changed the warehouse."),
        counted("records_unchanged", "จำนวนรายการที่ไม่เปลี่ยน", "Records that the warehouse has already, the same."),
        counted("records_quarantined", "จำนวนรายการที่ถูกกักไว้", "Records held back."),
        counted(
            "records_superseded", "จำนวนรายการที่มีเอกสารอื่นแทน",
            "Records that another copy or a later snapshot stands for.",
        ),
        CheckConstraint(
            "records_read = records_loaded + records_unchanged + records_quarantined + records_superseded",
            name="conservation",
        ),
    ]  # fmt: skip
