-- Who has not reported? Agency by month: how many projects were to report, how many did, how many did not.
-- A project is to report in each month of its fiscal year in which it runs, as far as its latest snapshot can know. One
-- whose export prints no fiscal year is not counted: nobody knows in which months it was to report.

CREATE VIEW mart.report_coverage AS
WITH running AS (
    SELECT
        fact.project_code,
        fact.fiscal_year,
        fact.agency_key,
        fact.project_key,
        month.fiscal_month,
        month.first_day,
        (month.first_day + INTERVAL '1 month')::DATE AS next_first_day
    FROM dw.fact_project AS fact
    INNER JOIN dw.dim_project AS project USING (project_key)
    INNER JOIN dw.dim_document AS document USING (document_key)
    LEFT JOIN dw.dim_date AS last_report ON fact.last_report_date_key = last_report.date_key
    CROSS JOIN
        LATERAL (
            SELECT
                number AS fiscal_month,
                (make_date(nullif(fact.fiscal_year, -1) - 544, 10, 1) + make_interval(months => number - 1))::DATE
                    AS first_day
            FROM generate_series(1, 12) AS number
        ) AS month
    WHERE
        month.first_day <= coalesce(project.end_date, month.first_day)
        AND month.first_day + INTERVAL '1 month' > coalesce(project.start_date, month.first_day)
        AND month.first_day <= greatest(document.snapshot_at::DATE, last_report.full_date)
),

reported AS (
    SELECT
        running.*,
        exists(
            SELECT FROM dw.fact_progress_report AS report
            INNER JOIN dw.dim_date AS day ON report.report_date_key = day.date_key
            WHERE
                report.project_code = running.project_code
                AND report.fiscal_year = running.fiscal_year
                AND day.full_date >= running.first_day
                AND day.full_date < running.next_first_day
        ) AS has_reported
    FROM running
)

SELECT
    agency.agency_code,
    agency.agency_name,
    reported.fiscal_year,
    reported.fiscal_month,
    reported.first_day AS month_start,
    count(*) AS expected,
    count(*) FILTER (WHERE reported.has_reported) AS received,
    count(*) FILTER (WHERE NOT reported.has_reported) AS missing
FROM reported
INNER JOIN dw.dim_agency AS agency USING (agency_key)
GROUP BY agency.agency_code, agency.agency_name, reported.fiscal_year, reported.fiscal_month, reported.first_day;

COMMENT ON VIEW mart.report_coverage IS
'Who has not reported? A row an agency and month; counts of projects that run in the month.';
COMMENT ON COLUMN mart.report_coverage.agency_code IS 'รหัสหน่วยงาน, four digits.';
COMMENT ON COLUMN mart.report_coverage.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.report_coverage.fiscal_year IS 'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era.';
COMMENT ON COLUMN mart.report_coverage.fiscal_month IS 'Month of the fiscal year; 1 is October.';
COMMENT ON COLUMN mart.report_coverage.month_start IS 'First day of the month.';
COMMENT ON COLUMN mart.report_coverage.expected IS 'Projects that run in the month.';
COMMENT ON COLUMN mart.report_coverage.received IS 'Of these, projects with a report dated in the month.';
COMMENT ON COLUMN mart.report_coverage.missing IS 'Of these, projects without one.';
