-- The account of this load as a whole.
-- reads: this_load, stage_document, document_outcome, changed_year
-- before: ops.load
-- gives: load_outcome
-- fills: ops.load

WITH total AS (
    SELECT
        count(*) AS documents_read, coalesce(sum(records_read), 0) AS records_read,
        coalesce(sum(records_loaded), 0) AS records_loaded, coalesce(sum(records_unchanged), 0) AS records_unchanged,
        coalesce(sum(records_quarantined), 0) AS records_quarantined,
        coalesce(sum(records_superseded), 0) AS records_superseded
    FROM document_outcome
),

year AS (SELECT array_agg(fiscal_year ORDER BY fiscal_year) AS changed_years FROM changed_year),

unread AS (
    SELECT count(*) AS documents_quarantined FROM stage_document
    WHERE family IS NULL
)

SELECT
    load.run_id, load.fiscal_year, load.started_at, clock_timestamp() AS finished_at, 'committed' AS status, load.error,
    load.triggered_by, load.approved_by, load.reason, load.source, load.rehearsal_of,
    load.parser_version, load.documents_parsed, load.documents_reused,
    total.documents_read, unread.documents_quarantined, total.records_read, total.records_loaded,
    total.records_unchanged, total.records_quarantined, total.records_superseded,
    coalesce(year.changed_years, '{}') AS changed_years
FROM ops.load AS load
INNER JOIN this_load USING (load_id)
CROSS JOIN total
CROSS JOIN unread
CROSS JOIN year
