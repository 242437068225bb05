-- All findings: those of the rules, times that cannot be believed, and blanks. Two copies that agree break a rule in
-- the same way: that is one finding, of the copy that is shown. Its record says which agency's it is. Where it does
-- not, the project of its copy does, or else the copy's indicators, if of one agency.
-- reads: stage_finding, stage_notice, raw.project, raw.indicator, dirty_document, dw.dim_document, raw.manifest,
--     raw.document, blank
-- gives: found
-- fills: ops.finding

WITH staged AS (
    SELECT DISTINCT ON (staged.document_key, staged.rule_id, staged.record, staged.field, staged.value, staged.severity)
        staged.document_key, staged.copy, staged.rule_id, staged.severity, staged.record, staged.of_record,
        staged.field, staged.value, staged.message, staged.line, staged.agency_code, staged.kpi_id,
        staged.project_code, staged.fiscal_year
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
        document.document_key, manifest.time_rule_id AS rule_id, 'snapshot_at' AS about,
        manifest.time_reported AS value
    FROM dirty_document
    INNER JOIN dw.dim_document AS document USING (document_key)
    INNER JOIN raw.manifest AS manifest USING (sha256)
    WHERE manifest.time_rule_id IS NOT NULL
    UNION
    SELECT
        document.document_key, notice.rule_id, notice.about,
        to_char(reading.printed_at AT TIME ZONE 'Asia/Bangkok', 'YYYY-MM-DD HH24:MI')
    FROM dirty_document
    INNER JOIN dw.dim_document AS document USING (document_key)
    INNER JOIN raw.document AS reading USING (document_key)
    INNER JOIN raw.manifest AS manifest USING (sha256)
    INNER JOIN stage_notice AS notice ON notice.about = 'printed_at'
    WHERE dw.is_to_come(reading.printed_at, manifest.fetched_at)
),

noticed AS (
    SELECT * FROM staged
    UNION ALL
    SELECT
        misdated.document_key, 1, notice.rule_id, notice.severity, notice.record, notice.of_record,
        notice.about, misdated.value, notice.message, NULL, NULL, NULL, NULL, NULL
    FROM misdated
    INNER JOIN stage_notice AS notice USING (rule_id, about)
    UNION ALL
    SELECT
        blank.document_key, blank.copy, notice.rule_id, notice.severity, blank.record, blank.of_record, blank.field,
        NULL, notice.message, NULL, blank.agency_code, blank.kpi_id, blank.project_code, blank.fiscal_year
    FROM blank
    INNER JOIN stage_notice AS notice ON notice.about = 'blank'
)

SELECT
    noticed.document_key, noticed.copy, noticed.rule_id, noticed.severity, noticed.record, noticed.of_record,
    noticed.field, noticed.value, noticed.message, noticed.line,
    coalesce(noticed.agency_code, project.agency_code, named.agency_code) AS agency_code, noticed.kpi_id,
    noticed.project_code, noticed.fiscal_year
FROM noticed
LEFT JOIN raw.project AS project USING (document_key, copy)
LEFT JOIN
    LATERAL (
        SELECT CASE count(DISTINCT indicator.agency_code) WHEN 1 THEN min(indicator.agency_code) END AS agency_code
        FROM raw.indicator AS indicator
        WHERE
            indicator.document_key = noticed.document_key AND indicator.copy = noticed.copy
            AND noticed.agency_code IS NULL
    ) AS named
    ON TRUE
