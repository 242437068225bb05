-- Cases that are no longer held: their document is read otherwise, or an archive could be opened, and its members came.
-- reads: changed_document, stage_quarantine, stage_manifest, stage_document, dw.dim_document
-- before: ops.quarantine
-- gives: released_case
-- fills: ops.quarantine

WITH opened AS (
    SELECT DISTINCT array_to_string(path.parts[:depth.depth], '!/') AS uri
    FROM stage_manifest
    CROSS JOIN LATERAL string_to_array(stage_manifest.uri, '!/') AS path (parts)
    CROSS JOIN LATERAL generate_series(1, cardinality(path.parts) - 1) AS depth (depth)
    WHERE stage_manifest.uri LIKE '%!/%'
)

SELECT
    quarantine_id, document_key, copy, record, reason, rule_id, severity, page, line, first_seen, last_seen,
    'released' AS state, remark, decided_by, decided_at
FROM ops.quarantine
WHERE
    state <> 'released'
    AND (
        (
            document_key IN (SELECT changed.document_key FROM changed_document AS changed)
            AND quarantine_id NOT IN (
                SELECT dw.key('quarantine', held.document_key::TEXT, held.copy::TEXT, held.record, held.line::TEXT)
                FROM stage_quarantine AS held
            )
        )
        OR (
            document_key IN (
                SELECT document.document_key FROM dw.dim_document AS document
                INNER JOIN opened USING (uri)
            )
            AND document_key NOT IN (SELECT staged.document_key FROM stage_document AS staged)
        )
    )
