-- How did each project stand, by the days that its reports bear? A row a project-year and period from the day of one
-- report to that of the next, and one before the first.
--
-- It is of the reports that are known today, whenever they were seen: mart.project_history tells what had been seen. A
-- headline bears no day, and is not here. A report whose day is not known may be of any of the periods; what is held
-- back is in none. What speaks of time is as of the period's end, and of the last one as of today in Bangkok.
--
-- Of a day: `SELECT * FROM mart.project_status_as_reported('2023-03-31')`.

CREATE VIEW mart.project_reported AS
WITH counted AS (
    SELECT
        fact.project_code, fact.fiscal_year, fact.document_key, day.full_date AS report_date, fact.progress_pct,
        count(*) OVER so_far AS report_count,
        sum(fact.disbursed_thb) OVER so_far AS disbursed_to_date_thb,
        count(fact.progress_pct) OVER so_far AS progress_no,
        lead(day.full_date) OVER in_order AS next_report_date
    FROM dw.fact_progress_report AS fact
    INNER JOIN dw.dim_date AS day ON fact.report_date_key = day.date_key
    WHERE fact.report_date_key > 0
    WINDOW
        in_order AS (
            PARTITION BY fact.project_code, fact.fiscal_year ORDER BY day.full_date, fact.report_no, fact.report_ref
        ),
        so_far AS (in_order ROWS UNBOUNDED PRECEDING)
),

known AS (
    SELECT
        *,
        max(progress_pct) OVER (PARTITION BY project_code, fiscal_year, progress_no) AS last_progress_pct
    FROM counted
),

undated AS (
    SELECT project_code, fiscal_year, count(*) AS reports FROM dw.fact_progress_report
    WHERE report_date_key = -1
    GROUP BY project_code, fiscal_year
),

period AS (
    SELECT
        project_code, fiscal_year, document_key, report_date AS reported_from, next_report_date AS reported_to,
        last_progress_pct AS progress_pct, disbursed_to_date_thb, report_count, report_date AS last_report_date
    FROM known
    WHERE next_report_date IS DISTINCT FROM report_date
    UNION ALL
    SELECT
        fact.project_code, fact.fiscal_year, fact.document_key, begun.day, first_report.full_date,
        NULL, NULL, CASE WHEN fact.log_document_key > 0 THEN 0 END, NULL
    FROM dw.fact_project AS fact
    INNER JOIN dw.dim_project AS project USING (project_key)
    INNER JOIN dw.dim_date AS first_report ON fact.first_report_date_key = first_report.date_key
    CROSS JOIN
        coalesce(
            project.start_date, CASE WHEN fact.fiscal_year > 0 THEN dw.month_start(fact.fiscal_year, 1) END
        ) AS begun (day)
    WHERE begun.day < coalesce(first_report.full_date, 'infinity')
)

SELECT
    period.reported_from,
    period.reported_to,
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
    period.progress_pct,
    dw.time_gone_pct(project.start_date, project.end_date, ended.day) AS time_gone_pct,
    dw.time_gone_pct(project.start_date, project.end_date, ended.day) - period.progress_pct AS behind_pct,
    project.end_date < ended.day AND period.progress_pct < 100 AS is_overdue,
    period.disbursed_to_date_thb,
    period.report_count,
    coalesce(undated.reports, 0) AS reports_undated,
    period.last_report_date,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
FROM period
INNER JOIN dw.fact_project AS fact
    ON period.project_code = fact.project_code AND period.fiscal_year = fact.fiscal_year
INNER JOIN dw.dim_project AS project USING (project_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN mart.document AS document ON period.document_key = document.document_key
LEFT JOIN undated ON period.project_code = undated.project_code AND period.fiscal_year = undated.fiscal_year
CROSS JOIN coalesce(period.reported_to, dw.today()) AS ended (day);
