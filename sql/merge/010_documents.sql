-- Documents, and where and when each was seen. A sighting or a changed reading makes what a document speaks of worth
-- another look; all else in this load is known already. What a changed document was read as before goes: what it is
-- read as now is copied in after this.

CREATE TEMP TABLE new_sighting (sha256 TEXT PRIMARY KEY) ON COMMIT DROP;

WITH inserted AS (
    INSERT INTO raw.manifest (sha256, uri, snapshot_at, fetched_at, byte_size)
    SELECT sha256, uri, snapshot_at, fetched_at, byte_size FROM stage_manifest
    ON CONFLICT DO NOTHING
    RETURNING sha256
)

INSERT INTO new_sighting (sha256)
SELECT DISTINCT sha256 FROM inserted;

WITH first_sighting AS (
    SELECT DISTINCT ON (manifest.sha256)
        manifest.*, max(manifest.snapshot_at) OVER (PARTITION BY manifest.sha256) AS last_seen_at
    FROM raw.manifest AS manifest
    INNER JOIN stage_document USING (sha256)
    ORDER BY manifest.sha256, manifest.snapshot_at, manifest.uri
)

INSERT INTO dw.dim_document AS document (
    document_key, sha256, uri, family, channel, snapshot_at, last_seen_at, fetched_at
)
SELECT
    staged.document_key, staged.sha256, seen.uri, staged.family, staged.channel,
    coalesce(staged.printed_at, seen.snapshot_at), coalesce(staged.printed_at, seen.last_seen_at), seen.fetched_at
FROM stage_document AS staged
INNER JOIN first_sighting AS seen USING (sha256)
ON CONFLICT (document_key) DO UPDATE
    SET
        uri = excluded.uri, family = excluded.family, channel = excluded.channel,
        snapshot_at = excluded.snapshot_at, last_seen_at = excluded.last_seen_at, fetched_at = excluded.fetched_at
    WHERE
    (document.uri, document.family, document.channel, document.snapshot_at, document.last_seen_at)
    IS DISTINCT FROM (
        excluded.uri, excluded.family, excluded.channel, excluded.snapshot_at, excluded.last_seen_at
    );

CREATE TEMP TABLE changed_document (document_key BIGINT PRIMARY KEY) ON COMMIT DROP;

INSERT INTO changed_document (document_key)
SELECT staged.document_key
FROM stage_document AS staged
LEFT JOIN raw.document AS known USING (document_key)
WHERE known.records_digest IS DISTINCT FROM staged.records_digest;

CREATE TEMP TABLE worth_a_look (document_key BIGINT PRIMARY KEY) ON COMMIT DROP;

INSERT INTO worth_a_look (document_key)
SELECT document_key FROM changed_document
UNION
SELECT document.document_key
FROM dw.dim_document AS document
INNER JOIN new_sighting USING (sha256);

CREATE TEMP TABLE affected_project (
    project_code TEXT, fiscal_year SMALLINT, PRIMARY KEY (project_code, fiscal_year)
) ON COMMIT DROP;

INSERT INTO affected_project (project_code, fiscal_year)
SELECT DISTINCT project_code, fiscal_year
FROM raw.project
INNER JOIN worth_a_look USING (document_key);

CREATE TEMP TABLE affected_indicator (indicator_key BIGINT PRIMARY KEY) ON COMMIT DROP;

INSERT INTO affected_indicator (indicator_key)
SELECT DISTINCT indicator_key
FROM raw.indicator
INNER JOIN worth_a_look USING (document_key);

DELETE FROM raw.project
WHERE document_key IN (SELECT document_key FROM changed_document);
DELETE FROM raw.report
WHERE document_key IN (SELECT document_key FROM changed_document);
DELETE FROM raw.indicator
WHERE document_key IN (SELECT document_key FROM changed_document);
DELETE FROM raw.indicator_quarter
WHERE document_key IN (SELECT document_key FROM changed_document);
