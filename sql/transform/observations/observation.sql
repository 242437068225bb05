-- When the documents that speak of affected records were seen. Snapshots of one moment are ordered by the hash of their
-- bytes, so that history is the same whatever order they were loaded in.
-- reads: project_copy, affected_indicator, raw.indicator, dw.dim_document, raw.document, raw.manifest
-- gives: observation (document_key)

WITH relevant AS (
    SELECT document_key FROM project_copy
    UNION
    SELECT indicator.document_key
    FROM affected_indicator
    INNER JOIN raw.indicator AS indicator USING (indicator_key)
)

SELECT DISTINCT
    document.document_key, document.sha256, document.family,
    dw.snapshot_at(reading.printed_at, manifest.snapshot_at, manifest.fetched_at) AS snapshot_at
FROM relevant
INNER JOIN dw.dim_document AS document USING (document_key)
INNER JOIN raw.document AS reading USING (document_key)
INNER JOIN raw.manifest AS manifest USING (sha256)
