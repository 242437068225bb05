-- Every copy that speaks of an affected project-year. How many rows a join by project code and fiscal year gives is
-- guessed far too low, since the two go together: what it gives is kept and counted before anything is joined to it.
-- reads: affected_project, raw.project
-- gives: project_copy (document_key)

SELECT project.document_key, project.copy, project.project_code, project.fiscal_year, project.is_shown
FROM affected_project
INNER JOIN raw.project AS project USING (project_code, fiscal_year)
