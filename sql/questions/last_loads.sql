-- What did the last ten loads do?

SELECT
    load_id AS load,
    status,
    date_trunc('second', coalesce(finished_at, started_at)) AS at,
    fiscal_year,
    documents_read AS documents,
    documents_parsed AS parsed,
    documents_reused AS reused,
    records_read AS records,
    records_loaded AS loaded,
    records_unchanged AS unchanged,
    records_quarantined AS held_back,
    records_superseded AS superseded,
    triggered_by AS begun_by,
    approved_by,
    error
FROM ops.load
ORDER BY load_id DESC
LIMIT 10;
