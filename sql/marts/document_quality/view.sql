-- What is wrong with the documents of each agency? A row a finding: a list to send back.
--
-- A finding is superseded when a later export of the same family, which was accepted, speaks of the same record; the
-- rest is the list to send back.

CREATE VIEW mart.document_quality AS
SELECT
    finding.agency_code,
    agency.agency_name,
    agency.agency_name_en,
    agency.agency_sort_key,
    agency.agency_kind,
    project.section_name,
    finding.fiscal_year,
    finding.project_code,
    finding.kpi_id,
    document.document_uri,
    document.sha256,
    document.family,
    document.snapshot_at,
    finding.rule_id,
    coalesce(named.rule_name, finding.rule_id) AS rule_name,
    coalesce(named.rule_name_en, finding.rule_id) AS rule_name_en,
    finding.severity,
    finding.copy,
    finding.record,
    finding.of_record,
    finding.field,
    CASE WHEN named.is_free_text IS NOT TRUE THEN finding.value END AS value,
    CASE
        WHEN named.is_free_text THEN 'words that may name persons: read them in the document'
        ELSE finding.message
    END AS message,
    finding.line,
    finding.severity = 'critical' AS is_held_back,
    coalesce(
        document.sha256 <> (
            SELECT later.sha256 FROM dw.dim_document AS later
            WHERE
                later.document_key IN (
                    SELECT finding.document_key
                    UNION ALL
                    SELECT project.document_key FROM raw.project AS project
                    WHERE project.record = finding.of_record
                    UNION ALL
                    SELECT indicator.document_key FROM raw.indicator AS indicator
                    WHERE
                        indicator.indicator_key
                        = CASE WHEN finding.project_code IS NULL THEN dw.key('indicator', finding.of_record) END
                )
                AND later.family = document.family
            ORDER BY later.last_seen_at DESC, later.sha256 DESC
            LIMIT 1
        ), FALSE
    ) AS is_superseded,
    document.last_loaded_at
FROM ops.finding AS finding
INNER JOIN mart.document AS document USING (document_key)
LEFT JOIN ops.rule_name AS named USING (rule_id)
LEFT JOIN dw.dim_project AS project
    ON
        finding.project_code = project.project_code AND coalesce(finding.fiscal_year, -1) = project.fiscal_year
        AND project.is_current
LEFT JOIN dw.dim_agency AS agency
    ON
        finding.agency_code || '0000' = agency.unit_code
        AND dw.is_of_year(finding.fiscal_year, agency.valid_from, agency.valid_to);
