-- Which documents are in each file of a source?

SELECT file_uri, uri, sha256, byte_size, modified_at
FROM raw.source_document
WHERE file_uri = %(address)s OR starts_with(file_uri, %(folder)s)
ORDER BY file_uri, ordinal;
