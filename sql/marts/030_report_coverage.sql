-- Who has not reported? Agency by month: how many projects were to report, how many did, how many did not.
-- A project is to report in each month of its fiscal year in which it runs, as far as its export can know: a month that
-- was not over when the export was seen last counts only where a report came already. One whose export prints no fiscal
-- year is not counted: nobody knows in which months it was to report.

CREATE VIEW mart.report_coverage AS
WITH due AS (
    SELECT
        agency.agency_code,
        agency.agency_name,
        agency.agency_kind,
        fact.fiscal_year,
        month.fiscal_month,
        month.first_day AS month_start,
        coalesce(month.fiscal_month = any(reported.fiscal_months), FALSE) AS has_reported,
        reported.last_day,
        document.last_loaded_at
    FROM dw.fact_project AS fact
    INNER JOIN dw.dim_project AS project USING (project_key)
    INNER JOIN dw.dim_agency AS agency USING (agency_key)
    INNER JOIN mart.document AS document USING (document_key)
    CROSS JOIN
        LATERAL (
            SELECT
                array_agg(day.fiscal_month) AS fiscal_months,
                max(day.full_date) AS last_day
            FROM dw.fact_progress_report AS report
            INNER JOIN dw.dim_date AS day ON report.report_date_key = day.date_key
            WHERE
                report.project_code = fact.project_code AND report.fiscal_year = fact.fiscal_year
                AND day.fiscal_year = fact.fiscal_year
        ) AS reported
    CROSS JOIN
        LATERAL (
            SELECT
                number AS fiscal_month,
                make_date(fact.fiscal_year - 544 + (number + 8) / 12, (number + 8) % 12 + 1, 1) AS first_day,
                make_date(fact.fiscal_year - 544 + (number + 9) / 12, (number + 9) % 12 + 1, 1) AS next_first_day
            FROM generate_series(1, 12) AS number
        ) AS month
    WHERE
        fact.fiscal_year > 0
        AND month.first_day <= coalesce(project.end_date, month.first_day)
        AND month.next_first_day > coalesce(project.start_date, month.first_day)
        AND (
            month.next_first_day
            <= greatest((document.last_seen_at AT TIME ZONE 'Asia/Bangkok')::DATE, reported.last_day)
            OR month.fiscal_month = any(reported.fiscal_months)
        )
)

SELECT
    agency_code,
    agency_name,
    agency_kind,
    fiscal_year,
    fiscal_month,
    month_start,
    count(*) AS expected,
    count(*) FILTER (WHERE has_reported) AS received,
    count(*) FILTER (WHERE NOT has_reported) AS missing,
    max(last_day) AS last_report_date,
    last_loaded_at
FROM due
GROUP BY agency_code, agency_name, agency_kind, fiscal_year, fiscal_month, month_start, last_loaded_at;

COMMENT ON VIEW mart.report_coverage IS
'Who has not reported? A row an agency and month; counts of projects that run in the month.';
COMMENT ON COLUMN mart.report_coverage.agency_code IS 'รหัสหน่วยงาน, four digits.';
COMMENT ON COLUMN mart.report_coverage.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.report_coverage.agency_kind IS 'district, department or division.';
COMMENT ON COLUMN mart.report_coverage.fiscal_year IS 'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era.';
COMMENT ON COLUMN mart.report_coverage.fiscal_month IS 'Month of the fiscal year; 1 is October.';
COMMENT ON COLUMN mart.report_coverage.month_start IS 'First day of the month.';
COMMENT ON COLUMN mart.report_coverage.expected IS
'Projects that run in the month and were to report in it, as far as their exports can know.';
COMMENT ON COLUMN mart.report_coverage.received IS 'Of these, projects with a report dated in the month.';
COMMENT ON COLUMN mart.report_coverage.missing IS 'Of these, projects without one.';
COMMENT ON COLUMN mart.report_coverage.last_report_date IS
'Day of the last report in the year of any of these projects; empty where there is none.';
COMMENT ON COLUMN mart.report_coverage.last_loaded_at IS 'When the warehouse was loaded last.';
