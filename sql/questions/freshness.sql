-- How fresh is each fact table?

SELECT table_name, last_load_id, last_loaded_at, row_count, row_count_before, last_report_date, failed_since
FROM mart.freshness
ORDER BY table_name;
