-- What was noticed: findings, conflicts between copies, changes between snapshots, and what is held back.

DELETE FROM ops.field_conflict
WHERE document_key IN (SELECT document_key FROM changed_document);

INSERT INTO ops.field_conflict (document_key, copy, project_code, fiscal_year, field, value_shown, value_other)
SELECT document_key, copy, project_code, fiscal_year, field, value_shown, value_other FROM stage_field_conflict;

-- What is known of every record at each snapshot, of those that were seen more than once.

CREATE TEMP TABLE affected_record ON COMMIT DROP AS
SELECT dw.record_name(project_code, fiscal_year) AS record FROM affected_project
UNION
SELECT record FROM indicator_name;

CREATE TEMP TABLE seen_again ON COMMIT DROP AS
SELECT
    dw.record_name(project_code, fiscal_year) AS record, '' AS path, document_key, copy, family, snapshot_at, sha256,
    own, state
FROM project_state
UNION ALL
SELECT
    dw.record_name(project_code, fiscal_year), 'reports[' || report_ref || ']', document_key, copy, family,
    snapshot_at, sha256, own, state
FROM report_state
UNION ALL
SELECT
    name.record, '', state.document_key, state.copy, state.family, state.snapshot_at, state.sha256, state.own,
    state.state
FROM indicator_state AS state
INNER JOIN indicator_name AS name USING (indicator_key)
WHERE state.times_seen > 1
UNION ALL
SELECT
    name.record, 'quarters[' || state.quarter || ']', state.document_key, state.copy, state.family, state.snapshot_at,
    state.sha256, state.own, state.state
FROM quarter_state AS state
INNER JOIN indicator_name AS name USING (indicator_key)
WHERE state.times_seen > 1;

-- A blank where an earlier export of the same family printed a value. The value stands, and this says so. What others
-- derive from is passed over, and so is personal data.

