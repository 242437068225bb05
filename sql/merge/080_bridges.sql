-- What an affected project-year supports and is measured by, as the last document says that says anything of it.

CREATE TEMP TABLE project_strategy ON COMMIT DROP AS
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
WHERE project.valid_to IS NULL;

CREATE TEMP TABLE affected_version (project_key BIGINT PRIMARY KEY) ON COMMIT DROP;

INSERT INTO affected_version (project_key)
SELECT project_key FROM past_version
UNION
SELECT project_key FROM project_period;

DELETE FROM dw.bridge_project_strategy AS known
USING affected_version AS affected
WHERE
    known.project_key = affected.project_key
    AND (known.project_key, known.strategy_key) NOT IN (SELECT project_key, strategy_key FROM project_strategy);

INSERT INTO dw.bridge_project_strategy AS known (project_key, strategy_key, is_disputed, is_shown, weight)
SELECT project_key, strategy_key, is_disputed, is_shown, weight FROM project_strategy
ON CONFLICT (project_key, strategy_key) DO UPDATE
    SET is_disputed = excluded.is_disputed, is_shown = excluded.is_shown, weight = excluded.weight
    WHERE
    (known.is_disputed, known.is_shown, known.weight)
    IS DISTINCT FROM (excluded.is_disputed, excluded.is_shown, excluded.weight);

CREATE TEMP TABLE project_indicator ON COMMIT DROP AS
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
WHERE stated.age = 1 AND project.valid_to IS NULL;

DELETE FROM dw.bridge_project_indicator AS known
USING affected_version AS affected
WHERE
    known.project_key = affected.project_key
    AND (known.project_key, known.indicator_key) NOT IN (SELECT project_key, indicator_key FROM project_indicator);

INSERT INTO dw.bridge_project_indicator (project_key, indicator_key)
SELECT project_key, indicator_key FROM project_indicator
ON CONFLICT DO NOTHING;
