-- All versions of affected project-years that the warehouse has: those that stay are no longer current, perhaps.
-- reads: affected_project
-- before: dw.dim_project
-- gives: affected_version (project_key)

SELECT known.project_key
FROM dw.dim_project AS known
INNER JOIN affected_project USING (project_code, fiscal_year)
