-- Agencies and nodes of plans, by their keys, of which this load changes what is shown of every year that names them.
-- reads: agency_period, plan_node
-- before: dw.dim_agency, dw.dim_strategy
-- gives: renamed

SELECT known.agency_key AS renamed_key
FROM dw.dim_agency AS known
INNER JOIN agency_period AS period USING (agency_key)
WHERE
    (known.agency_name, known.agency_name_en, known.unit_name, known.agency_kind)
    IS DISTINCT FROM (period.agency_name, period.agency_name_en, period.unit_name, period.agency_kind)
UNION ALL
SELECT known.strategy_key
FROM dw.dim_strategy AS known
INNER JOIN plan_node AS node USING (strategy_key)
WHERE
    (known.strategy_name, known.sub_issue_name, known.goal_name, known.is_plan_complete)
    IS DISTINCT FROM (node.strategy_name, node.sub_issue_name, node.goal_name, node.is_plan_complete)
