-- What is wrong with the documents of each agency: which rule, which record, which field, which value, which line?
-- A finding is superseded when a later export of the same family, which was accepted, speaks of the same record; the
-- rest is the list to send back.

CREATE VIEW mart.document_quality AS
WITH told AS (
    -- The record says whose it is: a project or id begins with the agency's code, or the code stands before a text.
    SELECT finding.*, dw.record_agency(finding.record) AS agency_code
    FROM ops.finding AS finding
    WHERE dw.record_agency(finding.record) IS NOT NULL
    UNION ALL
    -- It does not: then the project of its copy says it, or else the copy's indicators, where they are of one agency.
    SELECT
        finding.*,
        coalesce(
            (
                SELECT project.agency_code FROM raw.project AS project
                WHERE project.document_key = finding.document_key AND project.copy = finding.copy
            ),
            (
                SELECT CASE count(DISTINCT indicator.agency_code) WHEN 1 THEN min(indicator.agency_code) END
                FROM raw.indicator AS indicator
                WHERE indicator.document_key = finding.document_key AND indicator.copy = finding.copy
            )
        )
    FROM ops.finding AS finding
    WHERE dw.record_agency(finding.record) IS NULL
),

named AS (
    SELECT
        *,
        dw.record_project(record) AS project_code,
        CASE WHEN record ~ '^[0-9]{4}-[0-9]{3,4}/' THEN split_part(record, '/', 1) END AS kpi_id,
        dw.record_year(record) AS fiscal_year
    FROM told
)

SELECT
    named.agency_code,
    agency.agency_name,
    agency.agency_kind,
    named.fiscal_year,
    named.project_code,
    named.kpi_id,
    document.document_uri,
    document.sha256,
    document.family,
    document.snapshot_at,
    named.rule_id,
    named.severity,
    named.copy,
    named.record,
    named.field,
    named.value,
    named.message,
    named.line,
    named.severity = 'critical' AS is_held_back,
    coalesce(
        document.sha256 <> (
            SELECT later.sha256 FROM mart.document AS later
            WHERE
                later.document_key IN (
                    SELECT named.document_key
                    UNION ALL
                    SELECT project.document_key FROM raw.project AS project
                    WHERE
                        project.project_code = split_part(named.record, '/', 1)
                        AND project.fiscal_year = coalesce(named.fiscal_year, -1)
                    UNION ALL
                    SELECT indicator.document_key FROM raw.indicator AS indicator
                    WHERE
                        indicator.indicator_key
                        = CASE WHEN named.project_code IS NULL THEN dw.key('indicator', named.record) END
                )
                AND later.family = document.family
            ORDER BY later.last_seen_at DESC, later.sha256 DESC
            LIMIT 1
        ), FALSE
    ) AS is_superseded,
    document.last_loaded_at
FROM named
INNER JOIN mart.document AS document USING (document_key)
LEFT JOIN dw.dim_agency AS agency
    ON
        named.agency_code || '0000' = agency.unit_code
        AND dw.is_of_year(named.fiscal_year, agency.valid_from, agency.valid_to);

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
