-- What did each project report? A row a report.

CREATE VIEW mart.progress_report AS
SELECT
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
    fact.report_no,
    report.full_date AS report_date,
    report.fiscal_month,
    fact.progress_pct,
    fact.progress_delta_pct,
    dw.time_gone_pct(project.start_date, project.end_date, report.full_date) AS time_gone_pct,
    dw.time_gone_pct(project.start_date, project.end_date, report.full_date) - fact.progress_pct AS behind_pct,
    fact.disbursed_thb,
    status.plan_status,
    status.target_status,
    fact.narrative,
    coalesce(fact.report_ref = standing.last_report_ref, FALSE) AS is_last,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
-- From the project-year, so that the reports of an agency's year are found by their key.
FROM dw.fact_project AS standing
INNER JOIN dw.fact_progress_report AS fact
    ON standing.project_code = fact.project_code AND standing.fiscal_year = fact.fiscal_year
INNER JOIN dw.dim_project AS project ON standing.project_key = project.project_key
INNER JOIN dw.dim_agency AS agency ON standing.agency_key = agency.agency_key
INNER JOIN dw.dim_date AS report ON fact.report_date_key = report.date_key
INNER JOIN dw.dim_report_status AS status USING (status_key)
INNER JOIN mart.document AS document ON fact.document_key = document.document_key;
