-- What do the plans consist of, and which of it has projects? A row a node of a plan: a strategy, a sub-issue, a goal
-- or a tactic; also one that no export names, and one that only exports name.
--
-- The reference table may lack goals of a plan: is_reference_complete says whether it has all of them.

CREATE VIEW mart.plan AS
WITH named AS (
    SELECT node.plan_version, node.node_code, fact.project_key
    FROM dw.fact_project AS fact
    INNER JOIN dw.bridge_project_strategy USING (project_key)
    INNER JOIN dw.dim_strategy AS node USING (strategy_key)
    WHERE node.strategy_key > 0
),

-- Whoever names a goal names what it stands under.
supported AS (
    SELECT
        named.plan_version,
        array_to_string((string_to_array(named.node_code, '.'))[:level.level], '.') AS node_code,
        count(DISTINCT named.project_key) AS projects
    FROM named
    CROSS JOIN LATERAL generate_series(1, cardinality(string_to_array(named.node_code, '.'))) AS level (level)
    GROUP BY 1, 2
)

SELECT
    node.plan_version,
    node.node_code,
    CASE
        WHEN cardinality(string_to_array(node.goal_code, '.')) > 3 THEN 'tactic'
        WHEN node.goal_code IS NOT NULL THEN 'goal'
        WHEN node.sub_issue_code IS NOT NULL THEN 'sub-issue'
        ELSE 'strategy'
    END AS level,
    node.strategy_code,
    node.strategy_name,
    node.sub_issue_code,
    node.sub_issue_name,
    node.goal_code,
    node.goal_name,
    node.name_rank = 2 AS is_in_reference,
    node.is_plan_complete AS is_reference_complete,
    coalesce(supported.projects, 0) AS projects,
    (
        SELECT max(load.finished_at) FROM ops.load AS load
        WHERE load.status = 'committed'
    ) AS last_loaded_at
FROM dw.dim_strategy AS node
LEFT JOIN supported USING (plan_version, node_code)
WHERE node.strategy_key > 0;
