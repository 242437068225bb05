-- How was each file of a source when it was fetched last?

SELECT uri, version, sha256, fetched_at, unpacked_by, gone_at IS NOT NULL AS is_gone
FROM raw.source_file
WHERE uri = %(address)s OR starts_with(uri, %(folder)s);
