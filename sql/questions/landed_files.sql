-- How did the bytes of a source's files lie in the landing area when they were proven? What was found damaged since,
-- when it was to be read, is not among them.

WITH here AS (
    SELECT sha256 FROM raw.source_file
    WHERE uri = %(address)s OR starts_with(uri, %(folder)s)
    UNION
    SELECT sha256 FROM raw.source_document
    WHERE file_uri = %(address)s OR starts_with(file_uri, %(folder)s)
)

SELECT landed.sha256, landed.stamp
FROM raw.landed_file AS landed
INNER JOIN here USING (sha256)
WHERE
    landed.sha256 NOT IN (
        SELECT document.sha256
        FROM ops.quarantine AS quarantine
        INNER JOIN dw.dim_document AS document USING (document_key)
        WHERE quarantine.rule_id = %(damaged)s AND quarantine.state = 'held'
    );
