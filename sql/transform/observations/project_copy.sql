-- Every copy that speaks of an affected project-year, kept and counted before anything is joined to it.
-- reads: affected_project, raw.project
-- gives: project_copy (document_key)

SELECT
    project.document_key, project.copy, project.project_code, project.fiscal_year, project.record, project.is_shown
FROM affected_project
INNER JOIN raw.project AS project USING (record)
