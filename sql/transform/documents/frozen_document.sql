-- Documents whose snapshot is of a time to come, from before, when any time was believed: they are dated anew.
-- before: dw.dim_document
-- gives: frozen_document

SELECT document_key FROM dw.dim_document
WHERE last_seen_at > now()
