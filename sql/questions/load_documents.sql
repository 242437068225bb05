-- What became of the documents of a load? A row a document, those that hold something back first.

SELECT
    document.uri, document.family, met.records_read, met.records_loaded, met.records_unchanged,
    met.records_quarantined, met.records_superseded, count(*) OVER () AS documents
FROM ops.load_document AS met
INNER JOIN dw.dim_document AS document USING (document_key)
WHERE met.load_id = %(load_id)s
ORDER BY met.records_quarantined DESC, document.uri ASC, document.document_key ASC
LIMIT %(limit)s OFFSET %(offset)s;
