-- What had each project reported, and since when? A row a report and period in which nothing about it changed; project
-- and agency are named as they are now.
--
-- Of a day: `SELECT * FROM mart.progress_report_as_of('2023-03-31')`.

CREATE VIEW mart.progress_report_history AS
WITH period AS (
    SELECT
        project_code, fiscal_year, report_ref, report_no, report_date_key, status_key, progress_pct, disbursed_thb,
        narrative, document_key, valid_from, NULL::TIMESTAMPTZ AS valid_to
    FROM dw.fact_progress_report
    UNION ALL
    SELECT
        project_code, fiscal_year, report_ref, report_no, report_date_key, status_key, progress_pct, disbursed_thb,
        narrative, document_key, valid_from, valid_to
    FROM dw.progress_report_history
)

SELECT
    period.valid_from,
    period.valid_to,
    substring(standing.project_code, '^[0-9].*') AS project_code,
    project.view_id,
    nullif(standing.fiscal_year, -1) AS fiscal_year,
    project.project_name,
    agency.agency_code,
    agency.agency_name,
    agency.agency_name_en,
    agency.agency_sort_key,
    agency.agency_kind,
    agency.unit_code,
    agency.unit_name,
    coalesce(project.section_name, agency.unit_name) AS section_name,
    period.report_no,
    report.full_date AS report_date,
    period.progress_pct,
    period.disbursed_thb,
    status.plan_status,
    status.target_status,
    period.narrative,
    dw.is_of_one_day(period.valid_from, period.valid_to) AS is_conflict,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
FROM dw.fact_project AS standing
INNER JOIN period ON standing.project_code = period.project_code AND standing.fiscal_year = period.fiscal_year
INNER JOIN dw.dim_project AS project USING (project_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN dw.dim_date AS report ON period.report_date_key = report.date_key
INNER JOIN dw.dim_report_status AS status USING (status_key)
INNER JOIN mart.document AS document ON period.document_key = document.document_key;
