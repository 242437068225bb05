-- The project-years that this load computes anew.
-- reads: dirty_project, moved_unit, raw.project
-- gives: affected_project (project_code, fiscal_year)

SELECT project_code, fiscal_year, record FROM dirty_project
UNION
SELECT project.project_code, project.fiscal_year, project.record
FROM moved_unit
INNER JOIN raw.project AS project USING (unit_code)
