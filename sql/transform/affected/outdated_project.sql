-- The project-years that dirty documents spoke of before this load.
-- reads: dirty_document
-- before: raw.project
-- gives: outdated_project

SELECT DISTINCT project_code, fiscal_year, record
FROM raw.project
INNER JOIN dirty_document USING (document_key)
