-- How many rows each fact table has after this load, and of the results of indicators those that marts show.
-- reads: dw.fact_project, dw.fact_progress_report, dw.fact_indicator_result, dw.dim_indicator
-- gives: table_count
-- fills: ops.load_table

SELECT 'dw.fact_project' AS table_name, count(*) AS row_count FROM dw.fact_project
UNION ALL
SELECT 'dw.fact_progress_report', count(*) FROM dw.fact_progress_report
UNION ALL
SELECT 'dw.fact_indicator_result', count(*) FROM dw.fact_indicator_result
UNION ALL
SELECT 'mart.indicator_attainment', count(*)
FROM dw.fact_indicator_result AS fact
INNER JOIN dw.dim_indicator AS indicator USING (indicator_key)
WHERE dw.is_measured(indicator.kpi_id, fact.target_value, fact.result_value, fact.evaluation_score)
