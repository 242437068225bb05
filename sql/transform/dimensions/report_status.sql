-- Pairs of statuses.
-- reads: report_period
-- gives: report_status
-- fills: dw.dim_report_status

SELECT DISTINCT status_key, plan_status, target_status FROM report_period
WHERE status_key > 0
