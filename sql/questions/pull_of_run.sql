-- What did the pull of a run find?

SELECT files_listed, files_fetched, files_gone, bytes_fetched, alert AS source_alert
FROM ops.pull
WHERE run_id = %(run_id)s
ORDER BY pull_id DESC
LIMIT 1;
