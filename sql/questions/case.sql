-- One case of quarantine, with where its document's bytes lie.

SELECT
    quarantine.quarantine_id, document.uri, document.sha256, quarantine.copy, quarantine.record, quarantine.rule_id,
    quarantine.reason, quarantine.page, quarantine.line, quarantine.first_seen, quarantine.last_seen,
    quarantine.state, quarantine.remark, manifest.landed_uri, purge.purged_at, purge.reason AS purge_reason
FROM ops.quarantine AS quarantine
INNER JOIN dw.dim_document AS document USING (document_key)
INNER JOIN raw.manifest AS manifest USING (sha256)
LEFT JOIN ops.purge AS purge USING (sha256)
WHERE quarantine.quarantine_id = %(quarantine_id)s
ORDER BY manifest.fetched_at DESC
LIMIT 1;
