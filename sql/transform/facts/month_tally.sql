-- What a project-year's reports had come to by the end of each month of its fiscal year, as they are now. A report
-- dated before the year counts from its first month on.
-- reads: report_period
-- gives: month_tally (project_code, fiscal_year)

WITH report AS (
    SELECT
        project_code, fiscal_year, report_ref, report_no, report_date, progress_pct, disbursed_thb,
        greatest(dw.month_of_year(report_date, fiscal_year), 1) AS fiscal_month,
        dw.fiscal_year(report_date) = fiscal_year AS is_in_year
    FROM report_period
    WHERE valid_to IS NULL AND fiscal_year > 0 AND dw.month_of_year(report_date, fiscal_year) <= 12
),

reported AS (
    SELECT
        project_code, fiscal_year, fiscal_month, sum(disbursed_thb) AS disbursed_thb,
        bool_or(is_in_year AND progress_pct IS NOT NULL) AS is_progress_reported,
        (
            array_agg(progress_pct ORDER BY report_date DESC, report_no DESC NULLS LAST, report_ref DESC)
            FILTER (WHERE progress_pct IS NOT NULL)
        )[1] AS progress_pct
    FROM report
    GROUP BY project_code, fiscal_year, fiscal_month
),

project AS (
    SELECT DISTINCT project_code, fiscal_year FROM reported
),

month AS (
    SELECT
        project.project_code, project.fiscal_year, month.fiscal_month, reported.progress_pct,
        reported.is_progress_reported,
        sum(reported.disbursed_thb) OVER so_far AS disbursed_thb,
        count(reported.progress_pct) OVER so_far AS times_reported
    FROM project
    CROSS JOIN generate_series(1, 12) AS month (fiscal_month)
    LEFT JOIN reported USING (project_code, fiscal_year, fiscal_month)
    WINDOW so_far AS (PARTITION BY project.project_code, project.fiscal_year ORDER BY month.fiscal_month)
),

carried AS (
    SELECT
        project_code, fiscal_year, fiscal_month, disbursed_thb, is_progress_reported,
        -- What was reported last stands until the next report.
        max(progress_pct) OVER (PARTITION BY project_code, fiscal_year, times_reported) AS progress_pct
    FROM month
)

SELECT
    project_code, fiscal_year,
    array_agg(fiscal_month::SMALLINT ORDER BY fiscal_month) FILTER (WHERE is_progress_reported) AS progress_months,
    array_agg(progress_pct ORDER BY fiscal_month) AS progress_by_month,
    array_agg(disbursed_thb ORDER BY fiscal_month) AS disbursed_by_month
FROM carried
GROUP BY project_code, fiscal_year
