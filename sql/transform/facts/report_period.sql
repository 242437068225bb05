-- What each report of an affected project-year says, in each period.
-- reads: project_observation, raw.report, report_state
-- gives: report_period (project_code, fiscal_year, report_ref)
-- periods: dw.fact_progress_report
-- fills: dw.progress_report_history

WITH moment AS (
    SELECT TRUE AS is_only, observation.snapshot_at AS seen_at, report.*
    FROM project_observation AS observation
    INNER JOIN raw.report AS report USING (document_key, project_code, fiscal_year)
    WHERE observation.times_seen = 1 AND report.is_shown
    UNION ALL
    SELECT FALSE, last.snapshot_at, filled.*
    FROM (
        SELECT DISTINCT ON (project_code, fiscal_year, report_ref, snapshot_at)
            snapshot_at,
            state || jsonb_build_object(
                'project_code', project_code, 'fiscal_year', fiscal_year, 'report_ref', report_ref,
                'document_key', document_key
            ) AS state
        FROM report_state
        ORDER BY project_code ASC, fiscal_year ASC, report_ref ASC, snapshot_at ASC, sha256 DESC
    ) AS last
    CROSS JOIN LATERAL jsonb_populate_record(NULL::RAW.REPORT, last.state) AS filled
)

SELECT
    project_code, fiscal_year, report_ref, seen_at, is_only, document_key,
    report_no,
    report_date,
    dw.date_key(report_date) AS report_date_key,
    plan_status,
    target_status,
    CASE
        WHEN num_nonnulls(plan_status, target_status) > 0 THEN dw.key('status', plan_status, target_status) ELSE -1
    END AS status_key,
    progress_pct,
    disbursed_thb,
    narrative
FROM moment
