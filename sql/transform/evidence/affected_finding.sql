-- The findings that this load makes anew: of blanks by their project-year or indicator-year, of times by their
-- document, all others by what was read of their document.
-- reads: affected_record, dirty_document, changed_document, stage_notice
-- before: ops.finding
-- gives: affected_finding

WITH noticed AS (
    SELECT DISTINCT rule_id, about = 'blank' AS is_of_blank FROM stage_notice
)

SELECT finding.finding_id
FROM ops.finding AS finding
LEFT JOIN noticed USING (rule_id)
WHERE
    CASE
        WHEN noticed.is_of_blank
            THEN finding.of_record IN (SELECT affected.record FROM affected_record AS affected)
        WHEN noticed.rule_id IS NOT NULL
            THEN finding.document_key IN (SELECT dirty.document_key FROM dirty_document AS dirty)
        ELSE finding.document_key IN (SELECT changed.document_key FROM changed_document AS changed)
    END
