-- How far did each indicator get: what was its target, what its result, headline and quarter by quarter, under which
-- goal of which plan, and how was it evaluated? Values are to be compared within one unit.
-- An indicator that is only named, by a text without an id, has nothing to show and is left out.

CREATE VIEW mart.indicator_attainment AS
SELECT
    indicator.kpi_id,
    indicator.indicator_name,
    indicator.fiscal_year,
    agency.agency_code,
    agency.agency_name,
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
WHERE
    indicator.kpi_id IS NOT NULL
    OR num_nonnulls(fact.target_value, fact.result_value, fact.evaluation_score) > 0;

COMMENT ON VIEW mart.indicator_attainment IS
'How far did each indicator get? A row an indicator-year and quarter; quarter 0 is the headline.';
COMMENT ON COLUMN mart.indicator_attainment.kpi_id IS 'KPI id; empty where an export gives the indicator none.';
COMMENT ON COLUMN mart.indicator_attainment.indicator_name IS 'ตัวชี้วัด.';
COMMENT ON COLUMN mart.indicator_attainment.fiscal_year IS
'ปีงบประมาณ (พ.ศ.): Thai fiscal year, Buddhist era; empty where the export prints none.';
COMMENT ON COLUMN mart.indicator_attainment.agency_code IS
'รหัสหน่วยงาน that is measured, four digits; empty where not stated.';
COMMENT ON COLUMN mart.indicator_attainment.agency_name IS 'หน่วยงานที่รับผิดชอบ.';
COMMENT ON COLUMN mart.indicator_attainment.agency_kind IS 'district, department or division.';
COMMENT ON COLUMN mart.indicator_attainment.quarter IS 'ไตรมาสที่; 0 is the headline.';
COMMENT ON COLUMN mart.indicator_attainment.unit IS
'หน่วยนับ in its standard spelling; empty where it is not a known one.';
COMMENT ON COLUMN mart.indicator_attainment.unit_raw IS 'หน่วยนับ as printed.';
COMMENT ON COLUMN mart.indicator_attainment.target_value IS
'ค่าเป้าหมาย of the year; exports print none for a quarter.';
COMMENT ON COLUMN mart.indicator_attainment.result_value IS
'ผลงานที่ทำได้ as printed: the headline is never derived from the quarters; empty where not stated.';
COMMENT ON COLUMN mart.indicator_attainment.attainment_pct IS
'Result of the year''s target, percent; empty where the target is 0 or blank, and where units differ or are not known.';
COMMENT ON COLUMN mart.indicator_attainment.evaluation_quarter IS 'Quarter that the headline''s evaluation is of.';
COMMENT ON COLUMN mart.indicator_attainment.evaluation_score IS
'ผลประเมินตัวชี้วัด by สยป.; empty is not evaluated, and not 0.';
COMMENT ON COLUMN mart.indicator_attainment.pair_score IS 'Pair of scores of the quarter as printed.';
COMMENT ON COLUMN mart.indicator_attainment.dimension_no IS 'มิติที่, 1 to 4.';
COMMENT ON COLUMN mart.indicator_attainment.indicator_type IS 'strategic or routine.';
COMMENT ON COLUMN mart.indicator_attainment.indicator_level IS 'output or outcome.';
COMMENT ON COLUMN mart.indicator_attainment.indicator_class IS 'Class as an index prints it behind the dimension.';
COMMENT ON COLUMN mart.indicator_attainment.plan_version IS
'The plan that the codes are of; two plans share the numbers 1 to 7.';
COMMENT ON COLUMN mart.indicator_attainment.strategy_code IS 'ยุทธศาสตร์, one number.';
COMMENT ON COLUMN mart.indicator_attainment.strategy_name IS 'Its name.';
COMMENT ON COLUMN mart.indicator_attainment.sub_issue_code IS 'ยุทธศาสตร์ย่อย, two numbers.';
COMMENT ON COLUMN mart.indicator_attainment.sub_issue_name IS 'Its name.';
COMMENT ON COLUMN mart.indicator_attainment.goal_code IS 'เป้าหมาย, three numbers.';
COMMENT ON COLUMN mart.indicator_attainment.goal_name IS 'Its text; it may be cut short.';
COMMENT ON COLUMN mart.indicator_attainment.summary IS 'What the year''s work came to, as printed.';
COMMENT ON COLUMN mart.indicator_attainment.definition IS 'What the indicator means, as printed.';
COMMENT ON COLUMN mart.indicator_attainment.target_raw IS 'Target as printed, where it is more than a number.';
COMMENT ON COLUMN mart.indicator_attainment.narrative IS 'What was reported for the quarter, as printed.';
COMMENT ON COLUMN mart.indicator_attainment.document_uri IS 'The export that these values come from.';
COMMENT ON COLUMN mart.indicator_attainment.snapshot_at IS 'When that export was made.';
COMMENT ON COLUMN mart.indicator_attainment.last_loaded_at IS 'When the warehouse was loaded last.';
