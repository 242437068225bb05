"""The copy of a document of which nothing can be had, with the finding that says why."""

import logging

from etl.errors import NOT_PROCESSED_RULE, DocumentFault
from etl.records import Copy, Document, Finding, Severity
from etl.records.names import Kind
from etl.terminal import visible

logger = logging.getLogger(__name__)


def unreadable(document: Document, fault: DocumentFault) -> Copy:
    """Return the copy of a document of which nothing can be had, with the finding that says why."""
    finding = noticed(fault.rule_id, Severity.CRITICAL, fault.reason, fault.line)
    return Copy(document=document, copy=1, page=1, first_line=1, last_line=1, findings=[finding])


def not_processed(document: Document, error: Exception) -> Copy:
    """Return the copy of a document that a fault of ours stops, and log that it does."""
    # Without what the error says: it may quote the document, and a log is not purged.
    logger.error("%s cannot be processed: %s", visible(document.uri), type(error).__name__)
    logger.debug("the fault", exc_info=error)
    return unreadable(document, DocumentFault(NOT_PROCESSED_RULE, f"the document cannot be processed: {error!r}"))


def noticed(rule_id: str, severity: Severity, message: str, line: int | None = None) -> Finding:
    """Return a finding of the document as a whole."""
    return Finding(
        rule_id=rule_id, severity=severity, record=Kind.DOCUMENT, field=None, value=None, message=message, line=line
    )
