-- What the changed documents say now takes the place of what they were read as before.

CREATE TEMP TABLE affected_project (project_code, fiscal_year) ON COMMIT DROP AS
SELECT project_code, fiscal_year FROM stage_project
UNION
SELECT known.project_code, known.fiscal_year
FROM raw.project AS known
INNER JOIN changed_document USING (document_key)
UNION
SELECT known.project_code, known.fiscal_year
FROM raw.project AS known
INNER JOIN dw.dim_document USING (document_key)
INNER JOIN new_sighting USING (sha256);

DELETE FROM raw.project
WHERE document_key IN (SELECT document_key FROM changed_document);
DELETE FROM raw.report
WHERE document_key IN (SELECT document_key FROM changed_document);
DELETE FROM raw.indicator
WHERE document_key IN (SELECT document_key FROM changed_document);

INSERT INTO raw.project SELECT * FROM stage_project;
INSERT INTO raw.report SELECT * FROM stage_report;
INSERT INTO raw.indicator SELECT * FROM stage_indicator;

INSERT INTO raw.document AS document (document_key, records_digest, records_read, records_held, load_id)
SELECT staged.document_key, staged.records_digest, staged.records_read, staged.records_held, this.load_id
FROM stage_document AS staged
INNER JOIN changed_document USING (document_key)
CROSS JOIN this_load AS this
ON CONFLICT (document_key) DO UPDATE
    SET
        records_digest = excluded.records_digest, records_read = excluded.records_read,
        records_held = excluded.records_held, load_id = excluded.load_id;
