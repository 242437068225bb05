-- How far is each goal of the plan? A row a goal and fiscal year, also where no project supports it.
--
-- A project whose copies name several goals counts for each in shares that sum to 1, so that sums over goals are sums
-- over projects.

CREATE VIEW mart.strategy_progress AS
WITH named AS (
    SELECT DISTINCT fact.fiscal_year, node.plan_version
    FROM dw.fact_project AS fact
    INNER JOIN dw.bridge_project_strategy AS bridge ON fact.project_key = bridge.project_key
    INNER JOIN dw.dim_strategy AS node ON bridge.strategy_key = node.strategy_key
),

-- In a year, all goals of the plans that its projects name, and whatever else these name, be it no place in a plan. A
-- tactic under a goal, of four numbers, is offered to nobody: exports name the goal.
offered AS (
    SELECT named.fiscal_year, node.strategy_key
    FROM named
    INNER JOIN dw.dim_strategy AS node USING (plan_version)
    WHERE node.goal_code IS NOT NULL AND cardinality(string_to_array(node.goal_code, '.')) = 3
    UNION
    SELECT fact.fiscal_year, bridge.strategy_key
    FROM dw.fact_project AS fact
    INNER JOIN dw.bridge_project_strategy AS bridge USING (project_key)
)

SELECT
    nullif(offered.fiscal_year, -1) AS fiscal_year,
    node.plan_version,
    node.strategy_code,
    CASE WHEN node.strategy_key > 0 THEN node.strategy_name END AS strategy_name,
    node.sub_issue_code,
    node.sub_issue_name,
    node.goal_code,
    node.goal_name,
    coalesce(node.name_rank = 2, FALSE) AS is_in_reference,
    coalesce(node.is_plan_complete, FALSE) AS is_reference_complete,
    count(fact.project_key) AS projects,
    count(*) FILTER (WHERE bridge.is_disputed) AS projects_disputed,
    count(fact.progress_pct) AS projects_with_progress,
    coalesce(sum(bridge.weight), 0) AS project_share,
    round(
        sum(bridge.weight * fact.progress_pct)
        / sum(bridge.weight) FILTER (WHERE fact.progress_pct IS NOT NULL), 4
    ) AS progress_pct,
    round(sum(bridge.weight * fact.budget_received_thb), 2) AS budget_received_thb,
    round(sum(bridge.weight * fact.budget_spent_thb), 2) AS budget_spent_thb,
    (
        SELECT max(load.finished_at) FROM ops.load AS load
        WHERE load.status = 'committed'
    ) AS last_loaded_at
FROM offered
INNER JOIN dw.dim_strategy AS node USING (strategy_key)
LEFT JOIN (dw.bridge_project_strategy AS bridge INNER JOIN dw.fact_project AS fact USING (project_key))
    ON offered.strategy_key = bridge.strategy_key AND offered.fiscal_year = fact.fiscal_year
GROUP BY offered.fiscal_year, node.strategy_key;
