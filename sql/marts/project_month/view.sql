-- Which project missed which month, how far was it at the end of each, and how late? A row a project and month of its
-- fiscal year.
--
-- A project is to report in each month in which it runs, as far as its exports can know: one that shows no log of
-- reports tells nothing, and a month that was not over when the log was seen last counts only where a report came
-- already. A month may be that of a report whose day is not known, or which is held back: it is unclear, and counts
-- against nobody. A project without a fiscal year is not here: nobody knows in which months it was to report.

CREATE VIEW mart.project_month AS
WITH unplaced AS (
    SELECT project.project_code, project.fiscal_year
    FROM mart.document_quality AS quality
    INNER JOIN dw.dim_project AS project ON quality.of_record = project.record AND project.is_current
    WHERE quality.is_held_back AND quality.record <> quality.of_record AND NOT quality.is_superseded
    UNION
    SELECT project_code, fiscal_year FROM dw.fact_progress_report
    WHERE report_date_key = -1
),

project AS (
    SELECT
        fact.*, log.last_seen_at AS reports_seen_at,
        project.view_id, project.project_name, project.section_name, project.start_date, project.end_date,
        unplaced.project_code IS NOT NULL AS has_unplaced,
        greatest(
            coalesce(dw.month_of_year(project.start_date, fact.fiscal_year), fact.report_months[1]), 1
        ) AS first_month,
        coalesce(
            dw.month_of_year(project.end_date, fact.fiscal_year),
            fact.report_months[cardinality(fact.report_months)]
        ) AS last_month,
        greatest(
            dw.month_of_year((log.last_seen_at AT TIME ZONE 'Asia/Bangkok')::DATE, fact.fiscal_year) - 1,
            -- Whoever reports in a month has seen the months before go by.
            fact.report_months[cardinality(fact.report_months)]
        ) AS known_month
    FROM dw.fact_project AS fact
    INNER JOIN dw.dim_project AS project USING (project_key)
    INNER JOIN dw.dim_document AS log ON fact.log_document_key = log.document_key
    LEFT JOIN unplaced ON fact.project_code = unplaced.project_code AND fact.fiscal_year = unplaced.fiscal_year
    WHERE fact.fiscal_year > 0
),

month AS (
    SELECT
        project.*, month.fiscal_month::SMALLINT AS fiscal_month,
        dw.month_start(project.fiscal_year, month.fiscal_month) AS month_start,
        dw.time_gone_pct(
            project.start_date, project.end_date, dw.month_start(project.fiscal_year, month.fiscal_month + 1)
        ) AS time_gone_pct,
        coalesce(month.fiscal_month = any(project.report_months), FALSE) AS is_reported,
        project.reports_seen_at IS NOT NULL AND month.fiscal_month <= project.known_month AS is_known,
        coalesce(month.fiscal_month BETWEEN project.first_month AND project.last_month, FALSE) AS is_running,
        CASE
            WHEN month.fiscal_month <= project.known_month THEN project.progress_by_month[month.fiscal_month]
        END AS month_progress_pct
    FROM project
    CROSS JOIN generate_series(1, 12) AS month (fiscal_month)
)

SELECT
    substring(month.project_code, '^[0-9].*') AS project_code,
    month.view_id,
    month.fiscal_year,
    month.project_name,
    agency.agency_code,
    agency.agency_name,
    agency.agency_name_en,
    agency.agency_sort_key,
    agency.agency_kind,
    agency.unit_code,
    agency.unit_name,
    coalesce(month.section_name, agency.unit_name) AS section_name,
    month.fiscal_month,
    month.month_start,
    dw.month_label_th(month.month_start) AS month_label_th,
    dw.month_label_en(month.month_start) AS month_label_en,
    (month.is_running AND month.is_known AND (month.is_reported OR NOT month.has_unplaced))::INTEGER AS expected,
    CASE WHEN month.is_reported THEN 1 WHEN month.is_known AND NOT month.has_unplaced THEN 0 END AS reported,
    month.is_running AND month.is_known AND month.has_unplaced AND NOT month.is_reported AS is_unclear,
    month.month_progress_pct AS progress_pct,
    CASE
        WHEN month.month_progress_pct IS NOT NULL
            THEN (month.fiscal_month = any(month.progress_months)) IS NOT TRUE
    END AS is_carried_forward,
    CASE
        WHEN month.fiscal_month <= month.known_month THEN month.disbursed_by_month[month.fiscal_month]
    END AS disbursed_to_date_thb,
    month.time_gone_pct,
    month.time_gone_pct - month.month_progress_pct AS behind_pct,
    last_report.full_date AS last_report_date,
    month.reports_seen_at,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
FROM month
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN dw.dim_date AS last_report ON month.last_report_date_key = last_report.date_key
INNER JOIN mart.document AS document USING (document_key);
