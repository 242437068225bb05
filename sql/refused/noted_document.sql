-- Each document that a refused load held something back of, and that no load has noted before.
-- reads: stage_document, stage_manifest
-- before: dw.dim_document
-- gives: noted_document
-- fills: dw.dim_document

WITH seen AS (
    SELECT
        staged.document_key, staged.sha256, staged.family, staged.channel, manifest.uri, manifest.fetched_at,
        dw.snapshot_at(staged.printed_at, manifest.snapshot_at, manifest.fetched_at) AS snapshot_at
    FROM stage_document AS staged
    INNER JOIN stage_manifest AS manifest USING (sha256)
    WHERE staged.document_key NOT IN (SELECT document_key FROM dw.dim_document)
)

SELECT DISTINCT ON (document_key) *, max(snapshot_at) OVER (PARTITION BY document_key) AS last_seen_at
FROM seen
ORDER BY document_key, snapshot_at, uri
