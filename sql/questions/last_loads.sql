-- What did the last ten loads do?

SELECT
    load_id, run_id, fiscal_year, status, started_at, finished_at, documents_read, records_read, records_loaded,
    records_unchanged, records_quarantined, records_superseded, error
FROM ops.load
ORDER BY load_id DESC
LIMIT 10;
