-- Each report of an affected project-year as it is now. Its period begins with its own values; its project and agency
-- are those that its project-year has now.
-- reads: report_period, project_period
-- gives: report_current
-- fills: dw.fact_progress_report

SELECT
    report.*, project.project_key, project.agency_key,
    report.progress_pct - lag(report.progress_pct) OVER (
        PARTITION BY report.project_code, report.fiscal_year
        ORDER BY report.report_no, report.report_date, report.report_ref
    ) AS progress_delta_pct
FROM report_period AS report
INNER JOIN project_period AS project
    ON
        report.project_code = project.project_code AND report.fiscal_year = project.fiscal_year
        AND project.valid_to IS NULL
WHERE report.valid_to IS NULL
