-- Documents that are read otherwise than before, or for the first time. What they were read as before goes.
-- reads: stage_document
-- before: raw.document
-- gives: changed_document (document_key)

SELECT staged.document_key
FROM stage_document AS staged
LEFT JOIN raw.document AS known USING (document_key)
WHERE known.records_digest IS DISTINCT FROM staged.records_digest
