-- Who has not reported? A row an agency and month; counts of projects that run in the month.
--
-- A project is to report in each month of its fiscal year in which it runs, as far as its export can know: a month that
-- was not over when the export was seen last counts only where a report came already. One whose export prints no fiscal
-- year is not counted: nobody knows in which months it was to report.

CREATE VIEW mart.report_coverage AS
WITH project AS (
    SELECT
        fact.agency_key, fact.fiscal_year, fact.report_months, last_report.full_date AS last_report_date,
        document.last_loaded_at,
        greatest(dw.month_of_year(project.start_date, fact.fiscal_year), 1) AS first_month,
        least(
            dw.month_of_year(project.end_date, fact.fiscal_year), 12,
            greatest(
                dw.month_of_year((document.last_seen_at AT TIME ZONE 'Asia/Bangkok')::DATE, fact.fiscal_year) - 1,
                -- Whoever reports in a month has seen the months before go by.
                fact.report_months[cardinality(fact.report_months)]
            )
        ) AS last_month
    FROM dw.fact_project AS fact
    INNER JOIN dw.dim_project AS project USING (project_key)
    INNER JOIN dw.dim_date AS last_report ON fact.last_report_date_key = last_report.date_key
    INNER JOIN mart.document AS document USING (document_key)
    WHERE fact.fiscal_year > 0
)

SELECT
    agency.agency_code,
    agency.agency_name,
    agency.agency_kind,
    project.fiscal_year,
    month.fiscal_month,
    make_date(project.fiscal_year - 544 + (month.fiscal_month + 8) / 12, (month.fiscal_month + 8) % 12 + 1, 1)
        AS month_start,
    count(*) AS expected,
    count(*) FILTER (WHERE month.fiscal_month = any(project.report_months)) AS received,
    count(*) FILTER (WHERE (month.fiscal_month = any(project.report_months)) IS NOT TRUE) AS missing,
    max(project.last_report_date) AS last_report_date,
    project.last_loaded_at
FROM project
INNER JOIN dw.dim_agency AS agency USING (agency_key)
CROSS JOIN LATERAL generate_series(project.first_month, project.last_month) AS month (fiscal_month)
GROUP BY
    agency.agency_code, agency.agency_name, agency.agency_kind, project.fiscal_year, month.fiscal_month,
    project.last_loaded_at;
