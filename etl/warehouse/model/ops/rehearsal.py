"""`ops.rehearsal`."""

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB

from etl.warehouse.model.declare import column, optional, table
from etl.warehouse.model.fields import LOAD
from etl.warehouse.model.kinds import Timestamp

rehearsal = table(
    "ops", "rehearsal", "What a rehearsed load would change, and what was decided of it.",
    LOAD.as_key(),
    column(
        "state_mark", Text, "เครื่องหมายสถานะของคลัง",
        "Digest of what the warehouse held of the rehearsed years, before: an approval stands while it is the same.",
    ),
    optional(
        "batches_digest", Text, "เครื่องหมายของข้อมูลที่จะนำเข้า",
        "Digest of the batches that were rehearsed: an approval is for these, and no others.",
    ),
    optional(
        "loaded_by", Text, "รุ่นของการนำเข้า", "Version of what loaded them: an approval is for this release alone.",
    ),
    column("effect", JSONB, "ผลที่จะเกิดขึ้น", "What would change, as `etl run --rehearse --json` prints it."),
    optional("decision", Text, "ผลการพิจารณา", "approved or rejected; empty where nobody has decided."),
    optional("decided_by", Text, "ผู้พิจารณา", "Who decided."),
    optional("decided_at", Timestamp, "เวลาที่พิจารณา", "When it was decided."),
    optional("reason", Text, "เหตุผล", "Why it was decided so."),
    CheckConstraint("decision IN ('approved', 'rejected')", name="decision"),
    CheckConstraint("num_nulls(decision, decided_by, decided_at) IN (0, 3)", name="decided"),
    grain="a rehearsed load",
    is_audit=True,
)  # fmt: skip
