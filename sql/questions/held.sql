-- What is held back, and why? With a load, only what that load met.

SELECT
    quarantine.quarantine_id, quarantine.document_key, document.uri, quarantine.copy, quarantine.record,
    quarantine.rule_id, quarantine.reason, quarantine.page, quarantine.line, quarantine.first_seen,
    quarantine.last_seen, quarantine.state
FROM ops.quarantine AS quarantine
INNER JOIN dw.dim_document AS document USING (document_key)
WHERE
    quarantine.state = 'held'
    AND (
        %(load_id)s::BIGINT IS NULL
        OR EXISTS (
            SELECT FROM ops.load_document AS met
            WHERE met.load_id = %(load_id)s AND met.document_key = quarantine.document_key
        )
    )
ORDER BY document.uri, quarantine.page, quarantine.line, quarantine.record;
