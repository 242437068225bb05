-- What a batch from before its purge tells of a document is not taken in; that it was seen is.

DELETE FROM stage_document
USING ops.purge
WHERE stage_document.sha256 = purge.sha256;

DELETE FROM stage_finding
WHERE document_key NOT IN (SELECT document_key FROM stage_document);
DELETE FROM stage_quarantine
WHERE document_key NOT IN (SELECT document_key FROM stage_document);

-- Documents, and where and when each was observed. The keys of what a document speaks of are affected by an observation
-- or by a changed reading; all else in this load is known already. What a changed document was read as before goes:
-- what it is read as now is copied in after this.

CREATE TEMP TABLE new_observation (sha256 TEXT PRIMARY KEY) ON COMMIT DROP;

WITH observed AS (
    INSERT INTO raw.manifest AS known (
        sha256, uri, reported_at, snapshot_at, fetched_at, time_rule_id, time_reported, byte_size
    )
    SELECT DISTINCT ON (sha256, uri, reported_at)
        sha256, uri, reported_at, snapshot_at, fetched_at, time_rule_id, time_reported, byte_size
    FROM stage_manifest
    ORDER BY sha256, uri, reported_at, fetched_at
    -- What was believed at the first fetch stands: tomorrow's date is no better the day after tomorrow.
    ON CONFLICT (sha256, uri, reported_at) DO UPDATE
        SET
            snapshot_at = excluded.snapshot_at, fetched_at = excluded.fetched_at,
            time_rule_id = excluded.time_rule_id, time_reported = excluded.time_reported
        WHERE excluded.fetched_at < known.fetched_at
    RETURNING known.sha256
)

INSERT INTO new_observation (sha256)
SELECT DISTINCT sha256 FROM observed;

-- No snapshot is of a time to come. Where one is, from before, when any time was believed, its document is looked at
-- again.

CREATE TEMP TABLE frozen_document (document_key BIGINT PRIMARY KEY) ON COMMIT DROP;

INSERT INTO frozen_document (document_key)
SELECT document_key FROM dw.dim_document
WHERE last_seen_at > now();

CREATE TEMP TABLE reading ON COMMIT DROP AS
SELECT document_key, sha256, family, channel, printed_at FROM stage_document
UNION ALL
SELECT document.document_key, document.sha256, document.family, document.channel, known.printed_at
FROM frozen_document AS frozen
INNER JOIN dw.dim_document AS document USING (document_key)
INNER JOIN raw.document AS known USING (document_key)
WHERE frozen.document_key NOT IN (SELECT document_key FROM stage_document);

WITH seen AS (
    SELECT
        reading.*, manifest.uri, manifest.fetched_at, manifest.snapshot_at AS source_at,
        dw.snapshot_at(reading.printed_at, manifest.snapshot_at, manifest.fetched_at) AS snapshot_at
    FROM reading
    INNER JOIN raw.manifest AS manifest USING (sha256)
),

first_observation AS (
    SELECT DISTINCT ON (sha256) *, max(snapshot_at) OVER (PARTITION BY sha256) AS last_seen_at
    FROM seen
    ORDER BY sha256, snapshot_at, source_at, uri
)

INSERT INTO dw.dim_document AS document (
    document_key, sha256, uri, family, channel, snapshot_at, last_seen_at, fetched_at
)
SELECT document_key, sha256, uri, family, channel, snapshot_at, last_seen_at, fetched_at
FROM first_observation
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
SELECT document_key FROM frozen_document
UNION
SELECT document.document_key
FROM dw.dim_document AS document
INNER JOIN new_observation USING (sha256);

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
