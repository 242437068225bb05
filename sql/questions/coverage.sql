-- Who has reported in which month of a fiscal year? A row an agency and month in which it was to report, or may have.

SELECT
    agency_code, agency_name, agency_name_en, agency_kind, fiscal_month, expected, received, missing, unclear,
    last_report_date
FROM mart.report_coverage
WHERE fiscal_year = %(fiscal_year)s
ORDER BY agency_sort_key, agency_code, fiscal_month;