CREATE TEMP TABLE blank ON COMMIT DROP AS
WITH compared AS (
    SELECT
        *,
        dw.jsonb_merge(own) OVER (
            PARTITION BY record, path, family ORDER BY snapshot_at, sha256
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS own_before
    FROM seen_again
)

SELECT DISTINCT
    compared.document_key, compared.copy, concat_ws('/', compared.record, nullif(compared.path, '')) AS record,
    concat_ws('.', nullif(compared.path, ''), known.field) AS field
FROM compared
CROSS JOIN LATERAL jsonb_object_keys(compared.own_before) AS known (field)
WHERE
    NOT compared.own ? known.field
    -- What was purged is not blank in the export.
    AND compared.sha256 NOT IN (
        SELECT sha256 FROM ops.purge
        WHERE is_prose_purged
    )
    AND compared.state ->> known.field IS NOT NULL
    AND known.field NOT IN (
        'owner', 'coordinator', 'contact', 'is_certified', 'shown_progress_pct', 'measured_by', 'has_unit_clash'
    );

-- Two copies that agree break a rule in the same way: that is one finding, told of the copy that is shown. Its record
-- says whose it is. Where it does not, the project of its copy does, or else the copy's indicators, if of one agency.

CREATE TEMP TABLE found ON COMMIT DROP AS
WITH staged AS (
    SELECT DISTINCT ON (staged.document_key, staged.rule_id, staged.record, staged.field, staged.value, staged.severity)
        staged.document_key, staged.copy, staged.rule_id, staged.severity, staged.record, staged.field, staged.value,
        staged.message, staged.line
    FROM stage_finding AS staged
    LEFT JOIN raw.project AS project USING (document_key, copy)
    ORDER BY
        staged.document_key ASC,
        staged.rule_id ASC,
        staged.record ASC,
        staged.field ASC,
        staged.value ASC,
        staged.severity ASC,
        project.is_shown DESC NULLS LAST, staged.copy ASC, staged.line ASC
),

-- Times that cannot be believed: of every place and time that the document was seen at, in this load or before.

misdated AS (
    SELECT
        document.document_key, 'snapshot_at' AS field,
        manifest.time_rule_id AS rule_id, manifest.time_reported AS value,
        CASE manifest.time_rule_id
            WHEN 'R-snapshot-buddhist'
                THEN 'the clock of its source counts in the Buddhist era: 543 years were taken off'
            WHEN 'R-snapshot-unreadable'
                THEN 'what its source tells is no time: when it was pulled stands for it'
            ELSE 'its source dates it in times to come: the last day that it reports on, or was pulled first on, stands'
        END AS message
    FROM worth_a_look
    INNER JOIN dw.dim_document AS document USING (document_key)
    INNER JOIN raw.manifest AS manifest USING (sha256)
    WHERE manifest.time_rule_id IS NOT NULL
    UNION
    SELECT
        document.document_key, 'printed_at', 'R-snapshot-future',
        to_char(reading.printed_at AT TIME ZONE 'Asia/Bangkok', 'YYYY-MM-DD HH24:MI'),
        'the time that it prints on itself is to come: what its source tells stands'
    FROM worth_a_look
    INNER JOIN dw.dim_document AS document USING (document_key)
    INNER JOIN raw.document AS reading USING (document_key)
    INNER JOIN raw.manifest AS manifest USING (sha256)
    WHERE dw.is_to_come(reading.printed_at, manifest.fetched_at)
),

told AS (
    SELECT * FROM staged
    UNION ALL
    SELECT document_key, 1, rule_id, 'warning', 'document', field, value, message, NULL
    FROM misdated
    UNION ALL
    SELECT
        document_key, copy, 'R-blank-after-value', 'warning', record, field, NULL,
        'blank, where an earlier export printed a value: that value stands', NULL
    FROM blank
)

SELECT
    told.*, coalesce(dw.record_agency(told.record), project.agency_code, named.agency_code) AS agency_code,
    dw.record_project(told.record) AS project_code, dw.record_year(told.record) AS fiscal_year
FROM told
LEFT JOIN raw.project AS project USING (document_key, copy)
LEFT JOIN
    LATERAL (
        SELECT CASE count(DISTINCT indicator.agency_code) WHEN 1 THEN min(indicator.agency_code) END AS agency_code
        FROM raw.indicator AS indicator
        WHERE
            indicator.document_key = told.document_key AND indicator.copy = told.copy
            AND dw.record_agency(told.record) IS NULL
    ) AS named
    ON TRUE;

DELETE FROM ops.finding AS known
WHERE
    CASE
        WHEN known.rule_id = 'R-blank-after-value'
            THEN split_part(split_part(known.record, '/reports[', 1), '/quarters[', 1) IN (
                SELECT record FROM affected_record
            )
        WHEN known.rule_id LIKE 'R-snapshot-%'
            THEN known.document_key IN (SELECT document_key FROM worth_a_look)
        ELSE known.document_key IN (SELECT document_key FROM changed_document)
    END
    AND NOT EXISTS (
        SELECT FROM found
        WHERE
            (
                found.document_key, found.rule_id, found.record, found.field, found.value, found.severity,
                found.message, found.line, found.copy, found.agency_code
            )
            IS NOT DISTINCT FROM (
                known.document_key, known.rule_id, known.record, known.field, known.value, known.severity,
                known.message, known.line, known.copy, known.agency_code
            )
    );

INSERT INTO ops.finding (
    load_id, rule_id, severity, document_key, copy, record, field, value, message, line, agency_code, project_code,
    fiscal_year
)
SELECT
    this.load_id, found.rule_id, found.severity, found.document_key, found.copy, found.record, found.field,
    found.value, found.message, found.line, found.agency_code, found.project_code, found.fiscal_year
FROM found
CROSS JOIN this_load AS this
WHERE NOT EXISTS (
    SELECT FROM ops.finding AS known
    WHERE
        known.document_key = found.document_key
        AND (known.rule_id, known.record, known.field, known.value, known.severity)
        IS NOT DISTINCT FROM (found.rule_id, found.record, found.field, found.value, found.severity)
);

-- Changes: a value that differs from the state before. Personal data is not followed, nor what others derive from.

CREATE TEMP TABLE change ON COMMIT DROP AS
WITH moment AS (
    SELECT DISTINCT ON (record, path, snapshot_at) record, path, snapshot_at, state
    FROM seen_again
    ORDER BY record ASC, path ASC, snapshot_at ASC, sha256 DESC
),

step AS (
    SELECT *, lag(state) OVER (PARTITION BY record, path ORDER BY snapshot_at) AS state_before
    FROM moment
)

SELECT
    step.record, concat_ws('.', nullif(step.path, ''), now_says.key) AS field,
    step.state_before ->> now_says.key AS old_value, now_says.value AS new_value, step.snapshot_at AS seen_at
FROM step
CROSS JOIN LATERAL jsonb_each_text(step.state) AS now_says
WHERE
    step.state <> step.state_before
    AND now_says.value IS DISTINCT FROM step.state_before ->> now_says.key
    AND now_says.key NOT IN (
        'owner', 'coordinator', 'contact', 'shown_progress_pct', 'measured_by', 'target_unit', 'result_unit',
        'has_unit_clash'
    );

DELETE FROM ops.field_change AS known
USING affected_record AS affected
WHERE
    known.record = affected.record
    AND NOT EXISTS (
        SELECT FROM change
        WHERE
            (change.record, change.field, change.seen_at, change.old_value, change.new_value)
            IS NOT DISTINCT FROM (known.record, known.field, known.seen_at, known.old_value, known.new_value)
    );

INSERT INTO ops.field_change (record, field, old_value, new_value, seen_at, load_id)
SELECT change.record, change.field, change.old_value, change.new_value, change.seen_at, this.load_id
FROM change
CROSS JOIN this_load AS this
ON CONFLICT DO NOTHING;

-- Quarantine: a case is held for as long as its document is read the same way, and released when it is not; an archive
-- that could not be opened is released when its members are read. One that somebody rejected stays so until then.

UPDATE ops.quarantine AS known
SET state = 'released'
FROM changed_document AS changed
WHERE
    known.document_key = changed.document_key
    AND known.state <> 'released'
    AND known.quarantine_id NOT IN (
        SELECT dw.key('quarantine', document_key::TEXT, copy::TEXT, record, line::TEXT) FROM stage_quarantine
    );

WITH opened AS (
    SELECT DISTINCT array_to_string(path.parts[:depth.depth], '!/') AS uri
    FROM stage_manifest
    CROSS JOIN LATERAL string_to_array(stage_manifest.uri, '!/') AS path (parts)
    CROSS JOIN LATERAL generate_series(1, cardinality(path.parts) - 1) AS depth (depth)
    WHERE stage_manifest.uri LIKE '%!/%'
)

UPDATE ops.quarantine AS known
SET state = 'released'
FROM dw.dim_document AS document
INNER JOIN opened USING (uri)
WHERE
    known.document_key = document.document_key
    AND known.state <> 'released'
    AND known.document_key NOT IN (SELECT document_key FROM stage_document);
