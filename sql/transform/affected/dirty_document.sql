-- The dirty set: documents that are read otherwise, dated anew, or were observed at a place or time that is new. All
-- else in this load is known already.
-- reads: changed_document, frozen_document, new_observation, dw.dim_document
-- gives: dirty_document (document_key)

SELECT document_key FROM changed_document
UNION
SELECT document_key FROM frozen_document
UNION
SELECT document.document_key
FROM dw.dim_document AS document
INNER JOIN new_observation USING (sha256)
