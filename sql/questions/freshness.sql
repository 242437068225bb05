-- How fresh is each fact table?

SELECT
    table_name,
    row_count AS rows_now,
    row_count_before AS rows_before,
    date_trunc('second', last_loaded_at) AS last_loaded_at,
    date_trunc('second', last_snapshot_at) AS last_snapshot_at,
    last_report_date,
    date_trunc('second', failed_since) AS failed_since
FROM mart.freshness
ORDER BY table_name;
