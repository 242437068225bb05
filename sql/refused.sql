-- What a load held back that was refused: its cases are reported, though none of its documents is loaded. A document
-- that no load has taken yet is noted, so that it can be shown and read again; one that is known is looked at again
-- when it comes the next time.

DELETE FROM stage_document
WHERE document_key NOT IN (SELECT document_key FROM stage_quarantine);

INSERT INTO raw.manifest (sha256, uri, reported_at, snapshot_at, fetched_at, time_rule_id, time_reported, byte_size)
SELECT DISTINCT ON (seen.sha256, seen.uri, seen.reported_at)
    seen.sha256, seen.uri, seen.reported_at, seen.snapshot_at, seen.fetched_at, seen.time_rule_id, seen.time_reported,
    seen.byte_size
FROM stage_manifest AS seen
INNER JOIN stage_document AS staged USING (sha256)
WHERE staged.document_key NOT IN (SELECT document_key FROM raw.document)
ORDER BY seen.sha256, seen.uri, seen.reported_at, seen.fetched_at
ON CONFLICT DO NOTHING;

INSERT INTO dw.dim_document (document_key, sha256, uri, family, channel, snapshot_at, last_seen_at, fetched_at)
WITH seen AS (
    SELECT
        staged.document_key, staged.sha256, staged.family, staged.channel, manifest.uri, manifest.fetched_at,
        dw.snapshot_at(staged.printed_at, manifest.snapshot_at, manifest.fetched_at) AS snapshot_at
    FROM stage_document AS staged
    INNER JOIN stage_manifest AS manifest USING (sha256)
)

SELECT DISTINCT ON (document_key)
    document_key, sha256, uri, family, channel, snapshot_at,
    max(snapshot_at) OVER (PARTITION BY document_key) AS last_seen_at, fetched_at
FROM seen
ORDER BY document_key, snapshot_at, uri
ON CONFLICT DO NOTHING;

UPDATE raw.document AS known
SET records_digest = 'to be read again'
FROM stage_document AS staged
WHERE known.document_key = staged.document_key AND known.records_digest <> staged.records_digest;
