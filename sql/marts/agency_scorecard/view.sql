-- How does each agency stand? A row an agency and fiscal year, with the numbers of cases; what speaks of time is as of
-- today in Bangkok.

CREATE VIEW mart.agency_scorecard AS
WITH project AS (
    SELECT
        agency_code, agency_name, agency_name_en, agency_sort_key, agency_kind, fiscal_year,
        count(*) AS projects,
        count(*) FILTER (WHERE report_count = 0) AS projects_without_report,
        count(*) FILTER (WHERE report_count IS NULL) AS projects_without_log,
        count(progress_pct) AS projects_with_progress,
        count(*) FILTER (WHERE progress_pct = 100) AS projects_completed,
        count(*) FILTER (WHERE is_overdue) AS projects_overdue,
        count(*) FILTER (WHERE is_disputed) AS projects_disputed,
        count(evaluation_score) AS projects_evaluated,
        count(*) FILTER (WHERE budget_received_thb > 0) AS projects_with_budget,
        count(*) FILTER (WHERE budget_received_thb = 0) AS projects_without_budget,
        round(avg(progress_pct), 4) AS progress_pct,
        round(avg(behind_pct), 4) AS behind_pct,
        round(avg(evaluation_score), 4) AS evaluation_score,
        sum(budget_received_thb) AS budget_received_thb,
        sum(budget_spent_thb) AS budget_spent_thb,
        round(
            100 * sum(budget_spent_thb) FILTER (WHERE budget_received_thb > 0)
            / sum(budget_received_thb) FILTER (WHERE budget_received_thb > 0 AND budget_spent_thb IS NOT NULL), 4
        ) AS spent_pct,
        max(last_report_date) AS last_report_date,
        min(days_since_last_report) AS days_since_last_report,
        last_loaded_at
    FROM mart.project_status
    GROUP BY agency_code, agency_name, agency_name_en, agency_sort_key, agency_kind, fiscal_year, last_loaded_at
),

coverage AS (
    SELECT
        agency_code, fiscal_year, sum(expected)::BIGINT AS expected, sum(received)::BIGINT AS received,
        sum(missing)::BIGINT AS missing
    FROM mart.report_coverage
    GROUP BY agency_code, fiscal_year
),

quality AS (
    SELECT
        agency_code, fiscal_year,
        count(*) FILTER (WHERE severity = 'critical') AS critical_findings,
        count(*) FILTER (WHERE severity = 'warning') AS warning_findings
    FROM mart.document_quality
    WHERE NOT is_superseded AND severity <> 'info'
    GROUP BY agency_code, fiscal_year
)

SELECT
    project.agency_code,
    project.agency_name,
    project.agency_name_en,
    project.agency_sort_key,
    project.agency_kind,
    project.fiscal_year,
    project.projects,
    project.projects_without_report,
    project.projects_without_log,
    project.projects_with_progress,
    project.projects_completed,
    project.projects_overdue,
    project.projects_disputed,
    project.projects_evaluated,
    project.projects_with_budget,
    project.projects_without_budget,
    coverage.expected AS reports_expected,
    coverage.received AS reports_received,
    coverage.missing AS reports_missing,
    project.last_report_date,
    project.days_since_last_report,
    project.progress_pct,
    project.behind_pct,
    project.evaluation_score,
    project.budget_received_thb,
    project.budget_spent_thb,
    project.spent_pct,
    CASE
        WHEN num_nulls(project.agency_code, project.fiscal_year) = 0 THEN coalesce(quality.critical_findings, 0)
    END AS critical_findings,
    CASE
        WHEN num_nulls(project.agency_code, project.fiscal_year) = 0 THEN coalesce(quality.warning_findings, 0)
    END AS warning_findings,
    project.last_loaded_at
FROM project
LEFT JOIN coverage USING (agency_code, fiscal_year)
LEFT JOIN quality USING (agency_code, fiscal_year);
