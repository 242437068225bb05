-- What did loads do, the newest first? A row a load, with what its run pulled; of one run only, where it is named.

SELECT
    load.*,
    pull.source AS pulled_from,
    pull.files_listed,
    pull.files_fetched,
    pull.files_gone,
    pull.bytes_fetched,
    pull.alert AS source_alert
FROM ops.load AS load
LEFT JOIN LATERAL (
    SELECT of_run.* FROM ops.pull AS of_run
    WHERE of_run.run_id = load.run_id
    ORDER BY of_run.pull_id DESC
    LIMIT 1
) AS pull ON TRUE
WHERE
    (%(run_id)s::TEXT IS NULL OR load.run_id = %(run_id)s)
    AND (%(load_id)s::BIGINT IS NULL OR load.load_id = %(load_id)s)
ORDER BY load.load_id DESC
LIMIT %(limit)s OFFSET %(offset)s;
