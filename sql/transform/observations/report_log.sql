-- Since when and until when a document was seen that shows the log of a project-year's reports: without one nobody
-- knows whether anything was reported.
-- reads: project_copy, raw.project, observation
-- gives: report_log (project_code, fiscal_year)

SELECT
    project.project_code, project.fiscal_year, min(observation.snapshot_at) AS first_seen_at,
    max(observation.snapshot_at) AS last_seen_at
FROM project_copy
INNER JOIN raw.project AS project USING (document_key, copy)
INNER JOIN observation USING (document_key)
WHERE project.has_report_log
GROUP BY project.project_code, project.fiscal_year
