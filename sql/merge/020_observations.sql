-- What the changed documents say now stands in raw: it is what is to be looked at as well.

INSERT INTO affected_project (project_code, fiscal_year)
SELECT DISTINCT project_code, fiscal_year
FROM raw.project
INNER JOIN changed_document USING (document_key)
ON CONFLICT DO NOTHING;

INSERT INTO affected_indicator (indicator_key)
SELECT DISTINCT indicator_key
FROM raw.indicator
INNER JOIN changed_document USING (document_key)
ON CONFLICT DO NOTHING;

ANALYZE affected_project;
ANALYZE affected_indicator;

INSERT INTO raw.document AS document (document_key, records_digest, records_read, records_held, printed_at, load_id)
SELECT
    staged.document_key, staged.records_digest, staged.records_read, staged.records_held, staged.printed_at,
    this.load_id
FROM stage_document AS staged
INNER JOIN changed_document USING (document_key)
CROSS JOIN this_load AS this
ON CONFLICT (document_key) DO UPDATE
    SET
        records_digest = excluded.records_digest, records_read = excluded.records_read,
        records_held = excluded.records_held, printed_at = excluded.printed_at, load_id = excluded.load_id;
