-- What is wrong with the documents of each agency: which rule, which record, which field, which value, which line?

CREATE VIEW mart.document_quality AS
SELECT
    agency.agency_code,
    agency.agency_name,
    document.uri AS document_uri,
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
    finding.severity = 'critical' AS is_held_back
FROM ops.finding AS finding
INNER JOIN dw.dim_document AS document USING (document_key)
LEFT JOIN dw.dim_agency AS agency
    ON substr(finding.record, 1, 4) || '0000' = agency.unit_code AND finding.record ~ '^\d{4}' AND agency.is_current;

COMMENT ON VIEW mart.document_quality IS
'What is wrong with the documents of each agency? A row a finding: a list to send back.';
COMMENT ON COLUMN mart.document_quality.agency_code IS 'รหัสหน่วยงาน; empty where the document does not tell.';
COMMENT ON COLUMN mart.document_quality.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.document_quality.document_uri IS 'The document.';
COMMENT ON COLUMN mart.document_quality.sha256 IS 'Hash of its bytes.';
COMMENT ON COLUMN mart.document_quality.family IS 'Kind of export; empty where nobody could tell.';
COMMENT ON COLUMN mart.document_quality.snapshot_at IS 'When it was made.';
COMMENT ON COLUMN mart.document_quality.rule_id IS 'The rule.';
COMMENT ON COLUMN mart.document_quality.severity IS 'critical (held back), warning (loaded and flagged) or info.';
COMMENT ON COLUMN mart.document_quality.copy IS 'The copy in the document, from 1.';
COMMENT ON COLUMN mart.document_quality.record IS 'The record: project code and fiscal year, and its report.';
COMMENT ON COLUMN mart.document_quality.field IS 'The field.';
COMMENT ON COLUMN mart.document_quality.value IS 'The value that breaks the rule.';
COMMENT ON COLUMN mart.document_quality.message IS 'What is wrong, in words.';
COMMENT ON COLUMN mart.document_quality.line IS 'The line of the document to look at.';
COMMENT ON COLUMN mart.document_quality.is_held_back IS 'The record is not in the warehouse because of this.';
