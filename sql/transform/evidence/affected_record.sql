-- The names of affected records, as findings have them.
-- reads: affected_project, indicator_name
-- gives: affected_record

SELECT dw.record_name(project_code, fiscal_year) AS record FROM affected_project
UNION
SELECT record FROM indicator_name
