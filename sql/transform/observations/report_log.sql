-- Since when a document was seen that shows the log of a project-year's reports, and the last that does: without one
-- nobody knows whether anything was reported.
-- reads: project_copy, raw.project, observation
-- gives: report_log (project_code, fiscal_year)

SELECT DISTINCT ON (project.project_code, project.fiscal_year)
    project.project_code, project.fiscal_year, project.document_key,
    min(observation.snapshot_at) OVER (PARTITION BY project.project_code, project.fiscal_year) AS first_seen_at
FROM project_copy
INNER JOIN raw.project AS project USING (document_key, copy)
INNER JOIN observation USING (document_key)
WHERE project.has_report_log
ORDER BY
    project.project_code ASC, project.fiscal_year ASC, observation.snapshot_at DESC, observation.sha256 DESC
