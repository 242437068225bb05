-- Which exports are there, and how old is each? A row a document.

CREATE VIEW mart.document AS
SELECT
    document.document_key,
    document.uri AS document_uri,
    document.sha256,
    document.family,
    document.channel,
    document.snapshot_at,
    CASE
        WHEN NOT dw.is_to_come(reading.printed_at, document.fetched_at) THEN 'printed'
        WHEN
            EXISTS (
                SELECT FROM raw.manifest AS manifest
                WHERE
                    manifest.sha256 = document.sha256 AND manifest.snapshot_at = document.snapshot_at
                    AND manifest.reported_at <> manifest.fetched_at
                    -- As reported, perhaps by a clock of the Buddhist era; a time to come is not believed.
                    AND manifest.snapshot_at IN (
                        least(manifest.reported_at, manifest.fetched_at),
                        least(manifest.reported_at - INTERVAL '543 years', manifest.fetched_at)
                    )
            )
            THEN 'source'
        ELSE 'pulled'
    END AS snapshot_from,
    document.last_seen_at,
    reading.records_read,
    reading.records_held,
    (
        SELECT max(load.finished_at) FROM ops.load AS load
        WHERE load.status = 'committed'
    ) AS last_loaded_at
FROM dw.dim_document AS document
LEFT JOIN raw.document AS reading USING (document_key)
WHERE document.sha256 IS NOT NULL;
