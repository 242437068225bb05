-- The plans' nodes: those of the reference table, and every node that an export names, by code. The reference's name
-- stands (name_rank 2); where there is none, the one that a shown copy printed last (1), or else another copy (0).
-- reads: project_copy, raw.project, affected_indicator, raw.indicator, observation, stage_plan_node
-- before: dw.dim_strategy
-- gives: plan_node
-- fills: dw.dim_strategy

WITH printed AS (
    SELECT
        project.plan_version, project.goal_code, project.goal_name, project.sub_issue_code, project.sub_issue_name,
        project.strategy_code, project.strategy_name, project.is_shown::INTEGER AS name_rank,
        observation.snapshot_at AS named_at
    FROM project_copy
    INNER JOIN raw.project AS project USING (document_key, copy)
    INNER JOIN observation USING (document_key)
    WHERE project.plan_version IS NOT NULL
    UNION ALL
    SELECT
        indicator.plan_version, indicator.goal_code, indicator.goal_name, indicator.sub_issue_code,
        indicator.sub_issue_name, indicator.strategy_code, indicator.strategy_name, indicator.is_shown::INTEGER,
        observation.snapshot_at
    FROM affected_indicator
    INNER JOIN raw.indicator AS indicator USING (indicator_key)
    INNER JOIN observation USING (document_key)
    WHERE indicator.plan_version IS NOT NULL
),

node AS (
    SELECT plan_version, goal_code AS node_code, goal_name AS node_name, name_rank, named_at FROM printed
    UNION ALL
    SELECT plan_version, sub_issue_code, sub_issue_name, name_rank, named_at FROM printed
    UNION ALL
    SELECT plan_version, strategy_code, strategy_name, name_rank, named_at FROM printed
    UNION ALL
    SELECT plan_version, code, name, 2, NULL FROM stage_plan_node
    UNION ALL
    SELECT
        plan_version, node_code,
        CASE node_code WHEN goal_code THEN goal_name WHEN sub_issue_code THEN sub_issue_name ELSE strategy_name END,
        name_rank, named_at
    FROM dw.dim_strategy
    WHERE strategy_key > 0
),

named AS (
    SELECT DISTINCT ON (plan_version, node_code) plan_version, node_code, node_name, name_rank, named_at
    FROM node
    WHERE node_code IS NOT NULL
    ORDER BY plan_version ASC, node_code ASC, node_name IS NULL ASC, name_rank DESC, named_at DESC, node_name DESC
),

path AS (
    SELECT
        node.plan_version, node.node_code,
        split_part(node.node_code, '.', 1) AS strategy_code,
        (regexp_match(node.node_code, '^\d+\.\d+'))[1] AS sub_issue_code,
        CASE WHEN node.node_code LIKE '%.%.%' THEN node.node_code END AS goal_code,
        node.node_name, node.name_rank, node.named_at
    FROM named AS node
),

plan AS (SELECT DISTINCT plan_version, is_plan_complete FROM stage_plan_node)

SELECT
    dw.key('strategy', path.plan_version, path.node_code) AS strategy_key, path.plan_version, path.node_code,
    path.strategy_code, strategy.node_name AS strategy_name, path.sub_issue_code,
    sub_issue.node_name AS sub_issue_name, path.goal_code,
    CASE WHEN path.goal_code IS NOT NULL THEN path.node_name END AS goal_name, path.name_rank, path.named_at,
    coalesce(plan.is_plan_complete, FALSE) AS is_plan_complete
FROM path
LEFT JOIN plan USING (plan_version)
LEFT JOIN named AS strategy
    ON path.plan_version = strategy.plan_version AND path.strategy_code = strategy.node_code
LEFT JOIN named AS sub_issue
    ON path.plan_version = sub_issue.plan_version AND path.sub_issue_code = sub_issue.node_code
