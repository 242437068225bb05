-- The findings that this load makes anew: of blanks by their record, of times by their document, all others by what was
-- read of their document.
-- reads: affected_record, dirty_document, changed_document
-- before: ops.finding
-- gives: affected_finding

SELECT finding_id FROM ops.finding
WHERE
    CASE
        WHEN rule_id = 'R-blank-after-value'
            THEN split_part(split_part(record, '/reports[', 1), '/quarters[', 1) IN (
                SELECT affected.record FROM affected_record AS affected
            )
        WHEN rule_id LIKE 'R-snapshot-%' THEN document_key IN (SELECT dirty.document_key FROM dirty_document AS dirty)
        ELSE document_key IN (SELECT changed.document_key FROM changed_document AS changed)
    END
