-- Every pair of statuses that may have been known of a report, with its key: to hash each pair once is cheaper than to
-- hash that of each report.
-- reads: project_observation, raw.report, report_state
-- gives: status_pair

WITH pair AS (
    SELECT report.plan_status, report.target_status
    FROM project_observation AS observation
    INNER JOIN raw.report AS report USING (document_key, project_code, fiscal_year)
    WHERE observation.times_seen = 1 AND report.is_shown
    UNION
    SELECT state ->> 'plan_status', state ->> 'target_status' FROM report_state
)

SELECT dw.key('status', plan_status, target_status) AS status_key, plan_status, target_status
FROM pair
WHERE num_nonnulls(plan_status, target_status) > 0
