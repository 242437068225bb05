-- The project-years that dirty documents spoke of before, and those that changed ones speak of now.
-- reads: outdated_project, changed_document, raw.project
-- gives: dirty_project (project_code, fiscal_year)

SELECT project_code, fiscal_year, record FROM outdated_project
UNION
SELECT project.project_code, project.fiscal_year, project.record
FROM raw.project AS project
INNER JOIN changed_document USING (document_key)
