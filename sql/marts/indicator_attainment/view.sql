-- How far did each indicator get? A row an indicator-year and quarter; quarter 0 is the headline.
--
-- Values are to be compared within one unit. An indicator that is only named, by a text without an id, has nothing to
-- show and is left out.

CREATE VIEW mart.indicator_attainment AS
SELECT
    indicator.kpi_id,
    indicator.indicator_name,
    indicator.fiscal_year,
    agency.agency_code,
    agency.agency_name,
    agency.agency_name_en,
    agency.agency_sort_key,
    agency.agency_kind,
    fact.quarter,
    indicator.unit,
    indicator.unit_raw,
    fact.target_value,
    fact.result_value,
    fact.attainment_pct,
    fact.evaluation_quarter,
    fact.evaluation_score,
    fact.pair_score,
    indicator.dimension_no,
    indicator.indicator_type,
    indicator.indicator_level,
    indicator.indicator_class,
    indicator.plan_version,
    indicator.strategy_code,
    coalesce(node.strategy_name, indicator.strategy_name) AS strategy_name,
    indicator.sub_issue_code,
    coalesce(node.sub_issue_name, indicator.sub_issue_name) AS sub_issue_name,
    indicator.goal_code,
    coalesce(node.goal_name, indicator.goal_name) AS goal_name,
    node.name_rank = 2 AS is_in_reference,
    node.is_plan_complete AS is_reference_complete,
    indicator.summary,
    indicator.definition,
    indicator.target_raw,
    fact.narrative,
    document.document_uri,
    document.snapshot_at,
    document.last_loaded_at
FROM dw.fact_indicator_result AS fact
INNER JOIN dw.dim_indicator AS indicator USING (indicator_key)
INNER JOIN dw.dim_agency AS agency USING (agency_key)
INNER JOIN mart.document AS document USING (document_key)
LEFT JOIN dw.dim_strategy AS node
    ON
        indicator.plan_version = node.plan_version
        AND coalesce(indicator.goal_code, indicator.sub_issue_code, indicator.strategy_code) = node.node_code
WHERE dw.is_measured(indicator.kpi_id, fact.target_value, fact.result_value, fact.evaluation_score);
