-- Purged documents: a batch that was made before the purge may still tell what is personal. It does not come in again.

UPDATE raw.project AS project
SET owner = NULL, coordinator = NULL, contact = NULL
FROM changed_document AS changed
INNER JOIN dw.dim_document AS document USING (document_key)
INNER JOIN ops.purge USING (sha256)
WHERE project.document_key = changed.document_key;
