-- What did the loads after one and up to another do, all together?

SELECT
    count(*) AS loads,
    coalesce(sum(documents_read), 0) AS documents_read,
    coalesce(sum(records_loaded), 0) AS records_loaded,
    coalesce(sum(records_unchanged), 0) AS records_unchanged,
    coalesce(sum(records_quarantined), 0) AS records_quarantined,
    coalesce(sum(records_superseded), 0) AS records_superseded
FROM ops.load
WHERE status = 'committed' AND load_id > %(first)s AND load_id <= %(last)s;
