-- Which exports are there, and how old is each? A row a document.

CREATE VIEW mart.document AS
SELECT
    document.document_key,
    document.uri AS document_uri,
    document.sha256,
    document.family,
    document.channel,
    document.snapshot_at,
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
