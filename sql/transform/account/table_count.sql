-- How many rows each fact table has after this load.
-- reads: dw.fact_project, dw.fact_progress_report, dw.fact_indicator_result
-- gives: table_count
-- fills: ops.load_table

SELECT 'dw.fact_project' AS table_name, count(*) AS row_count FROM dw.fact_project
UNION ALL
SELECT 'dw.fact_progress_report', count(*) FROM dw.fact_progress_report
UNION ALL
SELECT 'dw.fact_indicator_result', count(*) FROM dw.fact_indicator_result
