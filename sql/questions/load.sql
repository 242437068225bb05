-- One load.

SELECT load_id, run_id, fiscal_year, status, started_at, finished_at
FROM ops.load
WHERE load_id = %(load_id)s;
