-- What each affected project-year is worth, in each period.
-- reads: project_moment, project_version, report_tally, report_log, month_tally, dw.dim_agency
-- gives: project_period (project_code, fiscal_year, valid_from)
-- periods: dw.fact_project
-- fills: dw.fact_project, dw.project_history

SELECT
    moment.project_code, moment.fiscal_year, moment.seen_at, moment.is_only, moment.document_key,
    version.project_key,
    coalesce(agency.agency_key, -1) AS agency_key,
    dw.date_key(moment.start_date) AS start_date_key,
    dw.date_key(moment.end_date) AS end_date_key,
    dw.date_key(tally.first_report_date) AS first_report_date_key,
    dw.date_key(tally.last_report_date) AS last_report_date_key,
    moment.budget_received_thb,
    moment.budget_spent_thb,
    round(100 * moment.budget_spent_thb / nullif(moment.budget_received_thb, 0), 4) AS spent_pct,
    moment.shown_progress_pct AS progress_pct,
    CASE WHEN moment.seen_at >= log.first_seen_at THEN coalesce(tally.report_count, 0) END AS report_count,
    moment.evaluation_score,
    tally.disbursed_thb,
    tally.report_months,
    tally.last_report_ref,
    coalesce(log.document_key, -1) AS log_document_key,
    by_month.progress_months,
    by_month.progress_by_month,
    by_month.disbursed_by_month
FROM project_moment AS moment
INNER JOIN project_version AS version
    ON
        moment.project_code = version.project_code AND moment.fiscal_year = version.fiscal_year
        AND moment.seen_at >= version.valid_from AND moment.seen_at < coalesce(version.valid_to, 'infinity')
LEFT JOIN report_tally AS tally
    ON
        moment.project_code = tally.project_code AND moment.fiscal_year = tally.fiscal_year
        AND moment.seen_at = tally.seen_at
LEFT JOIN report_log AS log
    ON moment.project_code = log.project_code AND moment.fiscal_year = log.fiscal_year
LEFT JOIN month_tally AS by_month
    ON moment.project_code = by_month.project_code AND moment.fiscal_year = by_month.fiscal_year
LEFT JOIN dw.dim_agency AS agency
    ON moment.unit_code = agency.unit_code AND dw.is_of_year(moment.fiscal_year, agency.valid_from, agency.valid_to)
