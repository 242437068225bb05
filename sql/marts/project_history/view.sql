-- How did each project stand, and since when? A row a project-year and period in which nothing about it changed;
-- what speaks of time is as of the period's last day, and of the current one as of today in Bangkok.
--
-- What documents of one day disagree on is no history: a period that ended on the day on which it began is a conflict
-- between them, of which mart.conflict has the values; `WHERE NOT is_conflict` is the history.
--
-- Of a day: `SELECT * FROM mart.project_status_as_of('2023-03-31')`.

CREATE VIEW mart.project_history AS
WITH period AS (
    SELECT
        project_code, fiscal_year, project_key, agency_key, first_report_date_key, last_report_date_key,
        budget_received_thb, budget_spent_thb, spent_pct, progress_pct, report_count, evaluation_score, document_key,
        valid_from, NULL::TIMESTAMPTZ AS valid_to
    FROM dw.fact_project
    UNION ALL
    SELECT
        project_code, fiscal_year, project_key, agency_key, first_report_date_key, last_report_date_key,
        budget_received_thb, budget_spent_thb, spent_pct, progress_pct, report_count, evaluation_score, document_key,
        valid_from, valid_to
    FROM dw.project_history
)

SELECT
    period.valid_from,
    period.valid_to,
    substring(period.project_code, '^[0-9].*') AS project_code,
    project.view_id,
    nullif(period.fiscal_year, -1) AS fiscal_year,
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
    period.budget_received_thb,
    period.budget_spent_thb,
    period.spent_pct,
    period.progress_pct,
    dw.time_gone_pct(project.start_date, project.end_date, period.day) AS time_gone_pct,
    dw.time_gone_pct(project.start_date, project.end_date, period.day) - period.progress_pct AS behind_pct,
    project.end_date < period.day AND period.progress_pct < 100 AS is_overdue,
    period.report_count,
    first_report.full_date AS first_report_date,
    last_report.full_date AS last_report_date,
    period.evaluation_score,
    project.is_certified,
    dw.is_of_one_day(period.valid_from, period.valid_to) AS is_conflict,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
FROM (
    SELECT *, coalesce((valid_to AT TIME ZONE 'Asia/Bangkok')::DATE, dw.today()) AS day FROM period
) AS period
INNER JOIN dw.dim_project AS project USING (project_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN dw.dim_date AS first_report ON period.first_report_date_key = first_report.date_key
INNER JOIN dw.dim_date AS last_report ON period.last_report_date_key = last_report.date_key
INNER JOIN mart.document AS document USING (document_key);
