-- What became of each changed document when it was read.
-- reads: stage_document, changed_document
-- gives: document_read
-- fills: raw.document

SELECT staged.*
FROM stage_document AS staged
INNER JOIN changed_document USING (document_key)
