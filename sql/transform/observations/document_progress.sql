-- Progress of the last report that a document has of a project-year: it stands where no headline is printed.
-- reads: project_observation, raw.report
-- gives: document_progress (document_key, project_code, fiscal_year)

SELECT DISTINCT ON (report.document_key, report.project_code, report.fiscal_year)
    report.document_key, report.project_code, report.fiscal_year, report.progress_pct AS last_progress_pct
FROM (SELECT DISTINCT document_key FROM project_observation) AS seen
INNER JOIN raw.report AS report USING (document_key)
WHERE report.is_shown AND report.progress_pct IS NOT NULL
ORDER BY
    report.document_key ASC, report.project_code ASC, report.fiscal_year ASC,
    report.report_no DESC, report.report_date DESC NULLS LAST
