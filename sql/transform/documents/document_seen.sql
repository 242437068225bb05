-- Each document that came or is dated anew: what it is, and from when until when it was seen.
-- reads: stage_document, frozen_document, raw.manifest
-- before: dw.dim_document, raw.document
-- gives: document_seen
-- fills: dw.dim_document

WITH reading AS (
    SELECT document_key, sha256, family, channel, printed_at FROM stage_document
    UNION ALL
    SELECT document.document_key, document.sha256, document.family, document.channel, known.printed_at
    FROM frozen_document AS frozen
    INNER JOIN dw.dim_document AS document USING (document_key)
    INNER JOIN raw.document AS known USING (document_key)
    WHERE frozen.document_key NOT IN (SELECT document_key FROM stage_document)
),

seen AS (
    SELECT
        reading.*, manifest.uri, manifest.fetched_at, manifest.snapshot_at AS source_at,
        dw.snapshot_at(reading.printed_at, manifest.snapshot_at, manifest.fetched_at) AS snapshot_at
    FROM reading
    INNER JOIN raw.manifest AS manifest USING (sha256)
)

SELECT DISTINCT ON (sha256) *, max(snapshot_at) OVER (PARTITION BY sha256) AS last_seen_at
FROM seen
ORDER BY sha256, snapshot_at, source_at, uri
