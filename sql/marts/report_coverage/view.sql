-- Who has not reported? A row an agency and month; counts of projects that run in the month.
--
-- Which project is to report in which month, and whether it did, is said by mart.project_month.

CREATE VIEW mart.report_coverage AS
SELECT
    agency_code,
    agency_name,
    agency_name_en,
    agency_sort_key,
    agency_kind,
    fiscal_year,
    fiscal_month,
    month_start,
    dw.month_label_th(month_start) AS month_label_th,
    dw.month_label_en(month_start) AS month_label_en,
    sum(expected) AS expected,
    count(*) FILTER (WHERE expected = 1 AND reported = 1) AS received,
    count(*) FILTER (WHERE expected = 1 AND reported = 0) AS missing,
    count(*) FILTER (WHERE is_unclear) AS unclear,
    max(last_report_date) AS last_report_date,
    last_loaded_at
FROM mart.project_month
WHERE expected = 1 OR is_unclear
GROUP BY
    agency_code, agency_name, agency_name_en, agency_sort_key, agency_kind, fiscal_year, fiscal_month, month_start,
    last_loaded_at;
