-- Which exports are there: of what kind, when was each made, until when was it seen as it is, what came of it?

CREATE VIEW mart.document AS
SELECT
    document.document_key,
    document.uri AS document_uri,
    document.sha256,
    document.family,
    document.channel,
    document.snapshot_at,
    document.last_seen_at,
    reading.records_read,
    reading.records_held,
    (
        SELECT max(load.finished_at) FROM ops.load AS load
        WHERE load.status = 'committed'
    ) AS last_loaded_at
FROM dw.dim_document AS document
LEFT JOIN raw.document AS reading USING (document_key)
WHERE document.sha256 IS NOT NULL;

COMMENT ON VIEW mart.document IS
'Which exports are there, and how old is each? A row a document.';
COMMENT ON COLUMN mart.document.document_key IS 'Key of the document, the same for the same bytes.';
COMMENT ON COLUMN mart.document.document_uri IS 'Address that it was pulled from first.';
COMMENT ON COLUMN mart.document.sha256 IS 'Hash of its bytes.';
COMMENT ON COLUMN mart.document.family IS 'Kind of export; empty where nobody could tell.';
COMMENT ON COLUMN mart.document.channel IS 'How it reached us: text, html, pdf or ocr.';
COMMENT ON COLUMN mart.document.snapshot_at IS 'When it was made; the first time of several.';
COMMENT ON COLUMN mart.document.last_seen_at IS
'Until when it was seen as it is: the last time of several, or the time that it prints on itself.';
COMMENT ON COLUMN mart.document.records_read IS 'Records read from it.';
COMMENT ON COLUMN mart.document.records_held IS 'Of these, records that are held back.';
COMMENT ON COLUMN mart.document.last_loaded_at IS 'When the warehouse was loaded last.';
