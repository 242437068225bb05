-- Documents, and where and when each was seen. A sighting or a changed reading makes a document's project-years worth
-- another look; all else in this load is known already.

CREATE TEMP TABLE new_sighting (sha256 TEXT PRIMARY KEY) ON COMMIT DROP;

WITH inserted AS (
    INSERT INTO raw.manifest (sha256, uri, snapshot_at, fetched_at, byte_size, landed_uri)
    SELECT sha256, uri, snapshot_at, fetched_at, byte_size, landed_uri FROM stage_manifest
    ON CONFLICT DO NOTHING
    RETURNING sha256
)

INSERT INTO new_sighting (sha256)
SELECT DISTINCT sha256 FROM inserted;

WITH first_sighting AS (
    SELECT DISTINCT ON (manifest.sha256) manifest.*
    FROM raw.manifest AS manifest
    INNER JOIN stage_document USING (sha256)
    ORDER BY manifest.sha256, manifest.snapshot_at, manifest.uri
)

INSERT INTO dw.dim_document AS document (document_key, sha256, uri, family, channel, snapshot_at, fetched_at)
SELECT
    staged.document_key, staged.sha256, seen.uri, staged.family, staged.channel, seen.snapshot_at, seen.fetched_at
FROM stage_document AS staged
INNER JOIN first_sighting AS seen USING (sha256)
ON CONFLICT (document_key) DO UPDATE
    SET
        uri = excluded.uri, family = excluded.family, channel = excluded.channel,
        snapshot_at = excluded.snapshot_at, fetched_at = excluded.fetched_at
    WHERE
    (document.uri, document.family, document.channel, document.snapshot_at)
    IS DISTINCT FROM (excluded.uri, excluded.family, excluded.channel, excluded.snapshot_at);

CREATE TEMP TABLE changed_document ON COMMIT DROP AS
SELECT staged.document_key
FROM stage_document AS staged
LEFT JOIN raw.document AS known USING (document_key)
WHERE known.records_digest IS DISTINCT FROM staged.records_digest;
