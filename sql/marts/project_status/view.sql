-- How does each project stand? A row a project-year, as the latest snapshot shows it; what speaks of time is as of
-- today in Bangkok.
--
-- Of goals on which copies disagree, the view has that of the copy shown; the project is disputed.

CREATE VIEW mart.project_status AS
SELECT
    substring(fact.project_code, '^[0-9].*') AS project_code,
    project.view_id,
    nullif(fact.fiscal_year, -1) AS fiscal_year,
    project.project_name,
    agency.agency_code,
    agency.agency_name,
    agency.agency_name_en,
    agency.agency_sort_key,
    agency.agency_kind,
    agency.unit_code,
    agency.unit_name,
    coalesce(project.section_name, agency.unit_name) AS section_name,
    project.start_date,
    project.end_date,
    fact.budget_received_thb,
    fact.budget_spent_thb,
    fact.spent_pct,
    fact.disbursed_thb,
    fact.progress_pct,
    dw.time_gone_pct(project.start_date, project.end_date, dw.today()) AS time_gone_pct,
    dw.time_gone_pct(project.start_date, project.end_date, dw.today()) - fact.progress_pct AS behind_pct,
    project.end_date < dw.today() AND fact.progress_pct < 100 AS is_overdue,
    fact.report_count,
    first_report.full_date AS first_report_date,
    last_report.full_date AS last_report_date,
    dw.today() - last_report.full_date AS days_since_last_report,
    fact.evaluation_score,
    project.is_certified,
    coalesce(bridge.is_disputed, FALSE) AS is_disputed,
    goal.plan_version,
    goal.strategy_code,
    goal.strategy_name,
    goal.sub_issue_code,
    goal.sub_issue_name,
    goal.goal_code,
    goal.goal_name,
    goal.name_rank = 2 AS is_in_reference,
    goal.is_plan_complete AS is_reference_complete,
    CASE
        WHEN goal.goal_code IS NULL THEN 'none named'
        WHEN goal.name_rank = 2 THEN 'in the plan'
        WHEN goal.is_plan_complete THEN 'not in the plan'
        ELSE 'not known'
    END AS goal_status,
    log.last_seen_at AS reports_seen_at,
    document.document_uri,
    document.snapshot_at,
    document.snapshot_from,
    document.last_seen_at,
    document.last_loaded_at
FROM dw.fact_project AS fact
INNER JOIN dw.dim_project AS project USING (project_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN dw.dim_date AS first_report ON fact.first_report_date_key = first_report.date_key
INNER JOIN dw.dim_date AS last_report ON fact.last_report_date_key = last_report.date_key
INNER JOIN mart.document AS document USING (document_key)
INNER JOIN dw.dim_document AS log ON fact.log_document_key = log.document_key
LEFT JOIN dw.bridge_project_strategy AS bridge ON fact.project_key = bridge.project_key AND bridge.is_shown
LEFT JOIN dw.dim_strategy AS goal ON bridge.strategy_key = goal.strategy_key AND goal.strategy_key > 0;
