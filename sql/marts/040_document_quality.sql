-- What is wrong with the documents of each agency: which rule, which record, which field, which value, which line?
-- A finding is superseded when a later export of the same family, which was accepted, speaks of the same record; the
-- rest is the list to send back.

CREATE VIEW mart.document_quality AS
SELECT
    finding.agency_code,
    agency.agency_name,
    agency.agency_kind,
    finding.fiscal_year,
    finding.project_code,
    CASE WHEN finding.record ~ '^[0-9]{4}-[0-9]{3,4}/' THEN split_part(finding.record, '/', 1) END AS kpi_id,
    document.document_uri,
    document.sha256,
    document.family,
    document.snapshot_at,
    finding.rule_id,
    finding.severity,
    finding.copy,
    finding.record,
    finding.field,
    finding.value,
    finding.message,
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
                    WHERE
                        project.project_code = split_part(finding.record, '/', 1)
                        AND project.fiscal_year = coalesce(finding.fiscal_year, -1)
                    UNION ALL
                    SELECT indicator.document_key FROM raw.indicator AS indicator
                    WHERE
                        indicator.indicator_key
                        = CASE WHEN finding.project_code IS NULL THEN dw.key('indicator', finding.record) END
                )
                AND later.family = document.family
            ORDER BY later.last_seen_at DESC, later.sha256 DESC
            LIMIT 1
        ), FALSE
    ) AS is_superseded,
    document.last_loaded_at
FROM ops.finding AS finding
INNER JOIN mart.document AS document USING (document_key)
LEFT JOIN dw.dim_agency AS agency
    ON
        finding.agency_code || '0000' = agency.unit_code
        AND dw.is_of_year(finding.fiscal_year, agency.valid_from, agency.valid_to);

COMMENT ON VIEW mart.document_quality IS
'What is wrong with the documents of each agency? A row a finding: a list to send back.';
COMMENT ON COLUMN mart.document_quality.agency_code IS
'รหัสหน่วยงาน of the record, or else of all that its copy speaks of; empty where neither tells.';
COMMENT ON COLUMN mart.document_quality.agency_name IS 'หน่วยงานที่รับผิดชอบ, as it is called in that year.';
COMMENT ON COLUMN mart.document_quality.agency_kind IS 'district, department or division.';
COMMENT ON COLUMN mart.document_quality.fiscal_year IS
'ปีงบประมาณ (พ.ศ.): Thai fiscal year of the record, Buddhist era; empty where it does not tell.';
COMMENT ON COLUMN mart.document_quality.project_code IS 'รหัสโครงการ; empty where the record is of no project code.';
COMMENT ON COLUMN mart.document_quality.kpi_id IS 'KPI id; empty where the record is of no such id.';
COMMENT ON COLUMN mart.document_quality.document_uri IS 'The document.';
COMMENT ON COLUMN mart.document_quality.sha256 IS 'Hash of its bytes.';
COMMENT ON COLUMN mart.document_quality.family IS 'Kind of export; empty where nobody could tell.';
COMMENT ON COLUMN mart.document_quality.snapshot_at IS 'When it was made.';
COMMENT ON COLUMN mart.document_quality.rule_id IS 'The rule.';
COMMENT ON COLUMN mart.document_quality.severity IS 'critical (held back), warning (loaded and flagged) or info.';
COMMENT ON COLUMN mart.document_quality.copy IS 'The copy in the document, from 1.';
COMMENT ON COLUMN mart.document_quality.record IS
'The record, as the quarantine names it: project code and fiscal year, and its report; an indicator; or the document.';
COMMENT ON COLUMN mart.document_quality.field IS 'The field.';
COMMENT ON COLUMN mart.document_quality.value IS 'The value that breaks the rule.';
COMMENT ON COLUMN mart.document_quality.message IS 'What is wrong, in words.';
COMMENT ON COLUMN mart.document_quality.line IS 'The line of the document to look at.';
COMMENT ON COLUMN mart.document_quality.is_held_back IS 'The record is not in the warehouse because of this.';
COMMENT ON COLUMN mart.document_quality.is_superseded IS
'A later export of the same family speaks of the same record and was accepted; never so for a document as a whole.';
COMMENT ON COLUMN mart.document_quality.last_loaded_at IS 'When the warehouse was loaded last.';
