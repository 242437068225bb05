-- One case of quarantine, with its document.

SELECT
    quarantine.quarantine_id, document.uri, document.sha256, quarantine.copy, quarantine.record, quarantine.rule_id,
    quarantine.reason, quarantine.page, quarantine.line, quarantine.first_seen, quarantine.last_seen,
    quarantine.state, quarantine.remark, quarantine.decided_by,
    quarantine.decided_at, purge.purged_at, purge.reason AS purge_reason
FROM ops.quarantine AS quarantine
INNER JOIN dw.dim_document AS document USING (document_key)
LEFT JOIN ops.purge AS purge USING (sha256)
WHERE quarantine.quarantine_id = %(quarantine_id)s;
