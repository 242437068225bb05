-- The nodes of the plan that an affected project-year supports, as the last document says that names any.
-- reads: project_copy, raw.project, observation, project_period
-- gives: project_strategy
-- fills: dw.bridge_project_strategy

WITH stated AS (
    SELECT
        project.project_code, project.fiscal_year, project.plan_version, project.is_shown,
        coalesce(project.goal_code, project.sub_issue_code, project.strategy_code) AS node_code,
        dense_rank() OVER (
            PARTITION BY project.project_code, project.fiscal_year
            ORDER BY observation.snapshot_at DESC, observation.sha256 DESC
        ) AS age
    FROM project_copy
    INNER JOIN raw.project AS project USING (document_key, copy)
    INNER JOIN observation USING (document_key)
    WHERE coalesce(project.goal_code, project.sub_issue_code, project.strategy_code) IS NOT NULL
),

node AS (
    SELECT
        project_code, fiscal_year, dw.key('strategy', plan_version, node_code) AS strategy_key,
        bool_or(is_shown) AS is_shown
    FROM stated
    WHERE age = 1 AND plan_version IS NOT NULL
    GROUP BY project_code, fiscal_year, plan_version, node_code
),

shared AS (
    SELECT
        *, count(*) OVER each_project AS nodes,
        row_number() OVER (each_project ORDER BY is_shown DESC, strategy_key ASC) AS place
    FROM node
    WINDOW each_project AS (PARTITION BY project_code, fiscal_year)
)

SELECT
    project.project_key, coalesce(shared.strategy_key, -1) AS strategy_key,
    coalesce(shared.nodes > 1, FALSE) AS is_disputed, coalesce(shared.place, 1) = 1 AS is_shown,
    -- The first takes what rounding leaves, so that a project's weights sum to 1.
    CASE
        WHEN coalesce(shared.place, 1) = 1
            THEN 1 - (coalesce(shared.nodes, 1) - 1) * round(1.0 / coalesce(shared.nodes, 1), 9)
        ELSE round(1.0 / shared.nodes, 9)
    END AS weight
FROM project_period AS project
LEFT JOIN shared USING (project_code, fiscal_year)
WHERE project.valid_to IS NULL
