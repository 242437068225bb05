-- Which of these cases are of documents that were purged, and when?

SELECT quarantine.quarantine_id, purge.purged_at
FROM ops.quarantine AS quarantine
INNER JOIN dw.dim_document AS document ON quarantine.document_key = document.document_key
INNER JOIN ops.purge AS purge ON document.sha256 = purge.sha256
WHERE quarantine.quarantine_id = any(%(quarantine_ids)s::BIGINT[])
ORDER BY quarantine.quarantine_id;
