-- How far is each goal of the plan, and which goals have no project? A project whose copies name several goals counts
-- for each in shares that sum to 1, so that sums over goals are sums over projects.

CREATE VIEW mart.strategy_progress AS
WITH named AS (
    SELECT DISTINCT fact.fiscal_year, node.plan_version
    FROM dw.fact_project AS fact
    INNER JOIN dw.bridge_project_strategy AS bridge ON fact.project_key = bridge.project_key
    INNER JOIN dw.dim_strategy AS node ON bridge.strategy_key = node.strategy_key
),

-- In a year, all goals of the plans that its projects name, and whatever else these name, be it no place in a plan.
offered AS (
    SELECT named.fiscal_year, node.strategy_key
    FROM named
    INNER JOIN dw.dim_strategy AS node USING (plan_version)
    WHERE node.goal_code IS NOT NULL
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

COMMENT ON VIEW mart.strategy_progress IS
'How far is each goal of the plan? A row a goal and fiscal year, also where no project supports it.';
COMMENT ON COLUMN mart.strategy_progress.fiscal_year IS
'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era; empty where the export prints none.';
COMMENT ON COLUMN mart.strategy_progress.plan_version IS
'The plan that the codes are of; two plans share the numbers 1 to 7; empty for projects that name no place in a plan.';
COMMENT ON COLUMN mart.strategy_progress.strategy_code IS 'ยุทธศาสตร์, one number.';
COMMENT ON COLUMN mart.strategy_progress.strategy_name IS 'Its name.';
COMMENT ON COLUMN mart.strategy_progress.sub_issue_code IS 'ยุทธศาสตร์ย่อย, two numbers.';
COMMENT ON COLUMN mart.strategy_progress.sub_issue_name IS 'Its name.';
COMMENT ON COLUMN mart.strategy_progress.goal_code IS 'เป้าหมาย, three numbers; empty for projects that name no goal.';
COMMENT ON COLUMN mart.strategy_progress.goal_name IS 'Its text; it may be cut short.';
COMMENT ON COLUMN mart.strategy_progress.is_in_reference IS
'The reference table of the plans knows the code; else only exports name it.';
COMMENT ON COLUMN mart.strategy_progress.projects IS 'Projects that name it.';
COMMENT ON COLUMN mart.strategy_progress.projects_disputed IS 'Of these, projects whose copies name several goals.';
COMMENT ON COLUMN mart.strategy_progress.projects_with_progress IS 'Projects whose progress is known.';
COMMENT ON COLUMN mart.strategy_progress.project_share IS
'Projects counted in shares; those of a project sum to 1.';
COMMENT ON COLUMN mart.strategy_progress.progress_pct IS
'Mean progress by share, percent, of projects whose progress is known; empty where there is none.';
COMMENT ON COLUMN mart.strategy_progress.budget_received_thb IS
'งบประมาณที่ได้รับ by share, baht; empty where no project states it.';
COMMENT ON COLUMN mart.strategy_progress.budget_spent_thb IS
'งบประมาณที่ใช้ไป by share, baht; empty where no project states it.';
COMMENT ON COLUMN mart.strategy_progress.last_loaded_at IS 'When the warehouse was loaded last.';
