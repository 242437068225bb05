-- The indicators that an affected project-year is measured by, as the last document says that names any.
-- reads: project_copy, raw.indicator, observation, project_period
-- gives: project_indicator
-- fills: dw.bridge_project_indicator

WITH stated AS (
    SELECT
        project.project_code, project.fiscal_year, indicator.indicator_key,
        dense_rank() OVER (
            PARTITION BY project.project_code, project.fiscal_year
            ORDER BY observation.snapshot_at DESC, observation.sha256 DESC
        ) AS age
    FROM project_copy AS project
    -- Shown or not: several projects of one document may name the same indicator, and only one of them shows it.
    INNER JOIN raw.indicator AS indicator USING (document_key, copy)
    INNER JOIN observation USING (document_key)
)

SELECT DISTINCT project.project_key, stated.indicator_key
FROM stated
INNER JOIN project_period AS project USING (project_code, fiscal_year)
WHERE stated.age = 1 AND project.valid_to IS NULL
