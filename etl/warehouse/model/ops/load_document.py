"""`ops.load_document`."""

from etl.warehouse.model.declare import table
from etl.warehouse.model.fields import DOCUMENT, LOAD
from etl.warehouse.model.ops.counts import record_counts

load_document = table(
    "ops", "load_document", "What became of one document's records in a load.",
    LOAD.as_key(), DOCUMENT.as_key(), *record_counts(),
    grain="a document in a load",
    is_audit=True,
)  # fmt: skip
