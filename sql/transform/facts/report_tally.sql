-- What a project-year's reports came to at each moment at which it was seen.
-- reads: project_moment, report_period
-- gives: report_tally (project_code, fiscal_year, seen_at)

SELECT
    moment.project_code, moment.fiscal_year, moment.seen_at, count(*)::INTEGER AS report_count,
    min(report.report_date) AS first_report_date, max(report.report_date) AS last_report_date,
    sum(report.disbursed_thb) AS disbursed_thb,
    (
        array_agg(
            report.report_ref
            ORDER BY coalesce(report.report_no, 0) DESC, report.report_date_key DESC, report.report_ref DESC
        )
    )[1] AS last_report_ref,
    array_agg(DISTINCT dw.fiscal_month(report.report_date)) FILTER (
        WHERE dw.fiscal_year(report.report_date) = moment.fiscal_year
    ) AS report_months
FROM project_moment AS moment
INNER JOIN report_period AS report
    ON
        moment.project_code = report.project_code AND moment.fiscal_year = report.fiscal_year
        AND moment.seen_at >= report.valid_from AND moment.seen_at < coalesce(report.valid_to, 'infinity')
GROUP BY moment.project_code, moment.fiscal_year, moment.seen_at
