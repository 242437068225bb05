-- Which runs have loaded this document?

SELECT DISTINCT load.run_id
FROM ops.load AS load
INNER JOIN ops.load_document AS of_document ON load.load_id = of_document.load_id
INNER JOIN dw.dim_document AS document ON of_document.document_key = document.document_key
WHERE document.sha256 = %(sha256)s
ORDER BY load.run_id;
