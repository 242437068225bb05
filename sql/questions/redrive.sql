-- Which documents are to be read again, those of the cases named or of every case that is held; and where was each
-- seen?

SELECT
    manifest.sha256, manifest.byte_size, manifest.uri, manifest.reported_at, manifest.snapshot_at, manifest.fetched_at,
    manifest.time_rule_id, manifest.time_reported
FROM raw.manifest AS manifest
INNER JOIN dw.dim_document AS document USING (sha256)
WHERE
    document.document_key IN (
        SELECT document_key FROM ops.quarantine
        WHERE
            quarantine_id = any(%(quarantine_ids)s::BIGINT[])
            OR (%(quarantine_ids)s::BIGINT[] = '{}' AND state = 'held')
    )
    AND manifest.sha256 NOT IN (SELECT sha256 FROM ops.purge)
ORDER BY manifest.sha256 ASC, manifest.fetched_at DESC, manifest.uri ASC;
