-- All findings: those of the rules, times that cannot be believed, and blanks. Two copies that agree break a rule in
-- the same way: that is one finding, of the copy that is shown. Its record says whose it is. Where it does not, the
-- project of its copy does, or else the copy's indicators, if of one agency.
-- reads: stage_finding, raw.project, raw.indicator, dirty_document, dw.dim_document, raw.manifest, raw.document, blank
-- gives: found
-- fills: ops.finding

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
    FROM dirty_document
    INNER JOIN dw.dim_document AS document USING (document_key)
    INNER JOIN raw.manifest AS manifest USING (sha256)
    WHERE manifest.time_rule_id IS NOT NULL
    UNION
    SELECT
        document.document_key, 'printed_at', 'R-snapshot-future',
        to_char(reading.printed_at AT TIME ZONE 'Asia/Bangkok', 'YYYY-MM-DD HH24:MI'),
        'the time that it prints on itself is to come: what its source tells stands'
    FROM dirty_document
    INNER JOIN dw.dim_document AS document USING (document_key)
    INNER JOIN raw.document AS reading USING (document_key)
    INNER JOIN raw.manifest AS manifest USING (sha256)
    WHERE dw.is_to_come(reading.printed_at, manifest.fetched_at)
),

noticed AS (
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
    noticed.*, coalesce(dw.record_agency(noticed.record), project.agency_code, named.agency_code) AS agency_code,
    dw.record_project(noticed.record) AS project_code, dw.record_year(noticed.record) AS fiscal_year
FROM noticed
LEFT JOIN raw.project AS project USING (document_key, copy)
LEFT JOIN
    LATERAL (
        SELECT CASE count(DISTINCT indicator.agency_code) WHEN 1 THEN min(indicator.agency_code) END AS agency_code
        FROM raw.indicator AS indicator
        WHERE
            indicator.document_key = noticed.document_key AND indicator.copy = noticed.copy
            AND dw.record_agency(noticed.record) IS NULL
    ) AS named
    ON TRUE
